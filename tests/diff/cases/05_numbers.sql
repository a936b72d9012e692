-- Numbers: whole ones that overflow, exact ones, floating ones; casts, rounding, aggregates.
create table n (id int primary key, s smallint, i int, b bigint, q numeric, p numeric(10,3), d double precision, r real);
insert into n values
    (1, 1, 10, 100, 1.50, 1.5, 1.5, 1.5),
    (2, -2, -20, -200, -2.25, -2.0005, -2.25, 0.1),
    (3, 32767, 2147483647, 9223372036854775807, 123456789012345678901234567890.123456789, 9999999.999, 1e308, 3e38),
    (4, null, null, null, null, null, null, null),
    (5, 0, 0, 0, 0.000, 0, 0, -0.5);

-- as: owner
select * from n order by id;
select id, q, p from n order by q nulls first;
select id from n order by p desc, id;
select 1 + 1, 5 - 7, 3 * 4, 7 / 2, -7 / 2, 7 % 3, -7 % 3, 7 % -3;
select 7.0 / 2, 1 / 3.0, 10 / 4.0, 2 / 3::numeric, 1::numeric / 7;
select 1.50 + 1.5, 1.10 - 1.1, 1.5 * 2.25, 10.0 % 3, -10.5 % 3;
select 0.1 + 0.2, 0.1::float8 + 0.2::float8, 1e20::numeric + 1;
select 100000 * 100000::bigint, 2147483647::bigint + 1;
-- error: 22003
select 2147483647 + 1;
-- error: 22003
select 9223372036854775807 + 1;
-- error: 22003
select 32767::smallint + 1::smallint;
-- error: 22003
select -2147483648 / -1;
-- error: 22003
select i + 1 from n where id = 3;
-- error: 22003
select b * 2 from n where id = 3;
-- error: 22012
select 1 / 0;
-- error: 22012
select 1.0 / 0;
-- error: 22012
select 1::float8 / 0;
-- error: 22012
select 5 % 0;
-- error: 22003
select 40000::smallint;
-- error: 22003
select 3000000000::int;
-- error: 22003
select 1e400::float8;
-- error: 22P02
select '12x'::int;
-- error: 22P02
select ''::int;
-- error: 22P02
select '1.5'::int;
select ' 12 '::int, '-7'::smallint, '+5'::bigint, '007'::int;
select 1.5::int, 2.5::int, -1.5::int, 0.5::int, 1.4999::int, 2.5::float8::int, 3.5::float8::int;
select 1.5::text, 1.50::text, 100::text, 1e3::text, 1.0::float8::text, 1e15::float8::text, 1e16::float8::text, 1e-5::float8::text;
select 0.1::real, 0.1::real::float8, 16777217::real, 1::float8 / 3;
-- skip: NaN of double precision is refused: SQLite has no place for it
select 'NaN'::float8;
select 'Infinity'::float8, '-inf'::float8, 'NaN'::numeric, 'Infinity'::numeric;
select pg_typeof(-2147483648)::text, pg_typeof(-2147483649)::text, pg_typeof(2147483648)::text;
-- error: 22003
select 9223372036854775807 + 1;
-- error: 22003
select length((repeat('9', 70000)::numeric * repeat('9', 70000)::numeric)::text);
-- error: 22003
select power(2::numeric, 436000);
-- error: 22003
select factorial(40000);
select gcd('NaN'::numeric, 1), gcd(330::numeric, 462), lcm(0::numeric, 5), sqrt(repeat('9', 80)::numeric);
-- skip: the type regtype shows as text
select pg_typeof(1);
select 'NaN'::numeric = 'NaN'::numeric, 'NaN'::numeric > 1e10, 'Infinity'::numeric > 1e100;
select 12.345::numeric(5,2), 12.344::numeric(5,1), -0.005::numeric(3,2), 12345.678::numeric(8), 1::numeric(5,3);
-- error: 22003
select 1000::numeric(5,2);
select 1.10 = 1.1, 1.10::text = 1.1::text, 1 = 1.0, 1 = 1.0::float8, 2::smallint < 3::bigint;
select 1.10 in (1.1, 2), 3 between 2.5 and 3.5, 5 not in (1, 2, 3), null in (1, 2), 1 in (1, null), 2 in (1, null);
select round(1.5), round(2.5), round(-1.5), round(2.5::float8), round(3.5::float8), round(1.255, 2), round(1234.5, -2);
select trunc(1.99), trunc(-1.99), trunc(1.987, 2), ceil(1.1), ceil(-1.1), floor(1.9), floor(-1.1), ceiling(2);
select abs(-5), abs(-1.50), abs(-2.5::float8), sign(-3.2), sign(0), mod(7, 3), mod(-7, 3), div(7, 2);
select power(2, 10), power(2.0, 0.5), 2 ^ 3, sqrt(2.0), sqrt(16), |/ 25.0, @ -3;
-- error: 2201F
select sqrt(-1);
-- error: 2201F
select power(-8, 0.5);
select exp(0), ln(1), log(100), log(2.0, 8.0), pi();
select greatest(1, 2.5, 2), least(3, null, 1), greatest(null, null)::int;
select 5 & 3, 5 | 3, 5 # 3, ~5, 1 << 4, 256 >> 2;
select sum(i), avg(i), count(i), count(*), min(i), max(i) from n where id <> 3;
select sum(s), avg(s), sum(b), avg(b), sum(q), avg(q), sum(p), avg(p) from n where id <> 3;
select sum(d), avg(d), sum(r), max(d) from n where id <> 3;
select sum(b) from n;
select sum(q), max(q), min(q) from n;
select sum(i), avg(q), count(q), max(p) from n where false;
select sum(distinct i), count(distinct q) from n where id <> 3;
select sum(i) filter (where i > 0), count(*) filter (where i is null) from n where id <> 3;
select s::int + i, i::numeric / 3, b::float8 / 3, q::int from n where id = 1;
select i / s, b % i, q * p, q / p, p - q, d * 2, r * 2 from n where id = 2;
select pg_typeof(1 + 1)::text, pg_typeof(1 + 1::bigint)::text, pg_typeof(1 / 2.0)::text, pg_typeof(sum(i))::text, pg_typeof(avg(i))::text, pg_typeof(sum(b))::text from n;
select pg_typeof(1.0)::text, pg_typeof(1e5)::text, pg_typeof(3000000000)::text, pg_typeof(1::real + 1)::text, pg_typeof(1.5 * 2::float8)::text;
select to_char(1234567.891, 'FM9,999,999.00'), to_char(-5, '999'), to_char(0.5, '0.00'), to_char(42, '00000');
select 1234.5::numeric::text || ' kg', 'n=' || 5, 5 || 'x';
select x, x * 1.5 from generate_series(1, 5, 2) as x;
select * from generate_series(5, 1, -2);
select count(*) from generate_series(1, 0);
select bool_and(i > 0), bool_or(i > 0), every(id > 0) from n;
select string_agg(id::text, ',' order by id desc) from n;
select array_agg(i order by id) from n where id < 3;
select width_bucket(5.3, 0, 10, 5), gcd(12, 18), lcm(4, 6), factorial(5);
select nullif(1, 1), nullif(1, 2), coalesce(null, 2.5), coalesce(null, null, 3);
select case when q > 1 then 'big' when q < 0 then 'neg' else 'small' end, id from n order by id;
select case i when 10 then 1 else 1.5 end from n order by id;
select id from n where i = '10';
select id from n where q = '1.5';
select id from n where d > '1' order by id;
-- error: 22P02
select id from n where i = 'ten';
-- error: 42883
select id from n where i = 'x'::text;
-- error: 42883
select 1 + 'a'::text;
-- error: 42883
select true + 1;
update n set i = i * 2, q = q / 3, p = p / 3, d = d / 3 where id = 1 returning i, q, p, d;
-- error: 22003
update n set s = s + 1 where id = 3;
-- error: 22003
update n set p = p * 10 where id = 3;
update n set s = 3.5, i = 2.5, b = 1e3 where id = 5 returning s, i, b;
-- Long numbers, around the sizes at which products change their method. md5: the answers are long.
select n, m, md5((repeat('9', n)::numeric * repeat('8', m)::numeric)::text), md5((repeat('7391', n)::numeric * ('-0.' || repeat('60', m))::numeric)::text) from unnest(array[1, 2, 190, 192, 193, 200, 384, 390, 777, 1000, 2500]) n, unnest(array[1, 5, 191, 193, 400, 1200, 4000]) m order by n, m;
select md5((a * a)::text), md5((a * (a + 1) - a)::text) from (select (repeat('12345678900000', 3000) || '.' || repeat('0123', 700))::numeric a) t;
select n, md5((repeat('8', n)::numeric / repeat('3', m)::numeric)::text), md5(div(repeat('81', n)::numeric, repeat('7', m)::numeric)::text), md5((repeat('5', n)::numeric % repeat('13', m)::numeric)::text) from unnest(array[10, 300, 1500, 6000]) n, unnest(array[1, 3, 200, 2500]) m order by n, m;
select n, md5(sqrt(repeat('2', n)::numeric)::text), md5(sqrt((repeat('31', n) || '.' || repeat('7', n))::numeric)::text) from unnest(array[3, 50, 333, 900, 4000]) n order by n;
select md5((1.0001 ^ 30000)::text), md5((repeat('3', 300)::numeric ^ 100)::text), md5((7::numeric ^ 20000)::text), md5((0.9999 ^ 12345)::text), md5(exp(2000.5)::text), md5(ln(repeat('4', 5000)::numeric)::text), md5(factorial(5000)::text);

-- Whole numbers in REAL columns, as RETURNING hands them out.
-- as: owner
create table whole_reals (id int primary key, a real, b double precision);
insert into whole_reals values (1, 36, 36), (2, 7, -7) returning *;
update whole_reals set a = a * 2, b = b / 2 returning a, b, a + b as sum;
insert into whole_reals values (1, 4, 4) on conflict (id) do update set b = excluded.b returning to_json(whole_reals) is not null as row, a, b;
delete from whole_reals returning a, b;
drop table whole_reals;
