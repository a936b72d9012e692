-- EXCLUDE USING gist: conflicts on INSERT and UPDATE, NULLs, partial ones, expressions, DDL around them.
create extension if not exists btree_gist;
create table bookings (
    id int primary key,
    room int,
    during tstzrange,
    state text not null default 'open',
    constraint no_overlap exclude using gist (room with =, during with &&)
);
create table slots (
    id int generated always as identity primary key,
    owner uuid default auth.uid(),
    starts timestamptz not null,
    ends timestamptz not null,
    cancelled boolean not null default false,
    exclude using gist (owner with =, tstzrange(starts, ends) with &&) where (not cancelled)
);
create table spans (n numrange, exclude using gist (n with &&));
create table touching (r int4range, constraint apart exclude using gist (r with -|-));
create table prices (article int, valid daterange, price int);
insert into prices values (1, '[2026-01-01,2026-02-01)', 10), (1, '[2026-02-01,2026-03-01)', 11), (2, '[2026-01-01,)', 20);
alter table prices add constraint prices_once exclude using gist (article with =, valid with &&);
alter table slots enable row level security;
create policy own on slots using (owner = auth.uid()) with check (owner = auth.uid());
create table parents (id int primary key);
create table stays (parent int references parents on update cascade on delete cascade, d daterange, exclude using gist (parent with =, d with &&));
create table o (rowid int, "oid" int, a int4range, "value" int, exclude using gist (a with &&), exclude using gist (int4range("value", "value" + 2) with &&));
create table "Odd ""t" ("Col ""x" int4range, exclude using gist ("Col ""x" with &&));
create table arr (a int[], t text, n numeric, exclude using gist (n with =));
create view ov as select * from o;
create function f() returns int language plpgsql as $$ begin insert into o values (1, 1, '[1,3)', 1); return 1; exception when exclusion_violation then return 2; end $$;
grant all on bookings, slots, spans, touching, prices, parents, stays to authenticated;

-- as: owner
insert into bookings values (1, 1, '[2026-01-01,2026-01-02)'), (2, 1, '[2026-01-02,2026-01-03)'), (3, 2, '[2026-01-01,2026-01-03)') returning id;
-- error: 23P01
insert into bookings values (4, 1, '[2026-01-01 12:00,2026-01-01 13:00)');
-- error: 23P01
insert into bookings values (4, 3, '[2026-01-01,2026-01-02)'), (5, 3, '[2026-01-01 12:00,2026-01-05)');
insert into bookings values (4, null, '[2026-01-01,2026-01-02)'), (5, null, '[2026-01-01,2026-01-02)'), (6, 1, null), (7, 1, 'empty'), (8, 1, 'empty') returning id;
-- error: 23P01
update bookings set during = '[2026-01-01,2026-01-02 00:00:01)' where id = 1;
-- error: 23P01
update bookings set room = 1 where id = 3;
update bookings set during = '[2026-01-01,2026-01-01 23:00)' where id = 1 returning id, during;
update bookings set state = 'closed' where id = 1 returning *;
-- error: 23P01
update bookings set room = 9, during = '[2026-01-01,2026-01-02)' where id in (6, 7);
delete from bookings where id = 1;
insert into bookings values (1, 1, '[2026-01-01 12:00,2026-01-01 13:00)') returning id;
insert into bookings values (1, 1, '[2026-01-01 12:00,2026-01-01 13:00)') on conflict (id) do nothing;
insert into bookings values (1, 5, '[2026-01-01,2026-01-02)') on conflict (id) do update set state = 'again' returning *;
-- error: 23P01
insert into bookings values (1, 5, '[2026-01-01,2026-01-02)') on conflict (id) do update set during = '[2026-01-02,2026-01-03)';
-- error: 23P01
insert into bookings values (20, 1, '[2026-01-02,2026-01-03)') on conflict (id) do nothing;
-- error: 42P10
insert into bookings values (20, 1, null) on conflict (room, during) do nothing;
-- error: 42809
insert into bookings values (20, 1, null) on conflict on constraint no_overlap do update set state = 'x';
insert into spans values ('[1.0,2.0)'), ('[2,3)'), ('empty') returning n;
-- error: 23P01
insert into spans values ('[1.99,5]');
-- error: 23P01
insert into spans values ('(,)');
insert into touching values ('[1,3)'), ('[2,5)') returning r;
-- error: 23P01
insert into touching values ('[5,6)');
-- error: 23P01
insert into prices values (1, '[2026-01-15,2026-01-16)', 1);
insert into prices values (3, '[2026-01-15,2026-01-16)', 1) returning *;
-- error: 42P07
create table no_overlap (a int);
select conname, contype, pg_get_constraintdef(oid) from pg_constraint where contype = 'x' order by conname;
select conname, conkey from pg_constraint where conname in ('no_overlap', 'prices_once') order by conname;
insert into parents values (1), (2);
insert into stays values (1, '[2026-01-01,2026-02-01)'), (2, '[2026-01-01,2026-01-05)');
update parents set id = 3 where id = 1;
select * from stays order by 1;
-- error: 23P01
insert into stays values (3, '[2026-01-05,2026-01-06)');
-- as: alice
insert into slots (starts, ends) values ('2026-01-01 10:00+00', '2026-01-01 11:00+00'), ('2026-01-01 11:00+00', '2026-01-01 12:00+00') returning starts;
-- error: 23P01
insert into slots (starts, ends) values ('2026-01-01 10:30+00', '2026-01-01 10:31+00');
insert into slots (starts, ends, cancelled) values ('2026-01-01 10:30+00', '2026-01-01 10:31+00', true) returning cancelled;
-- error: 23P01
update slots set cancelled = false;
-- error: 22000
insert into slots (starts, ends) values ('2026-01-03', '2026-01-02');
update slots set cancelled = true where starts = '2026-01-01 10:00+00';
update slots set cancelled = false where starts = '2026-01-01 10:30+00' returning starts;
-- as: bob
insert into slots (starts, ends) values ('2026-01-01 10:00+00', '2026-01-01 11:00+00') returning ends;
-- error: 42501
insert into slots (owner, starts, ends) values ('00000000-0000-4000-8000-00000000000a', '2026-01-01 10:00+00', '2026-01-01 11:00+00');
-- as: owner
-- error: 23P01
alter table bookings add constraint all_apart exclude using gist (during with &&);
-- error: 42809
alter table bookings add constraint odd exclude using gist (during with @>);
-- error: 42809
alter table bookings add constraint odd exclude using gist (during with <<);
-- error: 42883
alter table bookings add constraint odd exclude using gist (room with &&);
-- error: 42703
alter table bookings add constraint odd exclude using gist (missing with &&);
-- error: 42P07
alter table bookings add constraint no_overlap exclude using gist (during with &&);
alter table bookings rename column during to span;
alter table bookings rename to reservations;
-- error: 23P01
insert into reservations values (30, 1, '[2026-01-02,2026-01-03)');
alter table reservations rename constraint no_overlap to only_one;
alter table reservations alter column room type bigint;
-- error: 23P01
insert into reservations values (30, 1, '[2026-01-02,2026-01-03)');
-- error: 2BP01
drop index only_one;
alter table reservations add column note text;
alter table reservations drop column state;
-- error: 23P01
insert into reservations values (30, 1, '[2026-01-02,2026-01-03)');
alter table reservations drop constraint only_one;
insert into reservations values (30, 1, '[2026-01-02,2026-01-03)') returning id;
-- error: 2BP01
alter table slots drop column ends;
alter table slots drop column ends cascade;
select count(*) from pg_constraint where conrelid = 'slots'::regclass and contype = 'x';
insert into slots (owner, starts) values (null, '2026-01-01'), (null, '2026-01-01') returning starts;
drop table spans;
drop table stays;
create table spans (n numrange, constraint spans_n_excl exclude using gist (n with &&));
-- odd names, a column named rowid, views, PL/pgSQL
insert into o values (1, 1, '[1,2)', 1), (1, 1, '[2,3)', 5);
-- error: 23P01
insert into o values (1, 1, '[9,10)', 6);
-- error: 23P01
insert into ov values (1, 1, '[1,10)', 60);
-- error: 23P01
update o set rowid = 7, a = '[1,3)' where "value" = 5;
select f();
insert into "Odd ""t" values ('[1,2)'), ('[2,3)');
-- error: 23P01
insert into "Odd ""t" values ('(,)');
update o set "value" = "value" + 1;
update o set "value" = "value" + 3;
delete from o;
truncate o;
insert into o values (1, 1, '[1,2)', 1);
-- error: 23P01
with x as (insert into o values (1, 1, '[1,2)', 10) returning *) select * from x;
drop view ov;
-- error: 42883
alter table o alter column a type int4range using int4range(1, 2), add constraint again exclude using gist (a with &&, "value" with &&);
select rowid, a from o order by 1;
