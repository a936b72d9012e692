-- A team SaaS: its messy migrations, then invitations, roles and tasks as its people meet them.
-- load: tests/diff/projects/team
-- as: owner
insert into profiles (id, email, full_name) values
  ('00000000-0000-0000-0000-00000000000a', 'alice@example.com', 'Alice'),
  ('00000000-0000-0000-0000-00000000000b', 'Bob@Example.com', 'Bob') returning id, timezone;
-- error: 23505
insert into profiles (id, email) values (gen_random_uuid(), 'ALICE@example.com');
select typname from pg_type where typname in ('invite_state', 'member_role', 'plan', 'slug') order by 1;
select unnest(enum_range(null::plan));
select unnest(enum_range(null::invite_state));
select column_name, data_type, is_nullable from information_schema.columns where table_schema = 'public' and table_name = 'profiles' order by ordinal_position;
select column_name, data_type, is_nullable from information_schema.columns where table_schema = 'public' and table_name = 'tasks' order by ordinal_position;
select tablename, policyname, cmd, permissive from pg_policies where schemaname = 'public' order by 1, 2;
select conname, contype from pg_constraint where conrelid = 'orgs'::regclass order by conname;
select conname, contype from pg_constraint where conrelid = 'invitations'::regclass order by conname;
select indexname from pg_indexes where schemaname = 'public' order by 1;
select tgname, tgrelid::regclass from pg_trigger where not tgisinternal and tgrelid in ('tasks'::regclass, 'members'::regclass) order by 1;
select proname, prosecdef, provolatile from pg_proc where pronamespace = 'public'::regnamespace order by 1;
select has_function_privilege('anon', 'public.has_role(bigint, public.member_role)', 'execute');
select has_table_privilege('anon', 'invitations', 'select'), has_table_privilege('authenticated', 'invitations', 'insert');
select to_regclass('public.invites'), to_regclass('public.members');
select obj_description('public.profiles'::regclass);
-- as: anon
select id, full_name from profiles order by id;
select * from orgs;
-- error: 42501
select * from invitations;
-- error: 42501
select has_role(1, 'viewer');
-- error: 28000
select create_org('acme', 'Acme');
-- error: 42501
insert into profiles (id, email) values ('00000000-0000-0000-0000-0000000000ff', 'x@example.com');
update profiles set full_name = 'Anon';
select is_member(1);
-- as: alice
-- error: 23514
select create_org('-bad-', 'Acme');
-- error: 23514
select create_org('acme', '   ');
select create_org('acme', 'Acme') > 0;
-- error: 23505
select create_org('acme', 'Another');
select slug, name, plan, seats, settings from orgs order by slug;
select user_id, role from members;
select role_in((select id from orgs where slug = 'acme'));
select has_role((select id from orgs where slug = 'acme'), 'admin') as admin;
select has_role(o.id, r.role), r.role from orgs o, (values ('viewer'::member_role), ('owner')) r (role) order by r.role;
update orgs set plan = 'business', seats = 2 where slug = 'acme' returning name, plan, seats;
-- error: 23514
update orgs set seats = 501;
-- error: 22P02
update orgs set plan = 'gold';
update orgs set settings = settings || '{"theme": "dark", "notify": {"email": true}}' returning settings;
update orgs set settings = jsonb_set(settings, '{notify,email}', 'false') returning settings #>> '{notify,email}' as email;
update orgs set settings = settings - 'theme' returning settings;
-- error: 42501
insert into orgs (slug, name, owner_id) values ('mine', 'Mine', auth.uid());
update profiles set full_name = 'Alice A.' returning id, full_name;
insert into invitations (org_id, email, role, token, invited_by) select id, 'bob@example.com', 'member', 'tok-bob', auth.uid() from orgs where slug = 'acme' returning email, role, state;
-- error: 23505
insert into invitations (org_id, email, token, invited_by) select id, 'BOB@example.com', 'tok-bob-2', auth.uid() from orgs where slug = 'acme';
-- error: 23514
insert into invitations (org_id, email, role, token, invited_by) select id, 'x@example.com', 'owner', 'tok-x', auth.uid() from orgs where slug = 'acme';
-- error: 42501
insert into invitations (org_id, email, token, invited_by) select id, 'y@example.com', 'tok-y', '00000000-0000-0000-0000-00000000000b' from orgs where slug = 'acme';
insert into invitations (org_id, email, token, invited_by) select id, 'carol@example.com', 'tok-carol', auth.uid() from orgs where slug = 'acme';
insert into invitations (org_id, email, token, invited_by) select id, 'dora@example.com', 'tok-dora', auth.uid() from orgs where slug = 'acme';
update invitations set state = 'revoked' where token = 'tok-dora' returning email, state;
insert into invitations (org_id, email, token, invited_by) select id, 'dora@example.com', 'tok-dora-2', auth.uid() from orgs where slug = 'acme' on conflict do nothing;
select email, state, role from invitations order by email, state;
-- error: 42501
select accept_invitation('tok-bob');
-- as: bob
select * from orgs;
select * from members;
select * from invitations;
-- error: P0002
select accept_invitation('nothing');
-- error: 22023
select accept_invitation('tok-dora');
-- error: 42501
select accept_invitation('tok-carol');
select user_id, role from accept_invitation('tok-bob');
-- error: 22023
select accept_invitation('tok-bob');
select name, plan from orgs;
select user_id, role from members order by role, user_id;
select role_in(id), is_member(id), has_role(id, 'admin') from orgs;
select count(*) from invitations;
update orgs set name = 'Bob Inc';
delete from orgs;
update members set role = 'admin' where user_id = auth.uid();
delete from members where role = 'owner';
-- error: 42501
insert into projects (org_id, key, name) select id, 'BOB', 'Bob''s' from orgs;
-- as: carol
insert into profiles (id, email, full_name) values (auth.uid(), 'carol@example.com', null) returning full_name;
-- error: 42501
insert into profiles (id, email) values ('00000000-0000-0000-0000-0000000000fe', 'z@example.com');
-- error: P0001
select accept_invitation('tok-carol');
-- as: alice
update orgs set seats = 10 where slug = 'acme';
-- as: carol
select role from accept_invitation('tok-carol');
-- as: alice
update members set role = 'viewer' where user_id = '00000000-0000-0000-0000-00000000000c' returning role;
-- error: 42501
update members set role = 'owner' where user_id = '00000000-0000-0000-0000-00000000000b';
insert into projects (org_id, key, name) select id, 'WEB', 'Website' from orgs returning key, archived;
insert into projects (org_id, key, name) select id, 'OLD', 'Old things' from orgs returning key;
-- error: 23505
insert into projects (org_id, key, name) select id, 'WEB', 'Twice' from orgs;
-- error: 428C9
insert into projects (id, org_id, key, name) values (99, 1, 'ID', 'Id');
-- as: bob
select key, name from projects order by key;
insert into tasks (project_id, number, title, points) select id, null, '  Write the page ', 2.5 from projects where key = 'WEB' returning number, title, points, priority, labels;
insert into tasks (project_id, number, title, assignee, labels, due) select id, null, 'Draw a logo', auth.uid(), '{design,web}', '2026-03-01' from projects where key = 'WEB' returning number, labels, due;
insert into tasks (project_id, number, title, points, labels) select id, null, 'Ship it', 8, array['web', 'ops'] from projects where key = 'WEB' returning number;
insert into tasks (project_id, number, title) select id, 1, 'Clean up' from projects where key = 'OLD' returning done;
-- error: 23505
insert into tasks (project_id, number, title) select id, 2, 'Again' from projects where key = 'WEB';
-- error: 23514
insert into tasks (project_id, number, title, priority) select id, null, 'Urgent', 9 from projects where key = 'WEB';
-- error: 23502
insert into tasks (project_id, number, title) select id, null, null from projects where key = 'WEB';
-- error: 22003
insert into tasks (project_id, number, title, points) select id, null, 'Big', 123456 from projects where key = 'WEB';
select ref, title, done, points, who from board order by ref;
update tasks set done = true, closed_by = auth.uid() where title = 'Write the page' returning number, done;
update tasks set done = true where title = 'Write the page';
-- error: 23502
update tasks set done = null where number = 2;
update tasks set labels = array_append(labels, 'late') where due < '2026-04-01' returning labels;
update tasks set extra = jsonb_build_object('votes', 3, 'by', array['a', 'b']) where number = 3 returning extra;
select title from tasks where labels @> array['web'] order by title;
select title from tasks where 'ops' = any (labels);
select label, count(*) from tasks, unnest(labels) as label group by label order by label;
select extra -> 'by' ->> 1 as second, (extra ->> 'votes')::int + 1 as votes from tasks where extra ? 'votes';
select done, count(*), sum(points), round(avg(points), 2) as mean from tasks group by done order by done;
select p.key, count(t.id) filter (where not t.done) as open, coalesce(sum(t.points), 0) as points from projects p left join tasks t on t.project_id = p.id group by p.key order by p.key;
select key, number, row_number() over (partition by key order by number desc) as back from projects p join tasks t on t.project_id = p.id order by key, number;
select coalesce(who, 'nobody') as who, string_agg(title, '; ' order by title) as titles from board group by 1 order by 1;
with open as (select project_id, title from tasks where not done) select p.name, o.title from projects p join open o on o.project_id = p.id order by 1, 2;
with done as (update tasks set priority = 1 where number = 3 returning title, priority) select * from done;
select p.key, l.title from projects p cross join lateral (select title from tasks t where t.project_id = p.id order by number limit 1) l order by p.key;
select distinct on (project_id) title from tasks order by project_id, number desc;
select * from events;
-- as: bob
insert into comments (task_id, body) select id, 'Which page?' from tasks where title = 'Write the page' returning body, author, edited;
insert into comments (task_id, body, parent_id) select task_id, 'The first', c.id from comments c returning body;
-- error: 42501
insert into comments (task_id, body) select id, '   ' from tasks where number = 2 and title like 'Draw%';
-- error: 42501
insert into comments (task_id, body, author) select id, 'not me', '00000000-0000-0000-0000-00000000000a' from tasks where title like 'Draw%';
-- error: 23514
insert into comments (task_id, body) select id, repeat('x', 501) from tasks where title like 'Draw%';
-- error: 42501
insert into comments (task_id, body) values (987654, 'to nobody');
update comments set body = 'Which page, please?', edited = true where parent_id is null returning body, edited;
with recursive thread as (select id, body, 0 as depth from comments where parent_id is null union all select c.id, c.body, depth + 1 from comments c join thread t on c.parent_id = t.id) select depth, body from thread order by depth, body;
insert into time_entries (task_id, day, minutes) select id, '2026-02-02', 90 from tasks where title like 'Draw%' returning id, hours;
insert into time_entries (task_id, day, minutes, note) select id, '2026-02-03', 50, 'ship' from tasks where title = 'Ship it' returning id, hours;
insert into time_entries (task_id, day, minutes) select id, '2026-02-03', 25 from tasks where title like 'Draw%' returning id, hours;
-- error: 23505
insert into time_entries (task_id, day, minutes) select id, '2026-02-02', 10 from tasks where title like 'Draw%';
insert into time_entries (task_id, day, minutes) select id, '2026-02-02', 10 from tasks where title like 'Draw%' on conflict on constraint one_a_day do update set minutes = time_entries.minutes + excluded.minutes returning minutes, hours;
-- error: 23514
insert into time_entries (task_id, day, minutes) select id, '2026-02-04', 1441 from tasks where title = 'Ship it';
-- error: 22008
insert into time_entries (task_id, day, minutes) select id, '2026-02-30', 5 from tasks where title = 'Ship it';
-- error: 428C9
update time_entries set hours = 3;
-- error: 42501
insert into time_entries (task_id, user_id, day, minutes) select id, '00000000-0000-0000-0000-00000000000a', '2026-02-05', 5 from tasks where title = 'Ship it';
select day, hours, entries from hours_by_day order by day;
select t.title, sum(e.minutes) as minutes from time_entries e join tasks t on t.id = e.task_id group by t.title having sum(e.minutes) > 60 order by 2 desc;
select day, minutes, sum(minutes) over (order by day, minutes) as running, lag(minutes) over (order by day, minutes) as before from time_entries order by day, minutes;
select date_trunc('week', day)::date as week, extract(isodow from day) as dow, day + 7 as next, to_char(day, 'DD Mon YYYY') as text from time_entries order by day, id;
select max(day) - min(day) as days, age(max(day), min(day)) from time_entries;
select * from invoices;
-- error: 42501
insert into invoices (org_id, period) select id, '2026-01' from orgs;
-- error: 42501
select * from close_month('2026-01');
-- error: 42501
select set_role(id, auth.uid(), 'admin') from orgs;
-- as: alice
select count(*) from comments;
select count(*) from time_entries;
update comments set body = 'Mine now';
delete from comments;
insert into comments (task_id, body, parent_id) select task_id, 'About us', id from comments where body like 'Which%' returning body;
select p.full_name, count(*) from comments c join profiles p on p.id = c.author group by p.full_name order by 1;
select set_role(id, '00000000-0000-0000-0000-00000000000b', 'king') from orgs;
select set_role(id, '00000000-0000-0000-0000-0000000000ee', 'admin') from orgs;
select set_role(id, '00000000-0000-0000-0000-00000000000c', 'viewer') from orgs;
select set_role(id, '00000000-0000-0000-0000-00000000000b', null) from orgs;
-- error: 42501
update invoices set paid_on = '2026-01-15';
-- as: carol
-- error: 42501
select set_role(id, auth.uid(), 'owner') from orgs;
select body from comments order by body;
insert into comments (task_id, body) select id, 'May I?' from tasks where title = 'Ship it' returning edited;
delete from comments where body = 'May I?' returning body;
-- as: service
select number, slug, cents from close_month('2026-01');
select number, slug, cents from close_month('2026-01');
select number, cents from close_month('2026-02');
-- error: 23514
select * from close_month('January');
update invoices set paid_on = '2026-02-01' where period = '2026-01' returning number, paid_on;
select period, total_cents, (total_cents * tax_percent / 100)::bigint as tax, to_char(total_cents / 100.0, 'FM999,990.00') as shown from invoices order by period;
select seat_price('free', 9), seat_price('team', 3), seat_price('business', 2);
select nextval('public.invoice_number') > 1000 as numbered;
-- as: alice
select period, paid_on is not null as paid from invoices order by period;
select sum(total_cents), bool_and(paid_on is null), count(paid_on) from invoices;
-- as: anon
select * from comments;
select * from time_entries;
select * from hours_by_day;
select * from invoices;
-- error: 42501
select set_role(1, null, 'owner');
-- error: 42501
delete from invoices;
-- error: 42501
insert into comments (task_id, body, author) values (1, 'spam', '00000000-0000-0000-0000-00000000000a');
-- as: owner
-- skip: a cascade's BEFORE ROW triggers still see the parent (docs/sql.md, Triggers)
delete from profiles where email = 'alice@example.com';
-- error: 22P02
insert into time_entries (task_id, day, minutes) values (1, '2026-01-01', 'many');
-- error: 2BP01
drop table tasks;
-- error: 42710
create policy time_own on time_entries using (true);
-- error: 42701
alter table orgs add column updated_at timestamptz;
-- error: 42704
alter table orgs drop constraint orgs_none;
alter table orgs drop constraint if exists orgs_none;
-- error: 42P07
create table invoices (id int);
select count(*) from pg_policies where tablename in ('comments', 'invoices');
select sequence_name, data_type, start_value from information_schema.sequences where sequence_name = 'invoice_number';
select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'time_entries'::regclass and contype = 'u';
select table_name, column_name from information_schema.columns where table_schema = 'public' and column_name = 'updated_at' order by 1;
select relname, relrowsecurity from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1;
-- as: bob
insert into labels (org_id, name) select id, 'bug' from orgs returning name, colour;
insert into labels (org_id, name, colour) select id, 'idea', '#00ff7f' from orgs returning colour;
-- error: 42501
insert into labels (org_id, name) select id, 'BUG' from orgs;
-- error: 23505
insert into labels (org_id, name) select id, 'bug' from orgs;
-- error: 23514
insert into labels (org_id, name, colour) select id, 'odd', 'red' from orgs;
-- error: 22001
insert into labels (org_id, name, colour) select id, 'long', '#12345678' from orgs;
select name, label_colour(l) from labels l order by name;
delete from labels where name = 'bug';
insert into stars (project_id) select id from projects where key = 'WEB' returning since;
insert into stars (project_id) select id from projects where key = 'WEB' on conflict do nothing returning since;
-- error: 42501
insert into stars (user_id, project_id) select '00000000-0000-0000-0000-00000000000a', id from projects where key = 'WEB';
-- error: 23502
insert into stars (project_id) values (null);
-- error: 23503
insert into stars (project_id) values (987654);
select p.key, s.user_id is not null as starred from projects p left join stars s on s.project_id = p.id order by p.key;
select name, value from app_settings order by name;
update projects set starts = '2026-01-01';
-- as: alice
select count(*) from stars;
insert into stars (project_id, since) select id, '2026-02-01' from projects returning since;
select p.key from projects p where exists (select from stars s where s.project_id = p.id and s.since > '2026-01-31') order by p.key;
delete from stars s using projects p where p.id = s.project_id and p.key = 'OLD' returning p.key;
update projects set starts = '2026-01-01', ends = '2026-06-30' where key = 'WEB' returning starts, ends, ends - starts as days;
-- error: 23514
update projects set ends = '2025-12-31' where key = 'WEB';
-- error: 22001
update projects set name = repeat('n', 61) where key = 'WEB';
select key, ends is null as endless, coalesce(ends, '2099-12-31') as ends from projects order by ends nulls first;
select key from projects where (starts, ends) overlaps (date '2026-05-01', date '2026-07-01');
delete from labels where name = 'bug' returning name;
select name from labels;
select initcap(name), lpad(key, 5, '.'), left(name, 3), position('s' in name) from projects order by key;
select string_to_array(name, ' ') as words, split_part(name, ' ', 1) as first from projects order by key;
select name ~* '^web' as web, regexp_replace(name, '[aeiou]', '_', 'g') as dull from projects order by key;
select key, case when archived then 'archive' when ends < '2026-07-01' then 'ending' else 'open' end as stage from projects order by key;
select jsonb_agg(jsonb_build_object('key', key, 'name', name) order by key) from projects;
select jsonb_object_agg(key, archived) from projects;
select array_agg(key order by key desc) from projects;
select o.slug, to_jsonb(m) - 'updated_at' - 'org_id' as member from members m join orgs o on o.id = m.org_id order by m.user_id;
select full_name from profiles where id in (select user_id from members) order by full_name nulls last;
select full_name from profiles p where not exists (select from members m where m.user_id = p.id and m.role = 'viewer') order by 1;
select role, count(*) from members group by role order by role desc;
select role::text from members union select plan::text from orgs order by 1;
select email from profiles except select email from invitations order by 1;
select lower(email) from profiles intersect select email from invitations order by 1;
select * from (values (1, 'one'), (2, 'two')) v (n, word) where n > (select count(*) - 1 from orgs) order by n;
select rank() over (order by count(*) desc) as rank, project_id is not null as known, count(*) from tasks group by project_id order by 1, 3;
-- as: carol
select name from labels order by name;
-- error: 42501
insert into labels (org_id, name) select id, 'mine' from orgs;
select count(*) from stars;
delete from labels;
-- as: anon
select name, value from app_settings order by name;
update app_settings set value = 'hacked';
-- error: 42501
insert into app_settings values ('mine', '1');
select count(*) from labels;
-- as: owner
select value from app_settings order by name;
select to_regclass('settings_old') is null as gone;
select conname from pg_constraint where conrelid = 'stars'::regclass and contype = 'p';
select data_type, character_maximum_length from information_schema.columns where table_name = 'projects' and column_name = 'name' and table_schema = 'public';
select count(*) from labels;
-- as: carol
select ref, title from board order by ref;
select role_in(id) from orgs;
-- error: 42501
insert into tasks (project_id, number, title) select id, null, 'Carol''s' from projects where key = 'WEB';
update tasks set title = 'Mine';
delete from tasks;
delete from members where user_id = '00000000-0000-0000-0000-00000000000b';
-- as: alice
select what, was, became from events order by id;
update projects set archived = true where key = 'OLD' returning key, archived;
-- error: 42501
update tasks set title = 'Cleaner' where title = 'Clean up';
delete from tasks where title = 'Clean up' returning title;
select what, was ->> 'title' as title from events where what = 'task deleted';
-- as: service
select slug, (select count(*) from members m where m.org_id = o.id) as people from orgs o;
select email, state from invitations order by id;
update invitations set expires_at = '2026-01-31 12:00:00+00' where state = 'pending' returning email, expires_at;
select has_role(id, 'viewer') from orgs;
-- error: 23514
delete from members where role = 'owner';
insert into members (org_id, user_id, role) select id, '00000000-0000-0000-0000-00000000000b', 'admin' from orgs on conflict (org_id, user_id) do update set role = greatest(members.role, excluded.role) returning role;
-- as: bob
select has_role(id, 'admin') from orgs;
select what, count(*) from events group by what order by what;
update members set role = 'member' where user_id = '00000000-0000-0000-0000-00000000000c' returning role;
delete from members where user_id = auth.uid() returning role;
select count(*) from orgs;
-- as: anon
select count(*) from tasks;
select count(*) from board;
select count(*) from events;
-- as: alice
-- skip: a cascade's BEFORE ROW triggers still see the parent (docs/sql.md, Triggers)
delete from orgs where slug = 'acme' returning name;
-- as: owner
drop trigger keep_owner on members;
-- as: alice
delete from orgs where slug = 'acme' returning name;
-- as: owner
select (select count(*) from orgs), (select count(*) from members), (select count(*) from invitations), (select count(*) from projects), (select count(*) from tasks);
select count(*) from profiles;
