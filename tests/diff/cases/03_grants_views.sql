-- Privileges on tables, columns, schemas, functions; views as their owner and as the caller.
create schema hidden;
create table hidden.things (id int primary key);
create table items (id int primary key, name text, cost numeric(10,2), owner uuid default auth.uid());
create table readonly (id int primary key, t text);
create table no_anon (id int primary key, t text);
create table closed (id int primary key, t text);
create table counted (id int generated always as identity primary key, t text);
insert into items values
    (1, 'pen', 0.50, '00000000-0000-0000-0000-00000000000a'),
    (2, 'ink', 2.00, '00000000-0000-0000-0000-00000000000b'),
    (3, 'pad', 1.25, null);
insert into readonly values (1, 'r');
insert into no_anon values (1, 'n');
insert into closed values (1, 'c');
insert into hidden.things values (1);
alter table items enable row level security;
create policy mine on items using (owner = auth.uid());

revoke all on items from anon;
grant select (id, name) on items to anon;
revoke select, update on items from authenticated;
grant select (id, name, owner), update (name) on items to authenticated;
revoke insert, update, delete on readonly from anon, authenticated;
revoke all on no_anon from anon;
revoke all on closed from anon, authenticated;
grant select on hidden.things to anon;

create view items_all as select id, name, cost from items;
create view items_mine with (security_invoker = true) as select id, name from items;
create view items_cheap as select id, name, cost from items where cost < 2;
create view items_named (number, label) as select id, upper(name) from items;
create view totals as select count(*) as items, sum(cost) as cost from items;
create view closed_view as select * from closed;
create view closed_invoker with (security_invoker = true) as select * from closed;
create view joined as select i.id, i.name, r.t from items i left join readonly r on r.id = i.id;
revoke all on items_cheap from anon;

create function secret() returns int language sql as $$ select 42 $$;
revoke execute on function secret() from public, anon;
create function count_closed() returns bigint language sql stable security definer set search_path = ''
    as $$ select count(*) from public.closed $$;
create function count_closed_as_caller() returns bigint language sql stable
    as $$ select count(*) from closed $$;

-- as: alice
select id, name from items order by id;
select owner from items;
-- error: 42501
select cost from items;
-- error: 42501
select * from items;
-- error: 42501
select id from items where cost > 1;
-- error: 42501
select id from items order by cost;
-- error: 42501
select count(cost) from items;
select count(*) from items;
select count(id) from items;
update items set name = 'quill' where id = 1 returning id, name;
-- error: 42501
update items set cost = 0 where id = 1;
-- error: 42501
update items set name = 'x' where cost = 0.5;
-- error: 42501
update items set name = 'x' where id = 1 returning cost;
insert into items (id, name, cost) values (4, 'cap', 3) returning id, name;
-- error: 42501
insert into items (id, name, cost) values (5, 'cup', 3) returning *;
-- error: 42501
insert into items (id, name) values (4, 'x') on conflict (id) do update set cost = 1;
insert into items (id, name) values (4, 'caps') on conflict (id) do update set name = excluded.name returning name;
delete from items where id = 4 returning id;
select * from readonly;
-- error: 42501
insert into readonly values (2, 'x');
-- error: 42501
update readonly set t = 'x';
-- error: 42501
update readonly set t = 'x' where false;
-- error: 42501
delete from readonly;
-- error: 42501
insert into readonly values (1, 'taken as well');
-- error: 42501
select * from closed;
-- error: 42501
select 1 from closed;
-- error: 42501
select r.id from readonly r join closed c on c.id = r.id;
-- error: 42501
select id from readonly where id in (select id from closed);
-- error: 42501
select * from hidden.things;
select secret();
select count_closed();
-- error: 42501
select count_closed_as_caller();

-- Views: an ordinary one reads as its owner, whom the policy does not bind.
select * from items_all order by id;
select * from items_mine order by id;
select * from items_cheap order by id;
select number, label from items_named order by number;
select * from totals;
select * from closed_view;
-- error: 42501
select * from closed_invoker;
select * from joined order by id;
select v.id, i.name from items_all v left join items_mine i on i.id = v.id order by v.id;
update items_all set name = upper(name) where id = 2 returning *;
insert into items_cheap (id, name, cost) values (7, 'tag', 0.1) returning *;
delete from items_cheap where id = 7;
delete from items_cheap where id = 2;
update items_mine set name = 'pencil' where id in (1, 2) returning id, name;
-- as: anon
select id, name from items;
-- error: 42501
select owner from items;
-- error: 42501
insert into items (id) values (9);
-- error: 42501
delete from items;
-- error: 42501
select * from no_anon;
-- error: 42501
insert into no_anon values (2, 'x');
-- error: 42501
select * from items_cheap;
select * from items_all order by id;
-- error: 42501
select secret();
-- error: 42501
select * from hidden.things;
-- error: 42P01
select * from nowhere;
-- error: 42501
select * from hidden.nothing_here;
-- error: 42P01
insert into nowhere.things values (1);
-- error: 42703
select nothing from readonly;
-- error: 42883
select no_such_function(1);
insert into counted (t) values ('a'), ('b') returning id, t;
-- error: 428C9
insert into counted (id, t) values (10, 'x');
insert into counted (id, t) overriding system value values (10, 'x') returning id;
-- error: 428C9
update counted set id = 5 where id = 1;
insert into counted default values returning id, t;

-- Definition of data is for owners.
-- error: 42501
drop table readonly;
-- error: 42501
alter table readonly add column x int;
-- error: 42501
create policy open on items using (true);
-- error: 42501
create table mine (id int);
-- error: 42501
truncate closed;
-- as: bob
-- error: 42501
alter table items disable row level security;
-- error: 42501
grant select on closed to authenticated;
-- error: 42501
create view peek as select * from items;
-- as: owner
select id, name, cost from items order by id;
select * from counted order by id;
