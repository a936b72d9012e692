insert into public.orgs values (1, 'Melati'), (2, 'Kenanga');
insert into public.members values
    (1, '11111111-1111-4111-8111-111111111111', 'owner'),
    (1, '33333333-3333-4333-8333-333333333333', 'member'),
    (2, '22222222-2222-4222-8222-222222222222', 'owner');
insert into public.projects (id, org_id, name, budget, starts, tags, meta, active) values
    (1, 1, 'Atap', 1500.50, '2026-03-01', '{rumah,"atap seng"}', '{"size": {"w": 4, "h": 2.50}, "colors": ["red", "blue"]}', true),
    (2, 1, 'Taman', null, null, '{}', '{"size": null}', true),
    (3, 1, 'Pagar', 300.00, '2026-01-15', '{rumah}', '{}', false),
    (4, 2, 'Rahasia', 99999.99, '2026-02-01', '{diam}', '{"pin": "1234"}', true);
insert into public.tasks (id, project_id, title, done, priority, note) values
    (1, 1, 'Beli seng', true, 2, null),
    (2, 1, 'Pasang seng', false, 5, 'hati-hati, 50% licin'),
    (3, 2, 'Tanam mawar', false, 1, null),
    (4, 4, 'Sembunyi', false, 4, 'only bob');
insert into public.labels values (1, 'penting'), (2, 'luar'), (3, 'dalam');
insert into public.task_labels values (1, 2), (2, 1), (2, 2), (4, 1);
insert into public.project_details values (1, 'Atap seng gelombang'), (4, 'tidak boleh tahu');
insert into public.secrets values (1, 'x');
insert into public.notices values (1, 'Selamat datang', 'kept inside');
select setval('public.projects_id_seq', 100), setval('public.tasks_id_seq', 100);
