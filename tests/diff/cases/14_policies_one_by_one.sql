-- Each policy as the only thing that stands between a caller and a row: what one command's policies allow,
-- another's refuse. And conditions that raise, where the policy is the dearest condition to test.
create table mem (org int, usr uuid);
create table pub (id int primary key, k int, v int);
create table docs (id int primary key, org int, secret text, n int);
create table apart (id int primary key, seen boolean default true, edit boolean default true, made boolean default true,
    gone boolean default true, t text);
insert into mem values (1, '00000000-0000-0000-0000-00000000000a');
insert into pub values (1, 1, 10), (2, 3, 20), (3, 3, 30), (4, 4, 40);
insert into docs values (1, 1, '1', 1), (2, 1, '2', 2), (3, 2, 'x', 0), (4, 2, 'y', 9);
insert into apart values (1, true, true, true, true, 'open'), (2, false, true, true, true, 'not seen'),
    (3, true, false, true, true, 'not edited'), (4, true, true, true, false, 'kept'),
    (9, true, null, true, true, 'not known');
alter table docs enable row level security;
alter table apart enable row level security;
create policy of_org on docs using (exists (select 1 from mem m where m.org = docs.org and m.usr = auth.uid()));
create policy seen on apart for select using (seen);
create policy made on apart for insert with check (made);
create policy edited on apart for update using (edit) with check (edit and t <> 'no');
create policy gone on apart for delete using (gone);
create function ratio(x int) returns int language sql immutable as $$ select 10 / (x - 3) $$;
create view computed with (security_invoker = true) as select id, 10 / (id - 3) as x, secret::int as s from docs;

-- as: alice
select id from docs where 1 / (id - 3) < 5 order by id;
select id from docs where ratio(id) < 50 order by id;
select id from docs where secret::int > 0 order by id;
select id from docs where secret ~ '^[0-9]' and 1 / n > -1 order by id;
select org from docs group by org having 1 / (org - 2) < 5;
select org, count(*) from docs group by org having min(1 / (id - 3)) < 5;
select p.id, d.id from pub p join docs d on 1 / (d.id - 3) = p.id order by 1, 2;
select p.id, d.id from pub p left join docs d on d.id = p.k and 1 / (d.id - 3) < 5 order by 1, 2;
select p.id, d.id from docs d right join pub p on d.id = p.k and d.secret::int > 0 order by 1, 2;
select p.id, d.id from pub p full join docs d on d.id = p.id order by 1, 2;
select d.id, g from docs d, generate_series(1, 5 / (d.id - 3) + 5) g order by 1, 2;
select id from computed where x < 10 order by id;
select id from computed where s > 0 order by id;
select id from (select id, 10 / (id - 3) as x from docs) q where x < 10 order by id;
with q as (select id, 10 / (id - 3) as x from docs) select id from q where x < 10 order by id;
select id from (select id, org from docs) q where 1 / (id - 3) < 5 order by id;
select id from docs d where (select v from pub where k = d.id) = 10;
update docs set n = 5 where 1 / (id - 3) < 5;
update docs set n = 5 where (select v from pub where k = docs.id) = 10 returning id;
delete from docs where 10 / (id - 3) > 100;
delete from docs where (select v from pub where k = docs.id) = 20;
select id from docs where id < 10 for update;

select id from apart order by id;
select id from apart order by id for update;
update apart set t = 'x' returning id;
update apart set t = 'x' where id = 2;
update apart set t = 'x' where id = 3;
-- error: 42501
update apart set t = 'no' where id = 1;
-- error: 42501
update apart set seen = false where id = 1;
-- error: 42501
update apart set edit = false where id = 1;
delete from apart where id = 2;
delete from apart where id = 4;
-- error: 42501
insert into apart (id, made) values (5, false);
insert into apart (id, seen) values (5, false);
-- error: 42501
insert into apart (id, seen) values (6, false) returning id;
-- error: 42501
insert into apart (id) values (2) on conflict (id) do update set t = 'y';
-- error: 42501
insert into apart (id) values (2) on conflict (id) do update set seen = true;
-- error: 42501
insert into apart (id) values (3) on conflict (id) do update set t = 'y';
-- error: 42501
insert into apart (id) values (3) on conflict (id) do update set edit = true;
-- error: 42501
insert into apart (id) values (1) on conflict (id) do update set t = 'no';
-- error: 42501
insert into apart (id) values (1) on conflict (id) do update set seen = false;
-- error: 42501
insert into apart (id, made) values (1, false) on conflict (id) do update set t = 'y';
-- error: 42501
insert into apart (id, seen) values (1, false) on conflict (id) do update set t = 'y';
-- error: 42501
insert into apart (id, seen) values (1, false) on conflict (id) do nothing;
-- A NULL that a check answers is no yes.
-- error: 42501
insert into apart (id, made) values (7, null);
-- error: 42501
update apart set edit = null where id = 1;
-- error: 42501
insert into apart (id) values (1) on conflict (id) do update set t = null;
-- error: 42501
insert into apart (id) values (9) on conflict (id) do update set edit = true;
insert into apart (id) values (1), (8) on conflict (id) do update set t = 'y' returning id, t;
-- as: bob
select count(*) from docs where 1 / (id - 1) < 5;
select max(1 / (id - 3)) from docs;
-- as: owner
select * from apart order by id;
select * from docs order by id;
