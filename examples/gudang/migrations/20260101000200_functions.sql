-- Receiving and selling: each one transaction, with the stock and the ledger in step.

-- What a sale's items ask for, per product, in the order of their first mention.
create function public.sale_wanted(items jsonb)
returns table (barcode text, quantity bigint, "position" bigint)
    language sql immutable
as $$
    select item.value ->> 'barcode', sum((item.value ->> 'quantity')::integer), min(item.ordinality)
    from jsonb_array_elements(items) with ordinality as item (value, ordinality)
    group by item.value ->> 'barcode'
$$;

create function public.receive_goods(
    product_barcode text,
    amount integer,
    location_code text default 'MAIN',
    remark text default null
)
returns public.movements
    language sql security definer
    set search_path = ''
as $$
    select dapur.raise('42501', 'only an administrator may receive goods', '', '')
    where not public.is_admin();

    select dapur.raise('22023', 'the quantity must be above zero', '', '')
    where amount is null or amount <= 0;

    select dapur.raise('22023', 'no product has the barcode ' || coalesce(product_barcode, '(none)'), '', '')
    where not exists (select 1 from public.products p where p.barcode = product_barcode);

    select dapur.raise('22023', 'there is no location ' || coalesce(location_code, '(none)'), '', '')
    where not exists (select 1 from public.locations l where l.code = location_code);

    insert into public.stock as s (product_id, location_id, quantity)
    select p.id, l.id, amount
    from public.products p, public.locations l
    where p.barcode = product_barcode and l.code = location_code
    on conflict (product_id, location_id) do update set quantity = s.quantity + excluded.quantity;

    insert into public.movements (product_id, location_id, kind, quantity, note)
    select p.id, l.id, 'receipt', amount, remark
    from public.products p, public.locations l
    where p.barcode = product_barcode and l.code = location_code
    returning *;
$$;

create function public.record_sale(items jsonb, location_code text default 'MAIN')
returns public.sales
    language sql security definer
    set search_path = ''
as $$
    select dapur.raise('42501', 'sign in to sell', '', '')
    where auth.uid() is null;

    select dapur.raise('22023', 'the items must be a list of {"barcode", "quantity"}', '', '')
    where items is null or jsonb_typeof(items) <> 'array';

    select dapur.raise('22023', 'a sale needs at least one line', '', '')
    where jsonb_array_length(items) = 0;

    select dapur.raise('22023', 'there is no location ' || coalesce(location_code, '(none)'), '', '')
    where not exists (select 1 from public.locations l where l.code = location_code);

    select dapur.raise('22023', 'every line needs a barcode and a quantity above zero', '', '')
    where exists (
        select 1 from jsonb_array_elements(items) as item (value)
        where item.value ->> 'barcode' is null
           or coalesce((item.value ->> 'quantity')::integer, 0) <= 0
    );

    select dapur.raise('22023', 'no product has the barcode ' || (
        select w.barcode from public.sale_wanted(items) w
        where not exists (select 1 from public.products p where p.barcode = w.barcode)
        order by w."position" limit 1
    ), '', '')
    where exists (
        select 1 from public.sale_wanted(items) w
        where not exists (select 1 from public.products p where p.barcode = w.barcode)
    );

    -- From here on no other sale changes what is checked; always in one order, so that two never wait for each other.
    select s.product_id from public.stock s
    join public.products p on p.id = s.product_id
    join public.sale_wanted(items) w on w.barcode = p.barcode
    where s.location_id = (select l.id from public.locations l where l.code = location_code)
    order by s.product_id
    for update of s;

    -- The first short product, by name.
    select dapur.raise('P0001', (
        select 'not enough ' || p.name || ': ' || w.quantity || ' wanted, ' || coalesce(s.quantity, 0) || ' in stock'
        from public.sale_wanted(items) w
        join public.products p on p.barcode = w.barcode
        join public.locations l on l.code = location_code
        left join public.stock s on s.product_id = p.id and s.location_id = l.id
        where coalesce(s.quantity, 0) < w.quantity
        order by w."position" limit 1
    ), '', 'Receive goods first, or sell fewer.')
    where exists (
        select 1
        from public.sale_wanted(items) w
        join public.products p on p.barcode = w.barcode
        join public.locations l on l.code = location_code
        left join public.stock s on s.product_id = p.id and s.location_id = l.id
        where coalesce(s.quantity, 0) < w.quantity
    );

    insert into public.sales (location_id, total)
    select l.id, sum(w.quantity * p.price)
    from public.sale_wanted(items) w
    join public.products p on p.barcode = w.barcode
    join public.locations l on l.code = location_code
    group by l.id;

    insert into public.sale_lines (sale_id, line, product_id, quantity, unit_price)
    select currval('public.sales_id_seq'), row_number() over (order by w."position"), p.id, w.quantity, p.price
    from public.sale_wanted(items) w
    join public.products p on p.barcode = w.barcode;

    update public.stock s
    set quantity = s.quantity - n.quantity
    from public.sale_lines n
    where n.sale_id = currval('public.sales_id_seq')
      and s.product_id = n.product_id
      and s.location_id = (select l.id from public.locations l where l.code = location_code);

    insert into public.movements (product_id, location_id, kind, quantity, sale_id)
    select n.product_id, l.id, 'sale', -n.quantity, n.sale_id
    from public.sale_lines n, public.locations l
    where n.sale_id = currval('public.sales_id_seq') and l.code = location_code
    order by n.line;

    select * from public.sales where id = currval('public.sales_id_seq');
$$;

revoke execute on function public.receive_goods (text, integer, text, text) from public, anon;
revoke execute on function public.record_sale (jsonb, text) from public, anon;
grant execute on function public.receive_goods (text, integer, text, text) to authenticated, service_role;
grant execute on function public.record_sale (jsonb, text) to authenticated, service_role;
