-- PL/pgSQL where it is hard: what a review and random bodies found, and the corners around it.
create table stock (product text primary key, units int not null check (units >= 0), price numeric(10,2));
create table log (id int generated always as identity primary key, what text not null);
create table tree (id int primary key, up int references tree, depth int);
create type pair as (a int, b text);
create type nested as (p pair, n int);
insert into stock values ('pen', 5, 1.50), ('ink', 2, 3.25), ('cap', 0, null);
insert into tree values (1, null, null), (2, 1, null), (3, 1, null), (4, 2, null), (5, 4, null);

-- as: owner
-- A record that comes as it is: its columns are held against the definitions.
create function any_rows(kind int) returns setof record language plpgsql as $$
declare r record;
begin
    if kind = 1 then return query select 'a'::text, 1; end if;
    if kind = 2 then return query select 1, 'a'::text; end if;
    if kind = 3 then return query select 1; end if;
    if kind = 4 then
        select 2 as x, 'b'::text as y into r;
        return next r;
    end if;
    if kind = 5 then
        select 'b'::text as x, 2 as y into r;
        return next r;
    end if;
    if kind = 6 then return query execute 'select 3, ''c''::text'; end if;
    if kind = 7 then return query execute 'select ''c''::text, 3'; end if;
    if kind = 8 then return query select 1::bigint, 'a'::text; end if;
end $$;
create function any_row(kind int) returns record language plpgsql as $$
declare r record;
begin
    if kind = 1 then select 1 as x, 'one'::text as y into r; end if;
    if kind = 2 then select 'one'::text as x, 1 as y into r; end if;
    if kind = 3 then select 1 as x into r; end if;
    if kind = 4 then return null; end if;
    return r;
end $$;
create function any_row_sql() returns record language sql as $$ select 'a'::text, 1 $$;
select * from any_rows(0) as t (a int, b text);
-- error: 42804
select * from any_rows(1) as t (a int, b text);
select * from any_rows(2) as t (a int, b text);
-- error: 42804
select * from any_rows(3) as t (a int, b text);
select * from any_rows(4) as t (a int, b text);
-- error: 42804
select * from any_rows(5) as t (a int, b text);
select * from any_rows(6) as t (a int, b text);
-- error: 42804
select * from any_rows(7) as t (a int, b text);
-- error: 42804
select * from any_rows(8) as t (a int, b text);
select a + 1, b || 'x' from any_rows(2) as t (a int, b text);
select * from any_row(1) as t (a int, b text);
-- error: 42804
select * from any_row(2) as t (a int, b text);
-- error: 42804
select * from any_row(3) as t (a int, b text);
select * from any_row(4) as t (a int, b text);
select * from any_row_sql() as t (a text, b int);

-- FOREACH into a variable of another type, into an element and into a record's field.
create function each_of(v text[]) returns text language plpgsql as $$
declare n int; t text := '';
begin
    foreach n in array v loop t := t || n + 1 || ' '; end loop;
    return t || found;
end $$;
select each_of('{1,22}'), each_of('{}'), each_of('{1,null}');
-- error: 22P02
select each_of('{1,x}');
create function each_pair(v pair[]) returns text language plpgsql as $$
declare p pair; r record; t text := '';
begin
    foreach p in array v loop t := t || coalesce(p.b, '-'); end loop;
    foreach r in array v loop t := t || coalesce(r.a, 0); end loop;
    return t;
end $$;
select each_pair(array[(1, 'x')::pair, (2, 'y')::pair, (3, null)::pair]), each_pair('{}');
create function each_two(v pair[]) returns text language plpgsql as $$
declare x int; y text; t text := '';
begin
    foreach x, y in array v loop t := t || x || y; end loop;
    return t;
end $$;
select each_two(array[(1, 'x')::pair, (2, 'y')::pair]);
create function each_field() returns text language plpgsql as $$
declare p pair; t text := '';
begin
    foreach p.a in array array[4, 5] loop t := t || p.a; end loop;
    return t || p.a;
end $$;
select each_field();
-- error: 42804
do $$ declare x int; begin foreach x in array 5 loop null; end loop; end $$;
-- error: 22004
do $$ declare x int; begin foreach x in array null::int[] loop null; end loop; end $$;

-- A record's shape outlives the plan it came from: the second turn has another.
create function turns(n int) returns text language plpgsql as $$
declare r record; t text := '';
begin
    execute case n when 1 then 'select 1 as a, ''x''::text as b' when 2 then 'select ''text''::text as a, 2 as b' else 'select array[1] as a, true as b, 3 as c' end into r;
    t := t || row_to_json(r);
    for r in execute 'select ' || n || ' as a, ' || n || '::numeric as b' loop t := t || row_to_json(r); end loop;
    return t;
end $$;
select turns(1);
select turns(1), turns(2);
select turns(3), turns(1), turns(2), turns(3);
create function widths() returns text language plpgsql as $$
declare r record; t text := '';
begin
    for i in 1..4 loop
        if i % 2 = 1 then select i as a, 'odd'::text as b into r; t := t || r.a || r.b; else select 'even'::text as b, i as a, true as c into r; t := t || r.c || r.b || r.a; end if;
    end loop;
    return t;
end $$;
select widths(), widths();
create function passes_record(n int) returns record language plpgsql as $$
declare r record; s record;
begin
    if n = 0 then
        select 0 as depth, 'end'::text as what into r;
        return r;
    end if;
    select * from passes_record(n - 1) as t (depth int, what text) into s;
    select n as depth, s.what || n as what into r;
    return r;
end $$;
-- error: 55000
do $$ declare r record; begin raise notice '%', r.a; end $$;
-- error: 42703
do $$ declare r record; begin select 1 as a into r; raise notice '%', r.b; end $$;
select * from passes_record(0) as t (depth int, what text);
select * from passes_record(3) as t (depth int, what text);

-- CALL again and again in one session, and in a loop.
create procedure step(inout n int, t text default 'step') language plpgsql as $$ begin insert into log (what) values (t || n); n := n + 1; end $$;
create function steps(m int) returns int language plpgsql as $$
declare n int := 0;
begin
    for i in 1..m loop call step(n); call step(n, 'more'); end loop;
    return n;
end $$;
select steps(2);
select steps(1);
call step(7);
call step(t => 'named', n => 1);
-- error: 42601
do $$ begin call step(5); end $$;
do $$ declare k int := 3; begin call step(n => k); call step(k); raise notice '%', k; end $$;
select what from log order by id;

-- ROW_COUNT and FOUND after every statement.
create function counts() returns text language plpgsql as $$
declare n int; t text := ''; x int; r record; c refcursor;
begin
    t := t || found || ' ';
    execute 'select units from stock order by units' into x;
    get diagnostics n = row_count; t := t || 'exec-into ' || n || found || x || ' ';
    execute 'select units from stock where false' into x;
    get diagnostics n = row_count; t := t || 'exec-none ' || n || found || coalesce(x, -1) || ' ';
    select units into x from stock order by units;
    get diagnostics n = row_count; t := t || 'into ' || n || found || ' ';
    select units into x from stock where false;
    get diagnostics n = row_count; t := t || 'into-none ' || n || found || ' ';
    perform 1 from stock;
    get diagnostics n = row_count; t := t || 'perform ' || n || found || ' ';
    update stock set units = units where units > 1;
    get diagnostics n = row_count; t := t || 'update ' || n || found || ' ';
    delete from stock where false;
    get diagnostics n = row_count; t := t || 'delete ' || n || found || ' ';
    update stock set price = price where product = 'pen' returning units into x;
    get diagnostics n = row_count; t := t || 'returning ' || n || found || x || ' ';
    execute 'update stock set units = units';
    get diagnostics n = row_count; t := t || 'exec-update ' || n || found || ' ';
    insert into log (what) select 'counted' where false;
    get diagnostics n = row_count; t := t || 'insert ' || n || found || ' ';
    for r in select 1 from stock loop null; end loop;
    t := t || 'for ' || found || ' ';
    for i in 1..0 loop null; end loop;
    t := t || 'for-none ' || found || ' ';
    foreach x in array array[1] loop null; end loop;
    t := t || 'foreach ' || found || ' ';
    open c for select product from stock order by 1;
    move 2 from c;
    get diagnostics n = row_count; t := t || 'move ' || n || found || ' ';
    fetch c into r;
    get diagnostics n = row_count; t := t || 'fetch ' || n || found || ' ';
    fetch c into r;
    get diagnostics n = row_count; t := t || 'fetch-end ' || n || found || ' ';
    close c;
    x := 5;
    t := t || 'assign ' || found;
    return t;
end $$;
select counts();
create function found_of_query() returns setof text language plpgsql as $$
begin
    return query select 'x'::text where false;
    return next 'none ' || found;
    return query select product from stock order by 1;
    return next 'some ' || found;
    return query execute 'select ''y''::text where false';
    return next 'none ' || found;
end $$;
select * from found_of_query();
-- error: P0003
do $$ declare x int; begin select units into strict x from stock; end $$;
-- error: P0003
do $$ declare x int; begin execute 'select units from stock' into strict x; end $$;
-- error: P0002
do $$ declare x int; begin execute 'select units from stock where false' into strict x; end $$;
-- error: P0003
do $$ declare x int; begin update stock set units = units returning units into x; end $$;
do $$ declare x int; begin execute 'update stock set units = units returning units' into x; end $$;

-- SET inside functions, and what is set when they are left.
create schema other;
create table other.here (t text);
insert into other.here values ('other');
create table here (t text);
insert into here values ('public');
create function path_set() returns text language plpgsql set search_path = other as $$
declare a text; b text;
begin
    select t into a from here;
    perform set_config('search_path', 'public', true);
    b := current_setting('search_path');
    return a || ' ' || b;
end $$;
select path_set(), current_setting('search_path');
create function path_definer() returns text language plpgsql security definer set search_path = other as $$ begin return (select h.t from here h) || current_user; end $$;
grant usage on schema other to public;
grant select on other.here to public;
select path_definer(), (select t from here);
-- as: alice
select path_definer(), current_user;
-- as: owner
do $$ begin set local search_path = other; perform public.path_definer(); execute 'insert into here values (''do'')'; end $$;
select t from here order by t;
select t from other.here order by t;

-- Exceptions in loops in exceptions.
create function tries(n int) returns text language plpgsql as $$
declare t text := ''; st text; msg text; det text; hnt text; col text;
begin
    for i in 1..n loop
        begin
            insert into log (what) values ('try' || i);
            begin
                if i = 1 then perform 1 / 0; end if;
                if i = 2 then insert into stock values ('pen', 1, 1); end if;
                if i = 3 then raise exception 'three' using detail = 'd3', hint = 'h3', errcode = 'ABC12'; end if;
                if i = 4 then exit; end if;
                if i = 5 then perform 'x'::int; end if;
            exception
                when division_by_zero then
                    t := t || 'div ';
                    begin
                        raise exception 'inner';
                    exception when raise_exception then
                        t := t || sqlerrm || sqlstate || ' ';
                    end;
                    t := t || sqlerrm || sqlstate || ' ';
                when unique_violation then
                    get stacked diagnostics st = returned_sqlstate;
                    t := t || st || ' ';
                    raise;
            end;
        exception
            when sqlstate 'ABC12' then
                get stacked diagnostics msg = message_text, det = pg_exception_detail, hnt = pg_exception_hint;
                t := t || msg || det || hnt || ' ';
                continue;
            when others then
                t := t || 'outer ' || sqlstate || ' ';
        end;
        t := t || i || ' ';
    end loop;
    return t || (select count(*) from log where what like 'try%');
end $$;
select tries(3), tries(5);
select what from log where what like 'try%' order by id;
-- error: 0Z002
do $$ declare t text; begin get stacked diagnostics t = message_text; end $$;
create function leaves() returns text language plpgsql as $$
declare t text := '';
begin
    <<a>>
    for i in 1..3 loop
        begin
            t := t || i;
            if i = 2 then continue a; end if;
            begin
                if i = 3 then exit a; end if;
            exception when others then null;
            end;
            t := t || 'e';
        exception when others then t := t || 'never';
        end;
    end loop;
    begin
        return t || 'r';
    exception when others then return 'no';
    end;
end $$;
select leaves();
create function in_handler() returns int language plpgsql as $$
begin
    perform 1 / 0;
exception when division_by_zero then
    perform 'a'::int;
end $$;
-- error: 22P02
select in_handler();
create function kept() returns text language plpgsql as $$
declare n int := 1; r record;
begin
    begin
        n := 2;
        select 5 as five into r;
        insert into log (what) values ('gone');
        raise exception 'x';
    exception when others then
        null;
    end;
    return n || ' ' || r.five || ' ' || (select count(*) from log where what = 'gone');
end $$;
select kept();

-- RAISE in every form.
do $$ begin raise debug 'a %', 1; raise log 'b'; raise info 'c'; raise notice 'd' using hint = 'h'; raise warning 'e %%'; end $$;
create function raise_all(n int) returns text language plpgsql as $$
declare c text; m text; d text; h text;
begin
    case n
        when 1 then raise 'no level %', n;
        when 2 then raise division_by_zero;
        when 3 then raise sqlstate '22012' using message = 'own';
        when 4 then raise exception using message = 'only' || n, detail = 'd' || n;
        when 5 then raise exception '% % %', 1, null, 'x' using errcode = '12345';
        when 6 then raise exception 'hint' using hint = null;
        when 7 then raise exception 'a' using message = 'b';
        when 8 then raise exception 'a' using errcode = 'nonsense';
        when 9 then assert false;
        when 10 then assert null, 'null is not true';
        when 11 then assert true, 'never';
        when 12 then raise exception '%', row(1, 'a');
        when 13 then raise exception '%', array[1, null];
        when 14 then raise exception using errcode = 'unique_violation';
    end case;
    return 'none';
exception
    when assert_failure then return 'assert ' || sqlerrm;
    when others then
        get stacked diagnostics c = returned_sqlstate, m = message_text, d = pg_exception_detail, h = pg_exception_hint;
        return concat_ws('|', c, m, d, h);
end $$;
select n, raise_all(n) from generate_series(1, 8) n order by n;
select raise_all(11), raise_all(12), raise_all(13), raise_all(14);
select raise_all(9), raise_all(10);
-- error: P0004
do $$ begin assert 1 = 2; end $$;
-- error: P0004
do $$ begin begin assert 1 = 2, 'two'; exception when others then null; end; end $$;
-- error: 42601
create function raise_many() returns int language plpgsql as $$ begin raise exception 'a %', 1, 2; end $$;
-- error: 42601
create function raise_few() returns int language plpgsql as $$ begin raise exception 'a % %', 1; end $$;
-- error: 42704
create function raise_what() returns int language plpgsql as $$ begin raise nonsense; end $$;

-- Cursors in nested blocks.
create function cursor_blocks() returns text language plpgsql as $$
declare c cursor (least int) for select product, units from stock where units >= least order by product; t text := ''; r record; p text; u int; rc refcursor;
begin
    for r in c(1) loop
        t := t || r.product;
        declare inner_c cursor for select depth, id from tree where id < 3 order by id;
        begin
            for r in inner_c loop t := t || r.id; end loop;
        end;
    end loop;
    open c(least := 2);
    fetch last from c into p, u; t := t || p || u;
    fetch prior from c into p, u; t := t || p || u;
    fetch absolute 2 from c into p, u; t := t || p || u;
    fetch relative -1 from c into p, u; t := t || p || u;
    close c;
    open rc scroll for execute 'select id from tree where id > $1 order by id' using 2;
    loop
        fetch rc into u;
        exit when not found;
        t := t || '.' || u;
    end loop;
    close rc;
    return t;
end $$;
select cursor_blocks();
-- error: 34000
do $$ declare c refcursor; begin open c for select 1; close c; close c; end $$;
-- error: 42P03
do $$ declare c cursor for select 1; begin open c; open c; end $$;
create function cursor_write() returns int language plpgsql as $$
declare c cursor for select * from stock order by product for update; n int := 0;
begin
    for r in c loop
        update stock set price = coalesce(price, 0) + 1 where current of c;
        n := n + 1;
    end loop;
    return n;
end $$;

-- RETURN QUERY of other functions; recursion with records.
create function under(n int) returns table (id int, path text) language plpgsql as $$
declare r record;
begin
    for r in select t.id from tree t where t.up is not distinct from n order by t.id loop
        id := r.id;
        path := '/' || r.id;
        return next;
        return query select u.id, '/' || r.id || u.path from under(r.id) u;
    end loop;
end $$;
select * from under(null);
select path from under(2) where id = 5;
create function depth_of(n int) returns int language plpgsql as $$
declare r tree%rowtype;
begin
    select * into r from tree where id = n;
    if r.up is null then return 0; end if;
    return depth_of(r.up) + 1;
end $$;
update tree set depth = depth_of(id);
select id, depth from tree order by id;
create function over_query(n int) returns setof pair language plpgsql as $$
begin
    return query select u.id, u.path from under(n) u;
    return query select 0, 'rows'::text;
    return next (9, 'lone')::pair;
end $$;
select * from over_query(2);
select (p).b from over_query(4) p;
select over_query(4);
create function even(n int) returns boolean language plpgsql as $$ begin if n = 0 then return true; end if; return not even(n - 1); end $$;
select even(10), even(7);
create function endless(n int) returns int language plpgsql as $$ begin return endless(n + 1); end $$;
-- error: 54001
select endless(1);

-- Variables that shadow columns.
create function shadow(units int) returns text language plpgsql as $$
#variable_conflict use_variable
declare product text := 'pen'; n int;
begin
    select count(*) into n from stock where units = 99;
    return n || product || (select max(s.units) from stock s where s.product = shadow.product);
end $$;
select shadow(99), shadow(1);
create function shadow_set(product text, new_units int) returns int language plpgsql as $$
declare n int;
begin
    update stock s set units = new_units where s.product = shadow_set.product;
    get diagnostics n = row_count;
    insert into stock (product, units) values (product || '2', new_units) on conflict do nothing;
    return n;
end $$;
select shadow_set('cap', 1);
select product, units from stock order by product;
create function shadow_block() returns text language plpgsql as $$
<<b>>
declare x int := 1; t text := '';
begin
    for x in 5..6 loop t := t || x || b.x; end loop;
    declare x text := 'in';
    begin t := t || x || b.x; b.x := 9; end;
    return t || x;
end $$;
select shadow_block();

-- EXECUTE with USING of arrays, records, NULL.
create function dynamic(n int) returns text language plpgsql as $$
declare a int[] := array[1, 2, 4]; p pair := (7, 'seven'); r record; t text;
begin
    case n
        when 1 then execute 'select string_agg(id::text, '','' order by id) from tree where id = any ($1)' into t using a;
        when 2 then execute 'select $1.a || $1.b' into t using p;
        when 3 then execute 'select coalesce($1, $2)' into t using null::text, 'second'::text;
        when 4 then execute 'select $1 is null' into t using null::int;
        when 5 then execute 'select $1::text' into t using row(1, 'x')::pair;
        when 6 then execute 'select $1' into t using a[2];
        when 7 then execute null;
        when 8 then execute 'select $2' into t using 1;
        when 9 then execute 'selec 1';
        when 10 then execute 'select 1; select 2' into t;
        when 11 then execute '';
        when 12 then execute format('select %L || %I from stock where product = %L', 'a''b', 'product', 'pen') into t;
        when 13 then execute 'select $1[2:3]::text' into t using a;
        when 14 then execute 'select 1, 2' into t;
    end case;
    return t;
end $$;
select dynamic(1), dynamic(2), dynamic(3), dynamic(4), dynamic(5), dynamic(6), dynamic(12), dynamic(13);
-- error: 22004
select dynamic(7);
-- error: 42P02
select dynamic(8);
-- error: 42601
select dynamic(9);
select dynamic(14);

-- Overloads, polymorphic functions, defaults, named arguments.
create function over(a int) returns text language plpgsql as $$ begin return 'int'; end $$;
create function over(a text) returns text language plpgsql as $$ begin return 'text'; end $$;
create function over(a numeric) returns text language plpgsql as $$ begin return 'numeric'; end $$;
create function over(a int, b int) returns text language plpgsql as $$ begin return 'two' || over(a) || over(b::text) || over(a / 2.0); end $$;
select over(1), over('a'), over(1.5), over(1, 2), over(1::smallint);
create function swap(a anyelement, b anyelement) returns anyarray language plpgsql as $$ declare t a%type := b; begin return array[t, a]; end $$;
select swap(1, 2), swap('a'::text, 'b'), swap(date '2024-01-01', null);
-- error: 42883
select swap(1, 'a'::text);
create function first_of(v anyarray) returns anyelement language plpgsql as $$ begin return v[1]; end $$;
select first_of(array[3, 4]), first_of(array['x', 'y']), first_of(array[true]), first_of('{}'::int[]);
create function many(a int, b int default 2, c text default 'c', variadic d int[] default '{}') returns text language plpgsql as $$ begin return a || ' ' || b || ' ' || c || ' ' || d::text; end $$;
select many(1), many(1, 3), many(1, 3, 'x', 7, 8), many(a => 5, c => 'named'), many(1, c => 'mixed'), many(1, 2, 'v', variadic array[1]);
-- error: 42883
select many(c => 'a');
create function outs(a int, out b int, inout c text, out d pair) language plpgsql as $$ begin b := a * 2; c := c || b; d := (b, c); end $$;
select * from outs(2, 'c');
select (outs(3, 'x')).d.b, (outs(3, 'x')).b;
create function outs_set(n int, out i int, out sq int) returns setof record language plpgsql as $$ begin for k in 1..n loop i := k; sq := k * k; return next; end loop; end $$;
select * from outs_set(3);
select o.sq from outs_set(4) o where o.i > 2;

-- Triggers that recurse.
create table chain (n int primary key, note text);
create function chain_on() returns trigger language plpgsql as $$
begin
    if new.n < 5 then insert into chain values (new.n + 1, 'by ' || new.n || ' depth ' || pg_trigger_depth()); end if;
    new.note := coalesce(new.note, 'first');
    return new;
end $$;
create trigger chain_on before insert on chain for each row execute function chain_on();
insert into chain values (1, null);
select * from chain order by n;
create function chain_up() returns trigger language plpgsql as $$
declare r chain%rowtype;
begin
    update chain set note = note || '+' where n = old.n - 1 and pg_trigger_depth() < 3 returning * into r;
    if found then insert into log (what) values (tg_op || tg_when || tg_level || r.n || r.note); end if;
    return null;
end $$;
create trigger chain_up after update on chain for each row execute function chain_up();
update chain set note = 'up' where n = 5;
select * from chain order by n;
select what from log where what like 'UPDATE%' order by id;
create function chain_stop() returns trigger language plpgsql as $$
begin
    begin
        if old.n = 3 then raise exception 'keep'; end if;
        delete from chain where n = old.n + 1;
    exception when raise_exception then return null;
    end;
    return old;
end $$;
create trigger chain_stop before delete on chain for each row execute function chain_stop();
delete from chain where n = 4;
delete from chain where n = 2;
select n from chain order by n;

-- DDL in DO makes plans anew.
create table shape (a int, b text);
insert into shape values (1, 'one');
create function shape_text() returns text language plpgsql as $$ declare r shape; begin select * into r from shape; return r::text || (select row_to_json(s) from shape s); end $$;
create function shape_rows() returns setof shape language plpgsql as $$ begin return query select * from shape; end $$;
select shape_text();
do $$
declare t text;
begin
    t := shape_text();
    alter table shape add column c int default 7;
    t := t || (select row_to_json(s) from shape s);
    insert into log (what) values ('shape ' || t);
    alter table shape drop column a;
end $$;
select what from log where what like 'shape%';
select shape_text();
select * from shape_rows();
do $$
declare n int; t text;
begin
    for i in 1..2 loop
        create table turn (x int);
        insert into turn values (i);
        select x into n from turn;
        drop table turn;
    end loop;
    insert into log (what) values ('turn ' || n);
end $$;
select what from log where what like 'turn%';
do $$
begin
    create function made_here() returns int language sql as 'select 1';
    insert into log (what) values ('made ' || made_here());
    create or replace function made_here() returns int language sql as 'select 2';
    insert into log (what) values ('made ' || made_here());
end $$;
select what from log where what like 'made%' order by id;
-- Composite values: assignment, comparison, NULL.
create function rows_() returns text language plpgsql as $$
declare p pair; q pair := (1, 'a'); r record; n nested; t text := '';
begin
    t := t || (p is null) || (q is not null) || (q = (1, 'a')::pair);
    p := q; p.a := 5;
    t := t || p || q;
    p := null;
    t := t || (p is null);
    r := q;
    t := t || r.a || r.b;
    r := row(1, 2);
    t := t || r.f1 || r.f2;
    n := (q, 3);
    t := t || n || (n.p).b;
    select q.a, 'z' into p;
    t := t || p;
    select p, 7 into n;
    return t || n;
end $$;
select rows_();
create function no_field() returns int language plpgsql as $$ declare p pair; begin p.zzz := 1; return 1; end $$;
-- error: 42703
select no_field();
create function loops() returns text language plpgsql as $$
declare t text := ''; i int := 0;
begin
    for i in 1..3 loop i := i + 1; t := t || i; end loop;
    while i < 3 loop i := i + 1; continue when i = 2; t := t || 'w' || i; end loop;
    loop i := i + 1; exit when i > 5; end loop;
    for k in reverse 3..1 loop t := t || k; end loop;
    for k in 1..10 by 4 loop t := t || k; end loop;
    return t || i;
end $$;
select loops();
-- error: 22023
do $$ begin for i in 1..3 by 0 loop null; end loop; end $$;
-- error: 22004
do $$ begin for i in 1..null loop null; end loop; end $$;

-- Several rows of a change with INTO, where a BEFORE trigger collects them.
create table kept_rows (k int primary key, s text);
insert into kept_rows select g, 's' || g from generate_series(1, 4) g;
create function kept_note() returns trigger language plpgsql as $$ begin return coalesce(new, old); end $$;
create trigger kept_note before insert or update or delete on kept_rows for each row execute function kept_note();
-- error: P0003
do $$ declare t text; begin delete from kept_rows where k > 2 returning s into t; end $$;
-- error: P0003
do $$ declare t text; begin delete from kept_rows where k > 2 returning s into strict t; end $$;
-- error: P0003
do $$ declare t text; begin update kept_rows set s = s where k > 2 returning s into t; end $$;
-- error: P0003
do $$ declare t text; begin insert into kept_rows values (11), (12) returning s into t; end $$;
create function kept_first() returns text language plpgsql as $$
declare t text; n int;
begin
    execute 'delete from kept_rows where k > 2 returning s' into t;
    get diagnostics n = row_count;
    return (t is not null)::text || n;
end $$;
select kept_first();
select * from kept_rows order by k;

-- FOREACH ... SLICE.
create function slices(v int[], n int) returns text language plpgsql as $$
declare s int[]; t text := '';
begin
    if n = 1 then
        foreach s slice 1 in array v loop
            t := t || s::text || cardinality(s) || ' ';
            exit when s[1] = 99;
            v := null;
        end loop;
    elsif n = 2 then
        foreach s slice 2 in array v loop t := t || s::text || array_ndims(s) || ' '; end loop;
    elsif n = 3 then
        foreach s slice 3 in array v loop t := t || s::text; end loop;
    end if;
    return t || found;
end $$;
select slices('{{1,2},{3,4}}', 1), slices('{{1,2},{3,4}}', 2), slices('{5,6}', 1), slices('{{{1},{2}},{{3},{null}}}', 1), slices('{{{1},{2}},{{3},{4}}}', 2), slices('{{{1}}}', 3), slices('{{99,1},{2,3}}', 1);
-- error: 2202E
select slices('{1,2}', 2);
-- error: 2202E
select slices('{}', 1);
-- error: 22004
select slices(null, 1);
-- error: 42804
do $$ declare x int; begin foreach x slice 1 in array array[1, 2] loop null; end loop; end $$;
-- error: 42804
do $$ declare x int[]; begin foreach x in array array[1, 2] loop null; end loop; end $$;
-- error: 42804
do $$ declare r record; begin foreach r slice 1 in array array[1, 2] loop null; end loop; end $$;
create function text_slices() returns text language plpgsql as $$
declare s text[]; t text := '';
begin
    foreach s slice 1 in array array[['a]', '"b'], ['c\', '{[']] loop t := t || s::text || s[2]; end loop;
    return t;
end $$;
select text_slices();

-- Parts of variables: elements of several dimensions, fields of fields.
create type inner_row as (x int, y text[]);
create type outer_row as (i inner_row, n numeric(6,2));
create type whole_row as (o outer_row, d date);
create function parts() returns text language plpgsql as $$
declare o outer_row; w whole_row; r record; m int[] := '{{1,2},{3,4}}'; e text[]; p pair[]; t text;
begin
    o.i.x := '7';
    o.i.y := array['a'];
    o.i.y[3] := 'c';
    o.n := 1.255;
    t := o::text;
    w.o.i.x := 1;
    w.o.n := 2;
    w.o.i.y[1] := 'deep';
    t := t || w;
    w.o := o;
    w.o.i := null;
    t := t || w || (w.o is null);
    select o as c, 1 as k into r;
    r.c.n := 3;
    r.c.i.x := r.k + 1;
    t := t || (r.c).n || (r.c).i::text;
    m[2][1] := 9;
    m[1][2] := null;
    e[1][1] := 'first';
    p[1] := (1, 'one');
    t := t || m::text || e::text || p::text;
    return t;
end $$;
select parts();
-- error: 2202E
do $$ declare m int[] := '{{1,2},{3,4}}'; begin m[3][1] := 1; end $$;
-- error: 2202E
do $$ declare m int[] := '{{1,2},{3,4}}'; begin m[1] := 1; end $$;
-- error: 2202E
do $$ declare m int[] := '{1,2}'; begin m[1][1] := 1; end $$;
-- error: 22004
do $$ declare m int[] := '{{1,2},{3,4}}'; begin m[1][null] := 1; end $$;
-- error: 42703
do $$ declare o outer_row; begin o.i.zzz := 1; end $$;
-- error: 42804
do $$ declare o outer_row; begin o.n.zzz := 1; end $$;
-- error: 22P02
do $$ declare o outer_row; begin o.i.x := 'x'; end $$;
create function into_parts() returns text language plpgsql as $$
declare o outer_row; m int[] := '{{1,2},{3,4}}';
begin
    select 5, 6.5 into o.i.x, o.n;
    select 8, array['z'] into m[2][2], o.i.y;
    return o::text || m::text;
end $$;
select into_parts();

-- OUT arguments of procedures.
create procedure gives(a int, out b int, out c text) language plpgsql as $$ begin b := a * 2; c := 'c' || a; end $$;
create procedure gives_first(out n int, inout m int, k int default 3) language plpgsql as $$ begin n := m + k; m := n * 10; end $$;
create procedure gives_sql(a int, out b int) language sql as $$ select a + 1 $$;
create procedure gives_sql_two(a int, out b int, inout c text) language sql as $$ select a + 1, c || 'x' $$;
call gives(4, null, null);
call gives(a => 5, c => null, b => null);
call gives_first(null, 2);
call gives_first(null, 2, 8);
call gives_sql(1, null);
call gives_sql_two(1, null, 'c');
-- error: 42883
call gives(4);
-- error: 42883
call gives(4, null);
-- error: 42883
call gives_sql(1);
create function uses_gives(x int) returns text language plpgsql as $$
declare b int; t text; r record; p pair; m int := 5;
begin
    call gives(x, b, t);
    call gives(x + 1, p.a, p.b);
    call gives_first(b, m);
    call gives_first(k => 1, m => m, n => x);
    return concat_ws(' ', b, t, p, m, x);
end $$;
select uses_gives(1), uses_gives(10);
-- error: 42601
do $$ declare b int; begin call gives(1, b, 'x'); end $$;
-- error: 42883
do $$ declare b int; begin call gives(1, b); end $$;
do $$ declare b bigint; t text; begin call gives(1, b, t); raise notice '%', b; end $$;
do $$ declare b text; t text; begin call gives(1, b, t); raise notice '%', b; end $$;
drop procedure gives_sql(int);
