create table stays (
    id int primary key,
    nights int4range not null,
    during tstzrange,
    constraint stays_apart exclude using gist (nights with &&)
);
insert into stays values (1, '[1,5]', '[2026-01-01 10:00+00,2026-01-02)'), (2, '[8,10)', null), (3, 'empty', '(,)');
grant all on stays to authenticated;
alter table stays enable row level security;
create policy everyone on stays using (true);
