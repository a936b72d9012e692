-- Bookings: ranges that may not overlap, prices over ranges, holds, waiting lists, events by month and history by region.
-- load: tests/diff/projects/booking
-- as: owner
select id, slug, name, region, tags, contact from venues order by id;
select r.id, v.slug, r.name, r.seats, r.floor, r.features, r.archived_at from rooms r join venues v on v.id = r.venue_id order by 1;
select room_id, valid, hourly from prices order by room_id, valid;
select id, room_id, during, seats, status, amount, code from bookings order by id;
select id, booking_id, at, kind, old, new from booking_events order by id;
select tablename, policyname, cmd, roles::text from pg_policies where schemaname = 'public' order by 1, 2;
select proname, prokind, provolatile, prosecdef, pg_get_function_identity_arguments(oid) from pg_proc where pronamespace = 'public'::regnamespace and proname in ('hold_room', 'confirm', 'cancel', 'expire_holds', 'free_slots', 'archive_month', 'price_of', 'discounted', 'is_staff') order by 1;
select c.relname, pg_get_expr(c.relpartbound, c.oid) from pg_class c where c.relispartition and c.relkind in ('r', 'p') order by 1;
select relname, relkind from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') order by 1;
select conname, contype, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'bookings'::regclass order by 1;
select tgname, pg_get_triggerdef(oid) from pg_trigger where tgrelid = 'bookings'::regclass and not tgisinternal order by 1;
select column_name, data_type, is_nullable, column_default from information_schema.columns where table_name = 'bookings' order by ordinal_position;
select enumlabel from pg_enum e join pg_type t on t.oid = e.enumtypid where t.typname = 'booking_status' order by enumsortorder;
select kind, count(*) from booking_events group by kind order by kind;
select count(*) from booking_events_2025_01;
select count(*) from booking_events_2025_02;
select count(*) from booking_events_rest;
select room_id, bookings, hours from usage order by room_id;
-- prices
select price_of(1, '[2025-01-09 09:00+00,2025-01-09 10:30+00)'), price_of(1, '[2024-12-31 09:00+00,2024-12-31 10:00+00)'), price_of(3, '[2025-01-01 09:00+00,2025-01-01 10:00+00)');
select discounted(100, null, 1, '2025-01-01'), discounted(100, 'few', 3, '2025-06-01'), discounted(99.99, 'JANUARY', 50, '2025-01-31');
-- error: P0002
select discounted(100, 'none', 1, '2025-01-01');
-- error: 23514
select discounted(100, 'few', 4, '2025-01-01');
-- error: 23514
select discounted(100, 'january', 1, '2025-02-01');
-- error: 23P01
insert into prices (room_id, valid, hourly) values (1, '[2025-06-01,2025-07-01)', 1);
insert into prices (room_id, valid, hourly) values (4, '[2026-01-01,)', 13) returning room_id, valid;
update prices set valid = daterange(lower(valid), '2026-06-01') where room_id = 4 and lower(valid) = '2026-01-01' returning valid;
-- error: 23514
update prices set hourly = -1 where room_id = 2;
-- error: 23P01
update prices set valid = '(,)' where room_id = 4 and lower(valid) = '2026-01-01';
select room_id, range_lower, hourly from (select room_id, lower(valid) as range_lower, hourly from prices) p order by 1, 2 nulls first;
select room_id, valid @> '2025-05-05'::date as now, valid && '[2026-01-01,2027-01-01)' as next, lower_inf(valid), upper_inf(valid) from prices order by 1, lower(valid) nulls first;
select code, seats, days, seats @> 2 as two, days @> '2025-01-15'::date as mid from discounts order by code;
select upper(seats) - lower(seats) as width from discounts where not upper_inf(seats);
-- domains and citext
-- error: 23514
update venues set contact = 'nobody' where id = 1;
update venues set contact = 'DESK@harbour.example' where contact = 'desk@HARBOUR.example' returning contact;
select slug from venues where contact = 'hello@GARDEN.example';
-- error: 23505
insert into venues (slug, name) values ('garden', 'Again');
-- error: 23514
insert into staff values ('00000000-0000-0000-0000-00000000000c', 1, 'boss');
-- error: 23514
insert into opening_hours values (1, 7, '12:00', '11:00');
-- error: 23P01
insert into closures (venue_id, during) values (1, '[2025-01-07,2025-01-10)');
insert into closures (venue_id, during, reason) values (1, '[2025-01-08,2025-01-08]', 'one day') returning during;
-- triggers
-- error: P0001
insert into bookings (room_id, guest, during, status) values (1, '00000000-0000-0000-0000-00000000000c', '[2025-01-08 09:00+00,2025-01-08 10:00+00)', 'confirmed');
-- error: 23514
insert into bookings (room_id, guest, during, status) values (3, '00000000-0000-0000-0000-00000000000c', '[2025-01-09 09:00+00,2025-01-09 10:00+00)', 'confirmed');
-- error: 23514
insert into bookings (room_id, guest, during, seats, status) values (2, '00000000-0000-0000-0000-00000000000c', '[2025-01-09 09:00+00,2025-01-09 10:00+00)', 5, 'confirmed');
-- error: P0001
insert into bookings (room_id, guest, during, status) values (2, '00000000-0000-0000-0000-00000000000c', '[2025-01-09 19:30+00,2025-01-09 20:30+00)', 'confirmed');
-- error: P0001
insert into bookings (room_id, guest, during, status) values (2, '00000000-0000-0000-0000-00000000000c', '[2025-01-12 10:00+00,2025-01-12 11:00+00)', 'confirmed');
-- error: 23514
insert into bookings (room_id, guest, during, status, amount) values (2, '00000000-0000-0000-0000-00000000000c', '[2025-01-09 10:00+00,2025-01-09 11:00+00)', 'held', 1);
-- error: 23P01
insert into bookings (room_id, guest, during, status) values (1, '00000000-0000-0000-0000-00000000000a', '[2025-01-02 10:30+00,2025-01-02 11:30+00)', 'confirmed');
insert into bookings (room_id, guest, during, status) values (1, '00000000-0000-0000-0000-00000000000a', '[2025-01-02 12:30+00,2025-01-02 13:00+00)', 'confirmed') returning id, amount, status;
-- error: 23503
insert into bookings (room_id, guest, during, status, amount, code) values (2, '00000000-0000-0000-0000-00000000000a', '[2025-01-09 12:30+00,2025-01-09 13:00+00)', 'confirmed', 5, 'nope');
-- error: 23514
update bookings set status = 'confirmed' where id = 3;
update bookings set seats = 2 where id = 3 returning seats, amount;
-- error: 23514
update bookings set seats = 7 where id = 3;
-- error: 23503
delete from rooms where id = 1;
-- error: 23503
delete from discounts where code = 'few';
update discounts set code = 'SMALL' where code = 'few' returning code;
select id, code from bookings where code is not null order by id;
select kind, old, new from booking_events where booking_id = 3 order by id;
select count(*) from booking_events_2025_02;
-- slots, calendars
select slot from free_slots(1, '2025-01-02', 60);
select count(*), min(lower(slot)), max(upper(slot)) from free_slots(2, '2025-01-04', 45);
select count(*) from free_slots(1, '2025-01-05');
select room, venue, starts, length, status from calendar order by starts, room;
select room_id, during from busy order by lower(during), room_id;
select room_id, during * '[2025-01-02 10:00+00,2025-01-02 12:00+00)'::tstzrange as shared from busy where during && '[2025-01-02 10:00+00,2025-01-02 12:00+00)' order by 2;
select room_id, range_merge_text from (select room_id, (min(lower(during)) || ' - ' || max(upper(during))) as range_merge_text from bookings group by room_id) x order by 1;
select b.id, b.during -|- n.during as touches from bookings b join bookings n on n.room_id = b.room_id and n.id > b.id order by b.id, n.id;
select b.id, n.id as next from bookings b cross join lateral (select id from bookings n where n.room_id = b.room_id and n.during >> b.during order by lower(n.during) limit 1) n order by b.id;
select room_id, day, sum(hours) over (partition by room_id order by day) as running from (select room_id, lower(during)::date as day, extract(epoch from upper(during) - lower(during)) / 3600 as hours from bookings) x order by room_id, day, running;
select v.slug, r.name, count(b.id), sum(b.amount) from venues v join rooms r on r.venue_id = v.id left join bookings b on b.room_id = r.id group by rollup (v.slug, r.name) order by 1 nulls last, 2 nulls last;
select v.slug, status, count(*), grouping(v.slug, status) from bookings b join rooms r on r.id = b.room_id join venues v on v.id = r.venue_id group by cube (v.slug, status) order by 1 nulls last, 2 nulls last;
select to_char(lower(during), 'IYYY-"W"IW') as week, count(*) from bookings group by 1 order by 1;
select date_trunc('month', lower(during)) as month, sum(amount) filter (where status = 'confirmed') as confirmed, array_agg(id order by id) as ids from bookings group by 1 order by 1;
select extract(isodow from lower(during)) as weekday, avg(upper(during) - lower(during)) as mean from bookings group by 1 order by 1;
select distinct on (room_id) room_id, id, status from bookings order by room_id, lower(during) desc;
select room_id, string_agg(status::text, ',' order by lower(during)) from bookings group by room_id having count(*) > 1 order by 1;
select r.name, features ? 'projector' as has, features ->> 'board' as board, features @> '{"projector": true}' as yes from rooms r order by r.id;
select r.name, f.key, f.value from rooms r, jsonb_each(r.features) f order by r.id, f.key;
select r.name, p.plant, p.ordinality from rooms r, jsonb_array_elements_text(r.features -> 'plants') with ordinality p(plant, ordinality) order by 3;
select name from venues where tags && array['green', 'sea'] and 'wifi' = any (tags);
select tag, count(*) from venues, unnest(tags) tag group by 1 order by 1;
with recursive days(d) as (select date '2025-01-01' union all select d + 1 from days where d < '2025-01-10') select d, exists (select 1 from closures c where c.venue_id = 1 and c.during @> d) as closed from days order by d;
select d::date, coalesce(sum(b.amount), 0) from generate_series('2025-01-01'::timestamptz, '2025-01-04', interval '1 day') d left join bookings b on b.during && tstzrange(d, d + interval '1 day') group by 1 order by 1;
select s.booking_id, stars, search @@ to_tsquery('english', 'rose & quiet') as hit, ts_rank(search, to_tsquery('english', 'rose')) > 0 as ranked from reviews s;
-- upsert, returning, CTEs that write
insert into opening_hours values (2, 1, '09:00', '18:00') on conflict (venue_id, weekday) do update set opens = excluded.opens, closes = excluded.closes where opening_hours.opens <> excluded.opens returning *;
insert into opening_hours values (2, 1, '09:00', '10:00') on conflict do nothing;
with late as (update opening_hours set closes = '21:00' where venue_id = 1 and weekday = 5 returning *) select weekday, closes from late;
with gone as (delete from closures where reason = 'one day' returning venue_id, during) select venue_id, upper(during) - lower(during) as days from gone;
update rooms set features = jsonb_set(features, '{board}', '3') || '{"clean": true}' where name = 'Pier' returning features;
update rooms set features = features - 'clean' where name = 'Pier' returning features;
update rooms r set seats = seats + 1 from venues v where v.id = r.venue_id and v.slug = 'garden' returning r.name, r.seats;
update rooms r set seats = seats - 1 from venues v where v.id = r.venue_id and v.slug = 'garden';
-- procedures, blocks
call expire_holds('2024-12-31 00:00+00');
call expire_holds('2025-01-01 12:00:01+00', 10);
select id, status from bookings where room_id = 1 order by id;
do $$ declare n int := 0; begin for i in 1..3 loop n := n + i; end loop; if n <> 6 then raise exception 'no'; end if; end $$;
do $$ begin perform 1 from public.rooms where name = 'Attic'; if found then raise exception 'found'; end if; end $$;
-- error: P0001
do $$ begin raise exception 'stop %', (select count(*) from public.rooms); end $$;
-- error: 23514
do $$ begin update public.bookings set status = 'held', held_until = now() where status = 'cancelled'; end $$;
-- partitions
select archive_month('2025-01-01');
select region, day, room_id, hours, amount from history order by region, day, room_id, hours;
select count(*) from history_north;
insert into history values ('south', '2024-05-05', 4, 2), ('arctic', '2025-05-05', 1, 3.5);
select day, hours from history_south_old;
select day, hours from history_south_new;
select region, hours from history_north order by day, hours;
-- error: 23514
insert into history values ('west', '2025-01-01', 1, 1);
-- error: 23514
insert into history_south values ('north', '2025-01-01', 1, 1);
-- error: 23514
insert into history_south_old values ('south', '2025-01-01', 1, 1);
-- error: 23514
update history set region = 'west' where region = 'arctic';
update history set region = 'south' where region = 'arctic' returning region, day;
select count(*) from history_south_new;
update history_south set amount = hours * 10 returning day, amount;
delete from history_south_old returning day;
select region, count(*), sum(hours) from history group by grouping sets ((region), ()) order by 1 nulls last;
create table history_west (like history including all);
insert into history_west values ('west', '2025-02-02', 2, 1.25);
alter table history attach partition history_west for values in ('west');
select room_id, hours from history where region = 'west';
-- error: 42P17
create table history_more partition of history for values in ('west');
alter table history detach partition history_west;
select count(*) from history where region = 'west';
select count(*) from history_west;
drop table history_west;
create table booking_events_2025_03 partition of booking_events for values from ('2025-04-01') to ('2025-05-01');
-- error: 23514
create table booking_events_2025_04 partition of booking_events for values from ('2025-03-01') to ('2025-04-01');
-- error: 42P17
create table booking_events_x partition of booking_events for values from ('2025-01-15') to ('2025-01-20');
insert into booking_events (booking_id, at, kind) values (1, '2025-04-04', 'seen') returning kind;
select kind from booking_events_2025_03;
drop table booking_events_2025_03;
select count(*) from booking_events where kind = 'seen';
refresh materialized view usage;
refresh materialized view concurrently usage;
select room_id, bookings, hours from usage order by room_id;
-- error: 42809
insert into usage values (1, 1, 1);
-- as: carol
-- a guest
select id, slug from venues order by id;
select name, seats from rooms order by id;
select count(*) from staff;
select id, room_id, status, amount from bookings order by id;
select room, venue, status from calendar order by starts;
select room_id, during from busy order by lower(during), room_id;
select id, room_id, status from my_bookings order by id;
select id, booking_id, kind from booking_events order by id;
select count(*) from booking_events_2025_01;
-- error: 42501
select count(*) from booking_events_2025_02;
-- error: 42501
select * from history_north;
select count(*) from history;
select count(*) from discounts;
select count(*) from prices;
select status, amount, during from hold_room(2, '2025-01-09 10:00+00', 1.5, 2);
-- error: P0002
select hold_room(2, '2025-01-09 14:00+00', 1, 2, 'january');
select hold_room(2, '2025-01-09 11:00+00', 1) is null as waits;
select wanted, seats from waiting order by id;
-- error: 42501
insert into bookings (room_id, during, status) values (2, '[2025-01-10 10:00+00,2025-01-10 11:00+00)', 'confirmed');
-- error: 42501
insert into bookings (room_id, guest, during, held_until) values (2, '00000000-0000-0000-0000-00000000000b', '[2025-01-10 10:00+00,2025-01-10 11:00+00)', '2025-01-09');
-- error: 42501
update bookings set status = 'confirmed', held_until = null where room_id = 2;
select confirm(id) from bookings where room_id = 2 and status = 'held';
-- error: P0002
select confirm(2);
-- error: P0002
select confirm(999);
select status, held_until from bookings where room_id = 2 order by id;
-- error: 42501
update my_bookings set status = 'no_show' where room_id = 2;
update my_bookings set status = 'cancelled' where room_id = 1 returning id, status;
-- error: 42501
update bookings set amount = 0;
delete from bookings;
-- error: 42501
select archive_month('2025-01-01');
-- error: 42501
select * from cancel(5);
insert into reviews (booking_id, stars, body) select id, 5, 'Great view of the sea' from bookings where room_id = 2 and status = 'confirmed' returning stars, body;
-- error: 42501
insert into reviews (booking_id, stars) values (2, 1);
-- error: 23505
insert into reviews (booking_id, stars) values (3, 1);
insert into reviews (booking_id, stars) select id, 6 from bookings where room_id = 2 and status = 'confirmed' and id not in (select booking_id from reviews);
select stars, body from reviews order by stars;
select stars from reviews where search @@ websearch_to_tsquery('english', 'views -roses') order by stars;
update reviews set stars = 1;
-- error: 42501
insert into rooms (venue_id, name, seats) values (1, 'Mine', 1);
update rooms set seats = 100;
delete from venues;
select is_staff(1), is_staff(1, 'manager'), is_staff(2);
-- as: alice
-- manager of 1, at the desk of 2
select is_staff(1), is_staff(1, 'manager'), is_staff(2), is_staff(2, 'manager');
select user_id, venue_id, role from staff order by venue_id, user_id;
select id, room_id, status from bookings order by id;
select count(*) from booking_events_2025_01;
select count(*) > 3 as many from booking_events;
select code, percent from discounts order by code;
update rooms set seats = 14 where name = 'Pier' returning seats;
update rooms set seats = 14 where name = 'Rose';
insert into rooms (venue_id, name, seats) values (1, 'Deck', 20) returning venue_id, name, floor;
-- error: 42501
insert into rooms (venue_id, name, seats) values (2, 'Deck', 20);
-- error: 42501
update rooms set venue_id = 2 where name = 'Deck';
-- error: 23505
insert into rooms (venue_id, name, seats) values (1, 'Deck', 20);
insert into prices (room_id, valid, hourly) select id, '[2025-01-01,)', 40 from rooms where name = 'Deck' returning hourly;
-- error: 42501
insert into prices (room_id, valid, hourly) values (4, '[2030-01-01,)', 40);
update opening_hours set opens = '07:00' where weekday = 1 returning venue_id, opens;
insert into closures (venue_id, during, reason) values (1, '[2025-05-01,2025-05-02)', 'May') returning during;
-- error: 42501
insert into closures (venue_id, during) values (2, '[2025-05-01,2025-05-02)');
update bookings set status = 'no_show' where room_id = 2 and status = 'confirmed' returning room_id;
update bookings set status = 'done' where id = 3 returning id;
-- error: 23514
update bookings set status = 'no_show' where id = 3;
select waiting_guest, seats from cancel((select min(id) from bookings where room_id = 2 and status = 'no_show'));
-- error: 42501
select * from cancel(999);
select status, count(*) from bookings group by status order by status;
select region, day, hours from history order by region, day, hours;
select count(*) from waiting;
with b as (select room_id, count(*) as n from bookings group by room_id) select r.name, coalesce(n, 0) as n from rooms r left join b on b.room_id = r.id order by r.id;
delete from rooms where name = 'Deck' returning name;
-- as: bob
select id, room_id, status from bookings order by id;
select code from discounts order by code;
update prices set hourly = hourly * 1.1 where valid @> '2025-06-06'::date returning room_id, hourly;
select role, venue_id from staff order by venue_id, role;
insert into staff (user_id, venue_id, role) values ('00000000-0000-0000-0000-00000000000c', 2, 'desk') returning role;
-- error: 42501
insert into staff (user_id, venue_id, role) values ('00000000-0000-0000-0000-00000000000c', 1, 'desk');
delete from staff where venue_id = 2 and user_id = '00000000-0000-0000-0000-00000000000c' returning venue_id;
select day, hours from history order by day;
select slot from free_slots(5, '2025-01-04', 120);
-- as: anon
select slug from venues order by slug;
select count(*) from prices;
select * from bookings;
select count(*) from busy;
select * from calendar;
select stars from reviews order by stars;
-- error: 42501
insert into reviews (booking_id, stars) values (1, 1);
select * from booking_events;
select count(*) from free_slots(1, '2025-01-03');
-- as: service
select count(*) from bookings;
select count(*) from booking_events;
select count(*) from waiting;
update bookings set note = upper(status::text) returning id, note;
delete from waiting returning seats;
truncate history_north;
select region, count(*) from history group by region order by region;
truncate booking_events;
select count(*) from booking_events_rest;
-- as: owner
-- later migrations
alter table bookings add column source text not null default 'web';
alter table bookings alter column note set default 'none';
alter type booking_status rename value 'no_show' to 'missed';
select status, count(*) from bookings group by status order by status;
alter table booking_events add column source text default 'app';
insert into booking_events (booking_id, at, kind) values (1, '2025-02-02', 'later') returning kind, source;
select source from booking_events_2025_02;
alter table booking_events rename column source to origin;
select origin from booking_events_2025_02;
alter table history rename to archive;
insert into archive values ('north', '2025-03-03', 1, 1) returning region;
select region from history_north;
alter table rooms drop column features cascade;
-- error: 42703
select features from rooms;
drop policy bookings_cancel on bookings;
create policy bookings_cancel on bookings for update to authenticated using (guest = auth.uid() and status in ('held', 'confirmed')) with check (status = 'cancelled');
drop view my_bookings;
drop trigger only_forward on bookings;
drop function only_forward();
update bookings set status = 'held', held_until = '2026-01-01' where id = 3 returning status;
drop table if exists nothing_here;
drop materialized view usage;
-- error: 2BP01
drop table rooms;
drop table booking_events cascade;
-- error: 42P01
select * from booking_events_2025_01;
create table bookings_2024 (like bookings including defaults including constraints);
select column_name from information_schema.columns where table_name = 'bookings_2024' order by ordinal_position limit 3;
insert into bookings_2024 (id, room_id, guest, during, held_until, source) values (1, 1, '00000000-0000-0000-0000-00000000000c', '[2024-05-05,2024-05-06)', '2024-05-04', 'old') returning status, note;
-- error: 23514
insert into bookings_2024 (id, room_id, guest, during) values (2, 1, '00000000-0000-0000-0000-00000000000c', '[2024-05-05,)');
-- error: 23514
insert into bookings_2024 (id, room_id, guest, during, held_until) values (2, 1, '00000000-0000-0000-0000-00000000000c', 'empty', '2024-05-04');
select isempty(during * '[2024-05-06,2024-05-07)'), during + '[2024-05-06,2024-05-07)' from bookings_2024;
-- error: 22000
select during + '[2024-06-06,2024-05-07)' from bookings_2024;
-- error: 22000
select during + '[2024-06-06,2024-06-07)' from bookings_2024;
alter table bookings_2024 rename to bookings_old;
alter table bookings_old add primary key (id);
-- error: 42P16
alter table bookings_old add primary key (room_id);
create unique index bookings_old_room on bookings_old (room_id, lower(during));
-- error: 23505
insert into bookings_old (id, room_id, guest, during, held_until) values (3, 1, '00000000-0000-0000-0000-00000000000c', '[2024-05-05,2024-05-05 01:00)', '2024-05-04');
create or replace function half(numrange) returns numeric language sql immutable as 'select (upper($1) - lower($1)) / 2';
select half('[1,4)'), half('(0.5,0.75]');
select r, isempty(r), lower(r), upper_inc(r) from (values ('[1,1]'::int4range), ('(1,1]'), ('(,5]'), (null)) v(r) order by r nulls last;
select '[2025-01-01,2025-02-01)'::daterange - '[2025-01-20,2025-03-01)'::daterange as rest, '[2025-01-01,2025-02-01)'::daterange <@ '[2025-01-01,)'::daterange as inside;
-- error: 22000
select '[5,1]'::int4range;
-- error: 22P02
select 'five'::int4range;
select count(*) from generate_series('2025-01-01'::date, '2025-12-31', interval '1 month') m where tstzrange(m, m + interval '1 month') && '[2025-03-15,2025-05-15)'::tstzrange;
comment on column bookings.source is 'web, desk or old';
select col_description('bookings'::regclass, ordinal_position::int) from information_schema.columns where table_name = 'bookings' and column_name = 'source';
revoke select on prices from anon;
-- as: anon
-- error: 42501
select * from prices;
-- as: carol
select count(*) from prices;
-- error: 42P01
select * from bookings_missing, history_north;
-- as: owner
alter table prices disable row level security;
select relrowsecurity from pg_class where relname = 'prices';
drop function archive_month(date);
drop procedure expire_holds(timestamptz, int);
drop table bookings_old;
