#include "case_file.h"

#include <dirent.h>
#include <pg_query.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/vec.h"

#define CLAIMS(id, email, more)                                                                  \
    STR_INIT("{\"sub\":\"00000000-0000-0000-0000-0000000000" id "\",\"role\":\"authenticated\"," \
             "\"aud\":\"authenticated\",\"email\":\"" email "\"" more "}")

/* One row per identity: name, role, claims. */
static const struct identity identities[] = {
    {STR_INIT("owner"),                          STR_INIT("postgres"),         STR_INIT("{}")        },
    {STR_INIT("admin"),                          STR_INIT("authenticated"),
     CLAIMS("01",                                                                                      "admin@example.com", ",\"app_metadata\":{\"role\":\"admin\"}")},
    {STR_INIT("alice"), STR_INIT("authenticated"),                             CLAIMS("0a",                                   "alice@example.com", "")},
    {STR_INIT("bob"),                               STR_INIT("authenticated"),            CLAIMS("0b","bob@example.com", "")},
    {STR_INIT("carol"),                            STR_INIT("authenticated"), CLAIMS("0c", "carol@example.com", "")},
    {STR_INIT("anon"),                                       STR_INIT("anon"),                                                                   STR_INIT("{\"role\":\"anon\"}")                                                                        },
    {STR_INIT("service"),                               STR_INIT("service_role"),                                        STR_INIT("{\"role\":\"service_role\"}")                                                          },
};

const struct identity *identity_find(str name)
{
    for (size_t i = 0; i < COUNT_OF(identities); i++)
        if (str_eq(identities[i].name, name)) return &identities[i];
    return NULL;
}

static bool read_whole(struct arena *arena, const char *path, str *out)
{
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    struct buf *text = buf_in(arena, 0);
    char part[65536];
    for (size_t got; (got = fread(part, 1, sizeof part, file)) > 0;) buf_append(text, part, got);
    bool good = !ferror(file);
    fclose(file);
    *out = str_copy(arena, buf_str(text));
    return good;
}

/* True when the only statement is a SELECT with ORDER BY at its top. */
static bool has_order(struct arena *arena, str sql)
{
    PgQueryParseResult parsed = pg_query_parse(str_cstr(arena, sql));
    bool ordered = false;
    const struct json *tree = NULL;
    str text = parsed.error ? STR_NONE : str_copy(arena, str_of(parsed.parse_tree));
    if (!str_empty(text) &&
        !json_parse(arena, text, &(struct json_options){.depth_max = 1000}, &tree)) {
        const struct json *list = json_get(tree, STR("stmts"));
        const struct json *node =
            list && list->count ? json_get(list->items[0], STR("stmt")) : NULL;
        const struct json *select = node ? json_get(node, STR("SelectStmt")) : NULL;
        ordered = select && json_get(select, STR("sortClause"));
    }
    pg_query_free_parse_result(parsed);
    return ordered;
}

/* The reader's state: what the next statement gets. */
struct reader {
    struct arena *arena;
    const char *path;
    struct {
        VEC(struct statement);
    } statements;
    const struct identity *as;
    str expected;
    str skip;
    bool may_be_refused;
    const char *trouble;
    struct {
        VEC(struct migration);
    } migrations;
    str missing;
};

static void trouble(struct reader *reader, int line, const char *what, str name)
{
    if (reader->trouble) return;
    reader->trouble =
        str_printf(reader->arena, "%s:%d: %s \"%.*s\"", reader->path, line, what, STR_FMT(name)).at;
}

/* The statements of a run of lines without directives. */
static void add_statements(struct reader *reader, str block, int first_line)
{
    PgQuerySplitResult split = pg_query_split_with_scanner(str_cstr(reader->arena, block));
    if (split.error) trouble(reader, first_line, "cannot split:", str_of(split.error->message));
    for (int i = 0; !split.error && i < split.n_stmts; i++) {
        size_t from = (size_t)split.stmts[i]->stmt_location;
        size_t end = from + (size_t)split.stmts[i]->stmt_len;
        while (from < end && strchr(" \t\n", block.at[from])) from++;
        str sql = str_slice(block, from, end);
        int line = first_line;
        for (size_t at = 0; at < from; at++) line += block.at[at] == '\n';
        *VEC_ADD(reader->arena, &reader->statements) = (struct statement){
            .sql = str_copy(reader->arena, sql),
            .as = reader->as,
            .line = line,
            .ordered = has_order(reader->arena, sql),
            .expected = reader->expected,
            .skip = reader->skip,
            .may_be_refused = reader->may_be_refused,
        };
        /* A directive is for the one statement behind it. */
        reader->expected = reader->skip = STR_NONE;
    }
    pg_query_free_split_result(split);
}

/* Of somebody's script: lines that make the database and connect to it are left out. */
static str without_database(struct arena *arena, str text)
{
    struct buf *kept = buf_in(arena, 0);
    for (size_t at = 0; at < text.len;) {
        size_t end = str_find_char(text, '\n', at);
        end = end == SIZE_MAX ? text.len : end + 1;
        str line = str_slice(text, at, end);
        bool ours = !str_starts(line, STR("DROP DATABASE")) &&
                    !str_starts(line, STR("CREATE DATABASE")) && !str_starts(line, STR("\\"));
        if (ours) buf_str_add(kept, line);
        at = end;
    }
    return buf_str(kept);
}

static int by_migration_name(const void *a, const void *b)
{
    return str_cmp(((const struct migration *)a)->name, ((const struct migration *)b)->name);
}

/* The files of a folder, in order of their names. */
static void load_folder(struct reader *reader, DIR *folder, const char *path)
{
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        str name = str_copy(reader->arena, str_of(entry->d_name));
        str text;
        if (!str_ends(name, STR(".sql"))) continue;
        const char *file = str_printf(reader->arena, "%s/%s", path, entry->d_name).at;
        if (!read_whole(reader->arena, file, &text)) trouble(reader, 1, "cannot read", name);
        *VEC_ADD(reader->arena, &reader->migrations) = (struct migration){name, text};
    }
    if (reader->migrations.count)
        qsort(reader->migrations.at, reader->migrations.count, sizeof *reader->migrations.at,
              by_migration_name);
}

/* "-- load: PATH" in the migration, from the repository's folder: a script, or a folder of them. */
static void load(struct reader *reader, str path)
{
    const char *full = str_printf(reader->arena, "%s/%.*s", DAPUR_SOURCE_DIR, STR_FMT(path)).at;
    DIR *folder = opendir(full);
    str text;
    if (folder) {
        load_folder(reader, folder, full);
        closedir(folder);
    } else if (read_whole(reader->arena, full, &text)) {
        *VEC_ADD(reader->arena, &reader->migrations) =
            (struct migration){STR("0001_loaded.sql"), without_database(reader->arena, text)};
    } else {
        reader->missing = path;
    }
}

/* What stands before the first "-- as:". */
static void read_migration(struct reader *reader, str text)
{
    for (size_t at = 0; at < text.len;) {
        size_t end = str_find_char(text, '\n', at);
        if (end == SIZE_MAX) end = text.len;
        str line = str_slice(text, at, end);
        at = end + 1;
        if (str_starts(line, STR("-- load: "))) load(reader, str_trim(str_skip(line, 9)));
    }
    if (!reader->migrations.count)
        *VEC_ADD(reader->arena, &reader->migrations) =
            (struct migration){STR("0001_case.sql"), text};
}

/* "-- as: alice", "-- error: 42501", "-- skip: reason"; false for any other line. */
static bool read_directive(struct reader *reader, str line, int number)
{
    str key;
    str value;
    if (!str_starts(line, STR("-- ")) || !str_cut(str_skip(line, 3), ':', &key, &value))
        return false;
    value = str_trim(value);
    if (str_eq(key, STR("as"))) {
        reader->as = identity_find(value);
        if (!reader->as) trouble(reader, number, "no such identity:", value);
    } else if (str_eq(key, STR("error"))) {
        if (value.len != 5) trouble(reader, number, "not a SQLSTATE:", value);
        reader->expected = value;
    } else if (str_eq(key, STR("skip"))) {
        if (str_empty(value)) trouble(reader, number, "skip needs a reason", value);
        reader->skip = value;
    } else if (str_eq(key, STR("refusals"))) {
        if (!str_eq(value, STR("skipped"))) trouble(reader, number, "unknown:", value);
        reader->may_be_refused = true;
    } else {
        return false;
    }
    return true;
}

const char *case_file_read(struct arena *arena, const char *path, struct case_file *out)
{
    str text;
    if (!read_whole(arena, path, &text)) return str_printf(arena, "%s: could not be read", path).at;
    struct reader reader = {.arena = arena, .path = path};
    size_t block_at = 0; /* where the lines since the last directive begin */
    int block_line = 1;
    int number = 1;
    bool in_migration = true;
    for (size_t at = 0; at < text.len && !reader.trouble; number++) {
        size_t end = str_find_char(text, '\n', at);
        if (end == SIZE_MAX) end = text.len;
        str line = str_slice(text, at, end);
        size_t line_at = at;
        at = end + 1;
        str block = str_slice(text, block_at, line_at);
        const struct identity *before = reader.as;
        bool starts = in_migration && str_starts(line, STR("-- as:"));
        if (in_migration && !starts) continue;
        /* The block ends here only if the line is a directive; the statements in it are added
         * first, under the directives that came before. */
        struct reader peek = reader;
        if (!read_directive(&peek, line, number)) continue;
        if (in_migration)
            read_migration(&reader, block);
        else if (before)
            add_statements(&reader, block, block_line);
        read_directive(&reader, line, number);
        in_migration = false;
        block_at = at;
        block_line = number + 1;
    }
    if (!in_migration && !reader.trouble)
        add_statements(&reader, str_slice(text, block_at, text.len), block_line);
    const char *slash = strrchr(path, '/');
    out->name = str_copy(arena, str_of(slash ? slash + 1 : path));
    out->statements = reader.statements.at;
    out->count = reader.statements.count;
    out->migrations = reader.migrations.at;
    out->migration_count = reader.migrations.count;
    out->missing = reader.missing;
    return reader.trouble;
}
