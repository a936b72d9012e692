-- Functions in SQL, their rights, defaults, sets, refusals with dapur.raise, and who is asking.
create table stock (product text primary key, units int not null check (units >= 0));
create table log (id int generated always as identity primary key, who uuid, what text, at int default 0);
insert into stock values ('pen', 5), ('ink', 2);
alter table stock enable row level security;
alter table log enable row level security;
create policy see on stock for select to authenticated using (true);
create policy own_log on log for select using (who = auth.uid());

create function add(a int, b int default 10) returns int language sql immutable as $$ select a + b $$;
create function add(a text, b text) returns text language sql immutable as 'select a || b';
create function greet(name text, greeting text default 'hello') returns text language sql stable
    return greeting || ' ' || name;
create function units_of(p text) returns int language sql stable as $$ select units from stock where product = p $$;
create function all_stock() returns setof stock language sql stable as $$ select * from stock order by product $$;
create function pairs(n int) returns table (i int, square int) language sql immutable
    as $$ select g, g * g from generate_series(1, n) g $$;
create function who() returns uuid language sql stable as $$ select auth.uid() $$;
create function take(p text, n int) returns int language sql volatile security definer set search_path = '' as $$
    update public.stock set units = units - n where product = p;
    insert into public.log (who, what) values (auth.uid(), 'took ' || n || ' ' || p);
    select units from public.stock where product = p;
$$;
create function take_as_caller(p text, n int) returns int language sql as $$
    update stock set units = units - n where product = p returning units;
$$;
create function refuse(reason text) returns void language sql as $$
    select dapur.raise('P0001', reason, 'the detail', 'the hint');
$$;
create function refuse_if(bad boolean) returns int language sql as $$
    select dapur.raise('PT409', 'refused') where bad;
    select 1;
$$;
create function sell(items jsonb) returns int language sql security definer set search_path = '' as $$
    select dapur.raise('23514', 'not enough of ' || i.product)
        from jsonb_to_recordset(items) as i (product text, units int)
        join public.stock s on s.product = i.product where s.units < i.units order by i.product limit 1;
    update public.stock s set units = s.units - i.units
        from jsonb_to_recordset(items) as i (product text, units int) where s.product = i.product;
    select sum(i.units)::int from jsonb_to_recordset(items) as i (product text, units int);
$$;
create function strict_one(a int) returns int language sql strict as $$ select coalesce(a, -1) $$;
create function not_strict(a int) returns int language sql as $$ select coalesce(a, -1) $$;
create function bad_text() returns int language sql as $$ select 'x'::text::int $$;
create function nothing() returns void language sql as $$ insert into log (what) values ('nothing') $$;
create function first_row() returns stock language sql stable as $$ select * from stock order by product limit 1 $$;
create function fact(n int) returns numeric language sql immutable as $$ select case when n < 2 then 1 else n * fact(n - 1) end $$;

create table sums (code text, v int);
insert into sums values ('x', 1), ('y', 2), ('x', 3);
create function sums_of(c text, lowest int default 0, out v bigint, out n bigint) language sql stable as $$ select sum(s.v), count(*) from sums s where s.code = c and s.v >= lowest $$;
create function words(first text, variadic more text[] default '{}') returns text language sql immutable as $$ select first || ':' || array_to_string(more, ',') $$;
create function first_of(anyarray) returns anyelement language sql immutable strict as $$ select $1[1] $$;
create procedure noop(a int, inout b int default 0) language plpgsql as $$ begin b := a; end $$;
-- as: owner
select add(1, 2), add(1), add('a', 'b'), add(b => 5, a => 1), add(1, b => 4);
select greet('ann'), greet('ann', 'hi'), greet(greeting => 'yo', name => 'ben');
select * from pairs(3);
select p.square from pairs(4) p where p.i > 2;
select i, square from pairs(2) as x (i, square) order by i desc;
select product, units_of(product) from stock order by product;
select * from all_stock();
select count(*) from all_stock() where units > 2;
select strict_one(null), not_strict(null), strict_one(3);
select (first_row()).product, (first_row()).*;
select first_row();
select fact(5);
-- error: 42883
select add(1, 2, 3);
-- error: 42883
select add(true, false);
select add(null, '1'), add(null, null);
-- error: 22P02
select bad_text();
-- error: P0001
select refuse('because');
-- error: PT409
select refuse_if(true);
select refuse_if(false);
-- as: alice
select who(), auth.uid(), auth.role(), auth.jwt() ->> 'email';
select auth.jwt() -> 'app_metadata' ->> 'role';
select current_setting('request.jwt.claims', true)::jsonb ->> 'role';
select current_user, current_role;
-- skip: a STABLE function sees what the same statement wrote before (docs/limits.md)
select units_of('pen'), take('pen', 2), units_of('pen');
select take('pen', 2), take('ink', 0);
select take('pen', 2);
select take_as_caller('pen', 1);
select * from stock order by product;
select what from log;
select * from take_as_caller('nothing', 1);
select take_as_caller('nothing', 1);
-- error: 23514
select take('ink', 3);
-- error: 23514
select sell('[{"product":"pen","units":1},{"product":"ink","units":9}]');
select * from stock order by product;
select sell('[{"product":"pen","units":1},{"product":"ink","units":1}]');
select * from stock order by product;
-- error: 22P02
select sell('[{"product":"pen","units":"many"}]');
-- error: 42501
select nothing();
-- error: 42501
insert into log (what) values ('direct');
update stock set units = 100;
select what, who from log order by id;
select add(units, 1) from all_stock();
select take(product, 1) from stock where product = 'pen';
select take('pen', 1);
-- as: bob
select what from log;
select take('pen', 1);
select what from log;
-- as: anon
select * from stock;
select units_of('pen');
select who() is null, auth.role(), current_user;
select take('ink', 1);
-- error: 23514
select take('ink', 1);
-- as: service
select what, who from log order by id;
select nothing();
select what, who from log order by id desc limit 1;
-- as: owner
select product, units from stock order by product;
-- error: 42723
create function add(a int, b int) returns int language sql as $$ select 1 $$;
create or replace function add(a int, b int default 10) returns int language sql immutable as $$ select a * b $$;
select add(3, 4), add(3);
-- error: 42P13
create or replace function add(a int, b int default 10) returns text language sql as $$ select 'x' $$;
-- error: 42P13
create function wrong() returns int language sql as $$ select 'x'::text $$;
-- error: 42703
create function wrong() returns int language sql as $$ select nothing from stock $$;
drop function greet(text, text);
-- error: 42883
select greet('x');
-- as: owner
select c.code, s.v, s.n from (values ('x'), ('y'), ('z')) c (code) cross join lateral sums_of(c.code) s order by 1;
select (q).v, (q).n from (select sums_of('x', 2) as q) z;
select (sums_of('x')).v, to_jsonb(sums_of('y')), row_to_json(sums_of('z')), sums_of('x');
-- error: 42703
select (sums_of('x')).nothing;
select words('a'), words('a', 'b'), words('a', 'b', 'c'), words('a', variadic array['d']), words('a', variadic more => array['e']);
-- error: 42883
select words(first => 'a');
-- error: 42883
select words(first => 'a', more => array['b']);
-- error: 42883
select words();
select first_of(array[3, 2]), first_of(array['a']), first_of(null::int[]), pg_typeof(first_of(array[1.5]));
select pg_get_function_arguments('noop'::regproc), pg_get_function_identity_arguments('noop'::regproc);
