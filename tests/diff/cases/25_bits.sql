-- Bit strings: bit(n), bit varying(n). Literals, reading, lengths, order, operators, functions, columns of them.
create table b (
    id int primary key,
    f bit(4),
    v bit varying,
    w varbit(6)
);
insert into b values
    (1, B'1010', B'101', B'101010'),
    (2, '0000', '', ''),
    (3, X'F', X'0aF', '1'),
    (4, B'0110', B'1', 'x1'),
    (5, '1111', 'b0110', b'011'),
    (6, 'xa', '00000000000000000000000000000001', null),
    (7, null, null, B'111111');
create table flags (
    mask bit(8) primary key,
    part varbit not null default B'10',
    one bit unique,
    many bit(3)[] default '{101,b010}',
    size int generated always as (length(part)) stored,
    low bit(4) generated always as (substring(mask from 5)) stored,
    owner uuid default auth.uid(),
    constraint not_all check (mask <> B'11111111')
);
create index flags_part on flags (part);
insert into flags (mask) values (B'00000001'), (X'80');
insert into flags (mask, one) values (X'81', '1');
alter table flags enable row level security;
create policy mine on flags using (owner = auth.uid() or get_bit(mask, 0) = 1) with check (length(part) < 4);
create domain nibble as bit(4) check (value <> '0000');
create type pair as (f bit(3), v varbit(3));
create table pairs (id int primary key, p pair, n nibble, l bit(2)[]);
create view counts as select id, bit_count(v) as ones, v || f as both_ from b;
create function ones(v varbit) returns bigint language sql immutable as 'select bit_count(v)';
create function shifted(v bit, n int) returns bit language plpgsql immutable as $$ declare r varbit(4); begin r := v << n; return r; end $$;

-- as: owner
select * from b order by id;
select f::text, v::text, w::varchar, v::char(2), w::name from b order by id;
select id from b order by f, id;
select id from b order by v desc nulls last, id;
select id from b order by w, id;
select json_agg(b order by id) from b;
select to_json(f), to_jsonb(v), 'a' || f, v || 'x'::text, concat(f, v), format('%s', w) from b order by id;

-- literals
select B'', B'1', B'0101', X'', X'1F', x'dEaD', b'1' || X'2', pg_typeof(B'1'), pg_typeof(X'1F' || B'0'), pg_typeof(B'1'::varbit);
select B'10' as c, length(X'123');
-- error: 22P02
select B'102';
-- error: 22P02
select X'1G';
-- error: 22P02
select ' 1'::bit;
select B'1' '0';
select '101'::bit(3), 'b101'::bit(3), 'B101'::bit(3), 'x5'::bit(4), 'X5'::bit(4), '101'::varbit, 'xAf'::varbit, ''::varbit, ''::bit varying(3);
-- error: 22P02
select '2'::varbit;
-- error: 22P02
select 'b2'::varbit;
-- error: 22P02
select 'xg'::varbit;
-- error: 22P02
select '1 '::varbit;
-- error: 22P02
select 'é'::varbit;

-- lengths
select B'101'::bit, B'101'::bit(5), B'101'::bit(2), B'10110'::varbit(3), B'1'::varbit(3), B''::bit(2), X'F0'::bit(12);
select '101'::bit(3), bit '101', bit(3) '101', bit varying '101', varbit(3) '101';
select '101'::bit(4)::text, bit(2) '101', 'x5'::bit(3), '10101'::varbit(3);
select B'10'::bit(3)::bit(2)::varbit(1);
-- error: 22026
insert into b (id, f) values (20, B'101');
-- error: 22026
insert into b (id, f) values (20, '10101');
-- error: 22026
insert into b (id, f) values (20, '');
-- error: 22001
insert into b (id, w) values (20, B'1010101');
-- error: 22001
insert into b (id, w) values (20, '1010101');
-- error: 22026
update b set f = f || B'1';
insert into b (id, f, w) values (20, B'10101'::bit(4), B'1010101'::varbit(6)) returning *;
delete from b where id = 20;
-- error: 22023
create table bad (x bit(0));
-- error: 22023
create table bad (x varbit(-1));
-- error: 22023
create table bad (x bit(83886081));
-- error: 22023
select B'1'::bit(1, 2);
create table plain (x bit, y varbit, z bit varying(5)[], c bit(3) default B'101');
insert into plain values ('1', '1010', '{1,10101}'), (B'0', X'ff', null) returning *;
-- error: 22026
insert into plain (x) values ('10');
-- error: 22001
insert into plain (z) values ('{1,101010}');

-- numbers
select 5::bit(4), (-5)::bit(8), 5::bit, 6::bit, 300::bit(4), 5::bit(40), (-1)::bit(40), 5::bigint::bit(70), (-5)::bigint::bit(70), 1234567890123::bigint::bit(41), 0::bit(3), 255::bit(8);
select B'101'::int, B'101'::bigint, X'ffffffff'::int, X'FFFFFFFF'::bigint, X'ffffffffffffffff'::bigint, B''::int, f::int, v::int from b where id = 1;
-- error: 22003
select X'1ffffffff'::int;
-- error: 22003
select X'0000000000000000f'::bigint;
-- error: 42846
select 5::varbit;
-- error: 42846
select B'1'::varbit::int4;
-- error: 42846
select B'1'::bool;
-- error: 42846
select 5::smallint::bit(3);
-- error: 42846
select 5.5::bit(3);
-- error: 42804
insert into b (id, f) values (21, 5);
select bit(5, 4), "bit"(5, 4), int4(B'101'), int8(B'101'), pg_catalog.bit(B'101', 5, true), varbit(B'101', 2, true);
-- error: 42601
select 5::bit(4) as x from;
select f::varbit, v::bit(4), w::bit varying(2), w::bit, text(f) from b order by id;
select '1010'::text::bit(4), '1010'::varchar::varbit(2);
-- error: 42804
insert into b (id, v) values (21, '1'::text);

-- comparing
select x, y, x = y, x <> y, x < y, x <= y, x > y, x >= y from unnest('{"",0,1,00,01,10,11,000,0111,1000}'::varbit[]) x, unnest('{"",0,01,1,100,0110000000}'::varbit[]) y order by x, y;
select f = B'1010', f < v, v > f, f = v, w >= '1', v = X'0AF' from b order by id;
select id from b where f = '1010';
select id from b where f in (B'1010', '0000') order by id;
select id from b where v between B'0' and B'101' order by id;
select count(distinct f), count(distinct v) from b;
select v, count(*) from (values (B'1'), (B'01'), (B'1'), (B'10')) x(v) group by v order by v;
select greatest(f, w), least(f, v), coalesce(w, f), nullif(f, B'1010') from b order by id;
select B'1' union select B'10' union select B'1' order by 1;
select case when id > 3 then f else v end from b order by id;
-- error: 42883
select min(f) from b;
-- error: 42883
select f = 5 from b;
-- error: 42883
select f + f from b;
select f = '10' from b order by id;
-- error: 22P02
select f = 'no' from b;

-- operators
select f & B'1100', f | B'0011', f # B'0101', ~f, ~v, f << 1, f >> 2, v << 1, v >> 1, f << -1, f >> -2, f << 4, f >> 100, v << 2147483647 from b order by id;
select f || v, v || v, f || f, v || B'', pg_typeof(f || f), pg_typeof(f & f), pg_typeof(v & v), pg_typeof(~v) from b order by id;
-- error: 22026
select B'101' & B'1';
-- error: 22026
select B'101' | B'';
-- error: 22026
select B'101' # B'1010';
select B'' & B'', ~B'', B'' << 1, B'' || B'';
select B'101' << (-2147483648), B'101' >> (-2147483648);
select null & B'1', B'1' << null::int;

-- functions
select length(f), length(v), bit_length(v), octet_length(v), bit_count(v), bit_count(f), octet_length(f), char_length(v::text) from b order by id;
select substring(v from 2), substring(v from 2 for 2), substring(f from 0 for 3), substring(f, -1, 4), substring(f from 3 for 100), substring(f from 9), substring(v, 2, 0), substring(f from 2147483647) from b order by id;
-- error: 22011
select substring(B'1010' from 2 for -1);
-- error: 22011
select substring(B'1010', -5, -1);
select substring(B'1010', 1, 2147483647), substring(B'1010', -2147483648, 2147483647), substring(B'1010', -3, 2147483647), pg_typeof(substring(B'1'::varbit, 1));
select overlay(B'00000' placing B'11' from 2), overlay(B'00000' placing B'11' from 2 for 0), overlay(B'00000' placing B'11' from 2 for 4), overlay(f placing v from 3), overlay(f placing B'' from 2 for 1), overlay(B'1' placing B'0' from 5) from b order by id;
-- error: 22011
select overlay(B'00000' placing B'11' from 0);
-- error: 22011
select overlay(B'00000' placing B'11' from -3);
-- error: 22003
select overlay(B'00000' placing B'11' from 2147483647 for 2);
select overlay(B'00000' placing B'11' from 3 for -1);
select position(B'01' in v), position(B'1' in f), position(B'' in v), position(v in f), position(B'0101' in B'1'), position(B'11' in X'0180') from b order by id;
select get_bit(f, 0), get_bit(f, 3), get_bit(X'80', 0), get_bit(X'01', 7) from b order by id;
-- error: 2202E
select get_bit(B'101', 3);
-- error: 2202E
select get_bit(B'101', -1);
-- error: 2202E
select get_bit(B'', 0);
select set_bit(f, 0, 0), set_bit(f, 3, 1), set_bit(v || B'0', 0, 1) from b order by id;
-- error: 2202E
select set_bit(B'101', 3, 1);
-- error: 2202E
select set_bit(B'101', -1, 1);
-- error: 22023
select set_bit(B'101', 1, 2);
-- error: 22023
select set_bit(B'101', 1, -1);
select length(null::bit), bit_count(null::bit), substring(null::bit from 1), position(null in B'1');
-- error: 42725
select bit_count(null);
select bit_count('\x0f01'::bytea), bit_length('ab'), octet_length(X'123'), octet_length(B'');
-- error: 42883
select upper(B'1');
-- error: 42883
select bit_count(5);

-- aggregates
select bit_and(f), bit_or(f), bit_xor(f) from b;
select bit_and(v), bit_or(v), bit_xor(v) from b where id = 1;
select id % 2, bit_and(f), bit_or(f), bit_xor(f), count(f) from b group by 1 order by 1;
select id, bit_or(f) over (order by id), bit_xor(f) over (order by id rows 1 preceding), bit_and(f) filter (where id > 2) over () from b order by id;
select bit_and(f), bit_or(v) from b where false;
-- error: 22026
select bit_and(v) from b;
-- error: 22026
select bit_or(v) from b;
-- error: 22026
select bit_xor(v) from b;
select bit_and(x), bit_or(x), bit_xor(x) from (values (6), (3), (null)) t(x);
select bit_and(x), bit_or(x), bit_xor(x) from (values (6::smallint), (3::smallint)) t(x);
select bit_and(x), bit_or(x), bit_xor(x) from (values (6::bigint), (-3), (2)) t(x);
select pg_typeof(bit_or(f)), pg_typeof(bit_or(w)), pg_typeof(bit_or(id)) from b where id = 1;
select string_agg(f::text, ',' order by f), array_agg(v order by id), bit_or(distinct f) from b;

-- arrays, rows, json
select array[f, B'1'], array[v, w], '{1,01,null,""}'::varbit[], '{101,b010,xf}'::bit(3)[] from b where id < 0;
select '{101,010}'::bit(3)[], '{1,01,null,""}'::varbit[], '{101}'::varbit[]::text[], '{101}'::text[]::varbit[], '{1,0}'::bit[], '{1011}'::varbit[]::bit(2)[], '{101}'::varbit(2)[];
-- error: 22026
insert into flags (mask, many) values (B'00000011', '{101,01}');
select B'1' = any('{1,01}'::varbit[]), '{1,01}'::varbit[] @> '{01}', '{1}'::varbit[] < '{10}'::varbit[], array_position('{01,1}'::varbit[], B'1'), array_length('{01,1}'::bit(2)[], 1);
select row(B'101', B'1')::pair, (row('101', B'1')::pair).v, to_jsonb(row(B'101', B'1')::pair), jsonb_build_object('f', f, v::text, v) from b where id = 1;
select row(B'101', '1011')::pair;
select * from json_populate_record(null::pair, '{"f": "101", "v": "1"}');

-- tables
insert into flags (mask, part) values ('00001111', X'3') returning *;
select * from flags order by mask;
-- error: 23505
insert into flags (mask) values (X'01');
-- error: 23505
insert into flags (mask, one) values (X'02', B'1');
-- error: 23514
insert into flags (mask) values (X'FF');
-- error: 22026
insert into flags (mask) values (B'1');
insert into flags (mask) values (X'01') on conflict (mask) do update set part = flags.part || excluded.part, many = array[B'000', B'111'] returning mask, part, many, size, low;
update flags set mask = set_bit(mask, 1, 1) where mask & X'01' = X'01' returning mask, low;
select mask from flags where part = B'1010';
select mask from flags where mask = '01000001'::text::bit(8);
select f.mask, g.mask from flags f join flags g on f.low = g.low and f.mask < g.mask order by 1, 2;
delete from flags where mask = X'4F' returning mask;
insert into pairs values (1, row('101', '1'), '0110', '{10,01}') returning *;
select (p).f, (p).v, n, n & B'1100', l[2] from pairs;
-- error: 23514
insert into pairs (id, n) values (2, '0000');
-- error: 22026
insert into pairs (id, n) values (2, '00001');
-- error: 22026
insert into pairs (id, l) values (2, '{101}');
select * from counts order by id;
select ones(v), ones(f), shifted(f, 1), shifted(B'1', 0) from b order by id;
-- error: 22001
select shifted(B'10101', 1);
select v, rank() over (order by v), lag(v) over (order by id) from b order by id;
select distinct on (f) f, v from b order by f, id;
create table copies as select f, v, w, f & f as both_, B'1' as one, f || f as twice from b;
select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'copies'::regclass and attnum > 0 order by attnum;
select attname, format_type(atttypid, atttypmod), atttypmod from pg_attribute where attrelid in ('b'::regclass, 'flags'::regclass, 'plain'::regclass) and attnum > 0 and not attisdropped order by attrelid::regclass::text, attnum;
select column_name, data_type, character_maximum_length, character_octet_length, udt_name from information_schema.columns where table_name in ('b', 'plain') order by table_name, ordinal_position;
select column_name, column_default from information_schema.columns where table_name in ('flags', 'plain') order by table_name, ordinal_position;
select typname, typlen, typbyval, typtype, typcategory, typispreferred, typelem, typarray, typalign, typstorage from pg_type where typname in ('bit', 'varbit', '_bit', '_varbit') order by typname;
select pg_get_constraintdef(oid) from pg_constraint where conname in ('not_all', 'nibble_check') order by conname;
select 'bit'::regtype, to_regtype('varbit'), 'bit varying'::regtype, 'bit'::regtype::oid, format_type(1560, 3), format_type(1562, 3), format_type(1560, null), format_type(1562, -1), format_type(1560, -1);
alter table plain alter column x type bit(3);
-- error: 22026
alter table plain alter column x type bit(2), alter column c type bit(2);
alter table plain alter column y type varbit(20), alter column x type varbit;
select * from plain order by x;
-- error: 22001
alter table plain alter column y type varbit(3);
alter table plain alter column y type varbit(3) using y::varbit(3);
alter table plain alter column c set default B'011', add column d bit(2) not null default '10';
select * from plain order by x;
alter table plain alter column d type text, alter column x type int using x::bit(3)::int;
select * from plain order by x;

-- as: alice
select mask, part from flags order by mask;
insert into flags (mask) values (X'10') returning mask, part;
-- error: 42501
insert into flags (mask, part) values (X'11', B'1111');
update flags set part = ~part where mask = X'10' returning part, size;
select mask::text, bit_count(mask) from flags where length(mask) = 8 order by mask;
