-- Ledger: a double-entry book. Accounts, currencies and what may go wrong with them.
do $$
begin
  if not exists (select from pg_catalog.pg_namespace where nspname = 'ledger') then
    create schema ledger;
  end if;
end
$$;
create schema if not exists audit;
comment on schema ledger is 'Double-entry accounting.';
comment on schema audit is 'Who changed what.';
grant usage on schema ledger to anon, authenticated, service_role;
grant usage on schema audit to service_role;
alter default privileges in schema ledger grant select on tables to authenticated;
alter default privileges in schema ledger grant all on tables to service_role;
alter default privileges in schema ledger grant usage, select on sequences to authenticated, service_role;
alter default privileges in schema ledger revoke execute on functions from public;
alter default privileges in schema ledger grant execute on functions to authenticated, service_role;
create extension if not exists btree_gist with schema extensions;
create extension if not exists "uuid-ossp" with schema extensions;

do $$ begin
  create type ledger.account_kind as enum ('asset', 'liability', 'equity', 'revenue');
exception
  when duplicate_object then null;
end $$;
alter type ledger.account_kind add value if not exists 'expense';
alter type ledger.account_kind add value if not exists 'expense';
create type ledger.journal_state as enum ('draft', 'posted');
alter type ledger.journal_state add value 'void' after 'posted';
alter type ledger.journal_state add value if not exists 'review' before 'posted';
comment on type ledger.account_kind is 'The five kinds of accounts.';
