#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/log.h"

enum { LINE_ROOM = 64 * 1024 };

struct fixture {
    struct arena *arena;
    FILE *file;
    int saved; /* the real stderr */
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->arena = arena_new(0);
    fixture->file = tmpfile();
    *state = fixture;
    return fixture->file ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    fclose(fixture->file);
    arena_free(fixture->arena);
    free(fixture);
    return 0;
}

static void begin(struct fixture *fixture)
{
    fflush(stderr);
    fixture->saved = dup(STDERR_FILENO);
    assert_true(fixture->saved >= 0);
    assert_true(dup2(fileno(fixture->file), STDERR_FILENO) >= 0);
}

/* The one line that was written, as JSON. */
static const struct json *end(struct fixture *fixture)
{
    char *text = arena_alloc(fixture->arena, LINE_ROOM);
    assert_true(dup2(fixture->saved, STDERR_FILENO) >= 0);
    close(fixture->saved);
    rewind(fixture->file);
    size_t len = fread(text, 1, LINE_ROOM, fixture->file);
    assert_true(len > 0 && text[len - 1] == '\n');
    const struct json *line;
    if (json_parse(fixture->arena, str_from(text, len), NULL, &line))
        fail_msg("no JSON: %.*s", (int)len, text);
    return line;
}

static str repeated(struct fixture *fixture, const char *part, size_t count)
{
    struct buf *text = buf_in(fixture->arena, 0);
    for (size_t i = 0; i < count; i++) buf_str_add(text, str_of(part));
    return buf_str(text);
}

static void a_line_is_json_with_its_fields(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture);
    log_info("request", LOG_STR("path", STR("/a\"b\n")), LOG_INT("status", 200));
    const struct json *line = end(fixture);
    assert_true(str_eq(json_get_str(line, STR("message")), STR("request")));
    assert_true(str_eq(json_get_str(line, STR("path")), STR("/a\"b\n")));
    assert_true(str_eq(json_get(line, STR("status"))->text, STR("200")));
}

/* A path of over 16 KiB took the status of its request with it, and the line was no JSON. */
static void bug_a_long_path_hid_the_rest_of_the_line(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture);
    log_info("request", LOG_STR("path", repeated(fixture, "/\xc3\xa4x", 10000)),
             LOG_INT("status", 401));
    const struct json *line = end(fixture);
    assert_true(str_starts(json_get_str(line, STR("path")), STR("/\xc3\xa4x/\xc3\xa4x")));
    assert_true(str_ends(json_get_str(line, STR("path")), STR("...")));
    assert_true(str_eq(json_get(line, STR("status"))->text, STR("401")));
}

static void bug_a_path_of_no_utf8_made_the_line_unreadable(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture);
    log_info("request", LOG_STR("path", STR("/\xff\xc3/\xc3\xa4")), LOG_INT("status", 404));
    const struct json *line = end(fixture);
    assert_true(str_eq(json_get_str(line, STR("path")), STR("/\xef\xbf\xbd\xef\xbf\xbd/\xc3\xa4")));
    assert_true(str_eq(json_get(line, STR("status"))->text, STR("404")));
}

static void fields_past_the_cap_are_left_out_and_told(void **state)
{
    struct fixture *fixture = *state;
    str controls = repeated(fixture, "\x01", 1000); /* six bytes each */
    begin(fixture);
    log_info("m", LOG_STR("a", controls), LOG_STR("b", controls), LOG_STR("c", controls),
             LOG_INT("status", 1));
    const struct json *line = end(fixture);
    assert_non_null(json_get(line, STR("b")));
    assert_null(json_get(line, STR("c")));
    assert_true(str_eq(json_get(line, STR("status"))->text, STR("1")));
    assert_int_equal(json_get(line, STR("cut"))->kind, JSON_TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_is_json_with_its_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bug_a_long_path_hid_the_rest_of_the_line, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(bug_a_path_of_no_utf8_made_the_line_unreadable, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(fields_past_the_cap_are_left_out_and_told, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
