/* Shapes (the text by which SQL tells a function a type) and the session's caches.
 *
 *   shape  := oid [":" typmod] | "{" [name ":" shape {"," name ":" shape}] "}" | "[" shape "]"
 *           | "(" [shape {"," shape}] ")"
 *   name   := a JSON string
 *
 * print_const.c writes them; nothing else does, but a malformed one only reads as type unknown. */
#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "base/vec.h"
#include "engine/sqlite/functions_caches.h"
#include "engine/sqlite/functions_int.h"
#include "sql/builtin.h"
#include "types/regex.h"

enum { SHAPES_MAX = 4096, REGEX_MAX = 64, SHAPE_DEPTH_MAX = 32, REGEX_KEY_MAX = 4096 };

struct cached_regex {
    struct arena *arena; /* NULL: the place is free */
    str pattern;
    str flags;
    const struct regex *regex;
    uint64_t used;
};

struct function_caches {
    struct arena *arena;        /* registrations */
    struct arena *shapes_arena; /* the map and its refs */
    struct map *shapes;
    uint64_t generation;
    struct cached_regex regexes[REGEX_MAX];
    uint64_t clock;
};

struct function_caches *function_caches_new(void)
{
    struct arena *arena = arena_new(0);
    struct function_caches *caches = ARENA_NEW(arena, struct function_caches);
    caches->arena = arena;
    caches->shapes_arena = arena_new(0);
    caches->shapes = map_new(caches->shapes_arena);
    return caches;
}

void function_caches_free(struct function_caches *caches)
{
    if (!caches) return;
    for (size_t i = 0; i < REGEX_MAX; i++) arena_free(caches->regexes[i].arena);
    arena_free(caches->shapes_arena);
    arena_free(caches->arena);
}

void function_caches_forget(struct function_caches *caches)
{
    arena_reset(caches->shapes_arena);
    caches->shapes = map_new(caches->shapes_arena);
    caches->generation++;
}

uint64_t function_caches_generation(const struct function_caches *caches)
{
    return caches->generation;
}

struct arena *function_caches_arena(struct function_caches *caches)
{
    return caches->arena;
}

/* ---- reading a shape ---- */

struct reader {
    struct arena *arena;
    const struct catalog *catalog;
    str text;
    size_t at;
};

static const struct type_ref *read_shape(struct reader *reader, int depth);

static bool take(struct reader *reader, char c)
{
    if (reader->at >= reader->text.len || reader->text.at[reader->at] != c) return false;
    reader->at++;
    return true;
}

static int64_t read_number(struct reader *reader)
{
    int64_t number = 0;
    while (reader->at < reader->text.len) {
        char c = reader->text.at[reader->at];
        if (c < '0' || c > '9' || number > INT32_MAX) break;
        number = number * 10 + (c - '0');
        reader->at++;
    }
    return number;
}

static const struct type_ref *builtin_shape(struct arena *arena,
                                            const struct builtin_type *row,
                                            int32_t typmod)
{
    bool reg = row->storage == TYPE_OID && row->oid != OIDOID && row->oid != XIDOID;
    if (!row->element && typmod < 0 && !reg) return type_plain(row->storage);
    struct type_ref *ref = ARENA_NEW(arena, struct type_ref);
    *ref = *type_plain(row->storage);
    ref->reg = reg ? row->oid : 0;
    ref->vector = row->oid == INT2VECTOROID || row->oid == OIDVECTOROID;
    ref->typmod = row->element ? TYPMOD_NONE : typmod;
    if (row->element) ref->element = builtin_shape(arena, builtin_type(row->element), typmod);
    return ref;
}

static const struct type_ref *read_oid(struct reader *reader)
{
    oid type = (oid)read_number(reader);
    int32_t typmod = TYPMOD_NONE;
    if (take(reader, ':')) typmod = (int32_t)read_number(reader);
    const struct builtin_type *row = builtin_type(type);
    if (row) return builtin_shape(reader->arena, row, typmod);
    if (!reader->catalog) return type_plain(TYPE_UNKNOWN);
    return catalog_type_ref(reader->arena, reader->catalog, type, typmod);
}

/* A JSON string; escapes decoded. */
static str read_name(struct reader *reader)
{
    size_t from = reader->at;
    if (!take(reader, '"')) return STR("");
    while (reader->at < reader->text.len && reader->text.at[reader->at] != '"') {
        if (reader->text.at[reader->at] == '\\') reader->at++;
        reader->at++;
    }
    take(reader, '"');
    const struct json *name = NULL;
    err error = json_parse(reader->arena, str_slice(reader->text, from, reader->at), NULL, &name);
    return error ? STR("") : str_copy(reader->arena, name->text);
}

/* end: "}" for named fields, ")" for the types of arguments. */
static const struct type_ref *read_row(struct reader *reader, char end, int depth)
{
    struct {
        VEC(struct type_field);
    } fields = {0};
    while (reader->at < reader->text.len && !take(reader, end)) {
        size_t before = reader->at;
        struct type_field field = {.name = STR("")};
        if (end == '}') {
            field.name = read_name(reader);
            take(reader, ':');
        }
        field.type = read_shape(reader, depth + 1);
        *VEC_ADD(reader->arena, &fields) = field;
        take(reader, ',');
        if (reader->at == before) break;
    }
    struct type_ref *row = ARENA_NEW(reader->arena, struct type_ref);
    *row = *type_plain(TYPE_RECORD);
    row->fields = fields.at;
    row->field_count = fields.count;
    return row;
}

static const struct type_ref *read_shape(struct reader *reader, int depth)
{
    if (depth > SHAPE_DEPTH_MAX) return type_plain(TYPE_UNKNOWN);
    if (take(reader, '{')) return read_row(reader, '}', depth);
    if (take(reader, '(')) return read_row(reader, ')', depth);
    if (take(reader, '[')) {
        struct type_ref *array = ARENA_NEW(reader->arena, struct type_ref);
        *array = *type_plain(TYPE_ARRAY);
        array->element = read_shape(reader, depth + 1);
        take(reader, ']');
        return array;
    }
    return read_oid(reader);
}

const struct type_ref *shape_find(struct sqlite_session *session, str text)
{
    struct function_caches *caches = session->caches;
    const struct type_ref *found = map_find(caches->shapes, text);
    if (found) return found;
    if (map_count(caches->shapes) >= SHAPES_MAX) function_caches_forget(caches);
    struct reader reader = {
        .arena = caches->shapes_arena,
        .catalog = session->catalog,
        .text = str_copy(caches->shapes_arena, text),
    };
    found = read_shape(&reader, 0);
    map_put(caches->shapes, reader.text, (void *)(uintptr_t)found);
    return found;
}

void shapes_spread(const struct type_ref *list, const struct type_ref **out, size_t count)
{
    for (size_t i = 0; i < count && i < FUNCTION_ARGS_MAX; i++) {
        out[i] = i < list->field_count ? list->fields[i].type : type_plain(TYPE_UNKNOWN);
    }
}

/* ---- regular expressions ---- */

err session_regex(struct sqlite_session *session,
                  struct arena *arena,
                  str pattern,
                  str flags,
                  const struct regex **out)
{
    struct function_caches *caches = session->caches;
    struct cached_regex *oldest = &caches->regexes[0];
    caches->clock++;
    for (size_t i = 0; i < REGEX_MAX; i++) {
        struct cached_regex *entry = &caches->regexes[i];
        if (entry->arena && str_eq(entry->pattern, pattern) && str_eq(entry->flags, flags)) {
            entry->used = caches->clock;
            *out = entry->regex;
            return NULL;
        }
        if (!entry->arena || (oldest->arena && entry->used < oldest->used)) oldest = entry;
    }
    struct regex *compiled = NULL;
    if (pattern.len > REGEX_KEY_MAX) {
        TRY(regex_compile(arena, pattern, flags, &compiled));
        *out = compiled;
        return NULL;
    }
    struct arena *own = arena_new(0);
    err error = regex_compile(own, pattern, flags, &compiled);
    if (error) {
        error = err_copy(arena, error);
        arena_free(own);
        return error;
    }
    arena_free(oldest->arena);
    *oldest = (struct cached_regex){
        .arena = own,
        .pattern = str_copy(own, pattern),
        .flags = str_copy(own, flags),
        .regex = compiled,
        .used = caches->clock,
    };
    *out = compiled;
    return NULL;
}
