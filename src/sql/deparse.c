#include "sql/deparse.h"

#include <string.h>

#include "sql/deparse_int.h"

/* ---- names and constants ---- */

static bool is_keyword(str name)
{
    static const str words[] = {
#define KEYWORD(word) STR_INIT(#word),
#include "sql/keywords.def"
#undef KEYWORD
    };
    size_t low = 0;
    size_t high = COUNT_OF(words);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        size_t len = words[middle].len < name.len ? words[middle].len : name.len;
        int order = memcmp(words[middle].at, name.at, len);
        if (order == 0) order = words[middle].len < name.len ? -1 : words[middle].len > name.len;
        if (order == 0) return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool is_plain(str name)
{
    if (str_empty(name) || (name.at[0] >= '0' && name.at[0] <= '9')) return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (!plain) return false;
    }
    return !is_keyword(name);
}

/* Doubles every quote, and every backslash too when asked. */
static void quoted(struct buf *out, str text, char quote, bool backslashes)
{
    buf_char(out, quote);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == quote || (backslashes && c == '\\')) buf_char(out, c);
        buf_char(out, c);
    }
    buf_char(out, quote);
}

void deparse_ident(struct buf *out, str name)
{
    if (is_plain(name))
        buf_str_add(out, name);
    else
        quoted(out, name, '"', false);
}

void deparse_literal(struct buf *out, str text)
{
    bool backslash = str_find_char(text, '\\', 0) != SIZE_MAX;
    /* Behind a name, E would become part of it. */
    if (backslash) buf_str_add(out, STR("E"));
    quoted(out, text, '\'', backslash);
}

/* ---- building blocks ---- */

void out_str(struct deparse *out, str text)
{
    buf_str_add(out->text, text);
}

void out_ident(struct deparse *out, str name)
{
    deparse_ident(out->text, name);
}

void out_error(struct deparse *out, err error)
{
    if (!out->error) out->error = error;
}

void out_refuse(struct deparse *out, const struct node *node)
{
    if (out->error) return;
    str name = node ? ast_name(node) : STR("nothing");
    struct err *error =
        err_sql(out->arena, "0A000", "%.*s cannot be printed as SQL yet", STR_FMT(name));
    out_error(out, err_at(error, ast_location(node)));
}

void out_list(struct deparse *out, const struct list *items, str separator, deparse_item *print)
{
    for (size_t i = 0; i < items->count && !out->error; i++) {
        if (i) out_str(out, separator);
        print(out, items->at[i]);
    }
}

void out_exprs(struct deparse *out, const struct list *items)
{
    out_list(out, items, STR(", "), out_any_expr);
}

static void print_name(struct deparse *out, const struct node *node)
{
    if (AST_IS(String, node))
        out_ident(out, AST_AS(String, node)->sval);
    else if (AST_IS(A_Star, node))
        out_lit(out, "*");
    else
        out_refuse(out, node);
}

void out_names(struct deparse *out, const struct list *names)
{
    out_list(out, names, STR(", "), print_name);
}

void out_qualified(struct deparse *out, const struct list *names)
{
    out_list(out, names, STR("."), print_name);
}

/* ---- types ---- */

/* Types that the grammar spells in words: pg_catalog's name, the words before and behind the
 * modifiers. A type without its modifiers must be meant so: plain "char" is char(1). */
struct type_words {
    str name;
    str before;
    str behind;
    bool modifiers_needed;
};

static const struct type_words type_words[] = {
    {STR_INIT("bit"),         STR_INIT("bit"),              STR_INIT(""),                true },
    {STR_INIT("bool"),        STR_INIT("boolean"),          STR_INIT(""),                false},
    {STR_INIT("bpchar"),      STR_INIT("char"),             STR_INIT(""),                true },
    {STR_INIT("float4"),      STR_INIT("real"),             STR_INIT(""),                false},
    {STR_INIT("float8"),      STR_INIT("double precision"), STR_INIT(""),                false},
    {STR_INIT("int2"),        STR_INIT("smallint"),         STR_INIT(""),                false},
    {STR_INIT("int4"),        STR_INIT("integer"),          STR_INIT(""),                false},
    {STR_INIT("int8"),        STR_INIT("bigint"),           STR_INIT(""),                false},
    {STR_INIT("numeric"),     STR_INIT("numeric"),          STR_INIT(""),                false},
    {STR_INIT("time"),        STR_INIT("time"),             STR_INIT(""),                false},
    {STR_INIT("timestamp"),   STR_INIT("timestamp"),        STR_INIT(""),                false},
    {STR_INIT("timestamptz"), STR_INIT("timestamp"),        STR_INIT(" with time zone"), false},
    {STR_INIT("timetz"),      STR_INIT("time"),             STR_INIT(" with time zone"), false},
    {STR_INIT("varbit"),      STR_INIT("bit varying"),      STR_INIT(""),                false},
    {STR_INIT("varchar"),     STR_INIT("varchar"),          STR_INIT(""),                false},
};

static const struct type_words *find_type_words(str name)
{
    for (size_t i = 0; i < COUNT_OF(type_words); i++)
        if (str_eq(type_words[i].name, name)) return &type_words[i];
    return NULL;
}

static void print_modifiers(struct deparse *out, const struct list *modifiers)
{
    if (modifiers->count == 0) return;
    out_lit(out, "(");
    out_exprs(out, modifiers);
    out_lit(out, ")");
}

static const struct A_Const *integer_at(const struct list *items, size_t index)
{
    if (index >= items->count || !AST_IS(A_Const, items->at[index])) return NULL;
    const struct A_Const *constant = AST_AS(A_Const, items->at[index]);
    return constant->val == A_CONST_INTEGER ? constant : NULL;
}

/* The fields that an interval's first modifier names; NULL for a mask the grammar does not make. */
static const char *interval_fields(int64_t mask)
{
    enum {
        YEAR = INTERVAL_MASK_YEAR,
        MONTH = INTERVAL_MASK_MONTH,
        DAY = INTERVAL_MASK_DAY,
        HOUR = INTERVAL_MASK_HOUR,
        MINUTE = INTERVAL_MASK_MINUTE,
        SECOND = INTERVAL_MASK_SECOND,
    };
    static const struct {
        int64_t mask;
        const char *fields;
    } rows[] = {
        {YEAR,                         " year"            },
        {MONTH,                        " month"           },
        {DAY,                          " day"             },
        {HOUR,                         " hour"            },
        {MINUTE,                       " minute"          },
        {SECOND,                       " second"          },
        {YEAR | MONTH,                 " year to month"   },
        {DAY | HOUR,                   " day to hour"     },
        {DAY | HOUR | MINUTE,          " day to minute"   },
        {DAY | HOUR | MINUTE | SECOND, " day to second"   },
        {HOUR | MINUTE,                " hour to minute"  },
        {HOUR | MINUTE | SECOND,       " hour to second"  },
        {MINUTE | SECOND,              " minute to second"},
        {INTERVAL_FULL_RANGE,          ""                 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].mask == mask) return rows[i].fields;
    return NULL;
}

static void print_interval(struct deparse *out, const struct TypeName *type)
{
    out_lit(out, "interval");
    if (type->typmods->count == 0) return;
    const struct A_Const *mask = integer_at(type->typmods, 0);
    const struct A_Const *digits = integer_at(type->typmods, 1);
    const char *fields = mask ? interval_fields(mask->ival) : NULL;
    if (!fields || (type->typmods->count > 1 && !digits)) {
        out_refuse(out, AST_NODE(type));
        return;
    }
    out_str(out, str_of(fields));
    if (digits) buf_printf(out->text, "(%lld)", (long long)digits->ival);
}

static void print_type_base(struct deparse *out, const struct TypeName *type)
{
    bool system = type->names->count == 2 && str_eq(ast_name_at(type->names, 0), STR("pg_catalog"));
    str name = system ? ast_name_at(type->names, 1) : STR_NONE;
    const struct type_words *words = system ? find_type_words(name) : NULL;
    if (system && str_eq(name, STR("interval"))) {
        print_interval(out, type);
    } else if (words && (type->typmods->count || !words->modifiers_needed)) {
        out_str(out, words->before);
        print_modifiers(out, type->typmods);
        out_str(out, words->behind);
    } else {
        out_qualified(out, type->names);
        print_modifiers(out, type->typmods);
    }
}

void out_type(struct deparse *out, const struct TypeName *type)
{
    if (type->setof) out_lit(out, "SETOF ");
    print_type_base(out, type);
    if (type->pct_type) out_lit(out, "%TYPE");
    for (size_t i = 0; i < type->arrayBounds->count; i++) {
        int64_t bound = AST_AS(Integer, type->arrayBounds->at[i])->ival;
        if (bound < 0)
            out_lit(out, "[]");
        else
            buf_printf(out->text, "[%lld]", (long long)bound);
    }
}

/* ---- the public functions ---- */

static err finish(struct deparse *out)
{
    if (out->error) return out->error;
    if (!buf_ok(out->text)) return err_new(out->arena, ERR_NO_MEMORY, "the SQL text is too long");
    return NULL;
}

err deparse_statement(struct deparse *out, const struct node *node)
{
    if (!out_query(out, node) && !out_utility(out, node)) out_refuse(out, node);
    return finish(out);
}

err deparse_expr(struct deparse *out, const struct node *node)
{
    out_any_expr(out, node);
    return finish(out);
}

err deparse_type_name(struct deparse *out, const struct TypeName *type)
{
    out_type(out, type);
    return finish(out);
}

static void start(struct deparse *out, struct arena *arena)
{
    *out = (struct deparse){.arena = arena, .text = buf_in(arena, 0)};
}

err deparse_statement_str(struct arena *arena, const struct node *node, str *text)
{
    struct deparse out;
    start(&out, arena);
    TRY(deparse_statement(&out, node));
    *text = buf_str(out.text);
    return NULL;
}

err deparse_expr_str(struct arena *arena, const struct node *node, str *text)
{
    struct deparse out;
    start(&out, arena);
    TRY(deparse_expr(&out, node));
    *text = buf_str(out.text);
    return NULL;
}

err deparse_type_name_str(struct arena *arena, const struct TypeName *type, str *text)
{
    struct deparse out;
    start(&out, arena);
    TRY(deparse_type_name(&out, type));
    *text = buf_str(out.text);
    return NULL;
}
