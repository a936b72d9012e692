-- Views below views, writes through them, and what of a row set a statement that changes it sees.
create table docs (id int primary key, org int not null, own uuid default auth.uid(), title text default 'new', cost int,
    gen int generated always as (org * 2) stored);
create table pub (id int primary key, k int, v int);
create table tags (id int primary key, t text not null unique, n int check (n < 10), doc int references docs (id));
insert into docs (id, org, own, title, cost) values
    (1, 1, '00000000-0000-0000-0000-00000000000a', 'one', 1), (2, 1, '00000000-0000-0000-0000-00000000000b', 'two', 2),
    (3, 2, '00000000-0000-0000-0000-00000000000b', 'three', 3), (4, 2, null, 'four', 4);
insert into pub values (1, 1, 10), (2, 3, 20), (3, 3, 30), (4, 4, 40);
insert into tags values (1, 'a', 1, 1), (2, 'b', 2, 3);
alter table docs enable row level security;
create policy org_one on docs for select using (org = 1);
create policy add_any on docs for insert with check (org < 3);
create policy edit_own on docs for update using (own = auth.uid());
create policy drop_own on docs for delete using (own = auth.uid());

create view invoker with (security_invoker = true) as select id, org, own, title from docs;
create view over_invoker as select id, org, own, title from invoker;
create view over_both with (security_invoker = true) as select * from over_invoker;
create view definer as select id, org, own, title from docs where org > 0;
create view over_definer with (security_invoker = true) as select * from definer;
create view costs with (security_invoker = true) as select id, org, title, cost from docs where cost > 0;
create view few with (security_invoker = true) as select id, t, n, doc from tags where n > 1 with check option;
create view inner_names as select id, t, n from tags;
create view outer_names with (security_invoker = true) as select id, t, n from inner_names;
revoke all on inner_names from authenticated;
grant select, update (t), insert (id, t) on inner_names to authenticated;
create view blind with (security_invoker = true) as select id, org, title, cost from docs where cost > 0;
revoke select on docs from anon;
grant select (id, org, title) on docs to anon;
create table closed (id int primary key);
create table only_restricted (id int primary key);
insert into only_restricted values (1);
revoke all on closed from authenticated;
alter table only_restricted enable row level security;
create policy r on only_restricted as restrictive using (id in (select id from closed));

-- as: alice
-- The tables of an invoker's view are read as the caller, also below an owner's view.
select id from invoker order by id;
select id from over_invoker order by id;
select id from over_both order by id;
select id from definer order by id;
select id from over_definer order by id;
select count(*), max(id) from over_invoker;
select id from over_invoker where 1 / (id - 3) < 5 order by id;
update over_invoker set title = 'x' where id = 3;
update over_both set title = 'x' where id = 3;
delete from over_invoker where id = 3;
update over_invoker set title = 'mine' where id = 1 returning id, title;
-- error: 42501
insert into over_invoker (id, org) values (10, 3);
insert into over_invoker (id, org) values (10, 2);
-- error: 42501
insert into over_invoker (id, org) values (11, 2) returning id;
-- error: 42501
insert into invoker (id, org) values (12, 3);

-- INSERT through a view reads nothing of it: no SELECT policy, no SELECT privilege is asked.
insert into costs (id, org, cost) values (20, 2, 5);
-- error: 42501
insert into costs (id, org, cost) values (21, 2, 5) returning 1, id;
update costs set title = default where id = 1 returning title;
update definer set own = default where id = 4 returning own;
-- as: anon
insert into blind (id, org) values (30, 2);
-- error: 42501
insert into blind (id, org) values (31, 1) returning id;
-- error: 42501
select id from blind;
-- error: 42501
update blind set title = 'x' where id = 1;
update blind set title = 'x';
-- error: 42501
delete from blind where id = 1;
delete from blind;

-- Privileges on the columns of a view in between.
-- as: alice
select * from outer_names order by id;
update outer_names set t = 'aa' where id = 1;
-- error: 42501
update outer_names set n = 5 where id = 1;
-- error: 42501
insert into outer_names (id, t, n) values (3, 'c', 3);
insert into outer_names (id, t) values (3, 'c');

-- CHECK OPTION: what NOT NULL, CHECK and UNIQUE say comes before it, foreign keys after it.
-- error: 44000
insert into few values (40, 'x', 0, 1);
-- error: 23502
insert into few values (40, null, 0, 1);
-- error: 23505
insert into few values (1, 'x', 0, 1);
-- error: 23514
insert into few values (40, 'x', 20, 1);
-- error: 44000
insert into few values (40, 'x', 0, 999);
-- error: 23503
insert into few values (40, 'x', 2, 999);
-- error: 44000
update few set n = 0 where id = 2;
-- error: 23505
update few set n = 0, t = 'aa' where id = 2;
-- error: 44000
insert into few values (41, 'y', 5, 1), (42, 'z', 0, 1);
select id from tags where id > 39;

-- A sub-select that finds two rows raises: not for rows that the policy hides.
select id from docs d where (select v from pub where k = d.id) = 10;
-- error: 21000
select id from docs d where (select v from pub where k = d.id + 2) > 0;
update docs set title = 'y' where (select v from pub where k = docs.id) = 10 returning id;
update docs set title = 'y' where (select v from pub where k = docs.id) = 40;
delete from docs where (select v from pub where k = docs.id) = 40;

-- Without a permissive policy nothing is seen, and the restrictive ones are not looked at.
select * from only_restricted;
update only_restricted set id = 2;
-- error: 42501
insert into only_restricted values (2);

-- What excluded holds may be a default: SELECT is asked.
-- as: anon
-- error: 42501
insert into docs (id, org, cost) values (1, 1, 1) on conflict (id) do update set cost = excluded.cost;
-- error: 42501
insert into docs (id, org) values (1, 1) on conflict (id) do update set title = 'z' where excluded.own is null;
-- error: 42501
insert into docs (id, org, title) values (1, 1, 'z') on conflict (id) do update set title = excluded.title;

-- A statement sees the tables as they were before it, its own changes not.
-- as: owner
create table nums (id int primary key, org int, k int);
insert into nums values (1, 1, 1), (2, 3, 3), (3, 3, 3), (4, 2, 2), (5, 2, 2), (6, 3, 3);
update nums set org = 1 where (select count(*) from nums o where o.org = nums.org) > 1;
select * from nums order by id;
update nums set org = (select count(*) from nums o where o.k = nums.k), k = 7;
select * from nums order by id;
update nums set org = (select max(o.org) from nums o where o.id <= nums.id) + 1 where id in (select id from nums where k = 7);
select * from nums order by id;
update nums set k = k + 1 returning id, (select sum(k) from nums);
insert into nums values (7, 1, 1), (8, 1, 1) returning id, (select count(*) from nums);
insert into nums select id + 10, org, k from nums returning id, (select count(*) from nums o where o.k = nums.k);
delete from nums where (select count(*) from nums o where o.k = nums.k) > 6 returning id, (select count(*) from nums);

-- NULL for a key that is the row's number.
insert into nums values (111, 1, 1);
-- error: 23502
update nums set id = null where id = 111;
-- error: 23502
update nums set id = nullif(id, 111);
-- error: 23502
insert into nums values (111, 1, 1) on conflict (id) do update set id = null;
-- error: 23502
insert into nums values (111, 1, 1), (112, 1, 1) on conflict (id) do update set id = null;
