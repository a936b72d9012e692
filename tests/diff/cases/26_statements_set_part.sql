-- UPDATE ... SET of an array's element, a composite's field, a key of jsonb.
create type place as (street text, city varchar(5), zip int);
create type person as (name text, home place, marks int[]);
create domain grades as int[] check (coalesce(array_length(value, 1), 0) < 5);
create table t (
    id int primary key,
    owner uuid not null,
    a int[],
    n numeric(6, 2)[],
    w text[] default '{d}',
    g grades,
    p place,
    q person,
    qs place[],
    doc jsonb,
    plain int,
    total int generated always as (a[1] + 1) stored
);
alter table t enable row level security;
create policy own on t using (owner = auth.uid()) with check (owner = auth.uid() and coalesce(a[1], 0) < 100);
create view v as select id, owner, a as arr, p as spot from t;
alter view v set (security_invoker = true);
create table hidden (id int primary key, a int[], b int);
grant update on hidden to authenticated;
revoke select on hidden from authenticated, anon;
insert into hidden values (1, '{1,2}', 1);
create table grid (a int[]);
insert into grid values ('{{1,2},{3,4}}');
insert into t values
    (1, '00000000-0000-0000-0000-00000000000a', '{1,2,3}', '{1.5,2}', '{x,y}', '{1}', ('main', 'rome', 1), ('ann', ('a', 'b', 2), '{5,6}'),
        array[('s', 'c', 1)::place], '{"a": 1, "b": {"c": 2}}', 7),
    (2, '00000000-0000-0000-0000-00000000000a', null, null, null, null, null, null, null, null, null),
    (3, '00000000-0000-0000-0000-00000000000b', '{9}', '{}', '{}', '{}', (null, null, null), null, '{}', '[1]', 3);

-- as: alice
update t set a[2] = 20 where id = 1 returning a, total;
update t set a[1] = a[1] + 5 where id = 1 returning a, total;
update t set a[1] = 4, a[3] = a[1] where id = 1 returning a, total;
update t set a[6] = 6 where id = 1 returning a, array_length(a, 1);
update t set a[1] = null where id = 1 returning a, total;
update t set a[plain - 5] = plain where id = 1 returning a;
update t set a[1] = 1 where id = 2 returning a, total;
update t set a[1] = '12' where id = 2 returning a;
update t set a[1] = 2.6 where id = 2 returning a;
update t set n[1] = 3.14159, n[2] = 1 where id = 1 returning n;
update t set w[1] = 'q"u,o', w[2] = null, plain = 8 where id = 1 returning w, plain;
update t set w[1] = upper(w[2]) where id = 1 returning w;
update t set g[2] = 5 where id = 1 returning g;
update t set p.city = 'paris' where id = 1 returning p, (p).city;
update t set p.zip = 5, p.street = 'side' where id = 1 returning p;
update t set p.city = 'x' where id = 2 returning p, (p).zip;
update t set q.home.zip = 99 where id = 1 returning q;
update t set q.marks[2] = 66, q.name = 'bob' where id = 1 returning q;
update t set q.name = 'new' where id = 2 returning (q).name, (q).home is null;
update t set qs[1].city = 'oslo' where id = 1 returning qs;
update t set doc['a'] = '10' where id = 1 returning doc;
update t set doc['z'] = to_jsonb(plain) where id = 1 returning doc;
update t set doc['k'] = null where id = 1 returning doc;
update t set doc['k'] = '"v"' where id = 2 returning doc;
update t set (a[1], plain) = (3, 4) where id = 1 returning a, plain;
update t set (a[1], a[2]) = (select 30, 31) where id = 1 returning a;
update t set a[1] = x.v from (values (1, 41)) x(id, v) where x.id = t.id returning t.a;
update v set arr[2] = 50 where id = 1 returning arr;
update v set spot.zip = 51 where id = 1 returning spot;
insert into t (id, owner, a) values (1, auth.uid(), '{7}') on conflict (id) do update set a[1] = excluded.a[1] returning a;
with u as (update t set a[2] = 52 where id = 1 returning a) select a[2] from u;
update t set a[1] = 1;
-- error: 42501
update t set a[1] = 100 where id = 1;
-- error: 23514
update t set g[2] = 1, g[3] = 1, g[4] = 1, g[5] = 1 where id = 1;
-- error: 22001
update t set p.city = 'too long' where id = 1;
-- error: 22004
update t set a[null] = 1 where id = 1;
-- error: 42804
update t set plain[1] = 1 where id = 1;
-- error: 42804
update t set a['x'::text] = 1 where id = 1;
-- error: 42804
update t set a[1] = true where id = 1;
-- error: 22P02
update t set a[1] = 'x' where id = 1;
-- error: 42804
update t set plain.x = 1 where id = 1;
-- error: 42703
update t set p.country = 'x' where id = 1;
-- error: 42703
update t set nowhere[1] = 1 where id = 1;
-- error: 42601
update t set a[1] = 1, a = '{2}' where id = 1;
-- error: 42601
update t set a = '{2}', a[1] = 1 where id = 1;
-- error: 0A000
update t set a[1] = default where id = 1;
-- error: 0A000
update t set p.zip = default where id = 1;
-- error: 42804
update t set total[1] = 1 where id = 1;
-- error: 42804
update t set doc['a':'b'] = '1' where id = 1;
-- error: 2202E
update grid set a[1] = 1;
-- A right to update is none to read: it is not asked for what stands left.
update hidden set a[1] = 5;
-- error: 42501
update hidden set a[1] = a[2];
-- error: 42501
update hidden set a[b] = 1;

-- as: bob
update t set a[2] = 1 returning id, a;
update t set doc['k'] = '1' where id = 1;
-- error: 42501
update t set owner = '00000000-0000-0000-0000-00000000000a', a[1] = 2;

-- as: anon
update t set a[1] = 1 returning id;
-- error: 42501
update hidden set a[1] = a[2];

-- as: owner
select id, a, n, w, g, p, q, qs, doc, plain, total from t order by id;
select * from hidden;
