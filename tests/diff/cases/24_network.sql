-- Network addresses: inet, cidr, macaddr, macaddr8. Reading, printing, order, operators, functions, columns of them.
create table n (
    id int primary key,
    i inet,
    c cidr,
    m macaddr,
    e macaddr8
);
insert into n values
    (1, '192.168.1.5', '192.168.1.0/24', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05'),
    (2, '192.168.1.5/24', '10', '08002B-010203', '08002b:0102030405'),
    (3, '10.1.2.3/8', '10.1/16', '0800.2b01.0203', '08-00-2b-01-02-03'),
    (4, '::1', '::/0', 'ff:ff:ff:ff:ff:ff', 'ffffffffffffffff'),
    (5, '2001:DB8::ff00:42:8329/64', '2001:db8::/32', '08-00-2b-00-00-00', '08:00:2b:ff:fe:01:02:03'),
    (6, '::ffff:1.2.3.4', '::1.2.3.4', '0:0:0:0:0:0', '0000000000000000'),
    (7, '0.0.0.0/0', '192.168.1', '08002b010204', '08002b0102030406'),
    (8, null, null, null, null);
create table hosts (
    address inet primary key,
    net cidr not null default '10.0.0.0/8',
    card macaddr unique,
    near inet[] default '{10.0.0.1,"10.0.0.2/8"}',
    cards macaddr[] default '{}',
    label text generated always as (host(address)) stored,
    width int generated always as (masklen(net)) stored,
    owner uuid default auth.uid(),
    constraint inside check (address <<= net)
);
create index hosts_net on hosts (net);
create index hosts_family on hosts (family(address), near);
create index n_gist on n using gist (i inet_ops);
create table visits (id int generated always as identity primary key, source inet references hosts on update cascade, at date);
insert into hosts (address) values ('10.0.0.1'), ('10.2.0.0/16');
insert into hosts (address, net, card) values ('::5', '::/64', '08:00:2b:01:02:03');
alter table hosts enable row level security;
create policy near on hosts using (owner = auth.uid() or address << '10.2.0.0/15') with check (net << inet '10.0.0.0/4');
create domain lan as inet check (value <<= '192.168.0.0/16');
create type device as (card macaddr, at inet);
create table devices (id int primary key, d device, l lan, many lan[]);
create view wide as select id, masklen(i) as bits, network(i) as net from n;
create function lans(span cidr) returns bigint language sql stable as 'select count(*) from n where i << span';
create function next_host(a inet) returns inet language plpgsql immutable as $$ declare r inet := a + 1; begin if r <<= cidr '10.0.0.0/8' then return r; end if; return null; end $$;

-- as: owner
select * from n order by id;
select i::text, c::text, m::text, e::text from n order by id;
select id from n order by i, id;
select id from n order by c desc nulls last, id;
select id from n order by m, id;
select id from n order by e desc, id;
select json_agg(n order by id) from n;
select to_json(i), to_jsonb(c), to_json(m), to_jsonb(e) from n order by id;
select row_to_json(n) from n where id = 5;
select id, i::varchar, i::char(4), c::varchar(6), i::name, c::bpchar from n order by id;
select 'a' || i, c || 'b', 'm' || m, e || '.', concat(i, ' ', c, ' ', m), format('%s %s', i, c) from n order by id;

-- inet in
select '1.2.3.4'::inet, '1.2.3.4/32'::inet, '1.2/16'::inet, '1/8'::inet, '1.2.3.4/0'::inet, '1.2.3.4.'::inet, '001.02.3.4'::inet, '255.255.255.255/31'::inet;
select '::'::inet, '::/0'::inet, '1::'::inet, '1:2:3:4:5:6:7:8'::inet, '1:2:3:4:5:6:1.2.3.4/96'::inet, '::1.2'::inet, 'FE80::ABCD/10'::inet, '::ffff:0:0'::inet, '::10.1.2.3/128'::inet;
select '1:0:0:2:0:0:0:3'::inet, '1:0:0:2:3:0:0:4'::inet, '0:0:1:2:3:4:5:6'::inet, '1:2:3:4:5:6:7:0'::inet, '1:2:3:4:5:6:0:0'::inet, '::ffff:1.2.3.4/100'::inet, '::fffe:1.2.3.4'::inet, '0:0:0:0:0:0:0:1'::inet, '0:0:0:0:0:0:1:1'::inet, '0:0:0:0:0:ffff:0:1'::inet;
-- error: 22P02
select ''::inet;
-- error: 22P02
select '1.2.3'::inet;
-- error: 22P02
select '1.2.3.256'::inet;
-- error: 22P02
select '1.2.3.4/33'::inet;
-- error: 22P02
select '1.2.3.4/'::inet;
-- error: 22P02
select '1.2.3.4/8x'::inet;
-- error: 22P02
select '1/16'::inet;
-- error: 22P02
select ' 1.2.3.4'::inet;
-- error: 22P02
select '1.2.3.4 '::inet;
-- error: 22P02
select '1.2.3.4.5'::inet;
-- error: 22P02
select '0x7f000001'::inet;
-- error: 22P02
select '::1/129'::inet;
-- error: 22P02
select '::1/01'::inet;
-- error: 22P02
select ':1'::inet;
-- error: 22P02
select '1::2::3'::inet;
-- error: 22P02
select '1:2:3:4:5:6:7'::inet;
-- error: 22P02
select '1:2:3:4:5:6:7:8:9'::inet;
-- error: 22P02
select '12345::'::inet;
-- error: 22P02
select '::1.2.3.456'::inet;
-- error: 22P02
select '::g'::inet;
-- error: 22P02
select '1:2:3:4:5:6:7::8:9'::inet;
-- error: 22P02
select 'fe80::1%eth0'::inet;
-- error: 22P02
select '1.2.3.4/99999999999999999999'::inet;
-- error: 42601
select null::inet(3);

-- cidr in
select '10'::cidr, '10.1'::cidr, '128.1'::cidr, '192.168'::cidr, '192.168.1.1'::cidr, '224'::cidr, '225'::cidr, '240'::cidr, '239.1'::cidr, '10.0.0.0/8'::cidr, '0x0a01'::cidr, '0X0A010'::cidr, '1.2.3.4/32'::cidr, '10/16'::cidr, '0'::cidr, '0/0'::cidr;
select '::1'::cidr, '2001:db8::/32'::cidr, '::/0'::cidr, '::ffff:1.2.3.0/120'::cidr;
-- error: 22P02
select '10.1.2.3/8'::cidr;
-- error: 22P02
select '10.0.0.1/31'::cidr;
-- error: 22P02
select '2001:db8::1/32'::cidr;
-- error: 22P02
select '1.2.3.4.'::cidr;
-- error: 22P02
select '0x'::cidr;
-- error: 22P02
select '0x0102030405'::cidr;
-- error: 22P02
select '1.2.3.4/40'::cidr;
-- error: 22P02
select 'x'::cidr;

-- macaddr in
select '08:00:2b:01:02:03'::macaddr, ' 8:0:2B:1:2:3 '::macaddr, '08-00-2b-01-02-03'::macaddr, '08002b:010203'::macaddr, '08002b-010203'::macaddr, '0800.2b01.0203'::macaddr, '0800-2b01-0203'::macaddr, '08002b010203'::macaddr, '0x8:0:2b:1:2:3'::macaddr;
select '08:00:2b:01:02:03:04:05'::macaddr8, '08-00-2b-01-02-03-04-05'::macaddr8, '08002b:0102030405'::macaddr8, '08002b-0102030405'::macaddr8, '0800.2b01.0203.0405'::macaddr8, '0800-2b01-0203-0405'::macaddr8, '08002b0102030405'::macaddr8, ' 08002b010203 '::macaddr8, '08:00:2B:01:02:03:'::macaddr8, '08002b0102031'::macaddr8;
-- error: 22P02
select '08:00:2b:01:02'::macaddr;
-- error: 22P02
select '08:00:2b:01:02:03:04'::macaddr;
-- error: 22P02
select '08:00:2b:01:02:0g'::macaddr;
-- error: 22P02
select '08:00-2b:01:02:03'::macaddr;
-- error: 22003
select '08:00:2b:01:02:100'::macaddr;
-- error: 22003
select '08:00:2b:01:02:-1'::macaddr;
-- error: 22P02
select ''::macaddr;
-- error: 22P02
select '08:00:2b:01:02:03:04'::macaddr8;
-- error: 22P02
select '08:00-2b:01:02:03:04:05'::macaddr8;
-- error: 22P02
select '8:0:2b:1:2:3'::macaddr8;
-- error: 22P02
select '08:00:2b:01:02:03:04:0g'::macaddr8;
-- error: 22P02
select '08:00:2b:01:02:03 x'::macaddr8;
-- error: 22P02
select '08:00:2b:01:02:03:04:05:06'::macaddr8;
-- error: 22P02
select ''::macaddr8;

-- casts
select c::inet, i::cidr, m::macaddr8 from n where id < 8 order by id;
select '08:00:2b:ff:fe:01:02:03'::macaddr8::macaddr, macaddr('08:00:2b:ff:fe:01:02:03'::macaddr8), macaddr8('08:00:2b:01:02:03'::macaddr);
-- error: 22003
select '08:00:2b:01:02:03:04:05'::macaddr8::macaddr;
select cidr('10.1.2.3/8'::inet), text('1.2.3.4'::inet), text('1.2.3.4'::cidr), inet('1.2.3.4'), inet(text '1.2.3.4/9'), macaddr('08002b010203');
select '1.2.3.4'::text::inet, '10'::varchar::cidr, '08002b010203'::text::macaddr;
-- error: 22P02
select 'none'::text::inet;
-- error: 42846
select 1::inet;
-- error: 42846
select '1.2.3.4'::inet::int;
-- error: 42846
select '1.2.3.4'::inet::macaddr;
-- error: 42804
insert into n (id, i) values (20, 5);
-- error: 42804
insert into n (id, i) values (20, '1.2.3.4'::text);
insert into n (id, i, c) values (20, '10.1.0.0/16'::cidr, '10.1.2.3/16'::inet) returning *;
delete from n where id = 20;
select pg_typeof(network(i)), pg_typeof(i + 1), pg_typeof(~m), pg_typeof(set_masklen(c, 4)), pg_typeof(max(c) over ()) from n limit 1;

-- comparing
select a, b, a = b, a <> b, a < b, a <= b, a > b, a >= b from unnest('{1.2.3.4,1.2.3.4/24,1.2.3.5/24,1.2.3.0/24,::1,::1/64,255.255.255.255}'::inet[]) a, unnest('{1.2.3.4,1.2.3.4/24,1.2.3.0/24,::,1.2.3.4/8}'::inet[]) b order by a, b;
select i = c, i < c, c = inet '10.0.0.0/8', c > '10' from n order by id;
select m = '08:00:2b:01:02:03', m < '08:00:2b:01:02:04', e >= '08:00:2b:01:02:03:04:05', m = e from n order by id;
select id from n where i = '192.168.1.5';
select id from n where c in ('10.0.0.0/8', '::/0') order by id;
select id from n where i between '10.0.0.0' and '192.168.1.5' order by id;
select count(distinct i), count(distinct c), count(distinct m), min(i), max(i), min(c), max(c) from n;
select i, count(*) from (select '1.2.3.4'::inet i union all select '1.2.3.4/32'::inet union all select '1.2.3.4/32'::cidr) x group by i;
select '1.2.3.4/32'::cidr union select '1.2.3.4'::inet;
select i, c from n where i is distinct from c order by id;
select greatest(i, c), least(i, '10.1.2.4'), nullif(i, '::1'), coalesce(i, '9.9.9.9') from n order by id;
-- error: 42883
select min(m) from n;
-- error: 42883
select '1.2.3.4'::inet = '1.2.3.4'::text;
-- error: 42883
select inet '1.2.3.4' + 'x'::text;
-- error: 42883
select '08:00:2b:01:02:03'::macaddr = '1.2.3.4'::inet;

-- containing
select a, b, a << b, a <<= b, a >> b, a >>= b, a && b from unnest('{10.1.2.3,10.1.0.0/16,10.0.0.0/8,0.0.0.0/0,::1,::/64}'::inet[]) a, unnest('{10.1.2.3,10.1.9.9/16,11.0.0.0/8,::/0}'::inet[]) b order by a, b;
select id from n where i << '192.168.0.0/16' order by id;
select id from n where c >>= '10.1.2.3' order by id;
select id from n where i <<= c order by id;
select id from n where not i && c order by id;
select i << null, null >> c from n where id = 1;

-- arithmetic
select i + 1, i - 1, 1 + i, i + 300 from n where id in (1, 2, 3, 5) order by id;
select ~i, i & '255.0.255.0', i | '0.0.0.255' from n where id <= 3 order by id;
select ~i, i & 'ffff::ff', i | '1::' from n where id between 4 and 6 order by id;
select '192.168.1.43'::inet - '192.168.1.19'::inet, '10.0.0.0'::inet - '10.0.1.0'::inet, '::1:0'::inet - '::2'::inet, '::2'::inet - '::3'::inet, '255.255.255.255'::inet - '0.0.0.0', '8000::'::inet - '8000::1';
select '1.2.3.4/24'::inet & '255.0.0.0/8', '1.2.3.4/24'::inet | '1.1.1.1/30', c + 1, c - 1 from n where id = 1;
select '::'::inet + 9223372036854775807, '::ffff:ffff:ffff:ffff'::inet + 1, '1::'::inet - 9223372036854775807, '1::'::inet + -9223372036854775808;
-- error: 22003
select '255.255.255.255'::inet + 1;
-- error: 22003
select '0.0.0.0'::inet - 1;
-- error: 22003
select '::'::inet - 1;
-- error: 22003
select 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'::inet + 1;
-- error: 22003
select '1.2.3.4'::inet + 4294967296;
-- error: 22003
select '1::'::inet - '::1'::inet;
-- error: 22023
select '1.2.3.4'::inet & '::1'::inet;
-- error: 22023
select '1.2.3.4'::inet | '::1'::inet;
-- error: 22023
select '1.2.3.4'::inet - '::1'::inet;
select ~m, m & '0f:0f:0f:0f:0f:0f', m | '00:00:00:ff:ff:ff', ~e, e & '0f0f0f0f0f0f0f0f', e | '00:00:00:ff:ff:ff:00:00' from n order by id;
select trunc(m), trunc(e), macaddr8_set7bit(e), macaddr8_set7bit('00:34:56:ab:cd:ef') from n order by id;

-- functions
select host(i), host(c), text(i), masklen(i), masklen(c), family(i) from n order by id;
select netmask(i), hostmask(i), network(i), broadcast(i) from n order by id;
select netmask(c), hostmask(c), network(c), broadcast(c) from n order by id;
select abbrev(i), abbrev(c) from n order by id;
select abbrev(c) from unnest('{0/0,128.0.0.0/1,10/8,10.1/16,10.128/9,10.1.128/17,10.1.2/24,10.1.2.128/25,10.1.2.3/32}'::cidr[]) c;
select abbrev(c) from unnest('{::/0,8000::/1,2001:db8::/32,2001:db8:0:1::/64,::/64,1:2:3:4:5:6:7:8,::1,::/8,1::/16,1:0:1::/48,0:0:1::/48,1:0:0:1:0:0:0:0/128,1:0:0:0:1::/96,::1.2.3.4,::ffff:1.2.3.4,::ffff:1.2.3.0/120,::1.2.3.0/120,::ffff:1.2.0.0/112,0:0:0:0:0:0:1:0/112,0:0:0:0:0:0:0:200/120,::ffff:0:0/96,1:0:0:2::/64,1:0:2:0:0:3::/96,0:0:0:0:0:0:0:2}'::cidr[]) c;
select set_masklen(i, 12), set_masklen(i, -1), set_masklen(i, 0), set_masklen(c, 12), set_masklen(c, 32), set_masklen(c, 0), set_masklen(c, -1) from n order by id;
-- error: 22023
select set_masklen('1.2.3.4'::inet, 33);
-- error: 22023
select set_masklen('1.2.3.4'::cidr, -2);
-- error: 22023
select set_masklen('::1'::inet, 129);
select inet_merge('192.168.1.5/24', '192.168.2.5/24'), inet_merge('10.1.2.3', '10.1.2.3'), inet_merge('::1', '::2'), inet_merge('1::', '8000::'), inet_merge('10.0.0.0/8', '10.1.2.3'), inet_same_family('1.2.3.4', '::1'), inet_same_family('::', '::1/64');
-- error: 22023
select inet_merge('1.2.3.4', '::1');
select host(null), abbrev(null::cidr), trunc(null::macaddr), inet_same_family(null, '::1');
select host('1.2.3.4'), abbrev('10.0.0.0/8'::inet), trunc(m) = m from n where id = 5;
-- error: 42883
select host(5);
-- error: 42883
select set_masklen(null, 5, 6), trunc(null);

-- arrays, rows, json
select array_agg(i order by id), array_agg(m order by id), array[c, '1.2.3.4/32'], array[i, c] from n group by c, i having count(*) < 2 order by i limit 3;
select '{1.2.3.4,::1/64,null}'::inet[], '{10,10.1}'::cidr[], '{08002b010203}'::macaddr[], '{1.2.3.4/32}'::text[]::inet[], '{1.2.3.4,::1}'::inet[]::text[], '{1.2.3.0/24}'::cidr[]::inet[];
select '1.2.3.4'::inet = any('{1.2.3.4/32,::1}'::inet[]), '{1.2.3.4/32}'::inet[] = '{1.2.3.4}'::inet[], '{1.2.3.4}'::inet[] @> '{1.2.3.4/32}', '{9.0.0.0}'::inet[] < '{10.0.0.0}'::inet[], array_position('{::1,1.2.3.4}'::inet[], '1.2.3.4/32');
select (row(i, m)::device).at, row(i, m) from n where false;
select * from json_populate_record(null::device, '{"card": "08002b010203", "at": "1.2.3.4/32"}');
select to_jsonb(row('08002b010203'::macaddr, '1.2.3.4'::inet)::device);
select jsonb_build_object('i', i, 'c', c, m, e), json_build_array(i, c) from n where id in (1, 6) order by id;
-- error: 22P02
select '{1.2.3.4,x}'::inet[];

-- tables
insert into hosts (address, card) values ('10.9.9.9', '08-00-2b-01-02-04') returning *;
select * from hosts order by address;
-- error: 23505
insert into hosts (address) values ('10.0.0.1/32');
-- error: 23505
insert into hosts (address, card) values ('10.0.0.7', '08002b010204');
-- error: 23514
insert into hosts (address) values ('11.0.0.1');
-- error: 22P02
insert into hosts (address) values ('11.0.0.x');
insert into hosts (address, width) values ('10.0.0.1', default) on conflict (address) do update set near = hosts.near || excluded.address, card = '000000000001' returning address, near, card, width, label;
insert into visits (source, at) values ('10.0.0.1/32', '2026-01-02'), ('10.2.0.0/16', '2026-01-03');
-- error: 23503
insert into visits (source) values ('10.2.0.0/17');
update hosts set address = address + 1 where address = '10.0.0.1' returning address, label;
select source, at from visits order by id;
select h.address, v.at from hosts h join visits v on v.source = h.address order by 1;
select address from hosts where address = '10.0.0.2'::text::inet;
select address from hosts where family(address) = 6;
select address from hosts where net = '10.0.0.0/8' order by address;
delete from visits where source << '10.0.0.0/8' returning source;
insert into devices values (1, row('08002b010203', '1.2.3.4'), '192.168.1.1', '{}') returning *;
select (d).card, (d).at, l, l + 1, host(l) from devices;
-- error: 23514
insert into devices (id, l) values (2, '10.0.0.1');
-- error: 23514
select '10.0.0.1'::lan;
select * from wide order by id;
select lans('10.0.0.0/8'), lans('::/0'), lans(cidr '192.168.1.0/24');
select next_host('10.0.0.1'), next_host('11.0.0.1'), next_host('10.0.0.255/24');
select i, rank() over (order by i), lag(i) over (order by id) from n order by id;
select distinct on (family(i)) family(i), i from n order by family(i), i;
select i from n where id = 1 union all select c from n where id = 2 except select '192.168.1.5/32'::inet;
select string_agg(host(i), ',' order by i) from n;
select case when i << '10.0.0.0/8' then i else c end from n order by id;
create table copies as select * from n where id < 3;
-- error: 42804
alter table copies alter column i type int;
select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'n'::regclass and attnum > 0 order by attnum;
select column_name, data_type, udt_name from information_schema.columns where table_name = 'n' order by ordinal_position;
select column_name, column_default from information_schema.columns where table_name = 'hosts' order by ordinal_position;
select typname, typlen, typbyval, typtype, typcategory, typispreferred, typelem, typarray, typalign, typstorage from pg_type where typname in ('inet', 'cidr', 'macaddr', 'macaddr8', '_inet', '_cidr', '_macaddr', '_macaddr8') order by typname;
select pg_get_constraintdef(oid) from pg_constraint where conname = 'inside';
select pg_get_indexdef('hosts_family'::regclass);
select 'inet'::regtype, to_regtype('macaddr8'), 'cidr[]'::regtype, 'inet'::regtype::oid;

-- as: alice
select address, net from hosts order by address;
insert into hosts (address, near) values ('10.0.0.77', '{}') returning address, near;
-- error: 42501
insert into hosts (address, net) values ('192.168.1.1', '192.168.0.0/16');
update hosts set card = '000000000009' where address << '10.0.0.0/24' returning address, card;
select host(address) from hosts order by 1;

-- as: owner
alter table hosts alter column label drop expression;
alter table n alter column i type text;
select i from n order by id;
alter table n alter column i type inet using i::inet;
select i from n order by i;
alter table n alter column c type inet;
select c from n order by c;
