create table machines (
    address inet primary key,
    net cidr not null,
    card macaddr8,
    flags bit(4) not null default B'0001',
    marks varbit(6),
    near inet[]
);
insert into machines values
    ('10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', '1010', '1', '{10.0.0.2,10.0.0.0/24}'),
    ('9.0.0.1/24', '9.0.0.1/32', null, '0001', '', null),
    ('::1', '::/64', '0000000000000001', '1111', null, '{}');
grant all on machines to authenticated;
alter table machines enable row level security;
create policy everyone on machines using (true);
create function within(span cidr) returns setof machines language sql stable as 'select * from machines where address << span order by address';
