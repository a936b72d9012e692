-- The warehouse: what is sold, where it lies, and every movement of it.

create type public.movement_kind as enum ('receipt', 'sale', 'adjustment');

create domain public.barcode as text
    check (value ~ '^[0-9]{8}$' or value ~ '^[0-9]{12,14}$');

create table public.categories (
    id bigint generated always as identity primary key,
    name text not null unique check (name <> '')
);

create table public.suppliers (
    id bigint generated always as identity primary key,
    name text not null unique check (name <> ''),
    phone text,
    city text
);

create table public.products (
    id bigint generated always as identity primary key,
    barcode public.barcode not null unique,
    name text not null check (name <> ''),
    category_id bigint not null references public.categories (id),
    supplier_id bigint references public.suppliers (id) on delete set null,
    price numeric(14, 2) not null check (price >= 0),
    minimum_stock integer not null default 0 check (minimum_stock >= 0),
    created_at timestamptz not null default now()
);
create index products_category_id_idx on public.products (category_id);
create index products_supplier_id_idx on public.products (supplier_id);
create index products_name_idx on public.products (name);

create table public.locations (
    id bigint generated always as identity primary key,
    code text not null unique check (code <> ''),
    name text not null
);

create table public.stock (
    product_id bigint not null references public.products (id) on delete cascade,
    location_id bigint not null references public.locations (id),
    quantity integer not null default 0,
    primary key (product_id, location_id),
    constraint stock_is_never_negative check (quantity >= 0)
);
create index stock_location_id_idx on public.stock (location_id);

create table public.sales (
    id bigint generated always as identity primary key,
    location_id bigint not null references public.locations (id),
    total numeric(14, 2) not null check (total >= 0),
    sold_by uuid default auth.uid(),
    sold_at timestamptz not null default now()
);
create index sales_sold_at_idx on public.sales (sold_at);

create table public.sale_lines (
    sale_id bigint not null references public.sales (id) on delete cascade,
    line integer not null,
    product_id bigint not null references public.products (id),
    quantity integer not null check (quantity > 0),
    unit_price numeric(14, 2) not null,
    line_total numeric(14, 2) not null generated always as (quantity * unit_price) stored,
    primary key (sale_id, line)
);
create index sale_lines_product_id_idx on public.sale_lines (product_id);

-- The ledger: rows are only ever added. The sum of a product's rows is its stock.
create table public.movements (
    id bigint generated always as identity primary key,
    product_id bigint not null references public.products (id) on delete cascade,
    location_id bigint not null references public.locations (id),
    kind public.movement_kind not null,
    quantity integer not null check (quantity <> 0),
    sale_id bigint references public.sales (id),
    note text,
    created_by uuid default auth.uid(),
    created_at timestamptz not null default now()
);
create index movements_product_id_idx on public.movements (product_id);
create index movements_created_at_idx on public.movements (created_at);

comment on table public.movements is 'Every change of stock, in order; never changed afterwards.';
