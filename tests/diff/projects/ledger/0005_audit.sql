-- Who changed what: one generic trigger, attached to every table that wants it.
create table if not exists audit.log (
  id bigint generated always as identity primary key,
  tab regclass not null,
  op text not null check (op in ('INSERT', 'UPDATE', 'DELETE')),
  key jsonb,
  was jsonb,
  became jsonb,
  changed text[],
  actor uuid default auth.uid(),
  role name not null default current_user
);
comment on table audit.log is 'Rows as they were and became.';
create index log_tab_idx on audit.log using btree (tab, id);
revoke all on all tables in schema audit from public, anon, authenticated;
grant select on audit.log to service_role;

create or replace function audit.changed_keys(a jsonb, b jsonb) returns text[]
language sql immutable as $$
  select coalesce(array_agg(k order by k), '{}')
    from (
      select coalesce(x.key, y.key) as k
        from jsonb_each(a) x full join jsonb_each(b) y on x.key = y.key
       where x.value is distinct from y.value
    ) s
$$;

create or replace function audit.log_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  v_ignored text[] := coalesce(tg_argv[1:]::text[], '{}');
  v_changed text[];
begin
  if tg_op = 'UPDATE' then
    v_changed := audit.changed_keys(v_old, v_new);
    if v_changed <@ v_ignored then
      return null;
    end if;
  end if;
  insert into audit.log (tab, op, key, was, became, changed)
  values (tg_relid, tg_op, coalesce(v_new, v_old) -> tg_argv[0], v_old - v_ignored, v_new - v_ignored, v_changed);
  return null;
end
$$;

do $$
declare
  t record;
  args text;
  i text;
begin
  for t in select * from (values ('ledger.accounts'::regclass, 'code', array['updated_at', 'created_at']), ('ledger.periods', 'name', '{}')) v (tab, key, ignored) loop
    args := quote_literal(t.key);
    foreach i in array t.ignored loop
      args := args || ', ' || quote_literal(i);
    end loop;
    execute format('drop trigger if exists audit on %s', t.tab);
    execute 'create trigger audit after insert or update or delete on ' || t.tab::text
      || ' for each row execute function audit.log_change(' || args || ')';
  end loop;
end $$;

create table ledger.stats (
  what text primary key,
  rows_seen bigint not null default 0,
  total numeric(20,4) not null default 0
);
create or replace function ledger.count_lines() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    insert into ledger.stats as s (what, rows_seen, total)
    select 'inserted', count(*), coalesce(sum(n.debit), 0) from inserted n
    on conflict (what) do update set rows_seen = s.rows_seen + excluded.rows_seen, total = s.total + excluded.total;
  else
    insert into ledger.stats as s (what, rows_seen, total)
    select 'deleted', count(*), coalesce(sum(o.debit), 0) from removed o
    on conflict (what) do update set rows_seen = s.rows_seen + excluded.rows_seen, total = s.total + excluded.total;
  end if;
  return null;
end $$;
create trigger count_lines_ins after insert on ledger.lines referencing new table as inserted for each statement execute function ledger.count_lines();
create trigger count_lines_del after delete on ledger.lines referencing old table as removed for each statement execute function ledger.count_lines();
