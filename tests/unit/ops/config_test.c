#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "ops/config.h"
#include "ops/files.h"

struct fixture {
    struct arena *arena;
    char folder[64];
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->arena = arena_new(0);
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/dapur-config-XXXXXX");
    if (!mkdtemp(fixture->folder)) return -1;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    folder_remove(fixture->arena, str_of(fixture->folder));
    arena_free(fixture->arena);
    free(fixture);
    return 0;
}

static err load(struct fixture *fixture,
                const char *file,
                const struct config_flag *flags,
                size_t count,
                struct config *out)
{
    if (file) {
        str path = str_printf(fixture->arena, "%s/dapur.conf", fixture->folder);
        assert_null(file_write(fixture->arena, path, str_of(file), 0644));
    }
    return config_load(fixture->arena, str_of(fixture->folder), flags, count, out);
}

static void assert_contains(str text, const char *part)
{
    if (str_find(text, str_of(part), 0) == SIZE_MAX)
        fail_msg("\"%.*s\" lacks \"%s\"", STR_FMT(text), part);
}

static void keys_are_sorted_unique_and_whole(void **state)
{
    (void)state;
    size_t count;
    const struct config_key *keys = config_keys(&count);
    for (size_t i = 0; i < count; i++) {
        if (i) assert_true(str_cmp(keys[i - 1].name, keys[i].name) < 0);
        assert_non_null(keys[i].help);
        assert_non_null(keys[i].initial);
        assert_true(str_find_char(keys[i].name, '.', 0) != SIZE_MAX);
        if (keys[i].type == CONFIG_INT) assert_true(keys[i].least < keys[i].most);
    }
}

static void defaults_are_valid_and_the_data_folder_is_the_projects(void **state)
{
    struct config config;
    struct fixture *fixture = *state;
    assert_null(load(fixture, NULL, NULL, 0, &config));
    assert_true(config.gateway.require_key);
    assert_int_equal(config.rest.max_rows, 1000);
    str data = str_printf(fixture->arena, "%s/data", fixture->folder);
    assert_true(str_eq(config.database.dir, data));
}

static void the_file_beats_the_default(void **state)
{
    struct config config;
    assert_null(load(*state, "[rest]\nmax_rows = 7\n; a comment\n[gateway]\nrequire_key = off\n",
                     NULL, 0, &config));
    assert_int_equal(config.rest.max_rows, 7);
    assert_false(config.gateway.require_key);
}

static void the_environment_beats_the_file_and_flags_beat_both(void **state)
{
    struct config config;
    struct config_flag flag = {STR("rest.max_rows"), STR("9")};
    setenv("DAPUR_REST_MAX_ROWS", "8", 1);
    assert_null(load(*state, "[rest]\nmax_rows = 7\n", NULL, 0, &config));
    assert_int_equal(config.rest.max_rows, 8);
    assert_null(load(*state, NULL, &flag, 1, &config));
    assert_int_equal(config.rest.max_rows, 9);
    unsetenv("DAPUR_REST_MAX_ROWS");
}

static void a_short_flag_sets_its_key(void **state)
{
    struct config config;
    struct config_flag flag = {STR("data"), STR("/somewhere")};
    assert_null(load(*state, NULL, &flag, 1, &config));
    assert_true(str_eq(config.database.dir, STR("/somewhere")));
}

static void an_unknown_key_is_refused_with_line_and_suggestion(void **state)
{
    struct config config;
    err error = load(*state, "[rest]\n\nmax_row = 7\n", NULL, 0, &config);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_CONFIG);
    assert_contains(error->message, "rest.max_row");
    assert_contains(error->details, "line 3");
    assert_contains(error->hint, "rest.max_rows");
}

static void malformed_and_out_of_range_values_are_refused(void **state)
{
    struct config config;
    static const char *const files[] = {
        "[rest]\nmax_rows = many\n",
        "[rest]\nmax_rows = -1\n",
        "[gateway]\nrequire_key = perhaps\n",
        "[auth]\nbcrypt_cost = 40\n",
        "[rest]\nmax_rows = 12 rows\n",
        "no section\n",
        "[log]\nlevel = inof\n",
        "[log]\nlevel =\n",
        "[server]\nlisten = 54321\n",
        "[server]\nlisten = 127.0.0.1:70000\n",
        "[server]\nlisten = ::1:80\n",
        "[server]\nadmin_listen = here\n",
        "[server]\ntime_zone = Mars/Base\n",
        "[server]\ncors_origins = *\n",
        "[rest]\nschemas = ,\n",
        "[server]\ncors_origins = https://a.example/\n",
        "[auth]\nsite_url = shop.example\n",
        "[auth]\nexternal_url = ftp://a.example\n",
        "[database]\nurl = mysql://a/b\n",
    };
    for (size_t i = 0; i < COUNT_OF(files); i++)
        assert_non_null(load(*state, files[i], NULL, 0, &config));
}

static void good_texts_are_taken(void **state)
{
    struct config config;
    assert_null(load(*state,
                     "[log]\nlevel = warn\n[server]\nlisten = [::1]:80\ntime_zone = Asia/Jakarta\n"
                     "cors_origins = https://a.example, http://b.example:8080\n"
                     "[auth]\nsite_url = myapp://back\n",
                     NULL, 0, &config));
    assert_true(str_eq(config.server.time_zone, STR("Asia/Jakarta")));
}

/* inih takes an indented line for more of the value above, and the last one won. */
static void bug_an_indented_or_repeated_line_replaced_a_value(void **state)
{
    struct config config;
    err error = load(*state, "[server]\nlisten = 127.0.0.1:1\n  drain_ms = 7\n", NULL, 0, &config);
    assert_non_null(error);
    assert_contains(error->message, "line 3");
    assert_contains(error->message, "server.listen");
    assert_non_null(load(*state, "[rest]\nmax_rows = 1\nmax_rows = 2\n", NULL, 0, &config));
}

/* inih reads 199 bytes of a line and takes the rest for the next. */
static void bug_a_long_line_was_cut(void **state)
{
    struct fixture *fixture = *state;
    struct config config;
    struct buf *text = buf_in(fixture->arena, 0);
    buf_lit(text, "[security]\ncontent_security_policy = ");
    size_t start = text->len;
    while (text->len - start < 300) buf_lit(text, "img-src 'self'; ");
    buf_char(text, '\n');
    err error = load(fixture, str_cstr(fixture->arena, buf_str(text)), NULL, 0, &config);
    assert_non_null(error);
    assert_contains(error->message, "line 2");
}

static void control_characters_are_refused(void **state)
{
    struct config config;
    struct config_flag flag = {STR("security.content_security_policy"), STR("a\r\nSet-Cookie: b")};
    assert_non_null(load(*state, NULL, &flag, 1, &config));
}

static void nothing_near_gives_no_suggestion(void **state)
{
    (void)state;
    assert_true(str_eq(config_suggest(STR("server.lisen")), STR("server.listen")));
    assert_true(str_empty(config_suggest(STR("q"))) || config_suggest(STR("q")).len <= 16);
    assert_true(str_empty(config_suggest(
        STR("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"))));
}

static void the_rendered_settings_load_again(void **state)
{
    struct config config, again;
    struct fixture *fixture = *state;
    struct buf *text = buf_in(fixture->arena, 0);
    assert_null(load(fixture, NULL, NULL, 0, &config));
    config_render(&config, text);
    assert_null(load(fixture, str_cstr(fixture->arena, buf_str(text)), NULL, 0, &again));
    assert_int_equal(config.server.idle_ms, again.server.idle_ms);
    assert_true(str_eq(config.rest.schemas, again.rest.schemas));
}

static void secrets_are_in_no_text(void **state)
{
    struct config config;
    struct fixture *fixture = *state;
    const struct config_flag flags[] = {
        {STR("db"),                  STR("postgres://me:hunter2hunter2@db/shop")    },
        {STR("database.direct_url"), STR("postgres://me:hunter2hunter2@direct/shop")},
        {STR("security.secret"),     STR("hunter2hunter2hunter2")                   },
    };
    assert_null(load(fixture, NULL, flags, COUNT_OF(flags), &config));
    struct buf *text = buf_in(fixture->arena, 0);
    config_render(&config, text);
    assert_true(str_find(buf_str(text), STR("hunter2"), 0) == SIZE_MAX);
    assert_contains(buf_str(text), "secret = (set)");
    static const char *const names[] = {"db", "database.direct_url", "security.secret"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct config_flag flag = {str_of(names[i]), STR("mysql:hunter2")};
        err error = load(fixture, NULL, &flag, 1, &config);
        assert_non_null(error);
        assert_true(str_find(error->message, STR("hunter2"), 0) == SIZE_MAX);
        assert_true(str_find(error->details, STR("hunter2"), 0) == SIZE_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_sorted_unique_and_whole),
        cmocka_unit_test_setup_teardown(defaults_are_valid_and_the_data_folder_is_the_projects,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_file_beats_the_default, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_environment_beats_the_file_and_flags_beat_both, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_short_flag_sets_its_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_key_is_refused_with_line_and_suggestion, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(malformed_and_out_of_range_values_are_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(good_texts_are_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bug_an_indented_or_repeated_line_replaced_a_value, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(bug_a_long_line_was_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(control_characters_are_refused, set_up, tear_down),
        cmocka_unit_test(nothing_near_gives_no_suggestion),
        cmocka_unit_test_setup_teardown(secrets_are_in_no_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_rendered_settings_load_again, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
