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

create view public.movement_days with (security_invoker = true) as
select
    m.created_at::date as day,
    sum(case when m.quantity > 0 then m.quantity else 0 end)::integer as received,
    sum(case when m.quantity < 0 then -m.quantity else 0 end)::integer as sold
from public.movements m
group by m.created_at::date;

grant select on public.stock_overview, public.movement_days to authenticated, service_role;
revoke all on public.stock_overview, public.movement_days from anon;
