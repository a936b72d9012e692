-- What the page shows. The caller's own rights apply in each.

create view public.stock_overview with (security_invoker = true) as
select
    p.id,
    p.barcode,
    p.name,
    c.name as category,
    p.price,
    p.minimum_stock,
    coalesce(sum(s.quantity), 0)::integer as quantity,
    coalesce(sum(s.quantity), 0) < p.minimum_stock as low
from public.products p
join public.categories c on c.id = p.category_id
left join public.stock s on s.product_id = p.id
group by p.id, p.barcode, p.name, c.name, p.price, p.minimum_stock;

create view public.stock_summary with (security_invoker = true) as
select
    count(*)::integer as products,
    coalesce(sum(o.quantity), 0)::integer as units,
    coalesce(sum(o.quantity * o.price), 0)::numeric(18, 2) as value,
    coalesce(sum(case when o.low then 1 else 0 end), 0)::integer as low
from public.stock_overview o;

create view public.movement_days with (security_invoker = true) as
select
    m.created_at::date as day,
    sum(case when m.quantity > 0 then m.quantity else 0 end)::integer as received,
    sum(case when m.quantity < 0 then -m.quantity else 0 end)::integer as sold
from public.movements m
group by m.created_at::date;

grant select on public.stock_overview, public.stock_summary, public.movement_days to authenticated, service_role;
revoke all on public.stock_overview, public.stock_summary, public.movement_days from anon;
