-- Posting, reversing, converting, closing.
create or replace function ledger.account_id(code text) returns integer
language sql stable strict parallel safe
as $$ select a.id from ledger.accounts a where a.code = $1 $$;

create or replace function ledger.convert(amount numeric, from_code text, to_code text, at timestamptz default '2026-01-15 00:00:00+00')
returns numeric
language plpgsql stable
set search_path = ''
as $$
declare
  r numeric;
  d smallint;
begin
  if from_code = to_code then
    return amount;
  end if;
  select case when x.base = from_code then x.rate else 1 / x.rate end into r
    from ledger.rates x
   where x.valid @> at and (x.base, x.quote) in ((from_code, to_code), (to_code, from_code))
   order by x.base = from_code desc
   limit 1;
  if r is null then
    raise exception 'no rate from % to %', from_code, to_code
      using errcode = 'L0005', detail = 'At ' || to_char(at at time zone 'UTC', 'YYYY-MM-DD') || '.';
  end if;
  select c.digits into d from ledger.currencies c where c.code = to_code;
  return round(amount * r, d);
end
$$;

create or replace function ledger.post(p_day date, p_memo text, p_lines jsonb, p_key text default null, variadic p_tags text[] default '{}')
returns ledger.journals
language plpgsql
security definer
set search_path = ''
as $$
declare
  j ledger.journals;
  item jsonb;
  n int := 0;
begin
  if auth.uid() is null and coalesce(auth.role(), '') <> 'service_role' then
    raise insufficient_privilege using message = 'sign in to post';
  end if;
  if jsonb_typeof(p_lines) is distinct from 'array' or jsonb_array_length(p_lines) < 2 then
    raise exception 'at least two lines' using errcode = '22023', hint = 'Pass a JSON array.';
  end if;
  insert into ledger.journals (day, memo, idempotency_key, tags)
  values (p_day, p_memo, p_key, p_tags)
  on conflict (idempotency_key) where idempotency_key is not null do nothing
  returning * into j;
  if not found then
    select * into j from ledger.journals x where x.idempotency_key = p_key;
    return j;
  end if;
  for item in select value from jsonb_array_elements(p_lines) loop
    n := n + 1;
    insert into ledger.lines (journal_id, line_no, account_id, debit, credit, memo)
    values (
      j.id, n,
      coalesce(ledger.account_id(item ->> 'account'), -1),
      coalesce((item ->> 'debit')::numeric, 0),
      coalesce((item ->> 'credit')::numeric, 0),
      item ->> 'memo'
    );
  end loop;
  update ledger.journals set state = 'posted' where id = j.id returning * into j;
  return j;
end
$$;
comment on function ledger.post(date, text, jsonb, text, text[]) is 'Posts a journal; the same key twice gives the first.';
revoke all on function ledger.post(date, text, jsonb, text, text[]) from public, anon;
grant execute on function ledger.post(date, text, jsonb, text, text[]) to authenticated, service_role;

create or replace function ledger.reverse(p_number bigint, p_day date default null) returns bigint
language plpgsql security definer set search_path = ledger, pg_temp
as $$
<<fn>>
declare
  j journals%rowtype;
  id uuid;
  number bigint;
begin
  select * into strict j from journals x where x.number = p_number for update;
  if j.state <> 'posted' then
    raise exception 'journal % is %', j.number, j.state using errcode = 'L0002';
  end if;
  insert into journals (day, memo, reverses, tags)
  values (coalesce(p_day, j.day), 'Reversal of #' || j.number, j.id, j.tags || 'reversal'::text)
  returning journals.id, journals.number into fn.id, fn.number;
  insert into lines (journal_id, line_no, account_id, debit, credit)
  select fn.id, l.line_no, l.account_id, l.credit, l.debit from lines l where l.journal_id = j.id order by l.line_no;
  update journals x set state = 'posted' where x.id = fn.id;
  return fn.number;
exception
  when no_data_found then
    raise exception 'no journal %', p_number using errcode = 'P0002';
  when unique_violation then
    raise exception 'journal % is reversed already', p_number using errcode = 'L0006';
end
$$;

create or replace function ledger.subtree(root text)
returns table (id integer, code text, name text, depth integer, path text[])
language sql stable
as $$
  with recursive tree as (
    select a.id, a.code::text, a.name, 0 as depth, array[a.code::text] as path
      from ledger.accounts a where a.code = root
    union all
    select c.id, c.code::text, c.name, t.depth + 1, t.path || c.code::text
      from ledger.accounts c join tree t on c.parent_id = t.id
  )
  select * from tree order by path
$$;

create or replace function ledger.balance(account text, until date default 'infinity', out debit numeric, out credit numeric, out balance numeric)
language sql stable
as $$
  select coalesce(sum(l.debit), 0), coalesce(sum(l.credit), 0), coalesce(sum(l.amount * a.sign), 0)
    from ledger.subtree(account) t
    join ledger.accounts a on a.id = t.id
    join ledger.lines l on l.account_id = a.id
    join ledger.journals j on j.id = l.journal_id and j.state = 'posted' and j.day <= until
$$;

create or replace procedure ledger.close_period(p_name text, inout p_closed integer default 0)
language plpgsql security definer set search_path = ''
as $$
declare
  p record;
  drafts int;
begin
  select * into p from ledger.periods x where x.name = p_name for update;
  if p is null then
    raise exception 'no period "%"', p_name using errcode = 'no_data_found';
  end if;
  if p.closed then
    raise notice 'period % is closed already', p_name;
    return;
  end if;
  select count(*) into drafts from ledger.journals j where p.span @> j.day and j.state in ('draft', 'review');
  if drafts > 0 then
    raise exception 'period % has % draft(s)', p_name, drafts using errcode = 'L0007';
  end if;
  update ledger.periods x set closed = true, closed_at = '2026-02-01 00:00:00+00', closed_by = auth.uid() where x.id = p.id;
  get diagnostics p_closed = row_count;
end
$$;
revoke execute on procedure ledger.close_period(text, integer) from public, authenticated;
grant execute on procedure ledger.close_period(text, integer) to service_role;

create or replace function ledger.try_post(p_day date, p_lines jsonb) returns text
language plpgsql as $$
declare
  v_state text;
  v_msg text;
  v_detail text;
  v_hint text;
  n bigint;
begin
  set constraints all immediate;
  select p.number into n from ledger.post(p_day, 'try', p_lines) p;
  return 'posted';
exception when others then
  get stacked diagnostics v_state = returned_sqlstate, v_msg = message_text, v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  return concat_ws(' | ', v_state, v_msg, nullif(v_detail, ''), nullif(v_hint, ''));
end $$;
