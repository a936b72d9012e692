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
-- skip: a function called as a column of its row
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
-- skip: a function called as a column of its row
select m.body, m.reactions_of from messages m where m.reply_to is not null;
-- skip: LATERAL that keeps several rows by LIMIT
select p.body from rooms r cross join lateral page(r.id) p where r.slug = 'general';
-- skip: LATERAL that keeps several rows by LIMIT
select p.body from rooms r, page(r.id, null, 1) p where r.slug = 'general';
-- skip: LATERAL that keeps several rows by LIMIT
with last as (select min(p.id) as id, min(p.room_id) as room from rooms r, page(r.id) p where r.slug = 'general') select p.body from last, page(last.room, last.id) p;
-- skip: a row compared with a sub-select's
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
