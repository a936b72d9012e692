#include "answer.h"

#include <stdlib.h>

enum { ROWS_SHOWN = 6 };

static void add_row(struct buf *out, const struct answer *answer, const struct row *row)
{
    for (size_t i = 0; i < answer->column_count; i++) {
        if (i) buf_lit(out, " | ");
        if (row->values[i].at)
            buf_str_add(out, row->values[i]);
        else
            buf_lit(out, "NULL");
    }
}

void answer_print(struct buf *out, const struct answer *answer, const char *prefix)
{
    if (!answer->ok) {
        buf_printf(out, "%s%.*s: %.*s\n", prefix, STR_FMT(answer->sqlstate),
                   STR_FMT(answer->message));
        return;
    }
    buf_printf(out, "%s%.*s\n", prefix, STR_FMT(answer->command));
    if (!answer->column_count) return;
    buf_printf(out, "%s  ", prefix);
    for (size_t i = 0; i < answer->column_count; i++)
        buf_printf(out, "%s%.*s", i ? " | " : "", STR_FMT(answer->columns[i]));
    buf_char(out, '\n');
    for (size_t i = 0; i < answer->row_count && i < ROWS_SHOWN; i++) {
        buf_printf(out, "%s  ", prefix);
        add_row(out, answer, &answer->rows[i]);
        buf_char(out, '\n');
    }
    if (answer->row_count > ROWS_SHOWN)
        buf_printf(out, "%s  ... %zu more\n", prefix, answer->row_count - ROWS_SHOWN);
}

static void compare_columns(struct buf *out,
                            const struct answer *postgres,
                            const struct answer *dapur)
{
    if (postgres->column_count != dapur->column_count) {
        buf_printf(out, "%zu columns, dapur has %zu\n", postgres->column_count,
                   dapur->column_count);
        return;
    }
    for (size_t i = 0; i < postgres->column_count; i++) {
        if (!str_eq(postgres->columns[i], dapur->columns[i]))
            buf_printf(out, "column %zu is \"%.*s\", dapur says \"%.*s\"\n", i + 1,
                       STR_FMT(postgres->columns[i]), STR_FMT(dapur->columns[i]));
        bool typed = dapur->types && !str_empty(dapur->types[i]);
        if (typed && !str_eq(postgres->types[i], dapur->types[i]))
            buf_printf(out, "column \"%.*s\" has type %.*s, dapur says %.*s\n",
                       STR_FMT(postgres->columns[i]), STR_FMT(postgres->types[i]),
                       STR_FMT(dapur->types[i]));
    }
}

/* A row as one text that tells NULL from "NULL": length-prefixed values. */
static str row_key(struct arena *arena, const struct answer *answer, const struct row *row)
{
    struct buf *key = buf_in(arena, 0);
    for (size_t i = 0; i < answer->column_count; i++) {
        if (row->values[i].at)
            buf_printf(key, "%zu:", row->values[i].len);
        else
            buf_lit(key, "-");
        buf_str_add(key, row->values[i]);
        buf_char(key, '|');
    }
    return str_copy(arena, buf_str(key));
}

static int by_key(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

static str *row_keys(struct arena *arena, const struct answer *answer, bool ordered)
{
    str *keys = ARENA_ARRAY(arena, str, answer->row_count);
    for (size_t i = 0; i < answer->row_count; i++)
        keys[i] = row_key(arena, answer, &answer->rows[i]);
    if (!ordered && answer->row_count) qsort(keys, answer->row_count, sizeof *keys, by_key);
    return keys;
}

static void compare_rows(struct buf *out,
                         struct arena *arena,
                         const struct answer *postgres,
                         const struct answer *dapur,
                         bool ordered)
{
    if (postgres->row_count != dapur->row_count) {
        buf_printf(out, "%zu rows, dapur has %zu\n", postgres->row_count, dapur->row_count);
        return;
    }
    str *want = row_keys(arena, postgres, ordered);
    str *got = row_keys(arena, dapur, ordered);
    for (size_t i = 0; i < postgres->row_count; i++) {
        if (str_eq(want[i], got[i])) continue;
        buf_printf(out, "%s row %zu differs: %.*s, dapur has %.*s\n",
                   ordered ? "ordered" : "sorted", i + 1, STR_FMT(want[i]), STR_FMT(got[i]));
        return;
    }
}

void answer_compare(struct buf *out,
                    struct arena *arena,
                    const struct answer *postgres,
                    const struct answer *dapur,
                    bool ordered)
{
    if (postgres->ok != dapur->ok) {
        buf_printf(out, "%s, dapur %s\n", postgres->ok ? "succeeds" : "fails",
                   dapur->ok ? "succeeds" : "fails");
        return;
    }
    if (!postgres->ok) {
        if (!str_eq(postgres->sqlstate, dapur->sqlstate))
            buf_printf(out, "SQLSTATE %.*s, dapur says %.*s\n", STR_FMT(postgres->sqlstate),
                       STR_FMT(dapur->sqlstate));
        return;
    }
    /* SELECT's tag repeats the number of rows, which is compared below with a better text. */
    bool tagged = postgres->column_count == 0;
    if (tagged && !str_eq(postgres->command, dapur->command))
        buf_printf(out, "\"%.*s\", dapur says \"%.*s\"\n", STR_FMT(postgres->command),
                   STR_FMT(dapur->command));
    size_t before = out->len;
    compare_columns(out, postgres, dapur);
    if (postgres->column_count != dapur->column_count && out->len != before) return;
    compare_rows(out, arena, postgres, dapur, ordered);
}
