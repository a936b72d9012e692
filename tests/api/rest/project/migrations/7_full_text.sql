create table writings (
    id int primary key,
    title text not null,
    meta jsonb,
    words tsvector generated always as (to_tsvector('english', title)) stored
);
insert into writings (id, title, meta) values
    (1, 'The quick brown foxes jump', '{"tags": ["animals", "Jumping"]}'),
    (2, 'A lazy dog sleeps', '{"note": "the dog''s bed"}'),
    (3, 'Dogs and foxes, friends', null);
grant all on writings to authenticated;
alter table writings enable row level security;
create policy everyone on writings using (true);
