-- Dates, timestamps, intervals: reading, printing, arithmetic. The session's zone is UTC.
create table t (id int primary key, d date, ts timestamp, tz timestamptz, tm time, iv interval);
insert into t values
    (1, '2026-01-31', '2026-01-31 23:59:59.5', '2026-01-31 23:59:59.5+00', '23:59:59.5', '1 day 02:03:04'),
    (2, '2024-02-29', '2024-02-29 00:00:00', '2024-02-29 07:00:00+07', '00:00:00', '1 year 2 mons'),
    (3, '1999-12-31', '1999-12-31 12:30:00.123456', '1999-12-31 12:30:00.123456-05', '12:30:00.123456', '-3 days'),
    (4, null, null, null, null, null);

-- as: owner
select * from t order by id;
select id from t order by tz;
select id from t order by d desc nulls last;
select id from t where tz > '2024-01-01' order by id;
select id from t where d between '2024-01-01' and '2026-12-31' order by id;
select id from t where ts = '1999-12-31 12:30:00.123456';
select '2026-1-5'::date, '20260105'::date, 'Jan 5, 2026'::date, '2026-01-05T10:11:12Z'::timestamptz;
select '2026-01-05 10:11:12.345678+05:30'::timestamptz, '2026-01-05 10:11'::timestamp, '10:11'::time;
select 'infinity'::timestamptz, '-infinity'::date, 'epoch'::timestamptz;
-- error: 22008
select '2026-02-30'::date;
-- error: 22008
select '2026-13-01'::date;
-- error: 22007
select 'tomorrowish'::date;
-- error: 22008
select '2026-01-01 25:00'::timestamp;
-- error: 22007
select ''::timestamptz;
select d + 1, d - 1, d - '2026-01-01'::date, d + interval '1 month' from t where id = 1;
select ts + interval '1 month', tz + interval '1 month', ts - interval '1 day 1 hour' from t where id in (1, 2) order by id;
select tz - '2026-01-01'::timestamptz, ts - '2026-01-01'::timestamp from t where id = 1;
select tz + iv, ts - iv, d + tm, d + iv from t order by id;
select '2024-01-31'::date + interval '1 month', '2024-02-29'::date + interval '1 year', '2024-03-31'::timestamp - interval '1 month';
select interval '1 day' + interval '25 hours', interval '90 minutes', interval '1.5 days', interval '2 weeks', interval '1 year 13 months';
select interval 'P1Y2M3DT4H5M6S', interval '1-2', interval '3 4:05:06', interval '-1 day +2 hours', interval '1 day ago';
select interval '1 month' * 2, interval '1 day' / 2, interval '1 hour' * 1.5, -interval '1 day';
select interval '1 day' = interval '24 hours', interval '1 month' > interval '29 days', interval '1 year' = interval '12 months';
select justify_days(interval '35 days'), justify_hours(interval '27 hours'), justify_interval(interval '1 mon -1 hour');
select extract(year from tz), extract(month from tz), extract(day from tz), extract(hour from tz), extract(second from tz) from t where id = 1;
select extract(epoch from tz), extract(dow from d), extract(isodow from d), extract(doy from d), extract(week from d), extract(quarter from d) from t order by id;
select extract(epoch from iv), extract(day from iv), extract(month from iv) from t order by id;
select date_part('year', d), date_part('epoch', ts), date_part('hour', tm) from t order by id;
select date_trunc('month', tz), date_trunc('day', ts), date_trunc('hour', tz), date_trunc('year', d), date_trunc('week', ts) from t order by id;
select date_trunc('quarter', tz), date_trunc('minute', ts), date_trunc('decade', ts) from t where id < 4 order by id;
select tz::date, tz::timestamp, ts::timestamptz, ts::date, ts::time, d::timestamp, d::timestamptz from t where id < 4 order by id;
select tz at time zone 'UTC', tz at time zone 'Asia/Jakarta', ts at time zone 'America/New_York' from t where id < 4 order by id;
select tz at time zone '+07', timezone('Europe/Berlin', tz) from t where id = 2;
-- error: 22023
select tz at time zone 'Nowhere/Land' from t;
select '2026-07-01 12:00 Europe/Berlin'::timestamptz, '2026-01-01 12:00 Europe/Berlin'::timestamptz;
select age('2026-01-31'::timestamp, '2024-02-29'::timestamp), age('2026-03-01'::date, '2026-01-31'::date);
select to_char(tz, 'YYYY-MM-DD HH24:MI:SS.MS'), to_char(d, 'DD Mon YYYY'), to_char(ts, 'Day, FMDDth FMMonth'), to_char(tz, 'HH12:MI AM') from t where id < 4 order by id;
select to_char(tz, 'IYYY-IW'), to_char(d, 'Q J DDD'), to_char(ts, 'Dy dy DY') from t where id = 1;
select to_date('05/01/2026', 'DD/MM/YYYY'), to_timestamp('2026-01-05 10:11', 'YYYY-MM-DD HH24:MI'), to_timestamp(1767225600);
select make_date(2026, 2, 28), make_timestamp(2026, 1, 2, 3, 4, 5.5), make_interval(days => 3, hours => 2), make_time(1, 2, 3);
select tm + interval '1 hour', tm - interval '1 hour', tm - '01:00'::time from t where id < 4 order by id;
select tz::text, ts::text, d::text, tm::text, iv::text from t where id < 4 order by id;
select max(tz), min(d), max(iv), sum(iv), avg(iv) from t;
select count(distinct date_trunc('year', tz)) from t;
select date_trunc('year', tz) as year, count(*) from t group by 1 order by 1;
select '2026-01-01'::date < '2026-01-01 00:00:01'::timestamp, '2026-01-01'::date = '2026-01-01 00:00+00'::timestamptz;
select now() = current_timestamp, now() - now(), current_date = now()::date, now() > '2020-01-01';
select pg_typeof(now())::text, pg_typeof(current_date)::text, pg_typeof(now() - now())::text, pg_typeof(current_date - 1)::text, pg_typeof(current_date - current_date)::text;
select pg_typeof(d + 1)::text, pg_typeof(d + interval '1 day')::text, pg_typeof(ts - ts)::text, pg_typeof(extract(year from d))::text, pg_typeof(date_part('year', d))::text from t where id = 1;
select (date '2026-01-01', date '2026-02-01') overlaps (date '2026-01-15', date '2026-03-01');
select isfinite('infinity'::timestamptz), isfinite(d) from t where id = 1;
select timestamp(0) '2026-01-01 00:00:00.5', timestamptz(3) '2026-01-01 00:00:00.12345+00', '10:00:00.999'::time(0);
select g::date from generate_series('2026-01-30'::timestamp, '2026-02-02', '1 day') as g;
select * from generate_series('2026-01-01 00:00+00'::timestamptz, '2026-01-01 02:00+00', interval '1 hour');
update t set tz = tz + interval '1 microsecond', d = d + 30, iv = iv * 2 where id = 1 returning tz, d, iv;
-- error: 42883
select d + '1 day'::text from t;
-- error: 42804
update t set d = 5;
select d + '1 day' from t where id = 2;
