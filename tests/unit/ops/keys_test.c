/* Keys in a file, and sealed in a database: made once, shared by who knows the secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/json.h"
#include "ops/files.h"
#include "ops/keys.h"

/* A database that holds one row of dapur.keys, and counts who has the lock. */
struct table {
    struct engine base;
    struct arena *arena;
    str sealed; /* empty: no row */
    int locked, unlocked;
};

static err run(struct engine *base, struct arena *arena, const struct script_options *options)
{
    struct table *table = (struct table *)base;
    assert_int_equal(table->locked, table->unlocked + 1);
    assert_true(str_eq(options->role, STR("supabase_admin")));
    if (str_starts(options->text, STR("INSERT"))) {
        size_t start = str_find(options->text, STR("'project', '"), 0) + sizeof "'project', '" - 1;
        str rest = str_skip(options->text, start);
        table->sealed = str_copy(table->arena, str_slice(rest, 0, str_find_char(rest, '\'', 0)));
        return NULL;
    }
    struct script_statement statement = {.result.rows_json = STR("[]")};
    if (!str_empty(table->sealed))
        statement.result.rows_json = str_printf(arena, "[[\"%.*s\"]]", STR_FMT(table->sealed));
    options->each(options->context, &statement);
    return NULL;
}

static err lock(struct engine *base, struct arena *arena, struct engine_lock **out)
{
    (void)arena;
    ((struct table *)base)->locked++;
    *out = (struct engine_lock *)(void *)base;
    return NULL;
}

static void unlock(struct engine *base, struct engine_lock *held)
{
    assert_ptr_equal(base, held);
    ((struct table *)base)->unlocked++;
}

struct fixture {
    struct arena *arena;
    char folder[64];
    struct config config;
    struct table table;
};

static int set_up(void **state)
{
    struct arena *arena = arena_new(0);
    struct fixture *fixture = ARENA_NEW(arena, struct fixture);
    fixture->arena = arena;
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/dapur-keys-XXXXXX");
    if (!mkdtemp(fixture->folder)) return -1;
    config_defaults(arena, &fixture->config);
    fixture->config.database.dir = str_of(fixture->folder);
    fixture->config.database.url = STR("postgres://somewhere/db");
    fixture->table = (struct table){
        .base = {.script = run, .migrations_lock = lock, .migrations_unlock = unlock},
        .arena = arena
    };
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    folder_remove(fixture->arena, str_of(fixture->folder));
    arena_free(fixture->arena);
    return 0;
}

static err load(struct fixture *fixture, struct api_keys *out)
{
    return keys_load(fixture->arena, &fixture->config, &fixture->table.base, out);
}

static void the_first_start_makes_keys_and_a_secret_of_its_own(void **state)
{
    struct fixture *fixture = *state;
    struct api_keys keys, again;
    struct stat info;
    str path = str_printf(fixture->arena, "%s/secret", fixture->folder);
    assert_null(load(fixture, &keys));
    assert_false(str_empty(fixture->table.sealed));
    assert_true(str_find(fixture->table.sealed, keys.secret, 0) == SIZE_MAX);
    assert_int_equal(stat(path.at, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_null(load(fixture, &again));
    assert_true(str_eq(keys.secret, again.secret));
    assert_true(str_eq(keys.jwt_secret, again.jwt_secret));
    assert_int_equal(fixture->table.locked, fixture->table.unlocked);
    assert_false(
        file_exists(fixture->arena, str_printf(fixture->arena, "%s/keys", fixture->folder)));
}

static void nodes_with_the_same_secret_have_the_same_keys(void **state)
{
    struct fixture *fixture = *state;
    struct api_keys keys, again;
    fixture->config.security.secret = STR("correct horse battery staple");
    assert_null(load(fixture, &keys));
    assert_false(
        file_exists(fixture->arena, str_printf(fixture->arena, "%s/secret", fixture->folder)));
    assert_null(load(fixture, &again));
    assert_true(str_eq(keys.anon, again.anon));
}

static void another_secret_or_none_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct api_keys keys;
    fixture->config.security.secret = STR("correct horse battery staple");
    assert_null(load(fixture, &keys));
    str sealed = fixture->table.sealed;
    fixture->config.security.secret = STR("incorrect horse battery staple");
    err error = load(fixture, &keys);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_CONFIG);
    fixture->config.security.secret = STR_NONE;
    error = load(fixture, &keys);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_CONFIG);
    assert_true(str_eq(fixture->table.sealed, sealed));
    assert_int_equal(fixture->table.locked, fixture->table.unlocked);
}

static void a_changed_row_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct api_keys keys;
    assert_null(load(fixture, &keys));
    char *bytes = (char *)(uintptr_t)fixture->table.sealed.at;
    bytes[20] = bytes[20] == 'A' ? 'B' : 'A';
    assert_non_null(load(fixture, &keys));
}

static void the_embedded_database_keeps_them_in_a_file(void **state)
{
    struct fixture *fixture = *state;
    struct api_keys keys, again;
    fixture->config.database.url = STR_NONE;
    assert_null(keys_load(fixture->arena, &fixture->config, NULL, &keys));
    assert_null(keys_load(fixture->arena, &fixture->config, NULL, &again));
    assert_true(str_eq(keys.secret, again.secret));
    assert_true(
        file_exists(fixture->arena, str_printf(fixture->arena, "%s/keys", fixture->folder)));
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(the_first_start_makes_keys_and_a_secret_of_its_own),
        ROW(nodes_with_the_same_secret_have_the_same_keys),
        ROW(another_secret_or_none_is_refused),
        ROW(a_changed_row_is_refused),
        ROW(the_embedded_database_keeps_them_in_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
