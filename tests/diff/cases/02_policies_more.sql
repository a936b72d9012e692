-- Restrictive policies, policies per command and role, policies with subqueries on other protected
-- tables, recursion, functions that look around a policy, and what a caller's condition may reveal.
create table teams (id int primary key, name text);
create table players (
    id int primary key,
    team_id int references teams (id),
    account uuid,
    nick text,
    score numeric(8,2) default 0,
    banned boolean not null default false
);
create table notes (id int primary key, player_id int references players (id) on delete cascade, text text);
create table plain (id int primary key, t text);
create table locked (id int primary key, t text);
create table a (id int primary key, b_id int);
create table b (id int primary key, a_id int);
create table own_only (id int primary key, account uuid default auth.uid());
insert into teams values (1, 'north'), (2, 'south');
insert into players values
    (1, 1, '00000000-0000-0000-0000-00000000000a', 'al', 10.5, false),
    (2, 1, '00000000-0000-0000-0000-00000000000b', 'bo', 7, false),
    (3, 2, '00000000-0000-0000-0000-00000000000c', 'ca', 3.25, true),
    (4, 2, null, 'bot', 0, false);
insert into notes values (1, 1, 'of al'), (2, 2, 'of bo'), (3, 3, 'of ca'), (4, 4, 'of bot');
insert into plain values (1, 'one'), (2, 'two');
insert into locked values (1, 'one');
insert into a values (1, 1);
insert into b values (1, 1);
insert into own_only values (1, '00000000-0000-0000-0000-00000000000a');

create function my_team() returns int language sql stable security definer set search_path = ''
    as $$ select team_id from public.players where account = auth.uid() $$;
create function is_admin() returns boolean language sql stable
    as $$ select coalesce(auth.jwt() -> 'app_metadata' ->> 'role' = 'admin', false) $$;

alter table players enable row level security;
alter table notes enable row level security;
alter table locked enable row level security;
alter table a enable row level security;
alter table b enable row level security;
alter table own_only enable row level security;

create policy team on players for select using (team_id = my_team());
create policy admin_all on players to authenticated using (is_admin()) with check (is_admin());
create policy bots on players for select to anon using (account is null);
create policy self on players for update to authenticated using (account = auth.uid());
create policy not_banned on players as restrictive for select using (not banned);
create policy no_jump on players as restrictive for update to authenticated
    using (true) with check (score < 100);
create policy of_seen_players on notes using (player_id in (select id from players));
create policy only_short on notes as restrictive for insert with check (length(text) < 10);
create policy loop_a on a using (exists (select 1 from b where b.a_id = a.id));
create policy loop_b on b using (exists (select 1 from a where a.b_id = b.id));
create policy mine on own_only using (account = auth.uid());

-- as: alice
select id, nick from players order by id;
select * from notes order by id;
select count(*) from notes;
select my_team();
select is_admin();
select nick, (select count(*) from notes n where n.player_id = p.id) as notes from players p order by id;
-- as: carol
select id, nick from players order by id;
select * from notes order by id;
-- as: admin
select id, nick from players order by id;
select is_admin(), auth.uid(), auth.role(), auth.email();
update players set banned = false where id = 3;
update players set score = 99 where id = 2 returning nick, score;
-- error: 42501
update players set score = 100 where id = 2;
-- error: 42501
update players set banned = true where id = 2;
insert into players (id, nick) values (9, 'new') returning id, nick, score, banned;
delete from players where id = 9;
-- as: anon
select id, nick from players order by id;
-- error: 42501
insert into players (id, nick) values (8, 'x');
-- as: alice
update players set nick = 'all' where id = 1 returning id, nick, score;
update players set nick = 'bob' where id = 2;
-- error: 42501
update players set score = 1000 where id = 1;
-- error: 42501
update players set banned = true where id = 1;
-- error: 42501
update players set account = null where id = 1;
-- error: 42501
update players set team_id = 2 where id = 1 returning id;
insert into notes values (10, 1, 'short');
-- error: 42501
insert into notes values (11, 1, 'longer than ten');
-- error: 42501
insert into notes values (12, 3, 'of ca');
update notes set text = 'a longer text is fine here' where id = 10 returning *;
-- error: 42501
update notes set player_id = 3 where id = 10;
delete from notes where id = 3;
delete from notes where id = 10 returning text;

-- A table with row-level security and no policy: nobody sees a row, nothing is inserted.
select * from locked;
update locked set t = 'x';
delete from locked;
-- error: 42501
insert into locked values (2, 'two');
-- as: owner
select * from locked;
-- as: service
select * from locked;

-- Two policies that need each other.
-- as: alice
-- error: 42P17
select * from a;
-- error: 42P17
select count(*) from b;
-- error: 42P17
update a set b_id = 2;
-- error: 42P17
insert into a values (2, 2) returning id;
-- as: service
select * from a;

-- A failing condition of the caller's must not tell of rows that the policy hides.
-- as: bob
select id from players where 1 / (id - 3) >= -1 order by id;
select id from players where (case when id = 3 then 'x' else '1' end)::int = 1 order by id;
select id from players where nick ~ '^c' order by id;
select id from players where nick like 'c%' or nick like 'a%' order by id;
select max(score), min(score), sum(score) from players;
select team_id, count(*) from players group by team_id order by team_id;
select distinct team_id from players;
select id from players order by score desc limit 1;
select t.name, p.nick from teams t left join players p on p.team_id = t.id order by t.id, p.id;
select t.name, p.nick from players p right join teams t on p.team_id = t.id order by t.id, p.id;
select t.name, p.nick from teams t full join players p on p.team_id = t.id order by t.id, p.id;
select nick from players where id = any (array[1, 2, 3, 4]) order by nick;
select p.nick from players p where exists (select 1 from players q where q.id = 3);
select id from players intersect select id from notes order by 1;
select id from notes except select id from players order by 1;
with recursive r (n) as (select 1 union all select n + 1 from r where n < 4)
    select n, nick from r left join players on id = n order by n;

-- Tables without row-level security are open to whom they are granted.
-- as: anon
select * from plain order by id;
insert into plain values (3, 'three') returning *;
update plain set t = 'x' where id = 3;
delete from plain where id = 3 returning id;

-- The default of a column fills in who asks.
-- as: alice
insert into own_only (id) values (2) returning *;
-- error: 42501
insert into own_only values (3, '00000000-0000-0000-0000-00000000000b');
-- error: 42501
insert into own_only values (3, null);
select id from own_only order by id;
-- as: bob
select * from own_only;
insert into own_only (id) values (5);
-- error: 42501
insert into own_only (id) values (1) on conflict (id) do update set account = auth.uid();
insert into own_only (id) values (1) on conflict (id) do nothing;
delete from own_only where id = 1;
-- as: anon
-- error: 42501
insert into own_only (id) values (6);
-- as: owner
select id, account from own_only order by id;
