-- What the measurements read and write: a table with owners, a policy, an index that serves both.
create table public.items (
    id bigint generated always as identity primary key,
    owner uuid not null default auth.uid(),
    title text not null,
    price numeric(14, 2) not null,
    done boolean not null default false,
    created_at timestamptz not null default now()
);
create index items_owner_id_idx on public.items (owner, id);
alter table public.items enable row level security;
create policy own_items on public.items for all to authenticated
    using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
