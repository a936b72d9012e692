/* Text: functions, LIKE, regular expressions, bytea's counterparts, format. */
#include "engine/sqlite/functions_int.h"
#include "types/array.h"
#include "types/bytea.h"
#include "types/like.h"
#include "types/regex.h"
#include "types/text.h"

static err text_out(struct value *out, str text)
{
    *out = value_text(text);
    return NULL;
}

/* ---- one text in, one text out ---- */

enum text_function { T_UPPER, T_LOWER, T_INITCAP, T_REVERSE, T_QUOTE_IDENT, T_QUOTE_LITERAL };

static err run_map(struct function_call *call, struct value *out)
{
    str s = arg_text(call, 0);
    switch ((enum text_function)call->row->with) {
    case T_UPPER: return text_out(out, text_upper(call->arena, s));
    case T_LOWER: return text_out(out, text_lower(call->arena, s));
    case T_INITCAP: return text_out(out, text_initcap(call->arena, s));
    case T_REVERSE: return text_out(out, text_reverse(call->arena, s));
    case T_QUOTE_IDENT: return text_out(out, text_quote_ident(call->arena, s));
    case T_QUOTE_LITERAL: return text_out(out, text_quote_literal(call->arena, s));
    }
    return NULL;
}

static err run_quote_nullable(struct function_call *call, struct value *out)
{
    if (arg_null(call, 0)) return text_out(out, STR("NULL"));
    return text_out(out, text_quote_literal(call->arena, arg_text(call, 0)));
}

/* quote_literal(anyelement): by the value's text output. */
static err run_quote_any(struct function_call *call, struct value *out)
{
    if (arg_null(call, 0)) {
        if (call->row->with) *out = value_text(STR("NULL"));
        return NULL;
    }
    str text = type_output_str(call->arena, &call->session->types, call->shapes[0], &call->args[0]);
    /* By the cast to text, which spells a boolean out. */
    if (call->shapes[0]->storage == TYPE_BOOL) text = call->args[0].i ? STR("true") : STR("false");
    return text_out(out, text_quote_literal(call->arena, text));
}

/* ---- parts ---- */

static err run_substring(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    if (call->count == 2) {
        out->s = text_substring_from(arg_text(call, 0), arg_int(call, 1));
        return NULL;
    }
    return text_substring(call->arena, arg_text(call, 0), arg_int(call, 1), arg_int(call, 2),
                          &out->s);
}

static err run_side(struct function_call *call, struct value *out)
{
    return text_out(out, call->row->with ? text_right(arg_text(call, 0), arg_int(call, 1))
                                         : text_left(arg_text(call, 0), arg_int(call, 1)));
}

static err run_pad(struct function_call *call, struct value *out)
{
    str fill = call->count == 3 ? arg_text(call, 2) : STR(" ");
    out->kind = VALUE_TEXT;
    return call->row->with
               ? text_pad_right(call->arena, arg_text(call, 0), arg_int(call, 1), fill, &out->s)
               : text_pad_left(call->arena, arg_text(call, 0), arg_int(call, 1), fill, &out->s);
}

static err run_trim(struct function_call *call, struct value *out)
{
    str set = call->count == 2 ? arg_text(call, 1) : STR(" ");
    return text_out(
        out, text_trim(call->arena, arg_text(call, 0), set, (enum text_trim_side)call->row->with));
}

static err run_position(struct function_call *call, struct value *out)
{
    *out = value_int(text_position(arg_text(call, 0), arg_text(call, 1)));
    return NULL;
}

static err run_starts_with(struct function_call *call, struct value *out)
{
    *out = value_int(str_starts(arg_text(call, 0), arg_text(call, 1)));
    return NULL;
}

static err run_overlay(struct function_call *call, struct value *out)
{
    int64_t length = call->count == 4 ? arg_int(call, 3) : (int64_t)text_length(arg_text(call, 1));
    out->kind = VALUE_TEXT;
    return text_overlay(call->arena, arg_text(call, 0), arg_text(call, 1), arg_int(call, 2), length,
                        &out->s);
}

/* ---- changes ---- */

static err run_replace(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    return text_replace(call->arena, arg_text(call, 0), arg_text(call, 1), arg_text(call, 2),
                        &out->s);
}

static err run_translate(struct function_call *call, struct value *out)
{
    return text_out(
        out, text_translate(call->arena, arg_text(call, 0), arg_text(call, 1), arg_text(call, 2)));
}

static err run_split_part(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    return text_split_part(call->arena, arg_text(call, 0), arg_text(call, 1), arg_int(call, 2),
                           &out->s);
}

static err run_repeat(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    return text_repeat(call->arena, arg_text(call, 0), arg_int(call, 1), &out->s);
}

static err run_ascii(struct function_call *call, struct value *out)
{
    *out = value_int(text_ascii(arg_text(call, 0)));
    return NULL;
}

static err run_chr(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    return text_chr(call->arena, arg_int(call, 0), &out->s);
}

static err run_to_hex(struct function_call *call, struct value *out)
{
    return text_out(out, text_to_hex(call->arena, arg_int(call, 0), call->row->with != 0));
}

static err run_bit_length(struct function_call *call, struct value *out)
{
    *out = value_int((int64_t)arg_text(call, 0).len * 8);
    return NULL;
}

/* ---- any values as text: concat, concat_ws, format, || ---- */

static str output_of(struct function_call *call, size_t index)
{
    return type_output_str(call->arena, &call->session->types, call->shapes[index],
                           &call->args[index]);
}

static err checked(struct function_call *call, const struct buf *text, struct value *out)
{
    if (!buf_ok(text)) return err_sql(call->arena, "54000", "requested length too large");
    return text_out(out, buf_str(text));
}

static err run_concat(struct function_call *call, struct value *out)
{
    struct buf *text = buf_in(call->arena, TEXT_BYTES_MAX);
    for (size_t i = 0; i < call->count; i++) {
        if (!arg_null(call, i)) buf_str_add(text, output_of(call, i));
    }
    return checked(call, text, out);
}

static err run_concat_ws(struct function_call *call, struct value *out)
{
    if (arg_null(call, 0)) return NULL;
    struct buf *text = buf_in(call->arena, TEXT_BYTES_MAX);
    bool any = false;
    for (size_t i = 1; i < call->count; i++) {
        if (arg_null(call, i)) continue;
        if (any) buf_str_add(text, arg_text(call, 0));
        buf_str_add(text, output_of(call, i));
        any = true;
    }
    return checked(call, text, out);
}

static err run_format(struct function_call *call, struct value *out)
{
    if (arg_null(call, 0)) return NULL;
    size_t count = call->count - 1;
    struct text_argument *arguments =
        ARENA_ARRAY(call->arena, struct text_argument, count ? count : 1);
    for (size_t i = 0; i < count; i++) {
        arguments[i].is_null = arg_null(call, i + 1);
        if (!arguments[i].is_null) arguments[i].text = output_of(call, i + 1);
    }
    out->kind = VALUE_TEXT;
    return text_format(call->arena, arg_text(call, 0), arguments, count, &out->s);
}

/* text || anything, anything || text: by the cast to text, which says "true" where output says "t". */
static err run_any_concat(struct function_call *call, struct value *out)
{
    struct buf *text = buf_in(call->arena, TEXT_BYTES_MAX);
    for (size_t i = 0; i < call->count; i++) {
        struct value part = value_null();
        TRY(type_cast(call->arena, &call->session->types, call->shapes[i], type_plain(TYPE_TEXT),
                      TYPE_EXPLICIT, &call->args[i], &part));
        buf_str_add(text, part.s);
    }
    return checked(call, text, out);
}

/* ---- LIKE ---- */

enum { LIKE_NOT = 1, LIKE_ANY_CASE = 2 };

static err run_like(struct function_call *call, struct value *out)
{
    int with = call->row->with;
    bool match = false;
    TRY(like_match(call->arena, arg_text(call, 0), arg_text(call, 1),
                   with & LIKE_ANY_CASE ? LIKE_FOLD : LIKE_EXACT, &match));
    *out = value_int(match != ((with & LIKE_NOT) != 0));
    return NULL;
}

static err run_like_escape(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    return like_escape(call->arena, arg_text(call, 0), arg_text(call, 1), &out->s);
}

/* ---- regular expressions ---- */

static err regex_of(struct function_call *call,
                    size_t pattern,
                    size_t flags,
                    const char *fixed,
                    const struct regex **out)
{
    str options = str_of(fixed);
    if (flags && flags < call->count) options = arg_text(call, flags);
    return session_regex(call->session, call->arena, arg_text(call, pattern), options, out);
}

enum { REGEX_NOT = 1, REGEX_ANY_CASE = 2 };

static err run_regex(struct function_call *call, struct value *out)
{
    int with = call->row->with;
    const struct regex *regex = NULL;
    bool match = false;
    TRY(regex_of(call, 1, 0, with & REGEX_ANY_CASE ? "i" : "", &regex));
    TRY(regex_test(call->arena, regex, arg_text(call, 0), &match));
    *out = value_int(match != ((with & REGEX_NOT) != 0));
    return NULL;
}

static err run_regexp_like(struct function_call *call, struct value *out)
{
    const struct regex *regex = NULL;
    bool match = false;
    TRY(regex_of(call, 1, 2, "", &regex));
    TRY(regex_test(call->arena, regex, arg_text(call, 0), &match));
    *out = value_int(match);
    return NULL;
}

/* 'g' is the function's own flag, the rest are the expression's. */
static str without_g(struct arena *arena, str flags, bool *global)
{
    struct buf *rest = buf_in(arena, 0);
    *global = false;
    for (size_t i = 0; i < flags.len; i++) {
        if (flags.at[i] == 'g')
            *global = true;
        else
            buf_char(rest, flags.at[i]);
    }
    return buf_str(rest);
}

static err run_regexp_replace(struct function_call *call, struct value *out)
{
    struct regex_replace_options options = {0};
    str flags = STR("");
    if (call->count == 4) flags = without_g(call->arena, arg_text(call, 3), &options.all);
    const struct regex *regex = NULL;
    TRY(session_regex(call->session, call->arena, arg_text(call, 1), flags, &regex));
    out->kind = VALUE_TEXT;
    return regex_replace(call->arena, regex, arg_text(call, 0), arg_text(call, 2), &options,
                         &out->s);
}

/* regexp_replace(text, pattern, replacement, start[, n[, flags]]) */
static err run_regexp_replace_extended(struct function_call *call, struct value *out)
{
    if (arg_int(call, 3) < 1) {
        return err_sql(call->arena, "22023", "invalid value for parameter \"%s\": %lld", "start",
                       (long long)arg_int(call, 3));
    }
    struct regex_replace_options options = {.start = (size_t)arg_int(call, 3)};
    if (call->count > 4) {
        int64_t nth = arg_int(call, 4);
        if (nth < 0) {
            return err_sql(call->arena, "22023", "invalid value for parameter \"%s\": %lld", "n",
                           (long long)nth);
        }
        options.nth = (size_t)nth;
        options.all = nth == 0;
    }
    bool global = false;
    str flags = call->count > 5 ? without_g(call->arena, arg_text(call, 5), &global) : STR("");
    const struct regex *regex = NULL;
    TRY(session_regex(call->session, call->arena, arg_text(call, 1), flags, &regex));
    out->kind = VALUE_TEXT;
    return regex_replace(call->arena, regex, arg_text(call, 0), arg_text(call, 2), &options,
                         &out->s);
}

static str texts_as_array(struct arena *arena, const str *texts, size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count ? count : 1);
    for (size_t i = 0; i < count; i++)
        values[i] = texts[i].at ? value_text(texts[i]) : value_null();
    struct buf *array = buf_in(arena, 0);
    array_write_items(array, type_plain(TYPE_TEXT), values, count);
    return buf_str(array);
}

/* The groups of a match; without groups the match itself. */
static str match_as_array(struct arena *arena, const struct regex_match *match)
{
    bool groups = match->group_count > 0;
    return texts_as_array(arena, match->groups + groups, groups ? match->group_count : 1);
}

static err run_regexp_match(struct function_call *call, struct value *out)
{
    bool global = false;
    str flags = call->count > 2 ? without_g(call->arena, arg_text(call, 2), &global) : STR("");
    if (global) {
        struct err *error =
            err_sql(call->arena, "22023", "regexp_match() does not support the \"global\" option");
        return err_hint(call->arena, error, "Use the regexp_matches function instead.");
    }
    const struct regex *regex = NULL;
    TRY(session_regex(call->session, call->arena, arg_text(call, 1), flags, &regex));
    struct regex_match match;
    bool found = false;
    TRY(regex_find(call->arena, regex, arg_text(call, 0), 0, &found, &match));
    if (found) *out = value_text(match_as_array(call->arena, &match));
    return NULL;
}

static err run_regexp_split(struct function_call *call, struct value *out)
{
    const struct regex *regex = NULL;
    TRY(regex_of(call, 1, 2, "", &regex));
    str *pieces = NULL;
    size_t count = 0;
    TRY(regex_split(call->arena, regex, arg_text(call, 0), &pieces, &count));
    return text_out(out, texts_as_array(call->arena, pieces, count));
}

static err parameter_at_least(struct function_call *call,
                              size_t index,
                              int64_t least,
                              const char *name)
{
    if (index >= call->count || arg_int(call, index) >= least) return NULL;
    return err_sql(call->arena, "22023", "invalid value for parameter \"%s\": %lld", name,
                   (long long)arg_int(call, index));
}

static err run_regexp_count(struct function_call *call, struct value *out)
{
    const struct regex *regex = NULL;
    TRY(parameter_at_least(call, 2, 1, "start"));
    TRY(regex_of(call, 1, 3, "", &regex));
    str text = arg_text(call, 0);
    size_t from = call->count > 2 ? regex_start(text, arg_int(call, 2)) : 0;
    struct regex_match *matches = NULL;
    size_t count = 0;
    TRY(regex_find_all(call->arena, regex, text, from, &matches, &count));
    *out = value_int((int64_t)count);
    return NULL;
}

static err run_regexp_substr(struct function_call *call, struct value *out)
{
    const struct regex *regex = NULL;
    TRY(parameter_at_least(call, 2, 1, "start"));
    TRY(parameter_at_least(call, 3, 1, "n"));
    TRY(parameter_at_least(call, 5, 0, "subexpr"));
    TRY(regex_of(call, 1, 4, "", &regex));
    str text = arg_text(call, 0);
    size_t from = call->count > 2 ? regex_start(text, arg_int(call, 2)) : 0;
    size_t nth = call->count > 3 ? (size_t)arg_int(call, 3) : 1;
    size_t group = call->count > 5 ? (size_t)arg_int(call, 5) : 0;
    struct regex_match *matches = NULL;
    size_t count = 0;
    TRY(regex_find_all(call->arena, regex, text, from, &matches, &count));
    if (nth < 1 || nth > count) return NULL;
    if (group == 1 && !matches[nth - 1].group_count) group = 0; /* without groups it is the match */
    if (group > matches[nth - 1].group_count) return NULL;
    str found = matches[nth - 1].groups[group];
    if (found.at) *out = value_text(found);
    return NULL;
}

/* substring(text from pattern) */
static err run_regex_substring(struct function_call *call, struct value *out)
{
    const struct regex *regex = NULL;
    bool found = false;
    str piece;
    TRY(regex_of(call, 1, 0, "", &regex));
    TRY(regex_substring(call->arena, regex, arg_text(call, 0), &found, &piece));
    if (found) *out = value_text(piece);
    return NULL;
}

/* substring(text similar pattern escape e) */
static err run_similar_substring(struct function_call *call, struct value *out)
{
    str pattern;
    TRY(regex_from_similar(call->arena, arg_text(call, 1), arg_text(call, 2), &pattern));
    const struct regex *regex = NULL;
    bool found = false;
    str piece;
    TRY(session_regex(call->session, call->arena, pattern, STR(""), &regex));
    TRY(regex_substring(call->arena, regex, arg_text(call, 0), &found, &piece));
    if (found) *out = value_text(piece);
    return NULL;
}

static err run_similar_escape(struct function_call *call, struct value *out)
{
    if (arg_null(call, 0)) return NULL;
    str escape = call->count == 2 && !arg_null(call, 1) ? arg_text(call, 1) : STR("\\");
    out->kind = VALUE_TEXT;
    return regex_from_similar(call->arena, arg_text(call, 0), escape, &out->s);
}

/* ---- text and arrays ---- */

static err run_text_to_array(struct function_call *call, struct value *out)
{
    if (arg_null(call, 0)) return NULL;
    str delimiter = arg_null(call, 1) ? STR_NONE : arg_text(call, 1);
    if (!arg_null(call, 1) && !delimiter.at) delimiter = STR("");
    str *pieces = NULL;
    size_t count = 0;
    text_split(call->arena, arg_text(call, 0), delimiter, &pieces, &count);
    if (call->count == 3 && !arg_null(call, 2)) {
        for (size_t i = 0; i < count; i++) {
            if (str_eq(pieces[i], arg_text(call, 2)))
                pieces[i] = STR_NONE;
            else if (!pieces[i].at)
                pieces[i] = STR("");
        }
    } else {
        for (size_t i = 0; i < count; i++) {
            if (!pieces[i].at) pieces[i] = STR("");
        }
    }
    return text_out(out, texts_as_array(call->arena, pieces, count));
}

/* ---- bytea ---- */

static err run_bytea_substr(struct function_call *call, struct value *out)
{
    str bytes = arg_text(call, 0);
    int64_t start = arg_int(call, 1) - 1;
    int64_t end = (int64_t)bytes.len;
    if (call->count == 3) {
        if (arg_int(call, 2) < 0) {
            return err_sql(call->arena, "22011", "negative substring length not allowed");
        }
        if (__builtin_add_overflow(start, arg_int(call, 2), &end)) end = (int64_t)bytes.len;
    }
    if (start < 0) start = 0;
    if (end < start) end = start;
    *out = value_blob(str_slice(bytes, (size_t)start, (size_t)end));
    return NULL;
}

static err run_byteacat(struct function_call *call, struct value *out)
{
    struct buf *bytes = buf_in(call->arena, TEXT_BYTES_MAX);
    buf_str_add(bytes, arg_text(call, 0));
    buf_str_add(bytes, arg_text(call, 1));
    TRY(checked(call, bytes, out));
    out->kind = VALUE_BLOB;
    return NULL;
}

static err run_bytea_byte(struct function_call *call, struct value *out)
{
    str bytes = arg_text(call, 0);
    int64_t at = arg_int(call, 1);
    if (at < 0 || at >= (int64_t)bytes.len) {
        return err_sql(call->arena, "2202E", "index %lld out of valid range, 0..%lld",
                       (long long)at, (long long)bytes.len - 1);
    }
    *out = value_int((unsigned char)bytes.at[at]);
    return NULL;
}

/* ---- the table ---- */

#define ROW(symbol, args, body, with)                   \
    {                                                   \
        symbol, args, SHAPE_NONE, FN_STRICT, body, with \
    }

static const struct function_row rows[] = {
    ROW("upper", 1, run_map, T_UPPER),
    ROW("lower", 1, run_map, T_LOWER),
    ROW("initcap", 1, run_map, T_INITCAP),
    ROW("text_reverse", 1, run_map, T_REVERSE),
    ROW("quote_ident", 1, run_map, T_QUOTE_IDENT),
    ROW("quote_literal", 1, run_map, T_QUOTE_LITERAL),
    {"quote_nullable",              1,  SHAPE_NONE,  0,         run_quote_nullable, 0},
    {"quote_literal_anyelement",    1,  SHAPE_FIRST, 0,         run_quote_any,      0},
    {"quote_nullable_anyelement",   1,  SHAPE_FIRST, 0,         run_quote_any,      1},
    ROW("text_substr", 3, run_substring, 0),
    ROW("text_substr_no_len", 2, run_substring, 0),
    ROW("text_left", 2, run_side, 0),
    ROW("text_right", 2, run_side, 1),
    ROW("lpad", 3, run_pad, 0),
    ROW("lpad_text_int4", 2, run_pad, 0),
    ROW("rpad", 3, run_pad, 1),
    ROW("rpad_text_int4", 2, run_pad, 1),
    ROW("btrim", 2, run_trim, TEXT_TRIM_BOTH),
    ROW("btrim1", 1, run_trim, TEXT_TRIM_BOTH),
    ROW("ltrim", 2, run_trim, TEXT_TRIM_LEFT),
    ROW("ltrim1", 1, run_trim, TEXT_TRIM_LEFT),
    ROW("rtrim", 2, run_trim, TEXT_TRIM_RIGHT),
    ROW("rtrim1", 1, run_trim, TEXT_TRIM_RIGHT),
    ROW("textpos", 2, run_position, 0),
    ROW("text_starts_with", 2, run_starts_with, 0),
    ROW("textoverlay", 4, run_overlay, 0),
    ROW("textoverlay_no_len", 3, run_overlay, 0),
    ROW("replace_text", 3, run_replace, 0),
    ROW("translate", 3, run_translate, 0),
    ROW("split_part", 3, run_split_part, 0),
    ROW("repeat", 2, run_repeat, 0),
    ROW("ascii", 1, run_ascii, 0),
    ROW("chr", 1, run_chr, 0),
    ROW("to_hex32", 1, run_to_hex, 0),
    ROW("to_hex64", 1, run_to_hex, 1),
    ROW("bit_length_text", 1, run_bit_length, 0),
    ROW("bit_length_bytea", 1, run_bit_length, 0),
    {"text_concat",                 -1, SHAPE_EACH,  0,         run_concat,         0},
    {"text_concat_ws",              -1, SHAPE_EACH,  0,         run_concat_ws,      0},
    {"text_format",                 -1, SHAPE_EACH,  0,         run_format,         0},
    {"text_format_nv",              1,  SHAPE_EACH,  0,         run_format,         0},
    {"textanycat_text_anynonarray", 2,  SHAPE_EACH,  FN_STRICT, run_any_concat,     0},
    {"anytextcat_anynonarray_text", 2,  SHAPE_EACH,  FN_STRICT, run_any_concat,     0},
    ROW("textlike", 2, run_like, 0),
    ROW("textnlike", 2, run_like, LIKE_NOT),
    ROW("texticlike", 2, run_like, LIKE_ANY_CASE),
    ROW("texticnlike", 2, run_like, LIKE_ANY_CASE | LIKE_NOT),
    ROW("namelike", 2, run_like, 0),
    ROW("namenlike", 2, run_like, LIKE_NOT),
    ROW("nameiclike", 2, run_like, LIKE_ANY_CASE),
    ROW("nameicnlike", 2, run_like, LIKE_ANY_CASE | LIKE_NOT),
    ROW("like_escape", 2, run_like_escape, 0),
    ROW("textregexeq", 2, run_regex, 0),
    ROW("textregexne", 2, run_regex, REGEX_NOT),
    ROW("texticregexeq", 2, run_regex, REGEX_ANY_CASE),
    ROW("texticregexne", 2, run_regex, REGEX_ANY_CASE | REGEX_NOT),
    ROW("nameregexeq", 2, run_regex, 0),
    ROW("nameregexne", 2, run_regex, REGEX_NOT),
    ROW("nameicregexeq", 2, run_regex, REGEX_ANY_CASE),
    ROW("nameicregexne", 2, run_regex, REGEX_ANY_CASE | REGEX_NOT),
    ROW("regexp_like", 3, run_regexp_like, 0),
    ROW("regexp_like_no_flags", 2, run_regexp_like, 0),
    ROW("textregexreplace", 4, run_regexp_replace, 0),
    ROW("textregexreplace_noopt", 3, run_regexp_replace, 0),
    ROW("textregexreplace_extended", 6, run_regexp_replace_extended, 0),
    ROW("textregexreplace_extended_no_flags", 5, run_regexp_replace_extended, 0),
    ROW("textregexreplace_extended_no_n", 4, run_regexp_replace_extended, 0),
    ROW("regexp_match", 3, run_regexp_match, 0),
    ROW("regexp_match_no_flags", 2, run_regexp_match, 0),
    ROW("regexp_split_to_array", 3, run_regexp_split, 0),
    ROW("regexp_split_to_array_no_flags", 2, run_regexp_split, 0),
    ROW("regexp_count", 4, run_regexp_count, 0),
    ROW("regexp_count_no_flags", 3, run_regexp_count, 0),
    ROW("regexp_count_no_start", 2, run_regexp_count, 0),
    ROW("regexp_substr", 6, run_regexp_substr, 0),
    ROW("regexp_substr_no_subexpr", 5, run_regexp_substr, 0),
    ROW("regexp_substr_no_flags", 4, run_regexp_substr, 0),
    ROW("regexp_substr_no_n", 3, run_regexp_substr, 0),
    ROW("regexp_substr_no_start", 2, run_regexp_substr, 0),
    ROW("textregexsubstr", 2, run_regex_substring, 0),
    ROW("substring_text_text_text", 3, run_similar_substring, 0),
    {"similar_to_escape_1",         1,  SHAPE_NONE,  0,         run_similar_escape, 0},
    {"similar_to_escape_2",         2,  SHAPE_NONE,  FN_STRICT, run_similar_escape, 0},
    {"similar_escape",              2,  SHAPE_NONE,  0,         run_similar_escape, 0},
    {"text_to_array",               2,  SHAPE_NONE,  0,         run_text_to_array,  0},
    {"text_to_array_null",          3,  SHAPE_NONE,  0,         run_text_to_array,  0},
    ROW("bytea_substr", 3, run_bytea_substr, 0),
    ROW("bytea_substr_no_len", 2, run_bytea_substr, 0),
    ROW("byteacat", 2, run_byteacat, 0),
    ROW("byteaGetByte", 2, run_bytea_byte, 0),
};

const struct function_table functions_text = {rows, COUNT_OF(rows)};
