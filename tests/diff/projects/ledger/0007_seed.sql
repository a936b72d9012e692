-- A chart of accounts to begin with.
insert into ledger.accounts (code, name, kind, is_group) values
  ('1000', 'Assets', 'asset', true),
  ('2000', 'Liabilities', 'liability', true),
  ('3000', 'Equity', 'equity', true),
  ('4000', 'Revenue', 'revenue', true),
  ('5000', 'Expenses', 'expense', true);
with roots as (select id, code, kind from ledger.accounts where parent_id is null)
insert into ledger.accounts (parent_id, code, name, kind, currency, is_group)
select r.id, v.code, v.name, r.kind, v.currency, v.grp
  from (values
    ('1000', '1000.01', 'Cash', 'IDR', true),
    ('1000', '1000.02', 'Receivables', 'IDR', false),
    ('2000', '2000.01', 'Payables', 'IDR', false),
    ('3000', '3000.01', 'Capital', 'IDR', false),
    ('4000', '4000.01', 'Sales', 'IDR', false),
    ('5000', '5000.01', 'Rent', 'IDR', false),
    ('5000', '5000.02', 'Salaries', 'IDR', false)
  ) as v (parent, code, name, currency, grp)
  join roots r on r.code = v.parent;
insert into ledger.accounts (parent_id, code, name, kind, currency)
select ledger.account_id('1000.01'), '1000.01.' || to_char(n, 'FM00'), initcap(w) || ' drawer', 'asset', c
  from unnest(array['till', 'safe', 'dollar'], array['IDR', 'IDR', 'USD']) with ordinality as u (w, c, n);
update ledger.accounts set meta = meta || jsonb_build_object('seeded', true, 'order', row.n)
  from (select id, row_number() over (order by code) as n from ledger.accounts) as row
 where row.id = accounts.id;
insert into ledger.periods (name, span)
select to_char(m, 'YYYY-MM'), daterange(m::date, (m + interval '1 month')::date)
  from generate_series(timestamp '2026-01-01', '2026-06-01', interval '1 month') as m;
insert into ledger.rates (base, quote, rate, valid) values
  ('USD', 'IDR', 16000, '[2026-01-01 00:00+00,2026-02-01 00:00+00)'),
  ('USD', 'IDR', 16250.5, tstzrange('2026-02-01 00:00+00', null)),
  ('EUR', 'IDR', 17500, '[2026-01-01 00:00+00,)');
do $$
declare
  n bigint;
begin
  select count(*) into n from ledger.accounts;
  assert n = 15, format('%s accounts', n);
end $$;
analyze ledger.accounts;
reset check_function_bodies;
