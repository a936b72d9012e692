-- A chat: rooms, messages, mentions, what is unread, and what the blocked may not see.
-- load: tests/diff/projects/chat
-- as: owner
select id, username, display_name, interests, settings from profiles order by id;
select tablename, policyname, cmd, permissive from pg_policies where schemaname = 'public' order by 1, 2;
select proname, pg_get_function_identity_arguments(oid) as args, pg_get_function_result(oid) as result from pg_proc where pronamespace = 'public'::regnamespace order by 1, 2;
select tgname, tgrelid::regclass from pg_trigger where not tgisinternal order by 2, 1;
-- as: anon
select username from profiles order by username;
select * from rooms;
-- error: 42501
select is_member(1);
-- error: 42501
insert into messages (room_id, body) values (1, 'hello');
select label(1), label('x'), label(1.5), label(1.5, 'em'), label(n => 2::numeric);
select first_of(array[3, 2]), first_of(array['a', 'b']), first_of(null::int[]), pg_typeof(first_of(array[1.5]));
select or_else(null, 1), or_else('a'::text, 'b'), pair(1, 2), pair('x'::text, 'y'), or_else(null::date, '2026-01-01');
-- error: 42883
select or_else(1, 'a'::text);
-- error: 42883
select pair(1, now());
-- error: 42883
select label(true);
-- as: alice
insert into rooms (slug, title, meta) values ('general', 'General', '{"color": "red", "limits": {"day": 5}}') returning slug, kind, created_by;
select r.slug, m.user_id, m.role from rooms r join room_members m on m.room_id = r.id;
insert into rooms (kind, slug, title) values ('private', 'staff', 'Staff only') returning title, meta;
-- error: 23514
insert into rooms (slug, title) values ('Upper', 'Upper');
-- error: 23514
insert into rooms (slug, title) values ('empty', '');
-- error: 23505
insert into rooms (slug, title) values ('general', 'Again');
-- error: 42501
insert into rooms (slug, title, created_by) values ('other', 'Other', '00000000-0000-0000-0000-00000000000b');
select send_message(id, 'Hello @bob and @Carol_C, and @bob again', null) from rooms where slug = 'general';
select send_message('general', 'Anyone?');
-- error: 23514
select send_message('general', '   ');
-- error: 42501
select send_message('nowhere', 'x');
-- error: 23514
select send_message('general', repeat('x', 2001));
select body, mentions, length, author = auth.uid() as mine from messages order by id;
-- as: bob
select slug from rooms order by slug;
select * from messages;
-- error: 42501
select send_message('general', 'Hi');
insert into room_members (room_id, user_id) select id, auth.uid() from rooms where slug = 'general';
-- error: 23505
insert into room_members (room_id, user_id) select id, auth.uid() from rooms where slug = 'general';
insert into room_members (room_id, user_id) select id, auth.uid() from rooms where slug = 'general' on conflict do nothing returning role;
-- error: 42501
insert into room_members (room_id, user_id, role) select id, auth.uid(), 'owner' from rooms where slug = 'general';
select body from messages order by id;
select send_message('general', 'Hi @alice! 100% sure');
select send_message(room => m.room_id, body => 'A reply', reply_to => m.id) from messages m where m.body = 'Anyone?';
update messages set body = 'Mine' where body = 'Anyone?';
update messages set body = 'Hi @alice and @carol_c' where body like 'Hi @alice!%' returning body, mentions, edited_at, meta;
-- error: 428C9
update messages set length = 1;
select * from unread();
do $$ begin perform mark_read(id) from rooms where slug = 'general'; end $$;
select slug, unread from unread();
select kind, payload - 'room' as payload, seen from notifications order by id;
select username_of(p) from profiles p order by id;
select p.username_of from profiles p order by id;
select heartbeat();
select user_id, state, device, beats, last_seen from heartbeat('away', 'phone', '2026-02-01 10:00:00+00');
select beats, state, device from heartbeat(p_at => '2026-01-15 00:00:00+00');
-- as: alice
select slug, unread, latest from unread();
select kind, payload ->> 'from' as who, payload ->> 'body' as body from notifications order by id;
update notifications set seen = true returning kind, seen;
-- error: 42501
update notifications set kind = 'spam';
insert into reactions (message_id, emoji) select id, e from messages, unnest(array['👍', '🎉']) e where body = 'A reply' returning emoji;
-- error: 23505
insert into reactions (message_id, emoji) select id, '👍' from messages where body = 'A reply';
-- error: 23514
insert into reactions (message_id, emoji) select id, '' from messages where body = 'A reply';
-- error: 42501
insert into reactions (message_id, user_id, emoji) select id, '00000000-0000-0000-0000-00000000000b', 'x' from messages where body = 'A reply';
select m.body, reactions_of(m) from messages m order by m.id;
select m.body, m.reactions_of from messages m where m.reply_to is not null;
select p.body from rooms r cross join lateral page(r.id) p where r.slug = 'general';
select p.body from rooms r, page(r.id, null, 1) p where r.slug = 'general';
with last as (select min(p.id) as id, min(p.room_id) as room from rooms r, page(r.id) p where r.slug = 'general') select p.body from last, page(last.room, last.id) p;
select body from messages where (sent_at, id) < (select sent_at, id from messages order by sent_at desc, id desc limit 1) order by sent_at desc, id desc limit 2;
select body, author from search_messages('hi');
select body from search_messages('100%');
select body from search_messages('_');
select count(*) from search_messages('zzz');
select room_json(id) from rooms order by id;
select slug, title, members, moderators, color from room_list order by slug;
update rooms set title = 'Staff' where slug = 'staff' returning title, updated_at;
update rooms set title = title where slug = 'staff' returning updated_at;
update rooms set meta = jsonb_set(meta, '{limits,day}', to_jsonb((meta #>> '{limits,day}')::int + 1)) where slug = 'general' returning meta;
update rooms set meta = meta || '{"tags": ["a", "b", "c"]}' where slug = 'general' returning meta #> '{tags,1}' as tag, meta - 'tags' as rest;
update rooms set meta = meta #- '{tags,0}' where slug = 'general' returning meta -> 'tags' as tags, meta ? 'tags' as has, meta ?| array['x', 'color'] as any, meta ?& array['x', 'color'] as every;
update rooms set meta = jsonb_insert(meta, '{tags,0}', '"first"') - 'color' where slug = 'general' returning meta;
update rooms set pinned = array_append(pinned, (select min(id) from messages m where m.room_id = rooms.id)) where slug = 'general' returning cardinality(pinned);
select m.body from rooms r join messages m on m.id = any (r.pinned);
select set_setting('{theme}', '"dark"');
select set_setting(array['notify', 'all'], 'true');
select set_setting('{notify,all}', null);
select settings -> 'notify' as notify, settings @> '{"theme": "dark"}' as dark, jsonb_typeof(settings -> 'theme') as type from profiles where id = auth.uid();
select key, value from profiles, jsonb_each_text(settings) where id = auth.uid() order by key;
select display_name, array_to_string(interests, '+', '-') as likes, array_position(interests, 'chess') as chess, interests || '{go}'::text[] as more from profiles order by id;
select i, array_agg(username order by username) from profiles left join unnest(interests) i on true group by i order by i nulls last;
update profiles set interests = array_remove(interests, 'cats'), bio = null where id = auth.uid() returning interests, bio, updated_at;
select json_agg(json_build_object('u', username, 'n', interests) order by username) from profiles;
select row_to_json(r) from (select username, display_name from profiles order by id) r;
select jsonb_object_agg(username, coalesce(to_jsonb(interests), 'null')) from profiles;
select u.username, u.n from (select p.username, (select count(*) from messages m where m.author = p.id) as n from profiles p) u where u.n > 0 order by 1;
select m.body, lag(m.body) over (order by m.id) as before, first_value(m.body) over (partition by m.author order by m.id) as first from messages m order by m.id;
-- skip: a set-returning function beside aggregates
select (regexp_matches(body, '@(\w+)', 'g'))[1] as who, count(*) from messages group by 1 order by 1;
select regexp_split_to_array(body, '\s+') as words from messages where body ~* '^any' order by id;
select string_agg(distinct word, ',' order by word) from messages, regexp_split_to_table(lower(body), '[^a-z]+') word where length(word) > 3;
-- error: 22023
select direct_room(auth.uid());
select direct_room('00000000-0000-0000-0000-00000000000b') = direct_room('00000000-0000-0000-0000-00000000000b') as same;
-- error: 23503
select direct_room('00000000-0000-0000-0000-0000000000ff');
-- as: bob
select r.kind, count(m.*) from rooms r join room_members m on m.room_id = r.id group by r.id, r.kind order by 1;
select direct_room('00000000-0000-0000-0000-00000000000a') in (select id from rooms where kind = 'direct') as same;
insert into blocks (blocked, reason) values ('00000000-0000-0000-0000-00000000000c', 'spam') returning blocker, reason;
-- error: 23514
insert into blocks (blocked) values (auth.uid());
-- error: 42501
insert into blocks (blocker, blocked) values ('00000000-0000-0000-0000-00000000000a', auth.uid());
update room_members set role = 'owner' where user_id = auth.uid();
delete from room_members where user_id <> auth.uid();
delete from rooms;
-- as: carol
-- error: 22001
insert into room_members (room_id, user_id, nickname) select id, auth.uid(), repeat('n', 31) from rooms where slug = 'general';
insert into room_members (room_id, user_id, nickname) select id, auth.uid(), 'CC' from rooms where slug = 'general';
select send_message('general', 'Hey @bob @alice');
-- error: 42501
select direct_room('00000000-0000-0000-0000-00000000000b');
select * from blocks;
select is_blocked('00000000-0000-0000-0000-00000000000b', auth.uid());
select body from messages order by id;
delete from messages where body like 'Hey%';
select body, deleted_at from messages where body like 'Hey%';
-- as: bob
select body from messages order by id;
select payload ->> 'from' as who from notifications order by id;
-- as: alice
select payload ->> 'from' as who, seen from notifications order by id;
select send_message('general', 'Bye');
update room_members set role = 'moderator' where user_id = '00000000-0000-0000-0000-00000000000b' returning role;
-- error: 42501
update room_members set role = 'owner' where user_id = '00000000-0000-0000-0000-00000000000b';
update room_members set role = 'guest' where user_id = '00000000-0000-0000-0000-00000000000c' returning role;
-- as: carol
-- error: 42501
select send_message('general', 'Still here?');
-- as: bob
select can_moderate(id), room_role(id) from rooms where slug = 'general';
update messages set deleted_at = '2026-03-02 00:00:00+00' where body = 'Bye' returning body;
delete from room_members where user_id = '00000000-0000-0000-0000-00000000000c' returning nickname;
select slug, members, moderators from room_list order by slug nulls last;
-- as: carol
select count(*) from messages;
select is_member(id) from rooms where slug = 'general';
-- as: service
select u.user_id, u.state, u.beats from presence u;
select author, count(*), max(length), bool_or(reply_to is not null) from messages group by rollup (author) order by author nulls last;
select count(*) filter (where deleted_at is null) as live, count(*) from messages;
-- as: owner
-- error: 2BP01
drop function is_member(bigint, uuid);
delete from profiles where username = 'carol_c';
select author, body from messages where author is null;
select (select count(*) from blocks) as blocks, (select count(*) from room_members) as members, (select count(*) from reactions) as reactions;
-- as: owner
-- signing up
select id, username, display_name, settings from profiles where id::text like '%d_' order by id;
insert into auth.users (id, email, raw_user_meta_data) values ('00000000-0000-0000-0000-0000000000d4', 'ev.an+chat@example.org', '{"full_name": "Evan"}');
select username, display_name from profiles where id = '00000000-0000-0000-0000-0000000000d4';
insert into auth.users (id, email) values ('00000000-0000-0000-0000-0000000000d5', 'dora@example.com'), ('00000000-0000-0000-0000-0000000000d6', 'DORA@example.eu');
select username from profiles where lower(username) like 'dora%' order by username;
-- error: 23505
insert into auth.users (id, email) values ('00000000-0000-0000-0000-0000000000d7', 'dora@example.com');
-- error: 23505
insert into auth.users (id, email) values ('00000000-0000-0000-0000-0000000000d1', 'again@example.com');
-- error: 23514
insert into auth.users (id, email, raw_user_meta_data) values ('00000000-0000-0000-0000-0000000000d7', 'odd@example.com', '{"user_name": "not ok!"}');
select count(*) from auth.users where email like 'odd%';
update auth.users set raw_user_meta_data = raw_user_meta_data || '{"full_name": "Evan E"}' where email like 'ev%';
select display_name from profiles where id = '00000000-0000-0000-0000-0000000000d4';
update auth.users set last_sign_in_at = '2026-02-02 00:00:00+00' where email = 'x@example.org' returning raw_user_meta_data;
delete from auth.users where email = 'dora@example.eu' or id = '00000000-0000-0000-0000-0000000000d6' returning email;
select username, deleted_at from profiles where id = '00000000-0000-0000-0000-0000000000d6';
insert into auth.users (id, email) values ('00000000-0000-0000-0000-0000000000d8', 'gone@example.eu') returning id;
with made as (insert into auth.users (id, email) select ('00000000-0000-0000-0000-0000000000e' || n)::uuid, 'many' || n || '@example.org' from generate_series(1, 4) n returning id) select count(*) from made;
select username from profiles where username like 'many%' order by username;
select tgname, pg_get_triggerdef(oid) from pg_trigger where tgrelid = 'auth.users'::regclass and tgname like 'on_auth%' order by 1;
-- error: 42501
alter table auth.users disable trigger on_auth_user_created;
insert into auth.users (id, email) values ('00000000-0000-0000-0000-0000000000e5', 'quiet@example.org');
select count(*) from profiles where username = 'quiet';
-- polls
insert into polls (room_id, author, question) select min(id), '00000000-0000-0000-0000-00000000000a', 'Lunch?' from rooms returning id, many;
insert into polls (room_id, author, question, many) select max(id), null, 'Which day?', false from rooms returning id;
insert into poll_options select p.id, o.n, o.label from polls p, unnest(array['noon', 'one', 'two']) with ordinality o(label, n);
select id, question, many from polls order by id;
select poll_id, position, label from poll_options order by 1, 2;
select poll_id, position, votes, place from results order by 1, 2;
insert into votes (poll_id, position, voter) values (1, 1, '00000000-0000-0000-0000-00000000000a'), (1, 2, '00000000-0000-0000-0000-00000000000b'), (1, 2, '00000000-0000-0000-0000-00000000000c');
select label, votes, place from results where poll_id = 1 order by place, label;
insert into votes (poll_id, position, voter) values (1, 3, '00000000-0000-0000-0000-00000000000a') returning position;
select position, count(*) from votes where poll_id = 1 group by position order by position;
-- error: 23503
insert into votes (poll_id, position, voter) values (1, 9, '00000000-0000-0000-0000-00000000000a');
select position, voter from votes where poll_id = 1 order by voter;
-- error: P0002
insert into votes (poll_id, position, voter) values (99, 1, '00000000-0000-0000-0000-00000000000a');
update polls set closes_at = '2026-02-01 00:00:00+00' where id = 2;
-- error: P0001
insert into votes (poll_id, position, voter) values (2, 1, '00000000-0000-0000-0000-00000000000a');
update poll_options set position = position + 10 where poll_id = 1;
select position, count(*) from votes where poll_id = 1 group by 1 order by 1;
update polls set many = true where id = 1;
insert into votes (poll_id, position, voter) values (1, 11, '00000000-0000-0000-0000-00000000000a');
select voter, array_agg(position order by position) from votes group by voter order by voter;
select poll_id, label, votes, round(100.0 * votes / nullif(sum(votes) over (partition by poll_id), 0), 1) as percent from results order by 1, 2;
select poll_id, string_agg(label || ': ' || votes, ', ' order by votes desc, label) from results group by poll_id order by 1;
select p.id, w.label from polls p left join lateral (select label from results r where r.poll_id = p.id and r.votes > 0 order by votes desc, position limit 1) w on true order by p.id;
-- pins, drafts, invitations
select id, room_id from messages where deleted_at is null order by id limit 5;
insert into pins (room_id, message_id, pinned_by) select room_id, id, author from messages where author is not null and deleted_at is null order by id limit 1 returning rank;
-- error: 23514
insert into pins (room_id, message_id, pinned_by) select m.room_id, m.id, '00000000-0000-0000-0000-00000000000a' from messages m where m.room_id = (select room_id from messages group by room_id order by count(*) desc, room_id limit 1) on conflict do nothing;
select count(*) from pins;
insert into drafts (author, room_id, body) values ('00000000-0000-0000-0000-00000000000a', 1, 'hel') on conflict on constraint drafts_pk do update set body = excluded.body, saved = drafts.saved + 1 returning saved;
insert into drafts (author, room_id, body) values ('00000000-0000-0000-0000-00000000000a', 1, 'hello') on conflict on constraint drafts_pk do update set body = excluded.body, saved = drafts.saved + 1 returning body, saved;
-- error: 42704
insert into drafts (author, room_id, body) values ('00000000-0000-0000-0000-00000000000a', 1, 'hello') on conflict on constraint drafts_key do nothing;
-- error: 23502
insert into drafts (room_id, body) values (1, 'nobody');
insert into invites (token, room_id, left_uses) values ('abc123', 1, 2), ('zzz999', 1, 0);
-- error: 23514
insert into invites (token, room_id) values ('NO', 1);
select proname, prosecdef, proconfig from pg_proc where proname in ('accept_invite', 'handle_new_user') order by 1;
-- as: alice
select count(*) > 0 as sees from polls;
select label, votes from results where poll_id = 1 order by position;
insert into votes (poll_id, position) select id, 12 from polls where id = 1 returning poll_id, position;
-- error: 42501
insert into votes (poll_id, position, voter) values (1, 12, '00000000-0000-0000-0000-00000000000d');
delete from votes where voter = auth.uid() returning position;
delete from votes;
-- error: 42501
insert into polls (room_id, author, question) values (1, '00000000-0000-0000-0000-00000000000b', 'Mine?');
select body, saved from drafts;
insert into drafts (room_id, body) values (2, 'two') returning author = auth.uid() as mine;
-- error: 42501
insert into drafts (author, room_id, body) values ('00000000-0000-0000-0000-00000000000b', 2, 'two');
update drafts set body = body || '!' returning body;
select accept_invite('nope') is null as nothing;
select accept_invite('abc123');
select accept_invite('abc123');
-- error: P0003
select accept_invite('abc123');
-- error: P0003
select accept_invite('zzz999');
-- error: 42501
select count(*) from auth.users;
select username from profiles where username like 'many%' order by 1;
-- as: carol
select count(*) from drafts;
select accept_invite('abc123') is null as none_left;
select count(*) from invites;
-- as: anon
-- error: 42501
select * from auth.users;
select count(*) from polls;
select count(*) from results;
select username from profiles where username like 'dora%' order by 1;
-- as: service
select token, left_uses, used from invites order by token;
select (used[1]).used_by, (used[1]).at, cardinality(used) from invites where token = 'abc123';
update invites set used = '{}', left_uses = 1 where token = 'abc123' returning used;
-- skip: unnest of an array of rows is refused (limits.md)
select (u).at from invites, unnest(used) u;
delete from polls where id = 2 returning question;
select count(*) from poll_options where poll_id = 2;
-- as: owner
alter table polls rename to surveys;
select count(*) from surveys;
-- error: 42P01
select count(*) from polls;
alter view results rename to outcome;
select label, place from outcome order by position;
drop trigger one_vote on votes;
drop function one_vote();
alter table votes rename column "at" to cast_at;
select position, count(cast_at) from votes group by position order by position;
select label, votes from outcome order by label;
alter table pins drop constraint pins_pkey;
alter table pins add primary key (message_id);
-- error: 2BP01
drop type invite_use;
alter table invites alter column used drop default;
alter table invites alter column used drop not null;
drop type invite_use cascade;
-- error: 42703
select used from invites;
drop function handle_new_user() cascade;
insert into auth.users (id, email) values ('00000000-0000-0000-0000-0000000000e6', 'late@example.org') returning email;
select count(*) from profiles where username = 'late';
drop table surveys cascade;
select * from outcome;
select count(*) from votes;
drop table votes, poll_options, pins, drafts;
create table public.stickers (name text primary key, tags text[] not null default '{}', picture bytea, check (octet_length(picture) < 20));
insert into stickers values ('wave', '{hello,bye}', '\x89504e47'), ('cat', '{pet}', null), ('dog', '{pet,hello}', decode('aGk=', 'base64'));
select name, encode(picture, 'hex'), octet_length(picture) from stickers order by name;
-- error: 23514
insert into stickers values ('big', '{}', convert_to(repeat('x', 20), 'utf8'));
select tag, array_agg(name order by name) from stickers, unnest(tags) tag group by tag order by tag;
select name from stickers where tags @> '{hello}' and not 'bye' = any (tags);
update stickers set tags = array_append(array_remove(tags, 'pet'), 'animal') where 'pet' = any (tags) returning name, tags;
select name, tags[1], tags[2:], array_position(tags, 'animal'), cardinality(tags) from stickers order by name;
select array(select name from stickers order by name desc), array_to_string(array['a', null, 'c'], ',', '-'), string_to_array('a,,c', ',', '');
insert into stickers (name) values ('cat') on conflict (name) do update set tags = stickers.tags || '{again}' returning tags;
alter table stickers add column rank int generated always as (cardinality(tags)) stored;
select name, rank from stickers order by rank desc, name;
-- error: 428C9
update stickers set rank = 1;
-- error: 0A000
alter table stickers alter column tags type text using array_to_string(tags, ' ');
select cardinality(tags) from stickers order by name;
delete from stickers where name like '%a%' returning name;
drop table stickers;
