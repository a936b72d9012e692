#include "sql_fixture.h"

/* What only the policies' author may know; roles are Supabase's. */
static const char schema[] =
    "create table orgs (id bigint primary key, name text);"
    "create table members (org_id bigint, user_id uuid);"
    "create table notes (id bigint primary key, org_id bigint, owner uuid, body text);"
    "create table plain (id bigint primary key, secret text, open text);"
    "create table closed (id bigint primary key);"
    "create table a (id bigint); create table b (id bigint);"
    "create view owner_view as select id, body from notes;"
    "create view caller_view with (security_invoker) as select id, body from notes;"
    "create view fenced with (security_barrier) as select id, open from plain where id > 0;"
    "alter table notes enable row level security;"
    "alter table members enable row level security;"
    "alter table closed enable row level security;"
    "alter table a enable row level security; alter table b enable row level security;"
    "create policy mine on members for select to authenticated using (user_id = (select "
    "auth.uid()));"
    "create policy read on notes for select to authenticated using (exists (select 1 from members "
    "m "
    "  where m.org_id = notes.org_id));"
    "create policy write on notes for insert to authenticated with check (owner = auth.uid());"
    "create policy change on notes for update to authenticated using (owner = auth.uid()) with "
    "check (org_id > 0);"
    "create policy fence on notes as restrictive for all to authenticated using (org_id <> 9);"
    "create policy gone on notes for delete to authenticated using (owner = auth.uid());"
    "create policy pa on a using (exists (select 1 from b)); create policy pb on b using (exists "
    "(select 1 from a));"
    "revoke all on plain from anon, authenticated; grant select (id, open) on plain to anon;"
    "grant update (open) on plain to anon;"
    "revoke all on orgs from anon;"
    "create schema hidden; create table hidden.h (id int);"
    "create function public.locked() returns int language sql as 'select 1';"
    "revoke execute on function public.locked() from public, anon;";

static int setup(void **state)
{
    static struct fixture fixture;
    fixture_open(&fixture, schema);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static struct fixture *as(void **state, const char *role)
{
    struct fixture *f = *state;
    f->role = str_of(role);
    return f;
}

#define READ                                                                             \
    "(EXISTS(SELECT 1 AS ?column? FROM members m{(m.user_id = :uid)} WHERE (m.org_id = " \
    "notes.org_id)) AND "                                                                \
    "(notes.org_id <> 9))"

static void grants_are_checked_first(void **state)
{
    struct fixture *f = as(state, "anon");
    assert_refused(f, "select id from orgs", "42501 permission denied for table orgs");
    assert_refused(f, "select * from hidden.h", "42501 permission denied for schema hidden");
    assert_refused(f, "select secret from plain", "42501 permission denied for table plain");
    assert_refused(f, "select * from plain", "42501 permission denied for table plain");
    assert_refused(f, "select id from plain where secret = 'x'",
                   "42501 permission denied for table plain");
    assert_refused(f, "select plain from plain", "42501 permission denied for table plain");
    assert_refused(f, "update plain set secret = 'x'", "42501 permission denied for table plain");
    assert_refused(f, "update plain set open = secret", "42501 permission denied for table plain");
    assert_refused(f, "delete from plain", "42501 permission denied for table plain");
    assert_refused(f, "select locked()", "42501 permission denied for function locked");
    assert_query(f, "select id, open from plain", "SELECT plain.id, plain.open FROM plain");
    assert_query(f, "select count(*) from plain", "SELECT count() AS count FROM plain");
    assert_query(f, "update plain set open = 'x' where id = 1",
                 "UPDATE plain SET open = 'x' WHERE (plain.id = 1)");
}

static void policies_become_conditions(void **state)
{
    struct fixture *f = as(state, "authenticated");
    assert_query(f, "select id from notes", "SELECT notes.id FROM notes{" READ "}");
    assert_query(f, "select count(*) from closed", "SELECT count() AS count FROM closed{0}");
    f = as(state, "service_role");
    assert_query(f, "select id from notes", "SELECT notes.id FROM notes");
    f = as(state, "postgres");
    assert_query(f, "select id from notes", "SELECT notes.id FROM notes");
    f = as(state, "anon");
    assert_query(f, "select id from notes", "SELECT notes.id FROM notes{0}");
}

static void inserts_are_checked(void **state)
{
    struct fixture *f = as(state, "authenticated");
    assert_query(
        f, "insert into notes (id) values (1)",
        "INSERT INTO notes VALUES (1, NULL, NULL, NULL) CHECK insert {(notes.owner = :uid)} "
        "CHECK insert fence {(notes.org_id <> 9)}");
    assert_query(
        f, "insert into notes (id) values (1) returning id",
        "INSERT INTO notes VALUES (1, NULL, NULL, NULL) RETURNING notes.id CHECK insert "
        "{(notes.owner = :uid)} CHECK insert fence {(notes.org_id <> 9)} CHECK select "
        "{EXISTS(SELECT 1 AS ?column? FROM members m{(m.user_id = :uid)} WHERE (m.org_id = "
        "notes.org_id))} CHECK select fence {(notes.org_id <> 9)}");
}

static void updates_read_before_they_write(void **state)
{
    struct fixture *f = as(state, "authenticated");
    assert_query(
        f, "update notes set body = 'x'",
        "UPDATE notes{((notes.owner = :uid) AND (notes.org_id <> 9))} SET body = 'x' CHECK "
        "update {(notes.org_id > 0)} CHECK update fence {(notes.org_id <> 9)}");
    const char *text = fixture_text(f, "update notes set body = 'x' where id = 1");
    assert_non_null(strstr(text, "{((notes.owner = :uid) AND (notes.org_id <> 9) AND EXISTS("));
    assert_non_null(strstr(text, "CHECK select {EXISTS("));
    text = fixture_text(f, "delete from notes where id = 1");
    assert_non_null(strstr(text, "{((notes.owner = :uid) AND (notes.org_id <> 9) AND EXISTS("));
}

static void upserts_raise_on_hidden_rows(void **state)
{
    struct fixture *f = as(state, "authenticated");
    const char *text = fixture_text(
        f, "insert into notes (id) values (1) on conflict (id) do update set body = 'x'");
    assert_non_null(strstr(text, " CHECK insert {(notes.owner = :uid)}"));
    assert_non_null(strstr(text, " CHECK select {EXISTS("));
    assert_non_null(strstr(text, " ON CONFLICT CHECK conflict {(notes.owner = :uid)}"));
    assert_non_null(strstr(text, " ON CONFLICT CHECK conflict {EXISTS("));
    assert_non_null(strstr(text, " ON CONFLICT CHECK update {(notes.org_id > 0)}"));
    assert_non_null(strstr(text, " ON CONFLICT CHECK select {EXISTS("));
}

static void policies_that_need_each_other_are_refused(void **state)
{
    struct fixture *f = as(state, "authenticated");
    assert_refused(f, "select * from a",
                   "42P17 infinite recursion detected in policy for relation \"a\"");
}

static void views_read_as_their_owner_or_caller(void **state)
{
    struct fixture *f = as(state, "authenticated");
    assert_query(f, "select id from owner_view",
                 "SELECT owner_view.id FROM (SELECT notes.id, notes.body FROM notes) owner_view");
    assert_query(f, "select id from caller_view",
                 "SELECT caller_view.id FROM (SELECT notes.id, notes.body FROM notes{" READ
                 "}) caller_view");
}

static void leaky_conditions_meet_a_barrier(void **state)
{
    struct fixture *f = as(state, "authenticated");
    const char *text = fixture_text(f, "select id from notes where id = 1");
    assert_null(strchr(text, '!'));
    text = fixture_text(
        f, "select id from notes where id = 1.5 and body in ('a', 'b') or owner is null");
    assert_null(strchr(text, '!'));
    text = fixture_text(f, "select id from notes where body like '%x%'");
    assert_non_null(strstr(text, "}!"));
    text = fixture_text(f, "select id from notes where 1 / id > 0");
    assert_non_null(strstr(text, "}!"));
    text = fixture_text(f, "select id from caller_view where body like '%x%'");
    assert_non_null(strstr(text, "}!"));
    text = fixture_text(f, "select 1 from (select 1 / id as x from notes) n where x = 1");
    assert_non_null(strstr(text, "}!"));
    text = fixture_text(f, "delete from notes where body like 'x'");
    assert_non_null(strstr(text, "}!"));
    f = as(state, "postgres");
    text = fixture_text(f, "select id from fenced where open like 'x'");
    assert_non_null(strstr(text, "fenced!"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grants_are_checked_first),
        cmocka_unit_test(policies_become_conditions),
        cmocka_unit_test(inserts_are_checked),
        cmocka_unit_test(updates_read_before_they_write),
        cmocka_unit_test(upserts_raise_on_hidden_rows),
        cmocka_unit_test(policies_that_need_each_other_are_refused),
        cmocka_unit_test(views_read_as_their_owner_or_caller),
        cmocka_unit_test(leaky_conditions_meet_a_barrier),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
