#include "types/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/cost.h"
#include "base/utf8.h"
#include "types/regex_int.h"

/* Patterns come from API filters: no match may take more than a few milliseconds or megabytes. */
enum {
    MATCH_LIMIT = 1000000, /* PCRE2's internal calls */
    DEPTH_LIMIT = 20000,
    HEAP_LIMIT_KIB = 16 * 1024,
    MATCH_UNITS = COST_LOOK, /* of one match: long enough for a look at the clock */
    RESULT_BYTES_MAX = 64 * 1024 * 1024,
    MATCHES_MAX = 1000000,
    DFA_WORKSPACE = 4096,
};

struct regex {
    pcre2_code *code;
    pcre2_match_context *limits;
    size_t group_count;
    bool choices;
    bool shortest;
};

static void release(void *object)
{
    struct regex *regex = object;
    pcre2_match_context_free(regex->limits);
    pcre2_code_free(regex->code);
}

/* ---- compiling ---- */

static err no_memory(struct arena *arena)
{
    return err_sql(arena, "53200", "out of memory in a regular expression");
}

static err compile_error(struct arena *arena, int code)
{
    PCRE2_UCHAR text[160];
    pcre2_get_error_message(code, text, sizeof text);
    return err_sql(arena, "2201B", "invalid regular expression: %s", (const char *)text);
}

static err compile(struct arena *arena,
                   const struct regex_translation *translation,
                   struct regex *regex)
{
    uint32_t options = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C |
                       PCRE2_DOLLAR_ENDONLY | (translation->fold ? PCRE2_CASELESS : 0);
    /* The DFA matcher finds no shorter length behind a repeat that was made possessive. */
    if (regex->shortest) options |= PCRE2_NO_AUTO_POSSESS;
    str text = translation->text->at ? buf_str(translation->text) : STR("");
    int code;
    PCRE2_SIZE at;
    regex->code = pcre2_compile((PCRE2_SPTR)text.at, text.len, options, &code, &at, NULL);
    if (!regex->code) return compile_error(arena, code);
    regex->limits = pcre2_match_context_create(NULL);
    if (!regex->limits) return no_memory(arena);
    pcre2_set_match_limit(regex->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(regex->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(regex->limits, HEAP_LIMIT_KIB);
    return NULL;
}

err regex_compile(struct arena *arena, str pattern, str flags, struct regex **out)
{
    struct regex_options options = {0};
    struct regex_translation translation;
    TRY(regex_options_parse(arena, flags, &options));
    TRY(regex_to_pcre(arena, pattern, options, &translation));
    struct regex *regex = ARENA_NEW(arena, struct regex);
    regex->group_count = translation.group_count;
    regex->choices = translation.choices;
    regex->shortest = translation.preference == REGEX_SHORTEST;
    arena_defer(arena, release, regex);
    TRY(compile(arena, &translation, regex));
    *out = regex;
    return NULL;
}

err regex_translate(struct arena *arena, str pattern, str flags, str *out)
{
    struct regex_options options = {0};
    struct regex_translation translation;
    TRY(regex_options_parse(arena, flags, &options));
    TRY(regex_to_pcre(arena, pattern, options, &translation));
    *out = translation.text->at ? buf_str(translation.text) : STR("");
    return NULL;
}

size_t regex_group_count(const struct regex *regex)
{
    return regex->group_count;
}

/* ---- one match ---- */

static err match_error(struct arena *arena, int code)
{
    switch (code) {
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
        return err_sql(arena, "57014",
                       "canceling statement: a regular expression took too many steps");
    case PCRE2_ERROR_NOMEMORY: return no_memory(arena);
    default: break;
    }
    return err_sql(arena, "XX000", "regular expression failed (PCRE2 error %d)", code);
}

/* An empty str has no address, and PCRE2 wants one. */
static PCRE2_SPTR subject(str text)
{
    return (PCRE2_SPTR)(text.at ? text.at : "");
}

/* A negative code but PCRE2_ERROR_NOMATCH is an error. */
static int run(
    const struct regex *regex, str text, size_t from, uint32_t options, pcre2_match_data *data)
{
    return pcre2_match(regex->code, subject(text), text.len, from, options | PCRE2_NO_UTF_CHECK,
                       data, regex->limits);
}

/* PCRE2 takes the first way that matches, PostgreSQL the longest (or shortest) of all that start at
 * the same place. The DFA matcher knows that length; what it cannot do (back references) or cannot do
 * in its workspace leaves the first way. */
static bool preferred_end(const struct regex *regex, str text, size_t start, size_t *end)
{
    int workspace[DFA_WORKSPACE];
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (!data) return false;
    uint32_t options = PCRE2_ANCHORED | PCRE2_NO_UTF_CHECK;
    if (regex->shortest) options |= PCRE2_DFA_SHORTEST;
    int code = pcre2_dfa_match(regex->code, subject(text), text.len, start, options, data,
                               regex->limits, workspace, DFA_WORKSPACE);
    if (code >= 0) *end = pcre2_get_ovector_pointer(data)[1];
    pcre2_match_data_free(data);
    return code >= 0;
}

/* Matches anew so that it ends where PostgreSQL's does; the first match stays where that fails. */
static int prefer(const struct regex *regex, str text, size_t from, pcre2_match_data *data)
{
    const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(data);
    size_t start = ovector[0], end = ovector[1], wanted;
    if (!preferred_end(regex, text, start, &wanted) || wanted == end) return 1;
    uint32_t options = PCRE2_ANCHORED | PCRE2_ENDANCHORED;
    int code = run(regex, str_slice(text, 0, wanted), start, options, data);
    return code >= 0 ? code : run(regex, text, from, 0, data);
}

static void take_groups(struct arena *arena,
                        const struct regex *regex,
                        str text,
                        pcre2_match_data *data,
                        struct regex_match *out)
{
    const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(data);
    str *groups = ARENA_ARRAY(arena, str, regex->group_count + 1);
    for (size_t i = 0; i <= regex->group_count; i++) {
        bool took_part = ovector[2 * i] != PCRE2_UNSET;
        if (took_part) groups[i] = str_slice(text, ovector[2 * i], ovector[2 * i + 1]);
        if (took_part && !groups[i].at) groups[i] = STR(""); /* NULL is for "took no part" */
    }
    *out = (struct regex_match){ovector[0], ovector[1], regex->group_count, groups};
}

err regex_find(struct arena *arena,
               const struct regex *regex,
               str text,
               size_t from,
               bool *found,
               struct regex_match *out)
{
    if (cost_spend(arena, MATCH_UNITS)) return match_error(arena, PCRE2_ERROR_MATCHLIMIT);
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(regex->code, NULL);
    if (!data) return no_memory(arena);
    int code = run(regex, text, from, 0, data);
    if (code >= 0 && regex->choices) code = prefer(regex, text, from, data);
    *found = code >= 0;
    if (*found) take_groups(arena, regex, text, data, out);
    pcre2_match_data_free(data);
    return *found || code == PCRE2_ERROR_NOMATCH ? NULL : match_error(arena, code);
}

err regex_test(struct arena *arena, const struct regex *regex, str text, bool *out)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (!data) return no_memory(arena);
    int code = run(regex, text, 0, 0, data);
    pcre2_match_data_free(data);
    *out = code >= 0;
    return *out || code == PCRE2_ERROR_NOMATCH ? NULL : match_error(arena, code);
}

/* ---- many matches ---- */

/* Behind a match; an empty one moves on by a character. */
static size_t next_start(str text, const struct regex_match *match)
{
    size_t at = match->end;
    if (match->start < match->end) return at;
    if (at >= text.len || utf8_next(text, &at) < 0) at++;
    return at;
}

size_t regex_start(str text, int64_t character)
{
    if (character <= 1) return 0;
    size_t skipped = (size_t)character - 1;
    return skipped > utf8_count(text) ? text.len + 1 : utf8_offset(text, skipped);
}

err regex_find_all(struct arena *arena,
                   const struct regex *regex,
                   str text,
                   size_t from,
                   struct regex_match **out,
                   size_t *count)
{
    size_t capacity = 8;
    struct regex_match *matches = ARENA_ARRAY(arena, struct regex_match, capacity);
    *count = 0;
    while (from <= text.len) {
        struct regex_match match;
        bool found;
        TRY(regex_find(arena, regex, text, from, &found, &match));
        if (!found) break;
        if (*count == MATCHES_MAX)
            return err_sql(arena, "54000", "too many regular expression matches");
        if (*count == capacity) {
            struct regex_match *wider = ARENA_ARRAY(arena, struct regex_match, capacity * 2);
            for (size_t i = 0; i < capacity; i++) wider[i] = matches[i];
            matches = wider;
            capacity *= 2;
        }
        matches[(*count)++] = match;
        from = next_start(text, &match);
    }
    *out = matches;
    return NULL;
}

static void put_replacement(struct buf *out, str replacement, const struct regex_match *match)
{
    for (size_t i = 0; i < replacement.len; i++) {
        char c = replacement.at[i];
        char next = i + 1 < replacement.len ? replacement.at[i + 1] : '\0';
        bool digit = next >= '1' && next <= '9';
        if (c != '\\' || (!digit && next != '&' && next != '\\')) {
            buf_char(out, c);
            continue;
        }
        i++;
        size_t group = digit ? (size_t)(next - '0') : 0;
        if (next == '\\')
            buf_char(out, '\\');
        else if (group <= match->group_count)
            buf_str_add(out, match->groups[group]);
    }
}

err regex_replace(struct arena *arena,
                  const struct regex *regex,
                  str text,
                  str replacement,
                  const struct regex_replace_options *options,
                  str *out)
{
    struct buf *result = buf_in(arena, RESULT_BYTES_MAX);
    size_t from = regex_start(text, (int64_t)options->start);
    size_t wanted = options->nth ? options->nth : options->all ? 0 : 1; /* 0: every one */
    size_t done = 0, seen = 0;
    while (from <= text.len) {
        struct regex_match match;
        bool found;
        TRY(regex_find(arena, regex, text, from, &found, &match));
        if (!found) break;
        from = next_start(text, &match);
        if (wanted && ++seen < wanted) continue;
        buf_str_add(result, str_slice(text, done, match.start));
        put_replacement(result, replacement, &match);
        done = match.end;
        if (wanted) break;
    }
    buf_str_add(result, str_skip(text, done));
    *out = result->at ? buf_str(result) : STR("");
    return buf_ok(result) ? NULL
                          : err_sql(arena, "54000", "result of regular expression is too large");
}

err regex_split(struct arena *arena, const struct regex *regex, str text, str **out, size_t *count)
{
    struct regex_match *matches;
    size_t match_count;
    TRY(regex_find_all(arena, regex, text, 0, &matches, &match_count));
    *out = ARENA_ARRAY(arena, str, match_count + 1);
    *count = 0;
    size_t done = 0, before_end = 0;
    for (size_t i = 0; i < match_count; i++) {
        const struct regex_match *match = &matches[i];
        /* Empty matches at the edges and right behind another match split nothing. */
        if (match->start >= text.len || match->end <= before_end) continue;
        (*out)[(*count)++] = str_slice(text, done, match->start);
        done = before_end = match->end;
    }
    (*out)[(*count)++] = str_skip(text, done);
    return NULL;
}

err regex_substring(struct arena *arena, const struct regex *regex, str text, bool *found, str *out)
{
    struct regex_match match;
    TRY(regex_find(arena, regex, text, 0, found, &match));
    if (!*found) return NULL;
    *out = match.groups[regex->group_count ? 1 : 0];
    *found = out->at != NULL;
    return NULL;
}
