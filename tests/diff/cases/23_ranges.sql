-- Range types: reading, printing, order, operators, functions, columns of them. The session's zone is UTC.
create table r (
    id int primary key,
    i int4range,
    b int8range,
    n numrange,
    d daterange,
    ts tsrange,
    tz tstzrange
);
insert into r values
    (1, '[1,5)', '[1,5]', '[1.5,2.50)', '[2026-01-01,2026-01-31]', '[2026-01-01 10:00,2026-01-01 12:00)', '[2026-01-01 10:00+00,2026-01-01 19:00+07]'),
    (2, 'empty', '(,9223372036854775806]', '(1,1]', '(,2026-01-01)', '["2026-01-01 10:00:00.5",)', '(,)'),
    (3, '(1,5]', '[,]', '[1.50,2.5)', '[2026-01-01,infinity]', '(,infinity]', '[-infinity,infinity]'),
    (4, '[1,)', '[3,3]', '(,NaN]', 'empty', 'empty', 'empty'),
    (5, '(,1]', '[-5,-1)', '[-1.0,1.00]', '[2025-12-31,2026-01-05)', '[2026-01-01 10:00,2026-01-01 10:00]', '["2026-01-01 10:00:00.123456+02",]'),
    (6, null, null, null, null, null, null);
create table bookings (
    id int generated always as identity primary key,
    room int4range not null default int4range(1, 2),
    during tstzrange not null,
    owner uuid default auth.uid(),
    tags int4range[] default '{"[1,2)",empty}',
    constraint no_empty check (not isempty(during)),
    unique (during)
);
create index bookings_during on bookings using gist (during);
create index bookings_room on bookings (room);
create table prices (span numrange primary key, price int);
insert into prices values ('[1,2)', 10), ('[2,3.5)', 20);
create domain working_hours as int4range check (lower(value) >= 0 and upper(value) <= 24);
create table days (day date, hours working_hours, first int generated always as (lower(open)) stored, open int4range);
alter table bookings enable row level security;
create policy own on bookings using (owner = auth.uid() and during && '[2026-01-01,2027-01-01)'::tstzrange) with check (lower(during) >= '2026-01-01');
create view wide as select id, upper(i) - lower(i) as width from r;
create function overlapping(span tstzrange) returns bigint language sql stable as 'select count(*) from r where tz && span';

-- as: owner
select * from r order by id;
select i::text, b::text, n::text, d::text, ts::text, tz::text from r order by id;
select to_json(i), to_json(n), to_json(ts), to_jsonb(tz), row_to_json(r) from r order by id;
select id from r order by i, id;
select id from r order by b desc, id;
select id from r order by n, id;
select id from r order by d, id;
select id from r order by ts desc nulls last, id;
select id from r order by tz, id;
select a.id, b.id from r a join r b on a.n = b.n order by 1, 2;
select n, count(*) from r where id in (1, 3) group by n;
select count(distinct n), count(distinct i), count(distinct tz) from r;
select distinct i from r order by i;
select * from wide order by id;
select overlapping('[2026-01-01,2026-02-01)'), overlapping('empty');
-- bounds
select lower(i), upper(i), lower(b), upper(b), lower(n), upper(n) from r order by id;
select lower(d), upper(d), lower(ts), upper(ts), lower(tz), upper(tz) from r order by id;
select isempty(i), lower_inc(n), upper_inc(n), lower_inf(tz), upper_inf(tz), lower_inc(i), upper_inc(ts) from r order by id;
select upper(d) - lower(d), upper(ts) - lower(ts), upper(tz) - lower(tz) from r where id in (1, 5) order by id;
select lower('ABC'), upper('abc'), lower('ABC'::varchar), upper(null);
-- constructors
select int4range(1, 5), int4range(1, 5, '[]'), int4range(1, 5, '(]'), int4range(1, 5, '()'), int4range(null, 5), int4range(1, null, '[]');
select int4range(1, 1), int4range(1, 1, '[]'), int4range(1, 2, '()'), int4range(null, null), int8range(1, 5), int8range(1::smallint, 10000000000);
select numrange(1, 2), numrange(1.10, 2.2, '[]'), numrange(1, 1), numrange('NaN', null), numrange('-Infinity', 'Infinity');
select daterange('2026-01-01', '2026-02-01', '[]'), daterange('2026-01-01', null), daterange('-infinity', 'infinity', '[]'), daterange(date '2026-01-01', date '2026-01-01');
select tsrange('2026-01-01', '2026-01-02'), tsrange('2026-01-01 00:00:00.1', 'infinity', '()'), tstzrange('2026-01-01 10:00+02', '2026-01-02', '(]');
select tstzrange('2026-01-01'::date, '2026-01-02'::timestamp);
-- error: 22000
select int4range(5, 1);
-- error: 22000
select '[5,1]'::int4range;
-- error: 22000
select int4range(1, 2, null);
-- error: 42601
select int4range(1, 2, '[');
-- error: 42601
select int4range(1, 2, '[}');
-- error: 42883
select int4range(1, 10000000000);
-- error: 42883
select int4range(1.5, 2);
-- error: 42883
select int4range(1);
-- error: 22003
select int4range(1, 2147483647, '[]');
-- error: 22003
select '(2147483647,)'::int4range;
select '[2147483646,2147483647)'::int4range, '(2147483645,2147483646]'::int4range;
-- input
select ' [ 1 , 5 ) '::int4range, 'EMPTY'::int4range, ' empty '::int4range, '["1","5")'::int4range, '[1,"5"]'::int4range, '(,)'::int4range;
select '[1\0,2""0)'::int4range, '["2026-01-01","2026-01-02 10:00")'::tsrange, '[Jan 1 2026,Feb 1 2026]'::daterange;
select '[1.5,)'::numrange, '[1e3,2e3]'::numrange, '[1.500,1.5]'::numrange, '(1.500,1.5]'::numrange, '[,1.0]'::numrange;
select '[2026-01-01 00:00:00+05:30,2026-01-01 00:00:00+05:30]'::tstzrange, '[epoch,infinity)'::tsrange;
-- error: 22P02
select ''::int4range;
-- error: 22P02
select '1,5'::int4range;
-- error: 22P02
select '[1,5'::int4range;
-- error: 22P02
select '[1 5)'::int4range;
-- error: 22P02
select '[1,5,6)'::int4range;
-- error: 22P02
select '[1,5) x'::int4range;
-- error: 22P02
select 'emptyx'::int4range;
-- error: 22P02
select '[a,5)'::int4range;
-- error: 22P02
select '["",5)'::int4range;
-- error: 22P02
select '[1.5,5)'::int4range;
-- error: 22003
select '[1,99999999999)'::int4range;
-- error: 22007
select '[x,2026-01-01)'::daterange;
-- error: 22008
select '[2026-02-30,)'::daterange;
-- casts
select '[1,3]'::text::int4range, i::varchar, i::text || '!' from r where id = 1;
select cast('[1,3]' as int4range), int4range '[1,3]', '[1,3]'::varchar::numrange;
-- error: 42846
select '[1,3]'::int4range::int8range;
-- error: 42846
select 1::int4range;
-- error: 42846
select i::int from r;
-- comparisons
select '[1,5)'::int4range = '[1,4]', '[1,5)'::int4range <> '[1,5]', '[1,5)'::int4range < '[1,6)', '[2,3)'::int4range > '[1,9)', '(,5)'::int4range < '[1,5)', '[1,)'::int4range > '[1,100)';
select 'empty'::int4range < '(,)', 'empty'::int4range <= 'empty', '[1.0,2)'::numrange = '[1.00,2.0)', '(1,2)'::numrange > '[1,2)', '[1,2]'::numrange > '[1,2)', '[1,2]'::numrange >= '[1,2]';
select i = i, i is distinct from null, i = any(array['[1,5)'::int4range, 'empty']), i in ('[1,5)', '[2,6)') from r order by id;
select nullif(i, '[1,5)'), coalesce(i, 'empty'), greatest(i, '[0,1)'), least(i, '[3,4)') from r order by id;
-- error: 42883
select '[1,5)'::int4range = '[1,5)'::int8range;
-- error: 42883
select '[1,5)'::int4range = 1;
-- containment
select '[1,5)'::int4range @> 1, '[1,5)'::int4range @> 5, 4 <@ '[1,5)'::int4range, 'empty'::int4range @> 1, '(,)'::int4range @> 1, '(,5)'::int4range @> 4;
select '[1,5)'::int4range @> '[2,3)', '[1,5)'::int4range @> 'empty', 'empty'::int4range @> 'empty', 'empty'::int4range @> '[1,2)', '[2,3)'::int4range <@ '[1,5)', '[1,6)'::int4range <@ '[1,5)';
select n @> 1.5, n @> 2.5, n @> 1.50, 'NaN'::numeric <@ n from r order by id;
select d @> '2026-01-01'::date, d @> 'infinity'::date, '2026-01-31'::date <@ d from r order by id;
select tz @> '2026-01-01 10:00+00'::timestamptz, tz @> 'infinity'::timestamptz, ts @> '2026-01-01 11:00'::timestamp, ts @> timestamp '2026-01-01 12:00' from r order by id;
select i @> null, i @> null::int4range, i && null from r where id = 1;
select id from r where tz @> now() is not null order by id;
-- error: 42883
select '[1,5)'::int8range @> 1;
select '[1,5)'::int8range @> 1::bigint, '[1,5)'::numrange @> 1.0;
-- error: 42883
select '[1,5)'::numrange @> 1;
-- error: 42883
select '[1,5)'::int4range @> '[1,5)'::int8range;
-- error: 42883
select tz @> '2026-01-01'::date from r;
-- positions
select a.id, b.id, a.i && b.i, a.i << b.i, a.i >> b.i, a.i &< b.i, a.i &> b.i, a.i -|- b.i from r a, r b order by 1, 2;
select a.id, b.id, a.n && b.n, a.n << b.n, a.n >> b.n, a.n &< b.n, a.n &> b.n, a.n -|- b.n from r a, r b order by 1, 2;
select a.id, b.id, a.d && b.d, a.d << b.d, a.d >> b.d, a.d &< b.d, a.d &> b.d, a.d -|- b.d from r a, r b order by 1, 2;
select a.id, b.id, a.tz && b.tz, a.tz << b.tz, a.tz >> b.tz, a.tz &< b.tz, a.tz &> b.tz, a.tz -|- b.tz, a.tz @> b.tz, a.tz <@ b.tz, a.tz < b.tz from r a, r b order by 1, 2;
select '[1,2]'::numrange -|- '(2,3]', '[1,2)'::numrange -|- '(2,3]', '[1,2)'::numrange -|- '[2,3]', '[1,2]'::numrange -|- '[2,3]', '[1,2]'::int4range -|- '[3,4]', '(,1)'::int4range -|- '[1,)', 'empty'::int4range -|- '[1,2)';
-- set operations
select '[1,5)'::int4range + '[5,7)', '[1,5)'::int4range + '[2,3)', '[1,5)'::int4range + 'empty', 'empty'::int4range + 'empty', '(,5)'::int4range + '[3,)', '[1,2)'::numrange + '[2,3]';
-- error: 22000
select '[1,5)'::int4range + '[6,7)';
-- error: 22000
select '[1,2)'::numrange + '(2,3]';
select '[1,5)'::int4range * '[3,7)', '[1,5)'::int4range * '[6,7)', '[1,5)'::int4range * '(,)', 'empty'::int4range * '[1,2)', '[1,2]'::numrange * '[2,3]', '(1,2)'::numrange * '[1,2]', '[1.0,2)'::numrange * '[1.00,2.0)';
select '[1,5)'::int4range - '[3,7)', '[1,5)'::int4range - '[1,2)', '[1,5)'::int4range - '[1,5)', '[1,5)'::int4range - '[7,8)', '[1,5)'::int4range - 'empty', 'empty'::int4range - '[1,2)', '(,)'::int4range - '[1,)', '[1,5]'::numrange - '(2,5]', '[1,5]'::numrange - '[1,2)';
-- error: 22000
select '[1,5)'::int4range - '[2,3)';
-- error: 22000
select '(,)'::int4range - '[2,3)';
select range_merge('[1,2)'::int4range, '[5,6)'::int4range), range_merge('empty'::int4range, '[5,6)'::int4range), range_merge('(,1)'::numrange, '[0.5,3]'::numrange), range_merge('[1,2)'::int4range, 'empty');
select tz * '[2026-01-01 10:30+00,2026-01-01 11:00+00)', ts + '[2026-01-01 11:00,2026-01-01 13:00)' from r where id = 1;
select d - '[2026-01-10,2026-02-01)', d * '[2026-01-10,)' from r where id = 1;
-- aggregates
select max(upper(i)), min(lower(n)), array_agg(i order by id), json_agg(n order by id), string_agg(i::text, ' ' order by id) from r;
select jsonb_build_object('a', i, 'b', tz) from r where id = 1;
-- error: 42883
select max(1::text::jsonb);
-- arrays
select array[i, 'empty'], array_length(array['[1,2)'::int4range], 1), ('{"[1,5)",empty,"(,)"}'::int4range[])[1], '{"[1,4]"}'::int4range[] @> array[i] from r where id = 1;
select '{"[2026-01-01,2026-01-02)"}'::tstzrange[], array['[1,2]'::numrange] = array['[1.0,2.0]'::numrange], array['[10,11)'::int4range] > array['[9,11)'::int4range], unnest('{"[1,2)","[0,2]"}'::int4range[]);
select json_agg(x), to_json(array_agg(x)) from unnest('{"[1,2)","[0,2]"}'::int4range[]) x;
-- error: 22P02
select '{[1,2)}'::int4range[];
-- columns
insert into bookings (during) values ('[2026-03-01,2026-03-02)') returning id, room, during, tags;
insert into bookings (room, during, tags) values ('[5,6]', '[2026-03-05 10:00+07,2026-03-06)', array['[7,7]'::int4range]), (default, tstzrange('2026-04-01', null), null) returning room, during, tags;
-- error: 23505
insert into bookings (during) values ('["2026-02-28 19:00:00-05","2026-03-02 01:00:00+01")');
-- error: 23514
insert into bookings (during) values ('empty');
-- error: 23502
insert into bookings (during) values (null);
-- error: 42804
insert into bookings (during) values (1);
-- error: 22P02
insert into bookings (during) values ('x');
-- error: 42804
insert into bookings (during, room) values ('[2026-05-01,)', '[1,2)'::int8range);
update bookings set room = room * '[5,100)' where room @> 5 returning room;
update bookings set during = tstzrange(lower(during), upper(during), '[]') where id = 1 returning during, upper_inc(during);
delete from bookings where during && '[2026-04-01,2026-05-01)' returning id;
select id, room, during, tags from bookings where room >= '[1,2)' order by room, id;
-- error: 23505
insert into prices values ('[1.0,2.00)', 11);
insert into prices values ('[1.0,2.00)', 11) on conflict (span) do update set price = excluded.price returning *;
select * from prices where span @> 2.25;
select * from prices where span = '[2.00,3.50)';
insert into days (day, hours, open) values ('2026-01-01', '[8,17)', '[9,12]') returning *;
-- error: 23514
insert into days (day, hours) values ('2026-01-01', '[8,25)');
select lower(hours), upper(hours), hours @> 9, hours && '[16,20)', hours * '[10,30)' from days;
select (jsonb_populate_record(null::bookings, '{"room": "[1,3]", "during": "[2026-01-01,2026-01-02)", "tags": ["[1,1]", "empty"]}')).room;
select * from json_to_recordset('[{"a": "[1,3]", "b": "[1.5,]"}, {"a": "empty", "b": null}]') as x (a int4range, b numrange);
-- as: alice
insert into bookings (during) values ('[2026-07-01,2026-07-02)') returning id > 0, during;
-- error: 42501
insert into bookings (during) values ('[2025-07-01,2025-07-02)');
select during from bookings order by during;
-- as: bob
select during from bookings order by during;
-- as: owner
-- error: 42704
select '[1,2)'::nosuchrange;
create table later (id int);
alter table later add column span int4range default '[1,2]';
insert into later (id) values (1) returning *;
alter table later alter column span type text;
select * from later;
alter table later alter column span type int4range using span::int4range;
select * from later;
create unique index later_span on later (span);
-- error: 23505
insert into later values (2, '[1,3)');
create index later_lower on later (lower(span));
select id from later where lower(span) = 1;
-- multiranges are refused
-- skip: multiranges are refused
select range_agg(i) from r;
-- skip: range_intersect_agg is refused
select range_intersect_agg(i) from r;
-- error: 42883
select range_merge(1, 2);
-- error: 42883
select int4range('[1,2)') && int8range(1, 2);
