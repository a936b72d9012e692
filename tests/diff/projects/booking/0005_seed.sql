-- Two venues, five rooms.
insert into public.venues (id, slug, name, region, owner, tags, contact) values
  (1, 'harbour', 'Harbour House', 'north', '00000000-0000-0000-0000-00000000000a', '{sea,wifi}', 'Desk@Harbour.example'),
  (2, 'garden', 'Garden Rooms', 'south', '00000000-0000-0000-0000-00000000000b', '{green}', 'hello@garden.example');
select setval(pg_get_serial_sequence('public.venues', 'id'), 10);
insert into public.rooms (venue_id, name, seats, floor, features) values
  (1, 'Pier', 12, 0, '{"projector": true, "board": 2}'),
  (1, 'Mast', 4, 1, '{"board": 1}'),
  (1, 'Hold', 30, -1, '{}'),
  (2, 'Rose', 6, 0, '{"projector": false}'),
  (2, 'Fern', 8, 0, '{"plants": ["fern", "ivy"]}');
update public.rooms set archived_at = '2025-01-01 00:00:00+00' where name = 'Hold';
insert into public.staff (user_id, venue_id, role) values
  ('00000000-0000-0000-0000-00000000000a', 1, 'manager'),
  ('00000000-0000-0000-0000-00000000000a', 2, 'desk'),
  ('00000000-0000-0000-0000-00000000000b', 2, 'manager');
insert into public.opening_hours select v.id, d, '08:00', case when d < 6 then time '20:00' else time '14:00' end
  from public.venues v, generate_series(1, 6) d;
insert into public.closures (venue_id, during, reason) values (1, '[2025-01-06,2025-01-08)', 'floor'), (2, '[2025-02-01,2025-02-02)', null);
insert into public.prices (room_id, valid, hourly) values
  (1, '[2024-01-01,2025-01-01)', 20), (1, '[2025-01-01,)', 25.5), (2, '(,)', 9.99), (4, '[2025-01-01,2026-01-01)', 12), (5, '[2025-01-01,)', 14.25);
insert into public.discounts (code, percent, seats, days, uses_left) values
  ('FEW', 10, '[1,4)', default, 5), ('JANUARY', 33.3, default, '[2025-01-01,2025-02-01)', null);
insert into public.bookings (room_id, guest, during, seats, status, held_until, code) values
  (1, '00000000-0000-0000-0000-00000000000c', '[2025-01-02 09:00+00,2025-01-02 11:00+00)', 3, 'confirmed', null, 'FEW'),
  (1, '00000000-0000-0000-0000-00000000000b', '[2025-01-02 11:00+00,2025-01-02 12:30+00)', 10, 'held', '2025-01-01 12:00+00', 'january'),
  (4, '00000000-0000-0000-0000-00000000000c', '[2025-02-03 10:00+00,2025-02-03 11:00+00)', 2, 'done', null, null),
  (2, '00000000-0000-0000-0000-00000000000a', '[2025-03-03 10:00+00,2025-03-03 10:45+00)', 1, 'confirmed', null, null);
insert into public.reviews (booking_id, guest, stars, body) values (3, '00000000-0000-0000-0000-00000000000c', 4, 'Quiet rooms, lovely roses');
refresh materialized view public.usage;
