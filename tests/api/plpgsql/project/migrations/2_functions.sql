create function place_order(wanted jsonb) returns orders language plpgsql as $$
declare
    made orders;
    one record;
begin
    if jsonb_array_length(wanted) = 0 then
        raise sqlstate 'PT422' using message = 'an order needs items';
    end if;
    insert into orders default values returning * into made;
    for one in select * from jsonb_to_recordset(wanted) as w (product int, quantity int) order by product loop
        insert into items (order_id, product_id, quantity) values (made.id, one.product, one.quantity);
    end loop;
    select * into made from orders where id = made.id;
    return made;
end $$;
create function try_order(wanted jsonb) returns jsonb language plpgsql as $$
declare
    said text;
    state text;
    made orders;
begin
    made := place_order(wanted);
    return jsonb_build_object('order', made.id, 'total', made.total);
exception when others then
    get stacked diagnostics said = message_text, state = returned_sqlstate;
    return jsonb_build_object('refused', said, 'code', state);
end $$;
create function cheap(most numeric default 10) returns setof products language plpgsql stable as $$
begin
    return query select * from products where price <= most order by id;
end $$;
create function report(out products int, out pieces bigint) language plpgsql stable as $$
begin
    select count(*), sum(p.stock) into products, pieces from products p;
end $$;
create function numbers(n int) returns table (i int, squared int) language plpgsql immutable as $$
begin
    for k in 1..n loop
        i := k;
        squared := k * k;
        return next;
    end loop;
end $$;
create function nothing() returns void language plpgsql as $$ begin perform 1; end $$;
create function who() returns text language plpgsql stable as $$ begin return current_user; end $$;
create function close_orders() returns int language plpgsql as $$
declare n int;
begin
    update orders set state = 'closed' where state = 'open';
    get diagnostics n = row_count;
    return n;
end $$;
create function count_of(relation text) returns bigint language plpgsql stable as $$
declare n bigint;
begin
    execute format('select count(*) from %I', relation) into n;
    return n;
end $$;
create function stable_but_writes() returns int language plpgsql stable as $$
begin
    update products set stock = 0;
    return 1;
end $$;
create function status(wanted int) returns text language plpgsql as $$
begin
    perform set_config('response.status', wanted::text, true);
    return 'as asked';
end $$;
create function endless() returns int language plpgsql as $$
declare n int := 0;
begin
    loop
        n := n + 1;
        n := n - 1;
    end loop;
end $$;
create function endless_write() returns int language plpgsql as $$
begin
    insert into orders default values;
    loop
        perform 1;
    end loop;
end $$;
-- What they hold has a limit: variables, rows that are collected, cursors that stay open.
create function holds_copies() returns int language plpgsql as $$
declare a text := repeat('x', 60000000); b text; c text; d text; e text; f text; g text; h text; i text;
begin
    b := a; c := a; d := a; e := a; f := a; g := a; h := a; i := a;
    return 1;
end $$;
create function holds_rows() returns setof text language plpgsql as $$
begin
    loop
        return query select repeat('x', 1000000) from generate_series(1, 50);
    end loop;
end $$;
create function holds_cursors() returns int language plpgsql as $$
declare c refcursor; n int := 0;
begin
    loop
        n := n + 1;
        c := 'c' || n;
        open c for select repeat('x', 1000000) from generate_series(1, 50);
    end loop;
end $$;
-- Calls itself with a record of other types: its own queries are compiled anew while they run.
create function changes_shape(n int) returns numeric[] language plpgsql as $$
declare r record; x numeric[];
begin
    if n % 2 = 0 then select 1 as a, 2 as b into r; else select '1'::text as a, '2'::text as b into r; end if;
    x := array[r.a::int] || case when n < 5 then changes_shape(n + 1)::int[] else '{}'::int[] end;
    return x;
end $$;
