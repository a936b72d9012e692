-- What the client calls.
create or replace function public.send_message(room bigint, body text, reply_to bigint default null) returns json
language plpgsql as $$
declare
  m messages;
begin
  insert into messages (room_id, body, reply_to) values (room, body, send_message.reply_to) returning * into m;
  return json_build_object('body', m.body, 'mentions', m.mentions, 'reply', m.reply_to is not null, 'length', m.length);
end $$;
create or replace function public.send_message(slug text, body text) returns json
language sql as $$
  select public.send_message((select id from public.rooms r where r.slug = $1), $2)
$$;
create or replace function public.unread() returns table (slug text, unread bigint, latest text)
language sql stable as $$
  select r.slug, c.n, l.body
    from room_members me
    join rooms r on r.id = me.room_id
    left join read_markers k on k.room_id = r.id and k.user_id = me.user_id
    cross join lateral (
      select count(*) as n from messages m
       where m.room_id = r.id and m.id > coalesce(k.message_id, 0) and m.author is distinct from me.user_id and m.deleted_at is null
    ) c
    left join lateral (
      select m.body from messages m where m.room_id = r.id and m.deleted_at is null order by m.id desc limit 1
    ) l on true
   where me.user_id = auth.uid() and r.kind <> 'direct'
   order by r.slug
$$;
create or replace function public.mark_read(room bigint) returns void
language sql as $$
  insert into read_markers (room_id, message_id)
  select room, max(id) from messages where room_id = room
  on conflict (room_id, user_id) do update set message_id = greatest(read_markers.message_id, excluded.message_id)
$$;
create or replace function public.page(room bigint, before_id bigint default null, size int default 2) returns setof public.messages
language sql stable rows 50 as $$
  select * from public.messages m
   where m.room_id = room and (before_id is null or m.id < before_id) and m.deleted_at is null
   order by m.id desc
   limit least(size, 100)
$$;
create or replace function public.search_messages(q text) returns table (id bigint, body text, author text)
language plpgsql stable as $$
#variable_conflict use_column
begin
  return query
    select m.id, m.body, p.username::text
      from messages m left join profiles p on p.id = m.author
     where m.body ilike '%' || replace(replace(q, '%', '\%'), '_', '\_') || '%'
       and m.deleted_at is null
     order by m.id;
  if not found then
    raise notice 'nothing found for %', q;
  end if;
end $$;
create or replace function public.room_json(room bigint) returns json
language sql stable as $$
  select json_build_object(
    'title', r.title,
    'members', (select coalesce(json_agg(json_build_object('name', p.username, 'role', m.role) order by p.username), '[]'::json)
                  from public.room_members m join public.profiles p on p.id = m.user_id where m.room_id = r.id),
    'last', (select row_to_json(x) from (select m.body, m.mentions from public.messages m where m.room_id = r.id and m.deleted_at is null order by m.id desc limit 1) x)
  ) from public.rooms r where r.id = room
$$;
create or replace function public.reactions_of(message public.messages) returns jsonb
language sql stable as $$
  select coalesce(jsonb_object_agg(emoji, n), '{}')
    from (select emoji, count(*) as n from public.reactions r where r.message_id = message.id group by emoji) s
$$;
create or replace function public.first_of(anyarray) returns anyelement language sql immutable strict as $$ select $1[1] $$;
create or replace function public.or_else(a anyelement, b anyelement) returns anyelement language plpgsql immutable as $$
begin
  return coalesce(a, b);
end $$;
create or replace function public.pair(a anyelement, b anyelement) returns anyarray language sql immutable as $$ select array[a, b] $$;
create or replace function public.label(n int) returns text language sql immutable as $$ select 'int ' || n $$;
create or replace function public.label(n text) returns text language sql immutable as $$ select 'text ' || n $$;
create or replace function public.label(n numeric, unit text default 'px') returns text language sql immutable as $$ select 'numeric ' || n || unit $$;
create or replace function public.set_setting(path text[], value jsonb) returns jsonb
language plpgsql as $$
declare
  result jsonb;
begin
  update public.profiles p set settings = case when value is null then p.settings #- path else jsonb_set(p.settings, path, value, true) end
   where p.id = auth.uid()
  returning p.settings into strict result;
  return result;
exception
  when no_data_found then
    raise exception 'no profile' using errcode = 'P0002';
end $$;
create or replace view public.room_list with (security_invoker) as
  select r.id, r.slug, r.title, r.kind,
         count(m.user_id) as members,
         coalesce(array_agg(p.username::text order by p.username) filter (where m.role >= 'moderator'), '{}') as moderators,
         r.meta ->> 'color' as color
    from public.rooms r
    left join public.room_members m on m.room_id = r.id
    left join public.profiles p on p.id = m.user_id
   group by r.id;
grant select on public.room_list to authenticated;
