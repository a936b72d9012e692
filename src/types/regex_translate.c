/* PostgreSQL's advanced regular expressions (Henry Spencer's AREs) to PCRE2's syntax.
 *
 * Everything is written out explicitly, so that no meaning is left to PCRE2's own defaults: anchors
 * as look-arounds where newlines count, classes as Unicode properties that say what glibc's C.UTF-8
 * says, every literal sign escaped. Quantifiers stand only where an ARE allows them.
 */
#include <string.h>

#include "base/utf8.h"
#include "types/regex_int.h"

enum { GROUPS_OPEN_MAX = 200, REPEAT_MAX = 255, PATTERN_BYTES_MAX = 64 * 1024 };

/* An open parenthesis, or the whole expression. */
struct frame {
    enum regex_preference branch; /* of the branch being read */
    bool alternatives;            /* a | was met */
    bool constraint;              /* a look-around: takes no quantifier */
};

struct translator {
    struct arena *arena;
    str pattern;
    size_t at;
    struct regex_options options;
    struct regex_translation *out;
    struct frame frames[GROUPS_OPEN_MAX];
    size_t depth; /* frames in use, at least 1 */
    bool atom;    /* something that a quantifier may follow stands before */
    enum regex_preference atom_preference;
    size_t variable_quantifiers;
};

static err invalid(struct arena *arena, const char *reason)
{
    return err_sql(arena, "2201B", "invalid regular expression: %s", reason);
}

static err untranslatable(struct arena *arena, str what)
{
    return err_sql(arena, "2201B", "invalid regular expression: cannot translate \"%.*s\"",
                   STR_FMT(what));
}

/* ---- options ---- */

err regex_options_parse(struct arena *arena, str flags, struct regex_options *out)
{
    for (size_t i = 0; i < flags.len; i++) {
        switch (flags.at[i]) {
        case 'i': out->fold = true; break;
        case 'c': out->fold = false; break;
        case 'm':
        case 'n': out->newline_stops = out->newline_anchors = true; break;
        case 'p':
            out->newline_stops = true;
            out->newline_anchors = false;
            break;
        case 's': out->newline_stops = out->newline_anchors = false; break;
        case 'w':
            out->newline_stops = false;
            out->newline_anchors = true;
            break;
        case 't': out->expanded = false; break;
        case 'x': out->expanded = true; break;
        case 'q': out->literal = true; break;
        case 'b':
        case 'e':
            return err_sql(arena, "0A000", "regular expression option \"%c\" is not supported",
                           flags.at[i]);
        default: {
            size_t end = i;
            if (utf8_next(flags, &end) < 0) end = i + 1;
            return err_sql(arena, "22023", "invalid regular expression option: \"%.*s\"",
                           STR_FMT(str_slice(flags, i, end)));
        }
        }
    }
    return NULL;
}

/* ---- reading ---- */

static bool at_end(const struct translator *t)
{
    return t->at >= t->pattern.len;
}

static char peek_at(const struct translator *t, size_t more)
{
    return t->at + more < t->pattern.len ? t->pattern.at[t->at + more] : '\0';
}

static bool looking_at(const struct translator *t, str what)
{
    return str_starts(str_skip(t->pattern, t->at), what);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int32_t next_point(struct translator *t)
{
    return utf8_next(t->pattern, &t->at);
}

/* ---- writing ---- */

static void put(struct translator *t, const char *text)
{
    buf_str_add(t->out->text, str_of(text));
}

/* Any character as itself, in a class or outside. */
static void put_point(struct translator *t, int32_t point)
{
    bool plain = point >= 0x80 || (point >= '0' && point <= '9') ||
                 (point >= 'A' && point <= 'Z') || (point >= 'a' && point <= 'z');
    if (plain) {
        char bytes[4];
        buf_append(t->out->text, bytes, utf8_encode(point, bytes));
    } else {
        buf_printf(t->out->text, "\\x{%x}", (unsigned)point);
    }
}

/* Decimal digits beyond ASCII: glibc takes them for letters, as ISO C allows "0" to "9" alone for digits. */
#define OTHER_DIGITS                                                                       \
    "\\x{660}-\\x{669}\\x{6f0}-\\x{6f9}\\x{7c0}-\\x{7c9}\\x{966}-\\x{96f}"                 \
    "\\x{9e6}-\\x{9ef}\\x{a66}-\\x{a6f}\\x{ae6}-\\x{aef}\\x{b66}-\\x{b6f}"                 \
    "\\x{be6}-\\x{bef}\\x{c66}-\\x{c6f}\\x{ce6}-\\x{cef}\\x{d66}-\\x{d6f}"                 \
    "\\x{de6}-\\x{def}\\x{e50}-\\x{e59}\\x{ed0}-\\x{ed9}\\x{f20}-\\x{f29}"                 \
    "\\x{1040}-\\x{1049}\\x{1090}-\\x{1099}\\x{17e0}-\\x{17e9}\\x{1810}-\\x{1819}"         \
    "\\x{1946}-\\x{194f}\\x{19d0}-\\x{19d9}\\x{1a80}-\\x{1a89}\\x{1a90}-\\x{1a99}"         \
    "\\x{1b50}-\\x{1b59}\\x{1bb0}-\\x{1bb9}\\x{1c40}-\\x{1c49}\\x{1c50}-\\x{1c59}"         \
    "\\x{a620}-\\x{a629}\\x{a8d0}-\\x{a8d9}\\x{a900}-\\x{a909}\\x{a9d0}-\\x{a9d9}"         \
    "\\x{a9f0}-\\x{a9f9}\\x{aa50}-\\x{aa59}\\x{abf0}-\\x{abf9}\\x{ff10}-\\x{ff19}"         \
    "\\x{104a0}-\\x{104a9}\\x{10d30}-\\x{10d39}\\x{11066}-\\x{1106f}\\x{110f0}-\\x{110f9}" \
    "\\x{11136}-\\x{1113f}\\x{111d0}-\\x{111d9}\\x{112f0}-\\x{112f9}\\x{11450}-\\x{11459}" \
    "\\x{114d0}-\\x{114d9}\\x{11650}-\\x{11659}\\x{116c0}-\\x{116c9}\\x{11730}-\\x{11739}" \
    "\\x{118e0}-\\x{118e9}\\x{11950}-\\x{11959}\\x{11c50}-\\x{11c59}\\x{11d50}-\\x{11d59}" \
    "\\x{11da0}-\\x{11da9}\\x{16a60}-\\x{16a69}\\x{16ac0}-\\x{16ac9}\\x{16b50}-\\x{16b59}" \
    "\\x{1d7ce}-\\x{1d7ff}\\x{1e140}-\\x{1e149}\\x{1e2f0}-\\x{1e2f9}\\x{1e950}-\\x{1e959}" \
    "\\x{1fbf0}-\\x{1fbf9}"
#define WORD_CLASS "\\p{Alphabetic}\\p{Nd}_"
#define SPACE_CLASS                                                                             \
    "\\x{9}-\\x{d}\\x{20}\\x{1680}\\x{2000}-\\x{2006}\\x{2008}-\\x{200a}\\x{2028}\\x{2029}\\x{" \
    "205f}\\x{3000}"
#define UNSEEN "\\p{Cf}\\p{Co}"                     /* not control characters, to glibc */
#define NO_BREAK_SPACES "\\x{a0}\\x{2007}\\x{202f}" /* punctuation, to glibc */
#define START_OF_WORD "(?<![" WORD_CLASS "])(?=[" WORD_CLASS "])"
#define END_OF_WORD "(?<=[" WORD_CLASS "])(?![" WORD_CLASS "])"

struct class_row {
    str name;
    const char *members; /* inside brackets */
};

static const struct class_row classes[] = {
    {STR_INIT("alnum"),  "\\p{Alphabetic}\\p{Nd}"                               },
    {STR_INIT("alpha"),  "\\p{Alphabetic}" OTHER_DIGITS                         },
    {STR_INIT("blank"),  "\\x{9}\\x{20}"                                        },
    {STR_INIT("cntrl"),  "\\p{Cc}"                                              },
    {STR_INIT("digit"),  "0-9"                                                  },
    {STR_INIT("graph"),  "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}" UNSEEN NO_BREAK_SPACES},
    {STR_INIT("lower"),  "\\p{Lowercase}\\x{1c5}\\x{1c8}\\x{1cb}\\x{1f2}"       },
    {STR_INIT("print"),  "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Zs}" UNSEEN         },
    {STR_INIT("punct"),  "\\p{P}\\p{S}\\p{No}" UNSEEN NO_BREAK_SPACES           },
    {STR_INIT("space"),  SPACE_CLASS                                            },
    {STR_INIT("upper"),  "\\p{Uppercase}\\p{Lt}"                                },
    {STR_INIT("word"),   WORD_CLASS                                             },
    {STR_INIT("xdigit"), "0-9A-Fa-f"                                            },
};

struct shorthand {
    char letter;
    const char *outside;
    const char *inside; /* brackets; NULL: not expressible there */
    bool constraint;
};

static const struct shorthand shorthands[] = {
    {'d', "[0-9]",                                                                                   "0-9",       false},
    {'D', "[^0-9]",                                                                                  NULL,        false},
    {'s', "[" SPACE_CLASS "]",                                                                       SPACE_CLASS, false},
    {'S', "[^" SPACE_CLASS "]",                                                                      NULL,        false},
    {'w', "[" WORD_CLASS "]",                                                                        WORD_CLASS,  false},
    {'W', "[^" WORD_CLASS "]",                                                                       NULL,        false},
    {'A', "\\A",                                                                                     NULL,        true },
    {'Z', "\\z",                                                                                     NULL,        true },
    {'m', START_OF_WORD,                                                                             NULL,        true },
    {'M', END_OF_WORD,                                                                               NULL,        true },
    {'y', "(?:" START_OF_WORD "|" END_OF_WORD ")",                                                   NULL,        true },
    {'Y', "(?:(?<=[" WORD_CLASS "])(?=[" WORD_CLASS "])|(?<![" WORD_CLASS "])(?![" WORD_CLASS "]))",
     NULL,                                                                                                        true },
};

static const struct shorthand *find_shorthand(char letter)
{
    for (size_t i = 0; i < COUNT_OF(shorthands); i++) {
        if (shorthands[i].letter == letter) return &shorthands[i];
    }
    return NULL;
}

/* ---- escapes ---- */

static err bad_escape(struct translator *t)
{
    return invalid(t->arena, "invalid escape \\ sequence");
}

static err hex_digits(struct translator *t, size_t min, size_t max, int32_t *out)
{
    size_t count = 0;
    int64_t value = 0;
    for (; count < max && hex_value(peek_at(t, 0)) >= 0; count++, t->at++) {
        value = value * 16 + hex_value(peek_at(t, 0));
        if (value > 0x10ffff) return bad_escape(t);
    }
    bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (count < min || surrogate) return bad_escape(t);
    *out = (int32_t)value;
    return NULL;
}

static err octal_digits(struct translator *t, int32_t *out)
{
    int32_t value = 0;
    for (int i = 0; i < 3 && peek_at(t, 0) >= '0' && peek_at(t, 0) <= '7'; i++, t->at++) {
        value = value * 8 + (peek_at(t, 0) - '0');
    }
    *out = value;
    return NULL;
}

/* The character that an escape stands for; at is behind the backslash. */
static err escaped_point(struct translator *t, int32_t *out)
{
    static const char letters[] = "abefnrtv";
    static const char values[] = "\a\b\033\f\n\r\t\v";
    char c = peek_at(t, 0);
    const char *found = c ? strchr(letters, c) : NULL;
    if (found) {
        t->at++;
        *out = (unsigned char)values[found - letters];
        return NULL;
    }
    switch (c) {
    case 'B':
        t->at++;
        *out = '\\';
        return NULL;
    case 'c':
        t->at += 2;
        *out = t->at <= t->pattern.len ? t->pattern.at[t->at - 1] & 31 : 0;
        return *out ? NULL : bad_escape(t);
    case 'u': t->at++; return hex_digits(t, 4, 4, out);
    case 'U': t->at++; return hex_digits(t, 8, 8, out);
    case 'x': t->at++; return hex_digits(t, 1, 255, out);
    case '0': return octal_digits(t, out);
    default: break;
    }
    bool alnum = is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (alnum || at_end(t)) return bad_escape(t);
    *out = next_point(t);
    return NULL;
}

/* "\1" and up. More digits count when so many groups are open or closed, else they are octal. */
static err back_reference(struct translator *t)
{
    size_t number = (size_t)(peek_at(t, 0) - '0');
    bool two = is_digit(peek_at(t, 1));
    size_t longer = number * 10 + (size_t)(two ? peek_at(t, 1) - '0' : 0);
    t->at++;
    if (two && longer <= t->out->group_count) {
        t->at++;
        number = longer;
    } else if (two) {
        int32_t point;
        t->at--;
        TRY(octal_digits(t, &point));
        put_point(t, point);
        return NULL;
    }
    if (number > t->out->group_count) return invalid(t->arena, "invalid backreference number");
    buf_printf(t->out->text, "\\g{%zu}", number);
    return NULL;
}

static err escape(struct translator *t)
{
    int32_t point;
    t->at++;
    if (at_end(t)) return bad_escape(t);
    const struct shorthand *row = find_shorthand(peek_at(t, 0));
    t->atom = true;
    t->atom_preference = REGEX_NO_PREFERENCE;
    if (row) {
        t->at++;
        put(t, row->outside);
        t->atom = !row->constraint;
        return NULL;
    }
    if (peek_at(t, 0) >= '1' && peek_at(t, 0) <= '9') return back_reference(t);
    TRY(escaped_point(t, &point));
    put_point(t, point);
    return NULL;
}

/* ---- brackets ---- */

/* What stands between "[:" and ":]", "[." and ".]", "[=" and "=]". */
static err bracket_name(struct translator *t, char kind, str *out)
{
    char close[2] = {kind, ']'};
    size_t end = str_find(t->pattern, str_from(close, 2), t->at + 2);
    if (end == SIZE_MAX) return invalid(t->arena, "brackets [] not balanced");
    *out = str_slice(t->pattern, t->at + 2, end);
    t->at = end + 2;
    return NULL;
}

static err named_class(struct translator *t)
{
    str name;
    TRY(bracket_name(t, ':', &name));
    /* Without regard to case the two cases are one. */
    bool cased = str_eq(name, STR("upper")) || str_eq(name, STR("lower"));
    if (t->options.fold && cased) name = STR("alpha");
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        if (!str_eq(classes[i].name, name)) continue;
        put(t, classes[i].members);
        return NULL;
    }
    return invalid(t->arena, "invalid character class");
}

/* One end of a range or a lone character. *class: it was a class and is written already. */
static err bracket_item(struct translator *t, bool *class, int32_t *point)
{
    *class = false;
    char c = peek_at(t, 0);
    if (c == '[' && peek_at(t, 1) == ':') {
        *class = true;
        return named_class(t);
    }
    if (c == '[' && (peek_at(t, 1) == '.' || peek_at(t, 1) == '=')) {
        size_t start = t->at, end = 0;
        str name;
        TRY(bracket_name(t, peek_at(t, 1), &name));
        *point = utf8_next(name, &end);
        if (*point >= 0 && end == name.len) return NULL;
        return untranslatable(t->arena, str_slice(t->pattern, start, t->at));
    }
    if (c == '\\') {
        t->at++;
        const struct shorthand *row = find_shorthand(peek_at(t, 0));
        if (!row) return escaped_point(t, point);
        *class = true;
        if (row->constraint) return bad_escape(t);
        if (!row->inside)
            return untranslatable(t->arena, str_slice(t->pattern, t->at - 1, t->at + 1));
        put(t, row->inside);
        t->at++;
        return NULL;
    }
    *point = next_point(t);
    return *point < 0 ? invalid(t->arena, "brackets [] not balanced") : NULL;
}

static err bracket_range(struct translator *t, int32_t low)
{
    int32_t high;
    bool class;
    t->at++; /* the hyphen */
    TRY(bracket_item(t, &class, &high));
    if (class || high < low) return invalid(t->arena, "invalid character range");
    put_point(t, low);
    put(t, "-");
    put_point(t, high);
    return NULL;
}

static err bracket(struct translator *t)
{
    t->at++;
    bool negated = peek_at(t, 0) == '^';
    if (negated) t->at++;
    put(t, negated ? "[^" : "[");
    if (negated && t->options.newline_stops) put(t, "\\n");
    for (bool first = true; first || peek_at(t, 0) != ']'; first = false) {
        int32_t point;
        bool class;
        if (at_end(t)) return invalid(t->arena, "brackets [] not balanced");
        bool lone_hyphen = peek_at(t, 0) == '-' && !first && peek_at(t, 1) != ']';
        TRY(bracket_item(t, &class, &point));
        bool range = peek_at(t, 0) == '-' && peek_at(t, 1) != ']' && peek_at(t, 1);
        if (lone_hyphen && !range) return invalid(t->arena, "invalid character range");
        if (class && range) return invalid(t->arena, "invalid character range");
        if (class) continue;
        if (range)
            TRY(bracket_range(t, point));
        else
            put_point(t, point);
    }
    t->at++;
    put(t, "]");
    t->atom = true;
    t->atom_preference = REGEX_NO_PREFERENCE;
    return NULL;
}

/* ---- groups ---- */

struct opener {
    str are;
    const char *pcre;
    bool captures;
    bool constraint;
};

/* Longest first. */
static const struct opener openers[] = {
    {STR_INIT("(?<="), "(?<=", false, true },
    {STR_INIT("(?<!"), "(?<!", false, true },
    {STR_INIT("(?:"),  "(?:",  false, false},
    {STR_INIT("(?="),  "(?=",  false, true },
    {STR_INIT("(?!"),  "(?!",  false, true },
    {STR_INIT("("),    "(",    true,  false},
};

static err open_group(struct translator *t)
{
    const struct opener *opener = openers;
    while (!looking_at(t, opener->are)) opener++;
    if (opener->captures && peek_at(t, 1) == '?') {
        return invalid(t->arena, "quantifier operand invalid");
    }
    if (t->depth == GROUPS_OPEN_MAX) return invalid(t->arena, "regular expression is too complex");
    t->frames[t->depth++] = (struct frame){.constraint = opener->constraint};
    t->out->group_count += opener->captures;
    t->at += opener->are.len;
    put(t, opener->pcre);
    t->atom = false;
    return NULL;
}

static enum regex_preference frame_preference(const struct frame *frame)
{
    return frame->alternatives ? REGEX_LONGEST : frame->branch;
}

static err close_group(struct translator *t)
{
    if (t->depth == 1) return invalid(t->arena, "parentheses () not balanced");
    const struct frame *frame = &t->frames[--t->depth];
    t->at++;
    put(t, ")");
    t->atom = !frame->constraint;
    t->atom_preference = frame->constraint ? REGEX_NO_PREFERENCE : frame_preference(frame);
    return NULL;
}

/* "(?#...)" */
static err skip_comment(struct translator *t)
{
    size_t end = str_find_char(t->pattern, ')', t->at);
    if (end == SIZE_MAX) return invalid(t->arena, "parentheses () not balanced");
    t->at = end + 1;
    return NULL;
}

/* ---- quantifiers ---- */

/* A branch wishes what its first part with a wish does. */
static void branch_wishes(struct translator *t, enum regex_preference preference)
{
    struct frame *frame = &t->frames[t->depth - 1];
    if (frame->branch == REGEX_NO_PREFERENCE) frame->branch = preference;
}

struct repeat {
    int32_t min;
    int32_t max; /* -1: any */
    bool fixed;  /* {m} */
};

static err repeat_count(struct translator *t, int32_t *out)
{
    int32_t value = 0;
    if (!is_digit(peek_at(t, 0))) return invalid(t->arena, "invalid repetition count(s)");
    while (is_digit(peek_at(t, 0))) {
        value = value * 10 + (peek_at(t, 0) - '0');
        if (value > REPEAT_MAX) return invalid(t->arena, "invalid repetition count(s)");
        t->at++;
    }
    *out = value;
    return NULL;
}

static err braces(struct translator *t, struct repeat *out)
{
    t->at++;
    TRY(repeat_count(t, &out->min));
    out->max = out->min;
    out->fixed = true;
    if (peek_at(t, 0) == ',') {
        t->at++;
        out->fixed = false;
        out->max = -1;
        if (peek_at(t, 0) != '}') TRY(repeat_count(t, &out->max));
    }
    if (peek_at(t, 0) != '}') return invalid(t->arena, "braces {} not balanced");
    t->at++;
    if (out->max >= 0 && out->max < out->min) {
        return invalid(t->arena, "invalid repetition count(s)");
    }
    return NULL;
}

static bool starts_quantifier(const struct translator *t)
{
    char c = peek_at(t, 0);
    return c == '*' || c == '+' || c == '?' || (c == '{' && is_digit(peek_at(t, 1)));
}

static err quantifier(struct translator *t)
{
    struct repeat repeat = {0, -1, false};
    char c = peek_at(t, 0);
    if (!t->atom) return invalid(t->arena, "quantifier operand invalid");
    if (c == '{') {
        TRY(braces(t, &repeat));
    } else {
        t->at++;
        repeat.min = c == '+';
        repeat.max = c == '?' ? 1 : -1;
    }
    buf_printf(t->out->text, "{%d", repeat.min);
    if (repeat.max < 0)
        put(t, ",");
    else if (!repeat.fixed)
        buf_printf(t->out->text, ",%d", repeat.max);
    put(t, "}");
    bool lazy = peek_at(t, 0) == '?';
    if (lazy) {
        t->at++;
        put(t, "?");
    }
    if (starts_quantifier(t)) return invalid(t->arena, "quantifier operand invalid");
    if (!repeat.fixed) {
        t->variable_quantifiers++;
        t->atom_preference = lazy ? REGEX_SHORTEST : REGEX_LONGEST;
    }
    branch_wishes(t, t->atom_preference);
    t->atom = false;
    return NULL;
}

/* ---- the whole ---- */

static void alternative(struct translator *t)
{
    struct frame *frame = &t->frames[t->depth - 1];
    t->at++;
    put(t, "|");
    frame->alternatives = true;
    t->out->choices = true;
    t->atom = false;
}

static void anchor(struct translator *t, const char *plain, const char *at_newlines)
{
    t->at++;
    put(t, t->options.newline_anchors ? at_newlines : plain);
    t->atom = false;
}

static err literal(struct translator *t)
{
    int32_t point = next_point(t);
    if (point < 0) return invalid(t->arena, "invalid UTF-8");
    put_point(t, point);
    t->atom = true;
    t->atom_preference = REGEX_NO_PREFERENCE;
    return NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* In expanded syntax blanks and comments to the end of the line mean nothing. */
static bool skip_expanded(struct translator *t)
{
    if (!t->options.expanded) return false;
    char c = peek_at(t, 0);
    if (c == '#') {
        size_t end = str_find_char(t->pattern, '\n', t->at);
        t->at = end == SIZE_MAX ? t->pattern.len : end;
        return true;
    }
    if (!c || !is_blank(c)) return false;
    t->at++;
    return true;
}

static err word_bracket(struct translator *t, const char *text)
{
    t->at += STR("[[:<:]]").len;
    put(t, text);
    t->atom = false;
    return NULL;
}

static err piece(struct translator *t)
{
    if (starts_quantifier(t)) return quantifier(t);
    /* An atom whose wish no quantifier changed. */
    if (t->atom) branch_wishes(t, t->atom_preference);
    switch (peek_at(t, 0)) {
    case '(': return looking_at(t, STR("(?#")) ? skip_comment(t) : open_group(t);
    case ')': return close_group(t);
    case '|': alternative(t); return NULL;
    case '[':
        if (looking_at(t, STR("[[:<:]]"))) return word_bracket(t, START_OF_WORD);
        if (looking_at(t, STR("[[:>:]]"))) return word_bracket(t, END_OF_WORD);
        return bracket(t);
    case '\\': return escape(t);
    case '^': anchor(t, "\\A", "(?<![^\\n])"); return NULL;
    case '$': anchor(t, "\\z", "(?![^\\n])"); return NULL;
    case '.':
        t->at++;
        put(t, t->options.newline_stops ? "[^\\n]" : "(?s:.)");
        t->atom = true;
        t->atom_preference = REGEX_NO_PREFERENCE;
        return NULL;
    default: return literal(t);
    }
}

/* "***:" and "***=" say what follows; "(?in)" sets options. Both only at the very start. */
static err prefixes(struct translator *t)
{
    if (looking_at(t, STR("***="))) {
        t->at += 4;
        t->options.literal = true;
        return NULL;
    }
    if (looking_at(t, STR("***:"))) t->at += 4;
    char third = peek_at(t, 2);
    bool letters = looking_at(t, STR("(?")) && third >= 'a' && third <= 'z';
    if (!letters) return NULL;
    size_t end = str_find_char(t->pattern, ')', t->at);
    if (end == SIZE_MAX) return invalid(t->arena, "invalid embedded option");
    err error = regex_options_parse(t->arena, str_slice(t->pattern, t->at + 2, end), &t->options);
    if (error) return invalid(t->arena, "invalid embedded option");
    t->at = end + 1;
    return NULL;
}

static err translate(struct translator *t)
{
    if (!t->options.literal) TRY(prefixes(t));
    while (!at_end(t)) {
        if (t->options.literal)
            TRY(literal(t));
        else if (!skip_expanded(t))
            TRY(piece(t));
    }
    if (t->atom) branch_wishes(t, t->atom_preference);
    if (t->depth > 1) return invalid(t->arena, "parentheses () not balanced");
    t->out->fold = t->options.fold;
    t->out->preference = frame_preference(&t->frames[0]);
    t->out->choices = t->out->choices || t->variable_quantifiers > 1;
    return NULL;
}

err regex_to_pcre(struct arena *arena,
                  str pattern,
                  struct regex_options options,
                  struct regex_translation *out)
{
    if (pattern.len > PATTERN_BYTES_MAX) return invalid(arena, "regular expression is too complex");
    struct translator *t = ARENA_NEW(arena, struct translator);
    *out = (struct regex_translation){.text = buf_in(arena, 0)};
    t->arena = arena;
    t->pattern = pattern;
    t->options = options;
    t->out = out;
    t->depth = 1;
    return translate(t);
}
