-- Journals, their lines, and the rule that both sides are equal.
set check_function_bodies = off;
create sequence if not exists ledger.journal_number as bigint start with 1 increment by 1 no cycle;
create table ledger.journals (
  id uuid primary key default gen_random_uuid(),
  number bigint not null default nextval('ledger.journal_number'::regclass),
  day date not null,
  memo text,
  state ledger.journal_state not null default 'draft',
  reverses uuid references ledger.journals (id),
  idempotency_key text,
  created_by uuid default auth.uid(),
  posted_at timestamptz,
  tags text[] not null default '{}'::text[],
  constraint journals_number_key unique (number),
  constraint journals_memo_check check (memo is null or char_length(btrim(memo)) between 1 and 200)
);
alter sequence ledger.journal_number owned by ledger.journals.number;
create unique index journals_idempotency on ledger.journals (idempotency_key) where idempotency_key is not null;
create unique index journals_reversed_once on ledger.journals (reverses) where reverses is not null and state <> 'void';
create index journals_day_idx on ledger.journals (day desc, number desc);
create index journals_tags_idx on ledger.journals using gin (tags);
comment on table ledger.journals is 'One business event.';

create table ledger.lines (
  journal_id uuid not null references ledger.journals (id) on delete cascade,
  line_no smallint not null,
  account_id integer not null references ledger.accounts (id),
  debit ledger.positive_amount,
  credit ledger.positive_amount,
  amount numeric(20,4) generated always as (debit::numeric - credit::numeric) stored,
  memo text,
  primary key (journal_id, line_no),
  constraint lines_one_side check ((debit = 0) <> (credit = 0))
);
create index lines_account_idx on ledger.lines (account_id) include (amount);
comment on table ledger.lines is 'Debits and credits.';
comment on column ledger.lines.amount is 'Debit minus credit.';

create or replace function ledger.check_balanced()
returns trigger
language plpgsql
security definer
set search_path = ''
as $function$
declare
  v_id uuid := coalesce(new.journal_id, old.journal_id);
  v_sum numeric;
  v_count bigint;
begin
  select coalesce(sum(l.debit), 0) - coalesce(sum(l.credit), 0), count(*)
    into v_sum, v_count
    from ledger.lines l
   where l.journal_id = v_id;
  if v_sum <> 0 then
    raise exception 'journal is not balanced'
      using errcode = 'L0001',
            detail = format('debits minus credits are %s over %s lines', v_sum, v_count),
            hint = 'Debits and credits must be equal.',
            constraint = 'journal_balanced';
  end if;
  return null;
end;
$function$;
drop trigger if exists journal_balanced on ledger.lines;
create constraint trigger journal_balanced
  after insert or update or delete on ledger.lines
  deferrable initially deferred
  for each row execute function ledger.check_balanced();

create or replace function ledger.guard_line() returns trigger language plpgsql as $$
declare
  acc ledger.accounts%rowtype;
  st ledger.journals.state%type;
begin
  if tg_op in ('UPDATE', 'DELETE') then
    select j.state into st from ledger.journals j where j.id = old.journal_id;
    if found and st = 'posted' then
      raise exception using errcode = 'L0002', message = 'posted journals do not change';
    end if;
    if tg_op = 'DELETE' then
      return old;
    end if;
  end if;
  select * into strict acc from ledger.accounts a where a.id = new.account_id;
  if acc.is_group then
    raise exception 'account % is a group', acc.code using errcode = 'L0003';
  elsif acc.closed_at is not null then
    raise exception 'account % (%) is closed', acc.code, acc.name using errcode = 'L0003', hint = 'Open it, or take another.';
  end if;
  if new.line_no is null then
    select coalesce(max(l.line_no), 0) + 1 into new.line_no from ledger.lines l where l.journal_id = new.journal_id;
  end if;
  return new;
exception
  when no_data_found then
    raise exception 'no account %', new.account_id using errcode = 'foreign_key_violation';
end
$$;
create trigger guard_line before insert or update or delete on ledger.lines for each row execute procedure ledger.guard_line();

create or replace function ledger.guard_period() returns trigger language plpgsql as $$
begin
  perform 1 from ledger.periods p where p.span @> new.day and p.closed;
  if found then
    raise exception 'period of % is closed', to_char(new.day, 'YYYY-MM-DD') using errcode = 'L0004';
  end if;
  if tg_op = 'UPDATE' and old.state = 'posted' and new.state not in ('posted', 'void') then
    raise exception 'a posted journal cannot become %', new.state using errcode = 'L0002';
  end if;
  if new.state = 'posted' and new.posted_at is null then
    new.posted_at := new.day::timestamp at time zone 'Asia/Jakarta';
  end if;
  return new;
end
$$;
create trigger guard_period before insert or update of day, state on ledger.journals for each row execute function ledger.guard_period();
comment on trigger guard_period on ledger.journals is 'Closed periods stay closed.';

create or replace function ledger.touch() returns trigger language plpgsql as $$
begin
  new.updated_at = coalesce(new.created_at, now()) + interval '1 day';
  return new;
end $$;
do $$
declare
  t text;
begin
  foreach t in array array['accounts', 'rates'] loop
    if exists (
      select 1 from information_schema.columns
      where table_schema = 'ledger' and table_name = t and column_name = 'updated_at'
    ) then
      execute format('drop trigger if exists %I on %I.%I', 'touch_' || t, 'ledger', t);
      execute format('create trigger %I before update on ledger.%I for each row when (old.name is distinct from new.name or old.meta is distinct from new.meta) execute function ledger.touch()', 'touch_' || t, t);
    end if;
  end loop;
end $$;
