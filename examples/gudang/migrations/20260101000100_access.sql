-- Who may do what: an administrator everything, other signed-in users read and sell, visitors nothing.

create function public.is_admin() returns boolean
    language sql stable
    return coalesce(auth.jwt() -> 'app_metadata' ->> 'role', '') = 'admin';

alter table public.categories enable row level security;
alter table public.suppliers enable row level security;
alter table public.products enable row level security;
alter table public.locations enable row level security;
alter table public.stock enable row level security;
alter table public.sales enable row level security;
alter table public.sale_lines enable row level security;
alter table public.movements enable row level security;

-- Reading: everybody who is signed in.
create policy read_categories on public.categories for select to authenticated using (true);
create policy read_suppliers on public.suppliers for select to authenticated using (true);
create policy read_products on public.products for select to authenticated using (true);
create policy read_locations on public.locations for select to authenticated using (true);
create policy read_stock on public.stock for select to authenticated using (true);
create policy read_sales on public.sales for select to authenticated using (true);
create policy read_sale_lines on public.sale_lines for select to authenticated using (true);
create policy read_movements on public.movements for select to authenticated using (true);

-- Changing the master data: administrators. Stock, sales and the ledger change through the functions
-- receive_goods and record_sale alone.
create policy admin_categories on public.categories for all to authenticated
    using ((select public.is_admin())) with check ((select public.is_admin()));
create policy admin_suppliers on public.suppliers for all to authenticated
    using ((select public.is_admin())) with check ((select public.is_admin()));
create policy admin_products on public.products for all to authenticated
    using ((select public.is_admin())) with check ((select public.is_admin()));
create policy admin_locations on public.locations for all to authenticated
    using ((select public.is_admin())) with check ((select public.is_admin()));

revoke insert, update, delete on public.stock from anon, authenticated;
revoke insert, update, delete on public.sales from anon, authenticated;
revoke insert, update, delete on public.sale_lines from anon, authenticated;
revoke insert, update, delete on public.movements from anon, authenticated;
