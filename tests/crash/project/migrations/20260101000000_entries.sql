-- What the writers write: rows with ids of their own choice, an owner, constraints of each kind.
create table public.parents (
    id bigint primary key
);
create table public.entries (
    id uuid primary key,
    owner uuid not null default auth.uid(),
    n integer not null check (n >= 0),
    payload text not null,
    parent bigint references public.parents (id) deferrable initially deferred,
    created_at timestamptz not null default now()
);
create index entries_owner_idx on public.entries (owner);
create index entries_parent_idx on public.entries (parent);

alter table public.parents enable row level security;
alter table public.entries enable row level security;
create policy read_parents on public.parents for select to authenticated using (true);
create policy own_entries on public.entries for all to authenticated
    using (owner = (select auth.uid())) with check (owner = (select auth.uid()));

insert into public.parents (id) values (1);

-- Keeps the writer busy for a moment, so that what arrives meanwhile is one batch.
create function public.hold_writer(rows integer) returns bigint language sql as $$
    insert into public.parents (id) select -n from generate_series(1, rows) as g (n);
    delete from public.parents where id < 0;
    select count(*) from public.parents;
$$;

-- Writes, and then needs far longer than a writer may take.
create function public.burn(entry uuid) returns bigint language sql as $$
    insert into public.entries (id, n, payload) values (entry, 1, 'burnt');
    insert into public.entries (id, n, payload)
    select gen_random_uuid(), burnt.n, 'burnt' from (
        select count(*)::integer as n from generate_series(1, 20000) as a (n), generate_series(1, 20000) as b (n) where (a.n * b.n) % 7 = 0
    ) as burnt;
    select 1::bigint;
$$;

-- Is still writing when its time is over: SQLite then drops the whole transaction.
create table public.numbers (n integer primary key);
create table public.counted (n integer primary key, below integer not null default 0);
alter table public.numbers enable row level security;
alter table public.counted enable row level security;
create policy anybody on public.numbers for select to authenticated using (true);
create policy anybody on public.counted for all to authenticated using (true) with check (true);
insert into public.numbers (n) select n from generate_series(1, 10000) as g (n);
insert into public.counted (n) select n from public.numbers;
create function public.burn_writing(entry uuid) returns bigint language sql as $$
    insert into public.entries (id, n, payload) values (entry, 1, 'burnt');
    update public.counted set below = (select count(*) from public.numbers where numbers.n <= counted.n);
    select 1::bigint;
$$;

-- Reads for a while: its snapshot stays open.
create function public.long_read(steps integer) returns bigint language sql stable as $$
    select count(*) + (select count(*) from public.parents) from generate_series(1, steps) as g (n) where g.n % 7 = 0;
$$;
