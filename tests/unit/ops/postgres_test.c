/* A project on PostgreSQL: the example natively, two migrators at once, an auth schema that was there. */
#include "engine/postgres/cluster.h"

#include "api/common/api_keys.h"
#include "engine/postgres/engine.h"
#include "ops/files.h"
#include "ops/project.h"
#include "ops/server.h"

struct project {
    struct database *db;
    char folder[64];
    struct config config;
    struct engine *engine; /* NULL: not open */
};

static void good(err error)
{
    if (error)
        fail_msg("%.*s %.*s\n%.*s\n%.*s", STR_FMT(error->code), STR_FMT(error->message),
                 STR_FMT(error->details), STR_FMT(error->hint));
}

static void project_init(struct project *project, const char *owner)
{
    *project = (struct project){.db = database_new(owner)};
    strcpy(project->folder, "/tmp/dapur-project-XXXXXX");
    assert_non_null(mkdtemp(project->folder));
    struct arena *arena = project->db->arena;
    config_defaults(arena, &project->config);
    project->config.project = str_of(project->folder);
    project->config.database.dir = str_printf(arena, "%s/data", project->folder);
    project->config.database.url = cluster_url(arena, owner, project->db->name);
}

static void project_deinit(struct project *project)
{
    if (project->engine) project->engine->close(project->engine);
    folder_remove(project->db->arena, str_of(project->folder));
    database_free(project->db);
}

static void put_migration(struct project *project, const char *name, const char *text)
{
    struct arena *arena = project->db->arena;
    str folder = str_printf(arena, "%s/migrations", project->folder);
    good(folder_make(arena, folder, 0700));
    good(
        file_write(arena, str_printf(arena, "%.*s/%s", STR_FMT(folder), name), str_of(text), 0600));
}

static err migrate(struct project *project, size_t *applied)
{
    struct migrate_options options = {0};
    return project_migrate(project->db->arena, &project->config, project->engine, &options,
                           applied);
}

static void expect(struct project *project, const char *sql, const char *value)
{
    str found = cluster_value(project->db->arena, "root_of_all", project->db->name, sql);
    if (!str_eq(found, str_of(value))) fail_msg("%s: %.*s, not %s", sql, STR_FMT(found), value);
}

static void open_engine(struct project *project)
{
    good(server_open_engine(project->db->arena, &project->config, &project->engine));
}

static void expect_gudang(struct project *project)
{
    size_t applied;
    project->config.project = STR(DAPUR_SOURCE_DIR "/examples/gudang");
    good(migrate(project, &applied));
    assert_int_equal(applied, 4);
    good(migrate(project, &applied));
    assert_int_equal(applied, 0);
    expect(project, "SELECT count(*) > 100 FROM public.products", "t");
    expect(project,
           "SELECT bool_and(relrowsecurity) FROM pg_class WHERE relkind = 'r' AND"
           " relnamespace = 'public'::regnamespace",
           "t");
    expect(project, "SELECT count(*) FROM supabase_migrations.schema_migrations", "4");
    expect(project, "SELECT count(*) FROM dapur.migrations", "6"); /* and auth, and the seed */
}

static void the_example_runs_natively(void **state)
{
    (void)state;
    struct project project;
    project_init(&project, "root_of_all");
    open_engine(&project);
    expect_gudang(&project);
    project_deinit(&project);
}

static void the_example_runs_for_a_plain_owner(void **state)
{
    (void)state;
    struct project project;
    cluster_admin("postgres", "CREATE ROLE plain LOGIN; GRANT anon, authenticated, service_role,"
                              " supabase_auth_admin TO plain");
    project_init(&project, "plain");
    open_engine(&project);
    expect_gudang(&project);
    expect(&project, "SELECT tableowner FROM pg_tables WHERE tablename = 'products'", "plain");
    project_deinit(&project);
    cluster_admin("postgres", "DROP ROLE plain");
}

static void a_login_without_rights_is_told_which(void **state)
{
    (void)state;
    struct project project;
    cluster_admin("postgres", "CREATE ROLE lone LOGIN");
    project_init(&project, "lone");
    err error = server_open_engine(project.db->arena, &project.config, &project.engine);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_CONFIG);
    assert_true(str_eq(error->hint, STR("GRANT anon, authenticated, service_role TO lone;\n"
                                        "GRANT supabase_auth_admin TO lone;\n")));
    project_deinit(&project);
    cluster_admin("postgres", "DROP ROLE lone");
}

/* In a process of its own, as a node is. */
static pid_t start_migrator(struct project *project)
{
    pid_t pid = fork();
    if (pid != 0) return pid;
    size_t applied;
    err error = server_open_engine(project->db->arena, &project->config, &project->engine);
    if (!error) error = migrate(project, &applied);
    if (error) fprintf(stderr, "migrator: %.*s\n", STR_FMT(error->message));
    _exit(error ? 100 : (int)applied);
}

static void two_migrators_at_once_apply_each_file_once(void **state)
{
    (void)state;
    struct project project;
    project_init(&project, "root_of_all");
    put_migration(&project, "1_a.sql", "CREATE TABLE t (a int); SELECT pg_sleep(0.3);");
    put_migration(&project, "2_b.sql",
                  "INSERT INTO t VALUES (1); CREATE INDEX CONCURRENTLY i ON t (a);");
    int first = 0, second = 0;
    pid_t one = start_migrator(&project), other = start_migrator(&project);
    assert_int_equal(waitpid(one, &first, 0), one);
    assert_int_equal(waitpid(other, &second, 0), other);
    assert_true(WIFEXITED(first) && WIFEXITED(second));
    assert_int_equal(WEXITSTATUS(first) + WEXITSTATUS(second), 2);
    expect(&project, "SELECT count(*) FROM t", "1");
    project_deinit(&project);
}

static void a_file_that_fails_is_told_by_name_and_place(void **state)
{
    (void)state;
    struct project project;
    size_t applied;
    project_init(&project, "root_of_all");
    put_migration(&project, "1_a.sql", "CREATE TABLE t (a int);");
    put_migration(&project, "2_b.sql", "CREATE TABLE u (a int);\nINSERT INTO t VALUES ('x');");
    open_engine(&project);
    err error = migrate(&project, &applied);
    assert_non_null(error);
    assert_true(err_is(error, STR("22P02")));
    assert_true(str_starts(error->message, STR("2_b.sql:2:")));
    expect(&project, "SELECT to_regclass('t') IS NOT NULL AND to_regclass('u') IS NULL", "t");
    project_deinit(&project);
}

/* As an older GoTrue leaves it: the tables that our statements use, without newer columns. */
static const char older_auth[] =
    "CREATE SCHEMA auth AUTHORIZATION supabase_auth_admin; SET ROLE supabase_auth_admin;"
    "CREATE TABLE auth.users (instance_id uuid, id uuid PRIMARY KEY, aud varchar(255),"
    " role varchar(255), email varchar(255), encrypted_password varchar(255),"
    " email_confirmed_at timestamptz, invited_at timestamptz, confirmation_token varchar(255),"
    " confirmation_sent_at timestamptz, recovery_token varchar(255), recovery_sent_at timestamptz,"
    " email_change varchar(255), email_change_sent_at timestamptz, last_sign_in_at timestamptz,"
    " raw_app_meta_data jsonb, raw_user_meta_data jsonb, is_super_admin bool,"
    " created_at timestamptz, updated_at timestamptz);"
    "CREATE TYPE auth.aal_level AS ENUM ('aal1', 'aal2', 'aal3');"
    "CREATE TABLE auth.identities (provider_id text NOT NULL, user_id uuid NOT NULL,"
    " identity_data jsonb NOT NULL, provider text NOT NULL, last_sign_in_at timestamptz,"
    " created_at timestamptz, updated_at timestamptz, id uuid PRIMARY KEY DEFAULT "
    "gen_random_uuid(),"
    " UNIQUE (provider_id, provider));"
    "CREATE TABLE auth.sessions (id uuid PRIMARY KEY, user_id uuid NOT NULL, created_at "
    "timestamptz,"
    " updated_at timestamptz, factor_id uuid, aal auth.aal_level);"
    "CREATE TABLE auth.audit_log_entries (instance_id uuid, id uuid PRIMARY KEY, payload json,"
    " created_at timestamptz);"
    "INSERT INTO auth.users (id, email) VALUES ('6f6a5e0c-0000-4000-8000-000000000001', 'a@b.c');";

static void an_auth_schema_that_was_there_stays(void **state)
{
    (void)state;
    struct project project;
    project_init(&project, "root_of_all");
    cluster_admin(project.db->name, older_auth);
    open_engine(&project);
    expect(&project, "SELECT email || is_anonymous FROM auth.users", "a@b.cfalse");
    expect(&project, "SELECT count(refresh_token_counter) FROM auth.sessions", "0");
    expect(&project, "SELECT tableowner FROM pg_tables WHERE tablename = 'one_time_tokens'",
           "supabase_auth_admin");
    expect(&project, "SELECT file FROM dapur.migrations", "dapur/auth_001");
    project_deinit(&project);
}

static void a_pooler_needs_a_direct_url(void **state)
{
    (void)state;
    struct project project;
    project_init(&project, "root_of_all");
    project.config.database.pooler = STR("transaction");
    err error = server_open_engine(project.db->arena, &project.config, &project.engine);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_CONFIG);
    project_deinit(&project);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_runs_natively),
        cmocka_unit_test(the_example_runs_for_a_plain_owner),
        cmocka_unit_test(a_login_without_rights_is_told_which),
        cmocka_unit_test(two_migrators_at_once_apply_each_file_once),
        cmocka_unit_test(a_file_that_fails_is_told_by_name_and_place),
        cmocka_unit_test(an_auth_schema_that_was_there_stays),
        cmocka_unit_test(a_pooler_needs_a_direct_url),
    };
    return cmocka_run_group_tests(tests, cluster_start, cluster_stop);
}
