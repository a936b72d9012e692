-- PL/pgSQL: what a function answers, its flow, its errors, as whom it runs.
create table stock (product text primary key, units int not null check (units >= 0), price numeric(10,2));
create table log (id int generated always as identity primary key, what text not null);
create type pair as (a int, b text);
create domain positive as int check (value > 0);
insert into stock values ('pen', 5, 1.50), ('ink', 2, 3.25), ('cap', 0, null);
alter table stock enable row level security;
create policy see on stock for select to authenticated using (units > 0);

create function add(a int, b int default 10) returns int language plpgsql immutable as $$ begin return a + b; end $$;
create function greet(name text) returns text language plpgsql as $$
declare
    hello constant text := 'hello';
    result text;
begin
    result := hello || ' ' || name;
    if name = '' then
        result := 'nobody';
    elsif name = 'x' then
        return null;
    else
        result := result || '!';
    end if;
    return result;
end $$;
create function fact(n int) returns numeric language plpgsql as $$
begin
    if n < 2 then return 1; end if;
    return n * fact(n - 1);
end $$;
create function sum_to(n int) returns int language plpgsql as $$
declare s int := 0;
begin
    for i in 1..n loop
        continue when i % 3 = 0;
        exit when i > 20;
        s := s + i;
    end loop;
    return s;
end $$;
create function down(n int) returns text language plpgsql as $$
declare t text = '';
begin
    for i in reverse n..1 by 2 loop t := t || i || ','; end loop;
    return t;
end $$;
create function collatz(n bigint) returns int language plpgsql as $$
declare steps int := 0;
begin
    while n <> 1 loop
        n := case when n % 2 = 0 then n / 2 else 3 * n + 1 end;
        steps := steps + 1;
    end loop;
    return steps;
end $$;
create function nested() returns text language plpgsql as $$
<<whole>>
declare t text := '';
begin
    <<outer>>
    for i in 1..3 loop
        for j in 1..3 loop
            continue outer when j = 2 and i = 2;
            exit outer when i = 3;
            t := t || i || j || ' ';
        end loop;
    end loop;
    declare t int := 5;
    begin
        whole.t := whole.t || t;
    end;
    return t;
end $$;
create function kind(n int) returns text language plpgsql as $$
begin
    case n when 1, 2 then return 'few'; when 3 then return 'three'; else return 'many'; end case;
end $$;
create function kind2(n int) returns text language plpgsql as $$
begin
    case when n < 0 then return 'neg'; when n = 0 then return 'zero'; end case;
    return 'pos';
end $$;
create function units_of(p text) returns int language plpgsql stable as $$
declare u int;
begin
    select units into u from stock where product = p;
    if not found then return -1; end if;
    return u;
end $$;
create function units_definer(p text) returns int language plpgsql stable security definer set search_path = '' as $$
declare u int;
begin
    select s.units into u from public.stock s where s.product = p;
    return u;
end $$;
create function strict_units(p text) returns int language plpgsql as $$
declare u int;
begin
    select units into strict u from stock where product like p;
    return u;
end $$;
create function row_of(p text) returns stock language plpgsql as $$
declare r stock%rowtype;
begin
    select * into r from stock where product = p;
    r.units := r.units + 100;
    return r;
end $$;
create function rec_of(p text) returns text language plpgsql as $$
declare r record;
begin
    select product, units * 2 as twice into r from stock where product = p;
    if r is null then return 'none'; end if;
    return r.product || ':' || r.twice;
end $$;
create function all_rows() returns setof stock language plpgsql as $$
begin
    return query select * from stock order by product;
end $$;
create function doubled() returns table (name text, twice int) language plpgsql as $$
declare r record;
begin
    for r in select * from stock s order by s.product loop
        name := r.product;
        twice := r.units * 2;
        return next;
    end loop;
    return query select 'total'::text, sum(units)::int from stock;
end $$;
create function evens(n int) returns setof int language plpgsql as $$
begin
    for i in 1..n loop
        if i % 2 = 0 then return next i; end if;
    end loop;
    return;
end $$;
create function split(full_name text, out first text, out last text) language plpgsql as $$
begin
    first := split_part(full_name, ' ', 1);
    last := split_part(full_name, ' ', 2);
end $$;
create function inc(inout n int) language plpgsql as $$ begin n := n + 1; end $$;
create function a_pair(n int) returns pair language plpgsql as $$ begin return (n, 'x' || n)::pair; end $$;
create function pair_text(p pair) returns text language plpgsql as $$ begin return p.a || '/' || p.b; end $$;
create function divide(a int, b int) returns text language plpgsql as $$
begin
    return (a / b)::text;
exception
    when division_by_zero then return 'div ' || sqlstate;
    when others then return 'other ' || sqlstate || ' ' || sqlerrm;
end $$;
create function put(t text, n int) returns text language plpgsql as $$
declare msg text; state text; det text;
begin
    insert into log (what) values ('before');
    begin
        insert into log (what) values (t);
        insert into stock values (t, n, 1);
    exception when unique_violation or check_violation then
        get stacked diagnostics msg = message_text, state = returned_sqlstate;
        insert into log (what) values ('failed ' || state);
        return state;
    end;
    return 'ok';
end $$;
create function raises(how int) returns void language plpgsql as $$
begin
    if how = 1 then raise exception 'plain % and %%', how; end if;
    if how = 2 then raise exception 'with code' using errcode = '22023', hint = 'try', detail = 'why'; end if;
    if how = 3 then raise unique_violation using message = 'mine'; end if;
    if how = 4 then raise sqlstate 'PT403'; end if;
    if how = 5 then raise exception using errcode = 'check_violation', message = 'named'; end if;
    if how = 6 then raise notice 'only %', how; end if;
    if how = 7 then raise; end if;
    if how = 8 then assert how = 9, 'not nine'; end if;
    if how = 9 then raise exception 'null %', null; end if;
end $$;
create function no_return() returns int language plpgsql as $$ begin end $$;
create function diag() returns text language plpgsql as $$
declare n int; b boolean;
begin
    update stock set units = units + 1 where units > 0;
    get diagnostics n = row_count;
    b := found;
    perform 1 from stock where false;
    return n || ' ' || b || ' ' || found;
end $$;
create function dyn(tab text, p text) returns int language plpgsql as $$
declare n int;
begin
    execute format('select units from %I where product = $1', tab) into n using p;
    return n;
end $$;
create function dyn_rows(lim int) returns setof text language plpgsql as $$
declare r record;
begin
    for r in execute 'select product from stock order by product limit $1' using lim loop
        return next r.product;
    end loop;
    return query execute 'select upper(product) from stock order by 1 limit $1' using lim;
end $$;
create function arrays(v int[]) returns text language plpgsql as $$
declare x int; t text := ''; w text[] := '{}';
begin
    foreach x in array v loop
        t := t || x || ';';
        w := array_append(w, 'v' || x);
    end loop;
    w[2] := 'second';
    w[5] := 'fifth';
    return t || w::text || coalesce(w[4], '-');
end $$;
create function cursors() returns text language plpgsql as $$
declare
    c cursor for select product from stock order by product;
    k cursor (least int) for select product, units from stock where units >= least order by product;
    p text; r record; t text := '';
begin
    open c;
    fetch c into p; t := t || p;
    fetch c into p; t := t || p;
    move c; fetch c into p;
    t := t || coalesce(p, 'end') || found;
    close c;
    for r in k(2) loop t := t || r.product || r.units; end loop;
    return t;
end $$;
create function dom(n int) returns int language plpgsql as $$ declare d positive := n; begin return d; end $$;
create function not_null() returns int language plpgsql as $$ declare x int not null := 1; begin x := null; return x; end $$;
create function ambiguous(product text) returns int language plpgsql as $$
begin
    return (select units from stock where product = product);
end $$;
create function prefers(product text) returns int language plpgsql as $$
#variable_conflict use_column
declare n int;
begin
    select count(*) into n from stock where product = product;
    return n;
end $$;
create function wrong_type() returns setof int language plpgsql as $$ begin return query select 'a'::text; end $$;
create function no_dest() returns int language plpgsql as $$ begin select 1; return 1; end $$;
create function late() returns int language plpgsql as $$ begin return (select count(*) from not_yet); end $$;
create function stable_write() returns int language plpgsql stable as $$ begin insert into log (what) values ('x'); return 1; end $$;
create function bump(p text) returns int language plpgsql security definer set search_path = public as $$
declare n int;
begin
    update stock set units = units + 1 where product = p returning units into n;
    insert into log (what) values ('bump ' || p);
    return n;
end $$;
create function who() returns text language plpgsql stable as $$ begin return current_user || ' ' || coalesce(auth.uid()::text, '-'); end $$;
create function who_definer() returns text language plpgsql stable security definer as $$ begin return current_user || ' ' || coalesce(auth.uid()::text, '-'); end $$;
create function strictly(a int) returns int language plpgsql strict as $$ begin return coalesce(a, -1); end $$;
create function anything(x anyelement) returns text language plpgsql as $$ begin return pg_typeof(x)::text || ' ' || x::text; end $$;
create procedure store(t text, inout n int) language plpgsql as $$ begin insert into log (what) values (t); n := n + 1; end $$;
create function calls() returns int language plpgsql as $$ declare k int := 5; begin call store('called', k); return k; end $$;
create function json_row(p text) returns json language plpgsql as $$ declare r stock; begin select * into r from stock where product = p; return row_to_json(r); end $$;
create function swallowed() returns text language plpgsql as $$
begin
    begin
        raise exception 'a' using errcode = 'P0002';
    exception when no_data_found then
        begin
            raise exception 'b';
        exception when raise_exception then
            return sqlerrm || sqlstate;
        end;
    end;
end $$;
create function reraise() returns int language plpgsql as $$ begin perform 1 / 0; exception when others then raise; end $$;
create function casts() returns text language plpgsql as $$
declare i int := '42'; n numeric(5,1) := 2.25; d date := '2024-02-29'; t text := 5; f float8 := 1; b boolean := 'yes';
begin
    i := 2.5;
    return i || ' ' || n || ' ' || d || ' ' || t || ' ' || f || ' ' || b;
end $$;

-- as: owner
select add(1, 2), add(1), greet('ann'), greet(''), greet('x'), fact(20), sum_to(10), sum_to(100), down(9), collatz(27);
select nested(), kind(1), kind(3), kind(9), kind2(-1), kind2(0);
select kind2(5);
select units_of('pen'), units_of('none'), units_definer('ink'), product, units_of(product) as u from stock order by product;
select strict_units('pen');
select strict_units('%');
select strict_units('none');
select * from row_of('pen');
select (row_of('ink')).units, rec_of('pen'), rec_of('none');
select row_of('ink');
select * from all_rows();
select product from all_rows() where units > 1;
select * from doubled();
select * from evens(7);
select evens(5);
select n, m from evens(4) with ordinality as x (n, m);
select s.product, e from stock s, evens(s.units) e order by 1, 2;
select * from split('Ada Lovelace');
select split('Ada Lovelace'), (split('Ada Lovelace')).last, inc(4);
select a_pair(3), (a_pair(4)).b, pair_text(a_pair(5)), pair_text((1, 'q'));
select divide(6, 2), divide(1, 0);
select put('pen', 1);
select put('new', -1);
select put('new', 3);
select what from log order by id;
select raises(1);
select raises(2);
select raises(3);
select raises(4);
select raises(5);
select raises(6);
select raises(7);
select raises(8);
select raises(9);
select no_return();
select diag();
select product, units from stock order by product;
select dyn('stock', 'pen'), dyn('stock', 'zzz');
select dyn('nothing', 'pen');
select * from dyn_rows(2);
select arrays('{3,1,2}'), arrays('{7}');
select arrays(null);
select cursors();
select dom(3);
select dom(-3);
select not_null();
select ambiguous('pen');
select prefers('pen');
select * from wrong_type();
select no_dest();
select late();
select stable_write();
select bump('pen'), bump('none');
select who(), who_definer();
select strictly(null), strictly(2);
select anything(5), anything('a'::text), anything('2024-01-01'::date);
call store('direct', 1);
select calls();
select json_row('pen'), json_row('none');
select swallowed();
select reraise();
select casts();
select count(*) from log;
create table not_yet (a int);
insert into not_yet values (1), (2);
select late();
do $$ begin for i in 1..3 loop insert into log (what) values ('do ' || i); end loop; end $$;
do $$ declare r record; begin for r in select product from stock loop execute format('comment on table stock is %L', r.product); end loop; end $$;
do $$ begin create table made (a int); insert into made values (1); execute 'alter table made add column b int default 5'; update made set b = b + a; end $$;
select * from made;
do $$ begin create type mood as enum ('sad', 'happy'); exception when duplicate_object then null; end $$;
do $$ begin create type mood as enum ('sad', 'happy'); exception when duplicate_object then null; end $$;
do $$ begin create table half (a int); perform 1 / 0; exception when division_by_zero then insert into log (what) values ('caught'); end $$;
select * from half;
do $$ begin raise exception 'in do'; end $$;
do $$ begin if not exists (select 1 from stock where product = 'do') then insert into stock values ('do', 9, 9); end if; end $$;
select 'happy'::mood::text, what from log order by id desc limit 2;
-- as: alice
select units_of('pen'), units_of('cap'), units_definer('cap'), who(), who_definer();
select * from doubled();
select bump('cap');
select diag();
select put('mine', 1);
-- as: anon
select add(1, 2), units_of('pen'), who();
select * from all_rows();
select bump('pen');
-- as: owner
create table queue (id int primary key, state text not null default 'new');
insert into queue select g from generate_series(1, 5) g;
create function work(n int) returns text language plpgsql as $$ begin insert into queue values (n + 100, 'made'); update queue set state = 'done' where id = n; return 'w' || n; end $$;
create function work_sql(n int) returns text language sql as $$ insert into queue values (n + 200, 'made'); select 'q' || n; $$;
select work(id), state from queue where id < 3 order by id desc;
select work_sql(id) from queue where id = 4;
select count(*), string_agg(state, ',' order by id) from queue;
select id, work(id + 1000) from queue order by id limit 2;
select 'x' || work(50) as x;
select (select work(60)) as y, count(*) from generate_series(1, 3);
select * from work(70) w;
select length(work(id)) from queue where id = 5;
select count(*) from queue;
do $$ begin perform work(id + 2000) from queue where id < 3; end $$;
select count(*) from queue;
