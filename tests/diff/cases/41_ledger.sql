-- A double-entry ledger: what bookkeepers post, reverse, read and close.
-- load: tests/diff/projects/ledger
-- as: owner
select code, name, digits, symbol from ledger.currencies order by code;
select code, name, kind, currency, is_group, sign, meta from ledger.accounts order by code;
select c.code, p.code as parent from ledger.accounts c left join ledger.accounts p on p.id = c.parent_id order by c.code;
select name, span, closed from ledger.periods order by span;
select base, quote, rate, valid, upper_inf(valid) as open from ledger.rates order by base, valid;
select enum_range(null::ledger.account_kind), enum_range(null::ledger.journal_state);
select typname, typtype from pg_type where typnamespace = 'ledger'::regnamespace and typtype in ('e', 'd') order by 1;
select conname, contype, convalidated, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'ledger.rates'::regclass order by conname;
select conname, contype, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'ledger.accounts'::regclass order by conname;
select conname, contype, condeferrable, condeferred from pg_constraint where conrelid = 'ledger.lines'::regclass order by conname;
select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'ledger.periods'::regclass order by conname;
select indexname, indexdef from pg_indexes where schemaname = 'ledger' and tablename = 'journals' order by 1;
select indexname, regexp_replace(indexdef, ' \w+_ops', '') from pg_indexes where schemaname = 'ledger' and tablename = 'accounts' order by 1;
select indexdef from pg_indexes where indexname = 'lines_account_idx';
select tgname, tgdeferrable, tginitdeferred, tgenabled from pg_trigger where tgrelid = 'ledger.lines'::regclass and not tgisinternal order by 1;
select pg_get_triggerdef(oid) from pg_trigger where tgrelid = 'ledger.accounts'::regclass and not tgisinternal order by tgname;
select pg_get_triggerdef(oid) from pg_trigger where tgrelid = 'ledger.lines'::regclass and not tgisinternal order by tgname;
select policyname, cmd, permissive, roles from pg_policies where schemaname = 'ledger' order by tablename, policyname;
select obj_description('ledger'::regnamespace, 'pg_namespace'), obj_description('ledger.account_kind'::regtype, 'pg_type'), obj_description('ledger.balances'::regclass, 'pg_class');
select col_description('ledger.accounts'::regclass, a.attnum) from pg_attribute a where a.attrelid = 'ledger.accounts'::regclass and a.attname = 'sign';
select d.description from pg_description d join pg_constraint c on c.oid = d.objoid where c.conname = 'rates_no_overlap';
select d.description from pg_description d join pg_trigger t on t.oid = d.objoid where t.tgname = 'guard_period';
select obj_description('ledger.post(date, text, jsonb, text, text[])'::regprocedure, 'pg_proc');
select proname, prokind, prosecdef, provolatile, proisstrict, proconfig from pg_proc where pronamespace = 'ledger'::regnamespace order by 1;
select pg_get_function_identity_arguments(oid), pg_get_function_arguments(oid), pg_get_function_result(oid) from pg_proc where proname in ('post', 'convert', 'subtree', 'balance', 'close_period') and pronamespace = 'ledger'::regnamespace order by proname;
select table_name, is_insertable_into from information_schema.tables where table_schema = 'ledger' and table_type = 'BASE TABLE' order by 1;
select table_name, table_type from information_schema.tables where table_schema in ('ledger', 'audit') order by 1;
select column_name, data_type, udt_name, domain_name, numeric_precision, numeric_scale, is_generated, is_identity, identity_generation, identity_start from information_schema.columns where table_schema = 'ledger' and table_name = 'lines' order by ordinal_position;
select column_name, data_type, column_default, is_identity, identity_generation, identity_start from information_schema.columns where table_schema = 'ledger' and table_name = 'accounts' order by ordinal_position;
select domain_name, data_type, numeric_precision, numeric_scale, domain_default from information_schema.domains where domain_schema = 'ledger' order by 1;
select relname, relkind, relispopulated from pg_class where relnamespace = 'ledger'::regnamespace and relkind in ('m', 'v') order by 1;
select matviewname, hasindexes, ispopulated from pg_matviews where schemaname = 'ledger';
select relname, reloptions is not null from pg_class where relnamespace = 'ledger'::regnamespace and relkind = 'v' order by 1;
select r.rolname, has_schema_privilege(r.rolname, 'ledger', 'usage'), has_schema_privilege(r.rolname, 'audit', 'usage'), has_table_privilege(r.rolname, 'ledger.accounts', 'select'), has_table_privilege(r.rolname, 'ledger.balances', 'select') from pg_roles r where rolname in ('anon', 'authenticated', 'service_role') order by 1;
select r.rolname, has_function_privilege(r.rolname, 'ledger.post(date, text, jsonb, text, text[])', 'execute') as post, has_function_privilege(r.rolname, 'ledger.close_period(text, integer)', 'execute') as close, has_function_privilege(r.rolname, 'ledger.account_id(text)', 'execute') as id from pg_roles r where rolname in ('anon', 'authenticated', 'service_role') order by 1;
select has_column_privilege('authenticated', 'ledger.journals', 'state', 'update') as state, has_column_privilege('authenticated', 'ledger.journals', 'number', 'update') as number, has_any_column_privilege('authenticated', 'ledger.accounts', 'update') as any_account;
select grantee, privilege_type from information_schema.role_table_grants where table_schema = 'ledger' and table_name = 'rates' and grantee in ('authenticated', 'service_role') order by 1, 2;
-- error: 42710
create type ledger.account_kind as enum ('a');
-- error: 42P06
create schema ledger;
-- error: 42710
alter table ledger.rates add constraint rates_positive check (rate > 1);
-- error: 23514
alter table ledger.rates add constraint rates_cheap check (rate < 17000);
-- error: 42710
alter type ledger.account_kind add value 'asset';
-- error: 22P02
select 'cash'::ledger.account_kind;
-- error: 23514
select 'usd'::ledger.currency_code;
-- error: 23514
select '12'::ledger.account_code;
-- error: 23514
select repeat('1000', 5)::ledger.account_code;
-- error: 23514
select (-1)::ledger.positive_amount;
-- error: 22003
select 1e17::ledger.money_amount;
select 1.23456::ledger.money_amount, '7'::ledger.positive_amount, pg_typeof(1::ledger.money_amount), null::ledger.positive_amount;
-- error: 23P01
insert into ledger.rates (base, quote, rate, valid) values ('USD', 'IDR', 15900, '[2026-01-31 00:00+00,2026-02-02 00:00+00)');
insert into ledger.rates (base, quote, rate, valid) values ('USD', 'IDR', 15900, '[2025-01-01 00:00+00,2026-01-01 00:00+00)') returning base, rate, valid;
-- error: 23514
insert into ledger.rates (base, quote, rate, valid) values ('USD', 'USD', 1, '[2026-01-01 00:00+00,)');
-- error: 23514
insert into ledger.rates (base, quote, rate, valid) values ('JPY', 'USD', 1, 'empty');
-- error: 23514
insert into ledger.rates (base, quote, rate, valid) values ('JPY', 'USD', 0, '[2026-01-01 00:00+00,)');
-- error: 23503
insert into ledger.rates (base, quote, rate, valid) values ('GBP', 'USD', 1, '[2026-01-01 00:00+00,)');
-- error: 22000
insert into ledger.rates (base, quote, rate, valid) values ('JPY', 'USD', 1, '[2026-03-01 00:00+00,2026-01-01 00:00+00)');
-- error: 428C9
insert into ledger.rates (id, base, quote, rate, valid) values (1, 'JPY', 'USD', 1, '[2026-01-01 00:00+00,)');
-- error: 23P01
insert into ledger.periods (name, span) values ('odd', '[2026-01-15,2026-02-15)');
-- error: 23514
insert into ledger.periods (name, span) values ('endless', '(,2025-01-01)');
-- error: 23505
insert into ledger.accounts (code, name, kind) values ('1999', 'Other assets', 'asset');
-- error: 23505
insert into ledger.accounts (parent_id, code, name, kind) values (ledger.account_id('1000'), '1000.01', 'Twice', 'asset');
-- error: 23503
insert into ledger.accounts (parent_id, code, name, kind) values (7, '1000.09', 'Orphan', 'asset');
-- error: 23503
insert into ledger.accounts (parent_id, code, name, kind, currency) values (ledger.account_id('1000'), '1000.09', 'Pounds', 'asset', 'GBP');
-- error: 23503
delete from ledger.accounts where code = '1000';
-- error: 428C9
update ledger.accounts set sign = 1;
select ledger.account_id('1000.01') is not null as cash, ledger.account_id('9999') as none, ledger.account_id(null) as nothing;
select code, name, depth, path from ledger.subtree('1000');
select repeat('  ', depth) || name as tree from ledger.subtree('5000');
select ledger.convert(100, 'USD', 'IDR'), ledger.convert(100, 'USD', 'IDR', '2026-03-01 00:00+00'), ledger.convert(1000000, 'IDR', 'USD'), ledger.convert(5, 'JPY', 'JPY');
-- error: L0005
select ledger.convert(100, 'JPY', 'EUR');
-- error: L0005
select ledger.convert(100, 'USD', 'IDR', '2020-01-01 00:00+00');
select ledger.convert(amount => 10, to_code => 'IDR', from_code => 'EUR');
-- error: 42883
select ledger.convert('USD', 'IDR');
insert into ledger.bookkeepers (user_id, can_post) values ('00000000-0000-0000-0000-00000000000a', true), ('00000000-0000-0000-0000-00000000000b', false) returning user_id, can_post;
-- as: anon
select code, symbol from ledger.currencies order by code;
-- error: 42501
select * from ledger.accounts;
-- error: 42501
select ledger.account_id('1000');
-- error: 42501
select * from audit.log;
-- error: 42501
select ledger.post('2026-01-02', 'x', '[]');
-- as: carol
select * from ledger.accounts;
select ledger.account_id('1000'), ledger.is_bookkeeper(), ledger.can_post();
select * from ledger.bookkeepers;
select * from ledger.entries;
-- error: 42501
insert into ledger.accounts (code, name, kind) values ('6000', 'Mine', 'asset');
select code from ledger.balances order by code;
-- as: bob
select ledger.is_bookkeeper(), ledger.can_post();
select code from ledger.accounts where not is_group order by code;
-- error: 42501
insert into ledger.journals (day) values ('2026-01-02');
update ledger.accounts set name = 'Bob''s';
select * from ledger.bookkeepers;
-- as: alice
select number, day, memo, state, tags, posted_at, reverses from ledger.post('2026-01-02', 'Capital paid in', '[{"account": "1000.01.02", "debit": 50000000}, {"account": "3000.01", "credit": 50000000}]', 'open-1', 'opening', 'capital');
select number, memo from ledger.post('2026-01-09', 'Again', '[{"account": "1000.01.02", "debit": 1}, {"account": "3000.01", "credit": 1}]', 'open-1');
select (ledger.post('2026-01-05', 'Rent of January', '[{"account": "5000.01", "debit": "3500000.50"}, {"account": "1000.01.02", "credit": 3500000.5, "memo": "cash"}]')).memo;
-- error: 42883
select memo, tags from ledger.post(p_day => '2026-01-07', p_memo => 'Sale', p_lines => '[{"account": "1000.01.01", "debit": 120000}, {"account": "1000.02", "debit": 80000}, {"account": "4000.01", "credit": 200000}]', variadic p_tags => array['sale']);
select memo, tags from ledger.post('2026-01-07', 'Sale', '[{"account": "1000.01.01", "debit": 120000}, {"account": "1000.02", "debit": 80000}, {"account": "4000.01", "credit": 200000}]', null, variadic array['sale']);
select memo, tags from ledger.post(p_lines => '[{"account": "1000.02", "debit": 1}, {"account": "4000.01", "credit": 1}]', p_memo => 'Penny', p_day => '2026-01-07');
-- error: L0001
select ledger.post('2026-01-08', 'Odd', '[{"account": "1000.01.01", "debit": 10}, {"account": "4000.01", "credit": 11}]');
-- error: 22023
select ledger.post('2026-01-08', 'One', '[{"account": "1000.01.01", "debit": 10}]');
-- error: 22023
select ledger.post('2026-01-08', 'Object', '{"a": 1}');
-- error: 22023
select ledger.post('2026-01-08', 'Nothing', null);
-- error: L0003
select ledger.post('2026-01-08', 'Group', '[{"account": "1000.01", "debit": 10}, {"account": "4000.01", "credit": 10}]');
-- error: 23503
select ledger.post('2026-01-08', 'None', '[{"account": "7777", "debit": 10}, {"account": "4000.01", "credit": 10}]');
-- error: 22P02
select ledger.post('2026-01-08', 'Text', '[{"account": "1000.01.01", "debit": "ten"}, {"account": "4000.01", "credit": 10}]');
-- error: 23514
select ledger.post('2026-01-08', 'Both', '[{"account": "1000.01.01", "debit": 10, "credit": 10}, {"account": "4000.01", "credit": 10}]');
-- error: 23514
select ledger.post('2026-01-08', 'Negative', '[{"account": "1000.01.01", "debit": -10}, {"account": "4000.01", "debit": 10}]');
-- error: 23514
select ledger.post('2026-01-08', '   ', '[{"account": "1000.01.01", "debit": 10}, {"account": "4000.01", "credit": 10}]');
-- error: 22008
select ledger.post('2026-02-31', 'Day', '[]');
select day, memo, state from ledger.journals order by day;
select ledger.try_post('2026-01-10', '[{"account": "1000.01.01", "debit": 10}, {"account": "4000.01", "credit": 11}]');
select ledger.try_post('2026-01-10', '[{"account": "1000.01", "debit": 10}, {"account": "4000.01", "credit": 11}]');
select ledger.try_post('2026-01-10', '[{"account": "1000.01.01", "debit": 10}]');
select ledger.try_post('2026-01-10', '[{"account": "1000.01.01", "debit": 15}, {"account": "4000.01", "credit": 15}]');
select day, account, name, debit, credit, amount, memo from ledger.entries order by day, number, line_no;
select day, account, amount, balance, n, since from ledger.running order by account, n;
select * from ledger.balance('1000');
select * from ledger.balance('1000', '2026-01-05');
select (b).balance, (b).debit from (select ledger.balance('5000') as b) s;
select a.code, b.balance from ledger.accounts a cross join lateral ledger.balance(a.code::text) b where a.parent_id is null order by a.code;
select a.code, (select balance from ledger.balance(a.code)) as balance from ledger.accounts a where a.is_group order by 1;
-- error: 42501
insert into ledger.journals (day, state) values ('2026-01-11', 'posted');
-- error: 42501
insert into ledger.journals (day, number) values ('2026-01-11', 5);
insert into ledger.journals (day, memo) values ('2026-01-11', 'By hand') returning day, memo, state, created_by, posted_at;
-- error: L0001
insert into ledger.lines (journal_id, line_no, account_id, debit) select id, 1, ledger.account_id('5000.02'), 99 from ledger.journals where memo = 'By hand';
insert into ledger.lines (journal_id, line_no, account_id, debit, credit) select j.id, null, ledger.account_id(v.code), v.d, v.c from ledger.journals j, (values ('5000.02', 99, 0), ('1000.01.01', 0, 99)) v (code, d, c) where memo = 'By hand' and false returning line_no;
insert into ledger.lines (journal_id, line_no, account_id, debit, credit) select j.id, v.n, ledger.account_id(v.code), v.d, v.c from ledger.journals j, (values (1, '5000.02', 99, 0), (2, '1000.01.01', 0, 99)) v (n, code, d, c) where memo = 'By hand' returning line_no, debit, credit, amount;
with l as (update ledger.lines l set debit = debit * 2, credit = credit * 2 from ledger.journals j where j.id = l.journal_id and j.memo = 'By hand' returning l.line_no, l.amount) select * from l order by line_no;
-- error: L0001
update ledger.lines l set debit = debit + 1 from ledger.journals j where j.id = l.journal_id and j.memo = 'By hand' and debit > 0;
-- error: 428C9
update ledger.lines set amount = 0;
update ledger.journals set state = 'review' where memo = 'By hand' returning state;
-- error: 42501
update ledger.journals set day = '2026-01-12' where memo = 'By hand';
-- error: 42501
update ledger.journals set state = 'posted' where memo = 'By hand' returning state, posted_at;
update ledger.journals set memo = 'Mine' where state = 'posted';
delete from ledger.journals where state = 'posted';
delete from ledger.lines;
select state, count(*) from ledger.journals group by 1 order by 1;
update ledger.accounts set closed_at = '2026-01-20 00:00+00' where code = '1000.01.03' returning code, closed_at, updated_at;
-- error: L0003
select ledger.post('2026-01-21', 'To a closed one', '[{"account": "1000.01.03", "debit": 10}, {"account": "4000.01", "credit": 10}]');
update ledger.accounts set name = 'Never' where code = '1000.01.03';
update ledger.accounts set meta = jsonb_set(meta, '{limits}', '{"day": 1000}') where code = '1000.01.01' returning meta, updated_at;
update ledger.accounts set meta = meta #- '{limits,day}' where code = '1000.01.01' returning meta;
update ledger.accounts set meta = meta - 'limits' || '{"till": true}' where code = '1000.01.01' returning meta;
-- error: 42501
update ledger.accounts set code = '1000.05' where code = '1000.02';
insert into ledger.accounts (parent_id, code, name, kind) select id, code || '.01', 'Loans', kind from ledger.accounts where code = '2000' on conflict (code) do update set name = excluded.name returning code, name;
insert into ledger.accounts (parent_id, code, name, kind) select id, code || '.02', 'Loans', kind from ledger.accounts where code = '2000' returning code, name, id >= 100 as numbered;
delete from ledger.accounts where code = '2000.02' returning code;
-- error: 23503
delete from ledger.accounts where code = '3000.01';
-- error: 42501
select * from audit.log;
-- error: 42501
call ledger.close_period('2026-01');
-- as: service
select tab, op, key, changed, became ->> 'name' as name, actor from audit.log where op <> 'INSERT' order by key, id;
select tab, op, count(*) from audit.log group by grouping sets ((tab, op), (tab), ()) order by tab::text nulls last, op nulls last;
select key, was -> 'meta' as was, became -> 'meta' as became from audit.log where 'meta' = any (changed) and op = 'UPDATE' and became -> 'meta' ? 'till' order by id;
select audit.changed_keys('{"a": 1, "b": 2, "c": null}', '{"a": 1, "b": 3, "d": 4}'), audit.changed_keys('{}', '{}');
select what, rows_seen, total from ledger.stats order by what;
select ledger.reverse(number) > 0 as done from ledger.journals where memo = 'Sale';
-- error: L0006
select ledger.reverse(number) from ledger.journals where memo = 'Sale';
-- error: P0002
select ledger.reverse(987654);
-- error: L0002
select ledger.reverse(number) from ledger.journals where memo = 'By hand';
select j.memo ~ '^Reversal of #\d+$' as memo, j.day, j.tags, r.memo as of, j.state from ledger.journals j join ledger.journals r on r.id = j.reverses;
select e.account, e.debit, e.credit from ledger.entries e where e.memo like 'Reversal%' order by e.line_no;
-- error: L0002
update ledger.lines set memo = 'x';
-- error: L0002
update ledger.journals set state = 'draft' where memo = 'Sale';
update ledger.journals set state = 'void' where memo = 'try' returning state;
-- error: L0007
call ledger.close_period('2026-01');
-- error: P0002
call ledger.close_period('1999-01');
update ledger.journals set state = 'posted' where memo = 'By hand' returning state, posted_at;
call ledger.close_period('2026-01');
call ledger.close_period('2026-01');
call ledger.close_period(p_name => '2026-02', p_closed => 7);
select name, closed, closed_at, closed_by from ledger.periods where closed order by 1;
-- error: L0004
insert into ledger.journals (day) values ('2026-01-31');
-- error: L0004
update ledger.journals set day = '2026-02-10' where memo = 'Sale';
select number > 0 as ok, day from ledger.post('2026-03-01', 'Dollars', '[{"account": "1000.02", "debit": 1625050}, {"account": "4000.01", "credit": 1625050}]', 'usd-1', 'sale', 'usd');
select code, amount, lines from ledger.balances order by code;
-- as: owner
refresh materialized view ledger.balances;
-- as: service
select code, kind, amount, lines from ledger.balances order by code;
select kind, debit, credit from ledger.trial_balance order by kind nulls last;
select sum(amount) as zero from ledger.balances;
-- error: 42501
refresh materialized view ledger.balances;
-- error: 42809
insert into ledger.balances (account_id) values (1);
insert into ledger.rates (base, quote, rate, valid) values ('JPY', 'IDR', 105.25, '[2026-01-01 00:00+00,)') returning base, quote, rate;
select ledger.convert(1000, 'JPY', 'IDR'), ledger.convert(1000, 'IDR', 'JPY');
-- error: L0005
select ledger.convert(1000, 'JPY', 'USD');
-- as: alice
select day, sum(debit) as debit, sum(sum(debit)) over (order by day) as running from ledger.entries group by day order by day;
select date_trunc('month', day)::date as month, account, sum(amount) as amount, lag(sum(amount)) over (partition by account order by date_trunc('month', day)) as before from ledger.entries where state = 'posted' group by 1, 2 order by 2, 1;
select account, amount, avg(amount) over (partition by account order by day, number, line_no rows 1 preceding)::numeric(20,4) as two, max(amount) over (partition by account) as most from ledger.entries where account like '1000%' order by account, day, number, line_no;
select account, dense_rank() over (order by sum(abs(amount)) desc) as rank, ntile(2) over (order by sum(abs(amount)) desc, account) as half, percent_rank() over (order by sum(abs(amount))) as pr from ledger.entries where state = 'posted' group by account order by 2, 1;
select account, last_value(balance) over (partition by account order by n range between unbounded preceding and unbounded following) as final from ledger.running order by account, n;
select a.kind, coalesce(sum(l.debit) filter (where j.state = 'posted'), 0) as debit, count(distinct j.id) as journals from ledger.accounts a left join ledger.lines l on l.account_id = a.id left join ledger.journals j on j.id = l.journal_id group by a.kind order by a.kind;
select grouping(a.kind, a.code) as g, a.kind, a.code, sum(l.amount) from ledger.lines l join ledger.accounts a on a.id = l.account_id group by rollup (a.kind, a.code) order by a.kind nulls last, a.code nulls last;
with recursive up as (select id, parent_id, code, 1 as n from ledger.accounts where code = '1000.01.02' union all select a.id, a.parent_id, a.code, up.n + 1 from ledger.accounts a join up on a.id = up.parent_id) select code, n from up order by n;
with recursive tree as (select id, id as root, code from ledger.accounts where parent_id is null union all select a.id, t.root, a.code from ledger.accounts a join tree t on a.parent_id = t.id) select r.code, count(*) - 1 as below, array_agg(t.code order by t.code) filter (where t.id <> t.root) as codes from tree t join ledger.accounts r on r.id = t.root group by r.code order by r.code;
select tags, cardinality(tags), array_to_string(tags, ','), 'usd' = any (tags) as usd from ledger.journals where tags <> '{}' order by tags;
select tag, count(*) from ledger.journals cross join unnest(tags) as tag group by tag having count(*) > 1 order by tag;
select memo from ledger.journals where tags @> '{sale,usd}' or tags && array['opening'] order by memo;
select jsonb_pretty(jsonb_build_object('memo', j.memo, 'lines', jsonb_agg(jsonb_build_object('account', a.code, 'amount', l.amount) order by l.line_no))) from ledger.journals j join ledger.lines l on l.journal_id = j.id join ledger.accounts a on a.id = l.account_id where j.memo = 'Dollars' group by j.id;
select to_char(amount, 'FM999G999G990D00'), to_char(-amount, 'S9999990.99'), trunc(amount / 3, 2), amount % 7, round(amount, -3) from ledger.entries where memo = 'Dollars' order by line_no;
select code, amount::money_text from (select code, to_char(amount, 'FM9,999,999,990.00 PR') as amount from ledger.balances) s (code, amount), lateral (select 1) x where false;
select code, to_char(amount, '9,999,999,990.00PR') as shown from ledger.balances where amount <> 0 order by code;
select name, lower(span), upper(span) - 1 as last, upper(span) - lower(span) as days, span @> date '2026-02-10' as feb from ledger.periods order by span;
select p.name, count(j.id) from ledger.periods p left join ledger.journals j on j.day <@ p.span group by p.name order by p.name;
select p1.name from ledger.periods p1 where exists (select from ledger.periods p2 where p2.span -|- p1.span and p2.closed) order by 1;
select width_bucket(debit, 0, 10000000, 4) as bucket, count(*) from ledger.entries where debit > 0 group by 1 order by 1;
select percentile_cont(0.5) within group (order by debit) as median, percentile_disc(0.5) within group (order by debit) as disc, mode() within group (order by account) as busiest from ledger.entries where debit > 0;
select round(stddev_samp(amount), 4), round(var_pop(amount), 2), bool_or(debit > credit), every(amount <> 0) from ledger.entries;
select account from ledger.entries where state = 'posted' intersect all select code::text from ledger.accounts order by 1;
select code from ledger.accounts where not is_group except select account from ledger.entries order by 1;
select greatest(debit, credit) as side, nullif(debit, 0) as d, sign(amount) as s, @ amount as a from ledger.entries where memo = 'Sale' order by line_no;
select l.*, j.day from ledger.journals j join ledger.lines l on l.journal_id = j.id where false;
select row_to_json(e) from (select account, amount from ledger.entries where memo = 'Rent of January' or amount = 3500000.5 order by account) e;
select json_agg(t) from (select code::text, kind from ledger.accounts where is_group order by code) t;
-- as: owner
-- error: 2BP01
drop table ledger.accounts;
-- error: 2BP01
drop type ledger.account_kind;
-- error: 2BP01
drop function ledger.is_bookkeeper();
-- error: 2BP01
drop domain ledger.positive_amount;
-- error: 42P16
create or replace view ledger.running as select 1 as number;
-- error: 42P13
create or replace function ledger.account_id(code text) returns bigint language sql as $$ select 1::bigint $$;
-- error: 42P13
create or replace function ledger.account_id(kode text) returns integer language sql as $$ select 1 $$;
-- error: 42P16
alter table ledger.accounts add primary key (code);
-- error: 42703
comment on column ledger.accounts.nothing is 'x';
-- error: 42704
comment on constraint nothing on ledger.accounts is 'x';
-- error: 42883
comment on function ledger.nothing() is 'x';
comment on column ledger.accounts.sign is null;
select col_description('ledger.accounts'::regclass, a.attnum) from pg_attribute a where a.attrelid = 'ledger.accounts'::regclass and a.attname = 'sign';
truncate ledger.lines, ledger.journals, ledger.stats restart identity;
select count(*) from ledger.lines;
refresh materialized view ledger.balances with no data;
-- error: 55000
select * from ledger.balances;
select relispopulated from pg_class where oid = 'ledger.balances'::regclass;
-- a new year: budgets, cost centres, currency rounding
create table ledger.budgets (
  account_id int not null references ledger.accounts on delete cascade,
  year int not null check (year between 2000 and 2100),
  month int not null check (month between 1 and 12),
  amount numeric(14, 2) not null default 0,
  primary key (account_id, year, month)
);
create constraint trigger year_is_whole after insert or update on ledger.budgets deferrable initially deferred for each row execute function ledger.touch();
drop trigger year_is_whole on ledger.budgets;
create function ledger.whole_year() returns trigger language plpgsql as $$
declare n int;
begin
  select count(*) into n from ledger.budgets b where b.account_id = new.account_id and b.year = new.year;
  if n <> 12 then raise exception 'budget of % has % months', new.year, n using errcode = '23514'; end if;
  return null;
end $$;
create constraint trigger whole_year after insert or update of year on ledger.budgets deferrable initially deferred for each row execute function ledger.whole_year();
-- error: 23514
insert into ledger.budgets select min(id), 2027, 1, 10 from ledger.accounts;
-- error: 23514
insert into ledger.budgets select min(id), 2027, m, 10 from ledger.accounts, generate_series(1, 11) m group by m;
insert into ledger.budgets select (select min(id) from ledger.accounts), 2027, m, round(1000 / 12.0, 2) from generate_series(1, 12) m;
select sum(amount), 1000 - sum(amount) as rest, max(amount) from ledger.budgets;
update ledger.budgets set amount = amount + 0.04 where month = 12 returning amount;
select sum(amount) from ledger.budgets;
-- error: 23514
update ledger.budgets set month = 13 where month = 12;
-- error: 23514
update ledger.budgets set year = 2028 where month = 1;
update ledger.budgets set year = 2028 where year = 2027;
select year, month, sum(amount) over (order by month rows between unbounded preceding and current row) as so_far, ntile(4) over (order by month) as quarter from ledger.budgets order by month;
select coalesce('Q' || q, 'year') as part, sum(amount) from (select amount, (month + 2) / 3 as q from ledger.budgets) b group by rollup (q) order by q nulls last;
select round(2.5), round(-2.5), round(2.345, 2), round(1234.5, -2), trunc(-1.999, 1), round(0.5::float8), div(7, 2), mod(-7, 3), scale(1.500), trim_scale(1.500);
select (100 / 3.0)::numeric(10, 4) as third, round(100 / 3.0 * 3, 6) as back, 10::numeric / 4 as whole, 1e3::numeric, 12345678901234567890.5 * 2 as large;
-- error: 22012
select amount / (month - 12) from ledger.budgets order by month;
-- error: 22003
select amount::numeric(3, 2) from ledger.budgets;
select amount::numeric(4, 2) * 1000::numeric(4, 0) as large from ledger.budgets where month = 1;
select to_char(sum(amount), 'FM999,990.00') from ledger.budgets;
with shares as (select month, amount, amount / sum(amount) over () as share from ledger.budgets) select month, round(share * 100, 1) as percent from shares order by month limit 3;
select month, amount, lag(amount) over w as before, amount - lag(amount, 1, 0) over w as change, first_value(amount) over w, last_value(amount) over (order by month rows between unbounded preceding and unbounded following) from ledger.budgets window w as (order by month) order by month desc limit 3;
select percentile_cont(0.5) within group (order by amount), mode() within group (order by amount), stddev_pop(amount), variance(amount) > 0 as varies from ledger.budgets;
delete from ledger.budgets where month = 6 returning month;
drop table ledger.budgets cascade;
drop function ledger.whole_year();
