/* tests/unit/types/vectors.h - runs a file of vectors taken from PostgreSQL 15.
 *
 * A line is: operation, arguments, expected answer; fields separated by tabs, escaped as COPY does.
 * "cast:int4:text" is the operation cast with two arguments in front. \N is NULL, an answer that starts with "!" is SQLSTATE and message. vectors/make.py writes the
 * files by asking a server; see there.
 */
#ifndef DAPUR_TESTS_TYPES_VECTORS_H
#define DAPUR_TESTS_TYPES_VECTORS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"

/* *out stays STR_NONE for NULL. */
struct vector_op {
    const char *name;
    err (*run)(struct arena *arena, const str *args, str *out);
};

static inline str vector_unescape(struct arena *arena, str field)
{
    if (str_eq(field, STR("\\N"))) return STR_NONE;
    char *text = arena_alloc(arena, field.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < field.len; i++) {
        char c = field.at[i];
        if (c == '\\' && i + 1 < field.len) {
            c = field.at[++i];
            c = c == 't'   ? '\t'
                : c == 'n' ? '\n'
                : c == 'r' ? '\r'
                : c == 'b' ? '\b'
                : c == 'f' ? '\f'
                : c == 'v' ? '\v'
                           : c;
        }
        text[len++] = c;
    }
    return str_from(text, len);
}

/* By the build's word for the source, not by __FILE__: compilers and their caches may shorten that one. */
static inline str vector_read_file(struct arena *arena, const char *name)
{
    str path = str_printf(arena, DAPUR_SOURCE_DIR "/tests/unit/types/vectors/%s", name);
    FILE *file = fopen(path.at, "rb");
    if (!file) {
        print_error("no file %s\n", path.at);
        fail();
        return STR_NONE;
    }
    struct buf *text = buf_in(arena, 0);
    char block[65536];
    size_t got;
    while ((got = fread(block, 1, sizeof block, file)) > 0) buf_append(text, block, got);
    fclose(file);
    return buf_str(text);
}

static inline str vector_answer(struct arena *arena, const struct vector_op *op, const str *args)
{
    str out = STR_NONE;
    err error = op->run(arena, args, &out);
    if (!error) return out;
    return str_printf(arena, "!%.*s %.*s", STR_FMT(error->code), STR_FMT(error->message));
}

static inline const struct vector_op *vector_find(const struct vector_op *ops,
                                                  size_t count,
                                                  str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(name, str_of(ops[i].name))) return &ops[i];
    }
    return NULL;
}

static inline void vectors_run(const char *name, const struct vector_op *ops, size_t op_count)
{
    struct arena *file_arena = arena_new(0), *arena = arena_new(0);
    str rest = vector_read_file(file_arena, name), line;
    size_t bad = 0, number = 0;
    while (rest.len) {
        number++;
        str_cut(rest, '\n', &line, &rest);
        if (!line.len || line.at[0] == '#') continue;
        arena_reset(arena);
        str fields[16], left, name_rest, head;
        size_t count = 0;
        bool more = str_cut(line, '\t', &name_rest, &left), parts = true;
        while (parts && count < COUNT_OF(fields)) {
            parts = str_cut(name_rest, ':', &head, &name_rest);
            fields[count++] = head;
        }
        while (more && count < COUNT_OF(fields)) {
            more = str_cut(left, '\t', &head, &left);
            fields[count++] = vector_unescape(arena, head);
        }
        const struct vector_op *op = vector_find(ops, op_count, fields[0]);
        str expected = fields[count - 1];
        str got = op ? vector_answer(arena, op, fields + 1) : STR("no such operation in the test");
        bool same = (expected.at == NULL) == (got.at == NULL) && str_eq(expected, got);
        if (same) continue;
        if (bad++ < 40) {
            print_error("%s:%zu: %.*s\n   got: %.*s\n", name, number, STR_FMT(line),
                        STR_FMT(got.at ? got : STR("(NULL)")));
        }
    }
    if (bad) print_error("%s: %zu of %zu lines differ\n", name, bad, number);
    arena_free(arena);
    arena_free(file_arena);
    assert_int_equal(bad, 0);
}

#endif
