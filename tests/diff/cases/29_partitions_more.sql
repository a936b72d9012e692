-- Partitions beside triggers, functions, views of views, policies with subqueries, and a life of changes.
create table regions (code text primary key, open boolean not null default true);
insert into regions values ('n', true), ('s', true), ('w', false);
create table orders (
    id bigint generated always as identity,
    region text not null references regions on delete cascade,
    day date not null default '2025-03-03',
    owner uuid default auth.uid(),
    total numeric(10, 2) not null check (total >= 0),
    touched int not null default 0,
    primary key (id, day, region)
) partition by range (day);
create table orders_q1 partition of orders for values from ('2025-01-01') to ('2025-04-01');
create table orders_q2 partition of orders for values from ('2025-04-01') to ('2025-07-01') partition by list (region);
create table orders_q2_n partition of orders_q2 for values in ('n');
create table orders_q2_rest partition of orders_q2 default;
create table log (n serial primary key, op text, id bigint, day date);
create function touch() returns trigger language plpgsql as $$
begin
    new.touched := new.touched + 1;
    if new.total > 1000 then return null; end if;
    return new;
end $$;
create function note() returns trigger language plpgsql security definer as $$
begin
    insert into log (op, id, day) values (tg_op, coalesce(new.id, old.id), coalesce(new.day, old.day));
    return null;
end $$;
create trigger touch before insert or update on orders for each row execute function touch();
create trigger note after insert or update or delete on orders for each row execute function note();
create function quarter(d date) returns setof orders language sql stable as $$
    select * from orders where day >= d and day < d + 90 $$;
create function add_order(r text, d date, t numeric) returns bigint language plpgsql as $$
declare made bigint;
begin
    insert into orders (region, day, total) values (r, d, t) returning id into made;
    return made;
end $$;
create view open_orders as select o.* from orders o join regions r on r.code = o.region where r.open;
create view q2 with (security_invoker = true) as select id, region, day, total from orders_q2 where total < 500 with check option;
alter table orders enable row level security;
create policy mine on orders using (owner = auth.uid() and exists (select 1 from regions r where r.code = region and r.open));
alter table orders_q2 enable row level security;
create policy readers on orders_q2 for select using (auth.uid() is not null);
insert into orders (region, day, owner, total) values
    ('n', '2025-01-15', '00000000-0000-0000-0000-00000000000a', 10),
    ('s', '2025-02-15', '00000000-0000-0000-0000-00000000000b', 20),
    ('n', '2025-04-15', '00000000-0000-0000-0000-00000000000a', 30),
    ('w', '2025-05-15', '00000000-0000-0000-0000-00000000000a', 40);
insert into orders_q1 (id, region, day, total) values (100, 'n', '2025-03-31', 55.5), (101, 's', '2025-01-01', 66);
-- as: owner
select id, region, day, total, touched from orders order by id;
select id from orders_q1 order by id;
select id from orders_q2 order by id;
select id from orders_q2_n order by id;
select id from orders_q2_rest order by id;
select op, id, day from log order by n;
-- a BEFORE trigger that drops rows, by the table and by a partition
insert into orders (region, day, total) values ('n', '2025-01-20', 2000);
insert into orders_q1 (id, region, day, total) values (102, 'n', '2025-01-20', 2000);
insert into orders_q1 (id, region, day, total) values (102, 'n', '2025-01-20', 20) returning id, touched;
-- skip: with a BEFORE trigger PostgreSQL says 0A000 of a row for another partition, dapur 23514
insert into orders_q1 (id, region, day, total) values (103, 'n', '2025-04-20', 20);
-- skip: with a BEFORE trigger PostgreSQL says 0A000 of a row for another partition, dapur 23514
insert into orders_q2_n (id, region, day, total) values (103, 's', '2025-04-20', 20);
-- error: 23503
insert into orders_q1 (id, region, day, total) values (103, 'x', '2025-01-20', 20);
-- error: 23514
insert into orders (region, day, total) values ('n', '2026-01-01', 1);
-- error: 23514
insert into orders (region, day, total) values ('n', '2025-01-01', -1);
-- skip: PostgreSQL deletes and inserts a row that moves, triggers included (limits.md)
update orders set day = day + 90 where id = 100 returning id, day, touched;
select id from orders_q2_n order by id;
-- error: 23514
update orders set day = day + 365 where id = 100;
update orders_q2 set total = total + 1 returning id, total;
delete from orders_q1 where id = 101 returning id;
select op, id, day from log order by n;
select id, total from quarter('2025-04-01') order by id;
select add_order('n', '2025-05-05', 12.5) > 4 as made;
-- error: 23514
select add_order('n', '2027-05-05', 12.5);
select id, region, total from open_orders order by id;
select id, region, total from q2 order by id;
insert into q2 (id, region, day, total) values (200, 'n', '2025-06-01', 100) returning id, region;
-- error: 44000
insert into q2 (id, region, day, total) values (201, 'n', '2025-06-01', 600);
-- error: 23514
insert into q2 (id, region, day, total) values (202, 'n', '2025-07-01', 100);
with moved as (delete from orders_q1 where total < 15 returning *) select count(*), sum(total) from moved;
select region, count(*), sum(total) from orders group by rollup (region) order by 1 nulls last;
select o.id, x.n from orders o cross join lateral (select count(*) as n from orders_q2 q where q.region = o.region) x order by o.id;
select exists (select 1 from orders_q2_rest where region = 'w') as w;
-- error: 23502
insert into orders_q1 values (1, 'n');
-- error: 42703
select nothing from orders_q1;
-- error: 42P01
select * from orders_q3;
insert into orders (region, day, total) values ('s', '2025-06-06', 5) on conflict (id, day, region) do update set total = 0 returning total;
-- error: 42P10
insert into orders_q1 (id, region, day, total) values (102, 'n', '2025-01-20', 21) on conflict (id) do nothing;
insert into orders_q1 (id, region, day, total) values (102, 'n', '2025-01-20', 21) on conflict (id, day, region) do update set total = excluded.total returning id, total, touched;
-- as: alice
select id, region from orders order by id;
-- no policy of a partition's own: the parent's do not count there
select id, region from orders_q1 order by id;
select id, region from orders_q2 order by id;
select count(*) from q2;
update orders_q2 set total = 1;
delete from orders_q2;
-- error: 42501
insert into orders_q2 (id, region, day, total) values (300, 'n', '2025-05-05', 1);
insert into orders (region, day, total) values ('n', '2025-05-06', 7) returning region, total;
-- error: 42501
insert into orders (region, day, total) values ('w', '2025-05-06', 7);
-- error: 42501
insert into orders (region, day, owner, total) values ('n', '2025-05-06', '00000000-0000-0000-0000-00000000000b', 7);
-- error: 23514
insert into orders (region, day, owner, total) values ('n', '2035-05-06', '00000000-0000-0000-0000-00000000000b', 7);
update orders set region = 's' where total = 7 returning region;
-- error: 42501
update orders set region = 'w' where total = 7;
select count(*) from orders where 1 / (total - 20) > 0;
select count(*) from orders_q1 where 1 / (total - 30) > 0;
select region from open_orders order by 1;
-- as: bob
select id, total from orders order by id;
delete from orders where total = 7;
select id from quarter('2025-01-01') order by id;
-- as: anon
select count(*) from orders;
select count(*) from orders_q2;
select count(*) from q2;
-- as: owner
-- a life
create table orders_q3 (like orders including all);
alter table orders_q3 add constraint q3 check (day >= '2025-07-01' and day < '2025-10-01');
alter table orders_q3 drop constraint q3;
insert into orders_q3 (id, region, day, owner, total, touched) overriding system value values (400, 'n', '2025-08-08', null, 9, 0);
alter table orders attach partition orders_q3 for values from ('2025-07-01') to ('2025-10-01');
select id, day, total, touched from orders where day > '2025-07-01';
-- error: 23503
update orders_q3 set region = 'zz';
delete from regions where code = 's';
select region, count(*) from orders group by 1 order by 1;
alter table orders detach partition orders_q3;
-- error: 23505
insert into orders_q3 (id, region, day, total) overriding system value values (400, 'n', '2025-08-08', 9);
insert into orders_q3 (id, region, day, total) overriding system value values (401, 'n', '2026-08-08', 9);
select id, total, touched from orders_q3 order by id;
-- error: 23503
insert into orders_q3 (id, region, day, total) overriding system value values (402, 'zz', '2026-08-08', 9);
alter table orders add column memo text;
insert into orders_q1 (id, region, day, total, memo) values (500, 'n', '2025-01-02', 3, 'by q1') returning memo;
select memo from orders where id = 500;
alter table orders rename column memo to remark;
create policy memos on orders_q1 for update using (remark is not null);
alter table orders rename column remark to words;
alter table orders_q1 enable row level security;
update orders_q1 set words = 'more' where id = 500 returning words;
alter table orders drop column words cascade;
select * from orders_q1 where id = 500;
truncate orders_q1;
select count(*) from orders_q1;
select count(*) > 0 as others from orders;
drop table orders_q2_rest;
-- error: 23514
insert into orders (region, day, total) values ('w', '2025-05-05', 1);
drop view q2;
drop table orders_q2;
select count(*) from orders;
drop function quarter(date);
drop view open_orders;
drop table orders;
-- error: 42P01
select * from orders_q1;
select count(*) from orders_q3;
