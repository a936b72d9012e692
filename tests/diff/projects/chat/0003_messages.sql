-- Messages, mentions, reactions and how far everyone has read.
create table public.messages (
  id bigint generated always as identity primary key,
  room_id bigint not null references public.rooms (id) on delete cascade,
  author uuid default auth.uid() references public.profiles (id) on delete set null,
  body text not null,
  reply_to bigint references public.messages (id) on delete set null,
  attachments jsonb[] not null default '{}',
  meta jsonb not null default '{}'::jsonb,
  mentions text[] not null default '{}',
  sent_at timestamptz not null default '2026-02-01 00:00:00+00',
  edited_at timestamptz,
  deleted_at timestamptz,
  length integer generated always as (char_length(body)) stored,
  constraint body_not_blank check (deleted_at is not null or body ~ '\S'),
  constraint body_short check (char_length(body) <= 2000)
);
create index messages_room_idx on public.messages (room_id, sent_at desc, id desc) where deleted_at is null;
create index messages_mentions_idx on public.messages using gin (mentions);
create index messages_body_trgm on public.messages using btree (lower(body));
create table public.reactions (
  message_id bigint not null references public.messages on delete cascade,
  user_id uuid not null default auth.uid() references public.profiles on delete cascade,
  emoji text not null check (char_length(emoji) between 1 and 8),
  primary key (message_id, user_id, emoji)
);
create table public.read_markers (
  room_id bigint not null references public.rooms on delete cascade,
  user_id uuid not null default auth.uid() references public.profiles on delete cascade,
  message_id bigint,
  primary key (room_id, user_id)
);
create table public.notifications (
  id bigserial primary key,
  user_id uuid not null references public.profiles on delete cascade,
  kind text not null,
  payload jsonb not null,
  seen boolean not null default false
);
alter table public.messages enable row level security;
alter table public.reactions enable row level security;
alter table public.read_markers enable row level security;
alter table public.notifications enable row level security;
create policy "read messages" on public.messages for select to authenticated using (public.is_member(room_id));
create policy "hide blocked" on public.messages as restrictive for select to authenticated
  using (not exists (select 1 from public.blocks b where b.blocker = auth.uid() and b.blocked = author));
create policy "write messages" on public.messages for insert to authenticated
  with check (author = auth.uid() and public.is_member(room_id) and coalesce(public.room_role(room_id) > 'guest', false));
create policy "edit own messages" on public.messages for update to authenticated using (author = auth.uid() or public.can_moderate(room_id));
create policy "react" on public.reactions for all to authenticated
  using (exists (select 1 from public.messages m where m.id = message_id))
  with check (user_id = auth.uid() and exists (select 1 from public.messages m where m.id = message_id));
create policy "own markers" on public.read_markers for all to authenticated using (user_id = auth.uid()) with check (user_id = auth.uid() and public.is_member(room_id));
create policy "own notifications" on public.notifications for select to authenticated using (user_id = auth.uid());
create policy "see notifications" on public.notifications for update to authenticated using (user_id = auth.uid());
revoke insert, delete, update on public.notifications from anon, authenticated;
grant update (seen) on public.notifications to authenticated;

create or replace function public.parse_mentions() returns trigger language plpgsql as $$
begin
  new.mentions := coalesce(
    (select array_agg(distinct lower(m[1]) order by lower(m[1])) from regexp_matches(new.body, '@([A-Za-z0-9_]{3,})', 'g') as m),
    '{}');
  if tg_op = 'UPDATE' and new.body is distinct from old.body then
    new.edited_at := old.sent_at + interval '5 minutes';
    new.meta := jsonb_set(new.meta, '{history}', coalesce(old.meta -> 'history', '[]') || to_jsonb(old.body));
  end if;
  return new;
end;
$$;
create trigger a_parse_mentions before insert or update of body on public.messages for each row execute function public.parse_mentions();

create or replace function public.notify_mentions() returns trigger
language plpgsql security definer set search_path = public
as $$
declare
  target record;
begin
  for target in
    select p.id, p.username
      from profiles p
      join room_members m on m.user_id = p.id and m.room_id = new.room_id
     where lower(p.username::text) = any (new.mentions)
       and p.id is distinct from new.author
       and (p.settings #>> '{notify,mentions}')::boolean
     order by p.id
  loop
    continue when is_blocked(target.id, new.author);
    insert into notifications (user_id, kind, payload)
    values (target.id, 'mention', jsonb_build_object('room', new.room_id, 'body', left(new.body, 20), 'from', (select username from profiles where id = new.author)));
  end loop;
  perform pg_notify('room:' || new.room_id, json_build_object('op', tg_op, 'id', new.id)::text);
  return new;
end;
$$;
create trigger b_notify after insert on public.messages for each row execute function public.notify_mentions();

create or replace function public.soft_delete() returns trigger language plpgsql as $$
begin
  execute format('update %I.%I set deleted_at = %L where id = $1', tg_table_schema, tg_table_name, '2026-03-01 00:00:00+00') using old.id;
  return null;
end $$;
create trigger soft_delete before delete on public.messages for each row when (old.deleted_at is null) execute function public.soft_delete();
create policy "delete own messages" on public.messages for delete to authenticated using (author = auth.uid() or public.can_moderate(room_id));
