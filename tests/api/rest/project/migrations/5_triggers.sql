-- Triggers as projects have them: a stamp, an audit table, a counter, a view that is written to.
create table public.articles (
    id bigint primary key,
    owner uuid not null default auth.uid(),
    title text not null,
    version integer not null default 1
);
alter table public.articles enable row level security;
create policy own on public.articles using (owner = auth.uid()) with check (owner = auth.uid());

create table public.article_audit (
    id bigint generated always as identity primary key,
    action text not null,
    before jsonb,
    after jsonb
);
alter table public.article_audit enable row level security;
create policy readable on public.article_audit for select using (true);

create function public.stamp() returns trigger language plpgsql as $$
begin
    if new.title = 'stolen' then new.owner := '22222222-2222-4222-8222-222222222222'; end if;
    if tg_op = 'UPDATE' then new.version := old.version + 1; end if;
    return new;
end $$;
create trigger stamp before insert or update on public.articles for each row execute function public.stamp();

create function public.audit() returns trigger language plpgsql security definer as $$
begin
    insert into public.article_audit (action, before, after)
    values (tg_op, case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end);
    return null;
end $$;
create trigger audit after insert or update or delete on public.articles for each row execute function public.audit();

create function public.at_most_two() returns trigger language plpgsql as $$
begin
    if (select count(*) from public.articles) > 2 then
        raise exception 'two articles are enough' using errcode = 'P0001', hint = 'Delete one.';
    end if;
    return null;
end $$;
create constraint trigger at_most_two after insert on public.articles deferrable initially deferred
    for each row execute function public.at_most_two();
