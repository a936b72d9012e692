-- What is read: views, a summary, policies.
create or replace view ledger.entries with (security_invoker = true) as
  select j.number, j.day, a.code::text as account, a.name, l.debit, l.credit, l.amount, j.memo, j.state, l.line_no
    from ledger.journals j
    join ledger.lines l on l.journal_id = j.id
    join ledger.accounts a on a.id = l.account_id;
create or replace view ledger.running as
  select e.number, e.day, e.account, e.amount,
         sum(e.amount) over w as balance,
         row_number() over w as n,
         first_value(e.day) over w as since
    from ledger.entries e
   where e.state = 'posted'
  window w as (partition by e.account order by e.day, e.number, e.line_no rows between unbounded preceding and current row);
alter view ledger.running set (security_invoker = on);
comment on view ledger.running is 'Balances, line by line.';
comment on view ledger.entries is 'Lines with their journals and accounts.';

create materialized view ledger.balances as
  select a.id as account_id, a.code::text as code, a.kind, a.currency::text as currency,
         coalesce(sum(l.amount), 0)::numeric(20,4) as amount, count(l.*) as lines
    from ledger.accounts a
    left join (ledger.lines l join ledger.journals j on j.id = l.journal_id and j.state = 'posted') on l.account_id = a.id
   where not a.is_group
   group by a.id
with no data;
create unique index balances_account_id_idx on ledger.balances (account_id);
create index balances_kind_idx on ledger.balances (kind);
refresh materialized view ledger.balances;
refresh materialized view concurrently ledger.balances;
comment on materialized view ledger.balances is 'As of the last refresh.';
revoke all on ledger.balances from anon;
grant select on ledger.balances to authenticated, service_role;

create or replace view ledger.trial_balance as
  select kind, sum(amount) filter (where amount > 0) as debit, -sum(amount) filter (where amount < 0) as credit
    from ledger.balances
   group by rollup (kind);

alter table ledger.currencies enable row level security;
alter table ledger.rates enable row level security;
alter table ledger.accounts enable row level security;
alter table ledger.periods enable row level security;
alter table ledger.journals enable row level security;
alter table ledger.lines enable row level security;
alter table ledger.stats enable row level security;
alter table audit.log enable row level security;
alter table ledger.lines force row level security;
alter table ledger.lines no force row level security;

create table ledger.bookkeepers (
  user_id uuid primary key,
  can_post boolean not null default false,
  granted_at timestamptz not null default '2026-01-01 00:00:00+00'
);
alter table ledger.bookkeepers enable row level security;
create or replace function ledger.is_bookkeeper() returns boolean
language sql stable security definer set search_path = ''
as $$ select exists (select from ledger.bookkeepers b where b.user_id = (select auth.uid())) $$;
create or replace function ledger.can_post() returns boolean
language sql stable security definer set search_path = ''
as $$ select coalesce((select b.can_post from ledger.bookkeepers b where b.user_id = (select auth.uid())), false) $$;
create policy "bookkeepers see themselves" on ledger.bookkeepers for select to authenticated using (user_id = (select auth.uid()));

do $$
declare
  r record;
begin
  for r in
    select c.relname from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'ledger' and c.relkind = 'r' and c.relname <> 'bookkeepers'
     order by c.relname
  loop
    execute format('drop policy if exists %I on ledger.%I', r.relname || '_read', r.relname);
    execute format('create policy %I on ledger.%I for select to authenticated using ((select ledger.is_bookkeeper()))', r.relname || '_read', r.relname);
  end loop;
end $$;
drop policy if exists currencies_read on ledger.currencies;
create policy currencies_read on ledger.currencies for select to anon, authenticated using (active);
create policy accounts_write on ledger.accounts for all to authenticated using (ledger.can_post()) with check (ledger.can_post());
create policy accounts_open_only on ledger.accounts as restrictive for update to authenticated using (closed_at is null) with check (true);
create policy journals_draft on ledger.journals for insert to authenticated
  with check (ledger.can_post() and state = 'draft' and created_by = (select auth.uid()));
create policy journals_edit on ledger.journals for update to authenticated
  using (state in ('draft', 'review') and created_by = (select auth.uid()));
create policy journals_discard on ledger.journals for delete to authenticated using (state = 'draft' and created_by = auth.uid());
create policy lines_write on ledger.lines to authenticated
  using (exists (select 1 from ledger.journals j where j.id = journal_id and j.state = 'draft'))
  with check (exists (select 1 from ledger.journals j where j.id = journal_id and j.state = 'draft'));
comment on policy journals_draft on ledger.journals is 'Drafts are written by hand; post() posts.';
grant select on ledger.currencies to anon;
grant insert, update (name, parent_id, meta, closed_at), delete on ledger.accounts to authenticated;
grant insert (day, memo, tags, created_by, state), update (memo, state, tags), delete on ledger.journals to authenticated;
grant insert, update, delete on ledger.lines to authenticated;
grant insert (base, quote, rate, valid) on ledger.rates to service_role;
