-- For PostgreSQL alone: rows with owners, and functions that take their time or tell who asks.
create table public.notes (
    id uuid primary key,
    owner uuid not null default auth.uid(),
    body text not null check (body <> '')
);
create index notes_owner_idx on public.notes (owner);
alter table public.notes enable row level security;
create policy own_notes on public.notes for all to authenticated
    using (owner = (select auth.uid())) with check (owner = (select auth.uid()));

-- One row a subject, which every identity has.
create table public.accounts (
    owner uuid primary key,
    name text not null
);
alter table public.accounts enable row level security;
create policy own_account on public.accounts for select to authenticated using (owner = (select auth.uid()));
insert into public.accounts (owner, name)
select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'account ' || n from generate_series(0, 99) as g (n);

-- What the request's transaction knows of its caller.
create function public.who_am_i() returns json language sql stable as $$
    select json_build_object(
        'role', current_user, 'login_role', current_setting('role'), 'sub', auth.uid(),
        'claims', nullif(current_setting('request.jwt.claims', true), '')::json ->> 'tag',
        'tag', nullif(current_setting('request.headers', true), '')::json ->> 'x-tag',
        'path', current_setting('request.path', true), 'method', current_setting('request.method', true),
        'accounts', (select count(*) from public.accounts))
$$;

-- The same from a transaction that writes.
create function public.note_and_tell(note uuid, text text) returns json language sql volatile as $$
    insert into public.notes (id, body) values (note, text);
    select public.who_am_i();
$$;

create function public.echo(tag text, size integer) returns text language sql stable as $$
    select tag || ':' || repeat(chr(97 + length(tag) % 26), size)
$$;

create function public.refuse(tag text) returns text language sql stable as $$
    select dapur.raise('P0001', 'refused ' || tag, '', '')
$$;

-- Volatile as pg_sleep is, but it writes nothing: GET may call it.
create function public.slow(seconds double precision, tag text) returns text language plpgsql stable as $$
begin
    perform pg_sleep(seconds);
    return 'slept ' || tag;
end $$;

create function public.slow_write(seconds double precision, note uuid) returns text language plpgsql volatile as $$
begin
    insert into public.notes (id, body) values (note, 'slowly');
    perform pg_sleep(seconds);
    return 'wrote';
end $$;
