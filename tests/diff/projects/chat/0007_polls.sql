-- Polls in rooms, pinned messages, drafts, invitations by link; the first polls kept their options in an array.
create table public.polls (
  id bigserial primary key,
  room_id bigint not null references public.rooms on delete cascade,
  author uuid default auth.uid() references public.profiles on delete set null,
  question text not null,
  options text[] not null check (cardinality(options) between 2 and 10),
  closes_at timestamptz
);
create table public.poll_options (
  poll_id bigint not null references public.polls on delete cascade,
  position smallint not null,
  label text not null,
  primary key (poll_id, position)
);
alter table public.polls add column many boolean default false;
update public.polls set many = false where many is null;
alter table public.polls alter column many set not null;
insert into public.polls (room_id, author, question, options) select id, created_by, 'Lunch at ' || title || '?', array['noon', 'one', 'two'] from public.rooms where kind = 'public' order by id limit 2;
insert into public.poll_options select p.id, o.n, o.label from public.polls p, unnest(p.options) with ordinality o(label, n);
alter table public.polls drop constraint polls_options_check;
alter table public.polls drop column options;
create table public.votes (
  poll_id bigint not null,
  position smallint not null,
  voter uuid not null default auth.uid(),
  at timestamptz not null default '2026-02-02 00:00:00+00',
  primary key (poll_id, position, voter),
  foreign key (poll_id, position) references public.poll_options on delete cascade on update cascade
);
create index votes_voter on public.votes using btree (voter, at desc nulls last);
create function public.one_vote() returns trigger language plpgsql as $$
declare p public.polls%rowtype;
begin
  select * into strict p from public.polls where id = new.poll_id;
  if p.closes_at < new.at then raise exception 'poll % is closed', p.id using errcode = 'P0001', detail = p.question; end if;
  if not p.many then
    delete from public.votes v where v.poll_id = new.poll_id and v.voter = new.voter and v.position <> new.position;
  end if;
  return new;
end $$;
create trigger one_vote before insert on public.votes for each row execute function public.one_vote();
create table public.pins (
  room_id bigint not null references public.rooms on delete cascade,
  message_id bigint not null references public.messages on delete cascade,
  pinned_by uuid not null default auth.uid(),
  rank int not null default 0,
  primary key (room_id, message_id)
);
create function public.limit_pins() returns trigger language plpgsql as $$
begin
  if exists (select 1 from changed c join public.pins p on p.room_id = c.room_id group by p.room_id having count(*) > 2) then
    raise exception 'too many pins' using errcode = '23514';
  end if;
  return null;
end $$;
create trigger limit_pins after insert on public.pins referencing new table as changed for each statement execute function public.limit_pins();
create table public.drafts (
  author uuid default auth.uid(), room_id bigint references public.rooms on delete cascade, body text, saved int not null default 1,
  constraint drafts_pk primary key (author, room_id)
);
create type public.invite_use as (used_by uuid, at date);
create table public.invites (
  token text primary key check (token ~ '^[a-z0-9]{6,}$'),
  room_id bigint not null references public.rooms on delete cascade,
  left_uses int not null default 1 check (left_uses >= 0),
  used public.invite_use[] not null default '{}'
);
create function public.accept_invite(p_token text) returns bigint
language plpgsql security definer set search_path = public
as $$
declare i invites;
begin
  update invites set left_uses = left_uses - 1, used = used || row(auth.uid(), date '2026-02-03')::invite_use where token = p_token returning * into i;
  if not found then return null; end if;
  insert into room_members (room_id, user_id) values (i.room_id, auth.uid()) on conflict do nothing;
  return i.room_id;
exception when check_violation then
  raise exception 'invitation is used up' using errcode = 'P0003';
end $$;
create view public.results as
  select o.poll_id, o.position, o.label, count(v.voter) as votes, rank() over (partition by o.poll_id order by count(v.voter) desc) as place
  from public.poll_options o left join public.votes v using (poll_id, position) group by o.poll_id, o.position, o.label;
do $$ declare t regclass; begin
  foreach t in array array['public.polls', 'public.poll_options', 'public.votes', 'public.pins', 'public.drafts', 'public.invites']::regclass[] loop
    execute 'alter table ' || t || ' enable row level security';
  end loop;
end $$;
create policy polls_see on public.polls for select to authenticated using (public.is_member(room_id));
create policy polls_make on public.polls for insert to authenticated with check (author = auth.uid() and public.is_member(room_id));
create policy options_see on public.poll_options for select to authenticated using (exists (select 1 from public.polls p where p.id = poll_id));
create policy votes_see on public.votes for select to authenticated using (exists (select 1 from public.polls p where p.id = poll_id));
create policy votes_make on public.votes for insert to authenticated with check (voter = auth.uid() and exists (select 1 from public.polls p where p.id = poll_id));
create policy votes_undo on public.votes for delete to authenticated using (voter = auth.uid());
create policy pins_see on public.pins for select to authenticated using (public.is_member(room_id));
create policy pins_make on public.pins for insert to authenticated with check (public.can_moderate(room_id) and pinned_by = auth.uid());
create policy drafts_own on public.drafts using (author = auth.uid());
create policy invites_moderators on public.invites for all to authenticated using (public.can_moderate(room_id));
