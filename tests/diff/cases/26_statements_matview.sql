-- Materialized views: a table that REFRESH fills, as its owner, from its query.
create table orders (
    id int primary key,
    owner uuid not null,
    region text not null,
    amount numeric(10, 2) not null
);
alter table orders enable row level security;
create policy own on orders using (owner = auth.uid());
insert into orders values
    (1, '00000000-0000-0000-0000-00000000000a', 'east', 10.50),
    (2, '00000000-0000-0000-0000-00000000000a', 'west', 20),
    (3, '00000000-0000-0000-0000-00000000000b', 'east', 30),
    (4, '00000000-0000-0000-0000-00000000000b', 'north', 2.25);

create materialized view totals as
    select region, count(*) as n, sum(amount) as amount from orders group by region;
create unique index totals_region on totals (region);
create index on totals (amount);
comment on materialized view totals is 'sums';
create materialized view late (r, a) as select region, amount from orders with no data;
create materialized view secret as select * from orders;
revoke all on secret from anon, authenticated;
create materialized view if not exists totals as select 1 as x;
create view over_totals as select region, n from totals where n > 1;
create view over_late as select a from late;
create role r26;
grant r26 to postgres;
create table ledger (id int);
alter table ledger enable row level security;
create policy late_ones on ledger to public using (id > 2);
insert into ledger values (1), (2), (3);
grant usage, create on schema public to r26;
create materialized view keepers as select count(*) as n from ledger;

-- as: owner
select * from totals order by region;
select n from keepers;
select region from over_totals order by 1;
-- error: 55000
select * from late;
-- error: 55000
select * from over_late;
-- error: 42P07
create materialized view totals as select 1 as x;
create materialized view if not exists totals as select 1 as x;
create materialized view fresh as select id, region from orders where id < 3;
select * from fresh order by id;
create materialized view empty_one as select id from orders with no data;
drop materialized view empty_one;
-- error: 42701
create materialized view bad as select 1 as x, 2 as x;
-- error: 42601
create materialized view bad (a, b, c) as select 1 as x, 2 as y;
-- error: 42P01
create materialized view bad as select * from nowhere;

-- as: alice
select * from totals order by region;
select * from over_totals order by region;
-- error: 42501
select * from secret;
-- error: 55000
select a from late;
-- error: 42501
refresh materialized view totals;
-- error: 42501
drop materialized view totals;
-- error: 42809
insert into totals values ('x', 1, 1);
-- error: 42809
update totals set n = 2;
-- error: 42809
delete from totals;
-- error: 42501
delete from secret;
-- error: 42703
update totals set nothing = 2;

-- as: anon
select region, n from totals where amount > 20 order by region;
select id from orders;
-- error: 42501
select count(*) from secret;
-- error: 42809
delete from totals where n = 1;

-- as: bob
insert into orders values (5, '00000000-0000-0000-0000-00000000000b', 'south', 7);
select count(*) from totals;

-- as: owner
refresh materialized view totals;
select * from totals order by region;
refresh materialized view concurrently totals;
refresh materialized view late;
select * from late order by a;
select * from over_late order by a;
-- error: 55000
refresh materialized view concurrently late;
refresh materialized view late with no data;
-- error: 0A000
refresh materialized view concurrently late;
-- error: 42601
refresh materialized view concurrently totals with no data;
-- error: 55000
select * from late;
-- error: 55000
select count(*) from totals join late on true;
-- error: 0A000
refresh materialized view orders;
-- error: 42809
refresh materialized view over_totals;
-- error: 42P01
refresh materialized view nowhere;
-- A row that the key refuses leaves everything as it was.
create materialized view one_each as select region from orders where id in (1, 2);
create unique index one_each_key on one_each (region);
insert into orders values (6, '00000000-0000-0000-0000-00000000000a', 'east', 1);
create materialized view twice as select region from orders;
-- error: 23505
create unique index twice_key on twice (region);

-- as: owner
-- error: 2BP01
drop table orders;
-- error: 2BP01
alter table orders drop column amount;
-- error: 0A000
alter table orders alter column amount type text;
-- error: 2BP01
drop materialized view totals;
-- error: 42809
drop view totals;
-- error: 42809
drop table totals;
-- error: 42809
drop materialized view orders;
-- error: 42809
truncate totals;
-- error: 42809
alter materialized view totals enable row level security;
-- error: 42809
alter table totals add column z int;
-- error: 42809
create policy p on totals using (true);
-- error: 42809
create table refers (r text references totals (region));
-- error: 42809
create trigger t after insert on totals for each row execute function now();
alter materialized view totals rename to sums;
alter materialized view sums rename column amount to worth;
alter materialized view if exists nothing rename to something;
select region, worth from sums order by region;
select region from over_totals order by region;
alter table orders rename column amount to price;
alter table orders rename to sales;
refresh materialized view sums;
select region, worth from sums order by region;
create schema store;
grant usage on schema store to anon;
alter materialized view sums set schema store;
refresh materialized view store.sums;
select count(*) from store.sums;
alter index store.totals_region rename to by_region;
drop index store.by_region;
-- error: 55000
refresh materialized view concurrently store.sums;

-- as: anon
select region, worth from store.sums order by region;

-- as: owner
-- The new owner has no right on the table below.
alter materialized view keepers owner to r26;
-- error: 42501
refresh materialized view keepers;
select n from keepers;
grant select on ledger to r26;
-- Now it reads, as far as row-level security lets it.
refresh materialized view keepers;
select n from keepers;
revoke select on store.sums from anon;
grant select (region) on store.sums to anon;
drop materialized view if exists nothing;
-- error: 42P01
drop materialized view nothing;

-- as: anon
select region from store.sums order by region;
-- error: 42501
select worth from store.sums;

-- as: owner
drop table sales cascade;
-- error: 42P01
select * from store.sums;
-- error: 42P01
select * from fresh;
select matviewname, ispopulated from pg_matviews order by 1;
select relname, relispopulated from pg_class where relkind = 'm' order by 1;
