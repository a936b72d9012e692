/* Composite values: row literals, JSON objects in stored form, and JSON of nested values. */
#include <string.h>

#include "types/array.h"
#include "types/json_scan.h"
#include "types/numeric.h"
#include "types/type_int.h"

/* ---- input ---- */

struct parser {
    struct arena *arena;
    str text;
    size_t at;
    struct buf *word;
};

static err malformed(struct parser *p, const char *details)
{
    struct err *error =
        err_sql(p->arena, "22P02", "malformed record literal: \"%.*s\"", STR_FMT(p->text));
    return err_details(p->arena, error, "%s", details);
}

static char peek(const struct parser *p)
{
    return p->at < p->text.len ? p->text.at[p->at] : '\0';
}

/* Up to a comma or the closing parenthesis outside quotes. *null: nothing at all stood there. */
static err column(struct parser *p, bool *null)
{
    bool quoted = false;
    buf_clear(p->word);
    *null = peek(p) == ',' || peek(p) == ')';
    while (quoted || (peek(p) != ',' && peek(p) != ')')) {
        if (p->at >= p->text.len) return malformed(p, "Unexpected end of input.");
        char c = p->text.at[p->at++];
        if (c == '\\') {
            if (p->at >= p->text.len) return malformed(p, "Unexpected end of input.");
            buf_char(p->word, p->text.at[p->at++]);
        } else if (c != '"') {
            buf_char(p->word, c);
        } else if (quoted && peek(p) == '"') {
            buf_char(p->word, c); /* a doubled quote inside quotes is one */
            p->at++;
        } else {
            quoted = !quoted;
        }
    }
    return NULL;
}

static err fields(struct parser *p,
                  const struct type_session *session,
                  const struct type_ref *type,
                  struct buf *out)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct type_field *field = &type->fields[i];
        struct value value = value_null();
        bool null;
        if (i && p->text.at[p->at++] != ',') return malformed(p, "Too few columns.");
        TRY(column(p, &null));
        if (!null) {
            str word = p->word->at ? str_copy(p->arena, buf_str(p->word)) : STR("");
            TRY(type_input(p->arena, session, field->type, TYPE_ASSIGNMENT, word, &value));
        }
        buf_char(out, i ? ',' : '{');
        json_write_str(out, field->name);
        buf_char(out, ':');
        array_write_item(out, field->type, &value);
    }
    if (!type->field_count) buf_char(out, '{');
    buf_char(out, '}');
    return NULL;
}

static void skip_blanks(struct parser *p)
{
    while (peek(p) == ' ' || (peek(p) >= '\t' && peek(p) <= '\r')) p->at++;
}

err composite_input(struct arena *arena,
                    const struct type_session *session,
                    const struct type_ref *type,
                    str text,
                    struct value *out)
{
    struct parser p = {arena, text, 0, buf_in(arena, 0)};
    if (type->storage == TYPE_RECORD && !type->field_count) {
        return err_sql(arena, "0A000", "input of anonymous composite types is not implemented");
    }
    struct buf *object = buf_in(arena, 0);
    skip_blanks(&p);
    if (peek(&p) != '(') return malformed(&p, "Missing left parenthesis.");
    p.at++;
    TRY(fields(&p, session, type, object));
    if (peek(&p) != ')') return malformed(&p, "Too many columns.");
    p.at++;
    skip_blanks(&p);
    if (p.at < text.len) return malformed(&p, "Junk after right parenthesis.");
    *out = value_text(buf_str(object));
    return NULL;
}

/* ---- fields of a stored value ---- */

/* Fields stand in declared order, so the walk and the list go side by side; a field added to the type
 * later is missing and NULL. */
static str take_field(struct json_walk *walk, str object, str name)
{
    struct json_walk before = *walk;
    str key, item;
    if (json_walk_next(walk, &key, &item) && json_string_equals(key, name)) return item;
    *walk = before;
    struct json_walk all = json_walk(object);
    while (json_walk_next(&all, &key, &item)) {
        if (json_string_equals(key, name)) return item;
    }
    return STR("null");
}

int composite_compare(const struct type_ref *type, const struct value *a, const struct value *b)
{
    struct json_walk x = json_walk(a->s), y = json_walk(b->s);
    int order = 0;
    struct arena *scratch = arena_new(0);
    for (size_t i = 0; i < type->field_count && !order; i++) {
        const struct type_field *field = &type->fields[i];
        struct value p = array_read_item(scratch, field->type, take_field(&x, a->s, field->name));
        struct value q = array_read_item(scratch, field->type, take_field(&y, b->s, field->name));
        order = type_compare(field->type, &p, &q);
    }
    arena_free(scratch);
    return order;
}

/* ---- output ---- */

static bool needs_quotes(str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == ' ' || (c >= '\t' && c <= '\r') || (c && strchr("()\\,\"", c))) return true;
    }
    return text.len == 0;
}

static void write_column(struct buf *out, str text)
{
    bool quotes = needs_quotes(text);
    if (quotes) buf_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"' || text.at[i] == '\\') buf_char(out, text.at[i]);
        buf_char(out, text.at[i]);
    }
    if (quotes) buf_char(out, '"');
}

void composite_output(const struct type_session *session,
                      const struct type_ref *type,
                      const struct value *value,
                      struct buf *out)
{
    struct json_walk walk = json_walk(value->s);
    struct arena *scratch = arena_new(0);
    struct buf *word = buf_in(scratch, 0);
    buf_char(out, '(');
    for (size_t i = 0; i < type->field_count; i++) {
        const struct type_field *field = &type->fields[i];
        struct value part =
            array_read_item(scratch, field->type, take_field(&walk, value->s, field->name));
        if (i) buf_char(out, ',');
        if (part.kind == VALUE_NULL) continue;
        buf_clear(word);
        type_output(session, field->type, &part, word);
        write_column(out, word->at ? buf_str(word) : STR(""));
    }
    buf_char(out, ')');
    arena_free(scratch);
}

/* ---- JSON of what is stored inside ---- */

/* Families whose stored item is not yet the JSON that to_json shows. */
static bool item_differs(const struct type_session *session, enum type_storage storage)
{
    switch (storage) {
    case TYPE_NUMERIC:
    case TYPE_JSON:
    case TYPE_JSONB:
    case TYPE_COMPOSITE:
    case TYPE_RECORD:
    case TYPE_ARRAY:
    case TYPE_FLOAT4:
    case TYPE_OID:
    case TYPE_BPCHAR: return true;
    case TYPE_TIMESTAMPTZ: return session && session->zone;
    default: return false;
    }
}

void item_json(const struct type_session *session,
               const struct type_ref *type,
               str item,
               struct buf *out)
{
    if (!item_differs(session, type->storage) || item.at[0] == 'n') {
        buf_str_add(out, item);
        return;
    }
    /* A numeric's digits stand between the quotes; "NaN" and the infinities keep theirs. */
    if (type->storage == TYPE_NUMERIC) {
        str number = json_inner(item);
        bool plain = number.len && number.at[number.len - 1] <= '9';
        buf_str_add(out, plain ? number : item);
        return;
    }
    struct arena *scratch = arena_new(0);
    struct value value = array_read_item(scratch, type, item);
    type_json(session, type, &value, out);
    arena_free(scratch);
}

void array_json(const struct type_session *session,
                const struct type_ref *type,
                const struct value *value,
                struct buf *out)
{
    const struct type_ref *element = type->element;
    if (!element || !item_differs(session, element->storage)) {
        buf_str_add(out, value->s);
        return;
    }
    str text = value->s;
    for (size_t at = 0; at < text.len;) {
        char c = text.at[at];
        if (c == '[' || c == ']' || c == ',') {
            buf_char(out, c);
            at++;
            continue;
        }
        size_t end = json_skip_value(text, at);
        if (end == at) return;
        item_json(session, element, str_slice(text, at, end), out);
        at = end;
    }
}

void composite_json(const struct type_session *session,
                    const struct type_ref *type,
                    const struct value *value,
                    struct buf *out)
{
    struct json_walk walk = json_walk(value->s);
    buf_char(out, '{');
    for (size_t i = 0; i < type->field_count; i++) {
        const struct type_field *field = &type->fields[i];
        if (i) buf_char(out, ',');
        json_write_str(out, field->name);
        buf_char(out, ':');
        item_json(session, field->type, take_field(&walk, value->s, field->name), out);
    }
    buf_char(out, '}');
}
