/* Date templates: "YYYY-MM-DD" to nodes. */
#include "base/utf8.h"
#include "base/vec.h"
#include "types/to_char_int.h"

const char *const month_names[12] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};
const char *const day_names[7] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                  "Thursday", "Friday", "Saturday"};
const char *const roman_months[12] = {"I",   "II",   "III", "IV", "V",  "VI",
                                      "VII", "VIII", "IX",  "X",  "XI", "XII"};

#define U LETTERS_UPPER
#define L LETTERS_LOWER
#define BOTH(upper, lower, id, width, digits) \
    {STR_INIT(upper), id, U, width, digits},  \
    {                                         \
        STR_INIT(lower), id, L, width, digits \
    }

/* Longer spellings before their prefixes; upper and lower case alone, as PostgreSQL knows them. */
static const struct field fields[] = {
    BOTH("A.D.", "a.d.", FIELD_AD_DOTS, 0, false),
    BOTH("A.M.", "a.m.", FIELD_AM_DOTS, 0, false),
    BOTH("AD", "ad", FIELD_AD, 0, false),
    BOTH("AM", "am", FIELD_AM, 0, false),
    BOTH("B.C.", "b.c.", FIELD_AD_DOTS, 0, false),
    BOTH("BC", "bc", FIELD_AD, 0, false),
    BOTH("CC", "cc", FIELD_CC, 2, true),
    {STR_INIT("DAY"),   FIELD_DAY,   U,             0, false},
    {STR_INIT("Day"),   FIELD_DAY,   LETTERS_TITLE, 0, false},
    {STR_INIT("day"),   FIELD_DAY,   L,             0, false},
    BOTH("DDD", "ddd", FIELD_DDD, 3, true),
    BOTH("DD", "dd", FIELD_DD, 2, true),
    {STR_INIT("DY"),    FIELD_DY,    U,             0, false},
    {STR_INIT("Dy"),    FIELD_DY,    LETTERS_TITLE, 0, false},
    {STR_INIT("dy"),    FIELD_DY,    L,             0, false},
    BOTH("D", "d", FIELD_D, 1, true),
    BOTH("FF1", "ff1", FIELD_FF, 1, false),
    BOTH("FF2", "ff2", FIELD_FF, 2, false),
    BOTH("FF3", "ff3", FIELD_FF, 3, false),
    BOTH("FF4", "ff4", FIELD_FF, 4, false),
    BOTH("FF5", "ff5", FIELD_FF, 5, false),
    BOTH("FF6", "ff6", FIELD_FF, 6, false),
    BOTH("FX", "fx", FIELD_FX, 0, false),
    BOTH("HH24", "hh24", FIELD_HH24, 2, true),
    BOTH("HH12", "hh12", FIELD_HH12, 2, true),
    BOTH("HH", "hh", FIELD_HH12, 2, true),
    BOTH("IDDD", "iddd", FIELD_IDDD, 3, true),
    BOTH("ID", "id", FIELD_ID, 1, true),
    BOTH("IW", "iw", FIELD_IW, 2, true),
    BOTH("IYYY", "iyyy", FIELD_IYYYY, 4, true),
    BOTH("IYY", "iyy", FIELD_IYYYY, 3, true),
    BOTH("IY", "iy", FIELD_IYYYY, 2, true),
    BOTH("I", "i", FIELD_IYYYY, 1, true),
    BOTH("J", "j", FIELD_J, 1, true),
    BOTH("MI", "mi", FIELD_MI, 2, true),
    BOTH("MM", "mm", FIELD_MM, 2, true),
    {STR_INIT("MONTH"), FIELD_MONTH, U,             0, false},
    {STR_INIT("Month"), FIELD_MONTH, LETTERS_TITLE, 0, false},
    {STR_INIT("month"), FIELD_MONTH, L,             0, false},
    {STR_INIT("MON"),   FIELD_MON,   U,             0, false},
    {STR_INIT("Mon"),   FIELD_MON,   LETTERS_TITLE, 0, false},
    {STR_INIT("mon"),   FIELD_MON,   L,             0, false},
    BOTH("MS", "ms", FIELD_MS, 3, true),
    {STR_INIT("OF"),    FIELD_OF,    U,             0, false},
    BOTH("P.M.", "p.m.", FIELD_AM_DOTS, 0, false),
    BOTH("PM", "pm", FIELD_AM, 0, false),
    BOTH("Q", "q", FIELD_Q, 1, true),
    BOTH("RM", "rm", FIELD_RM, 0, false),
    BOTH("SSSSS", "sssss", FIELD_SSSS, 5, true),
    BOTH("SSSS", "ssss", FIELD_SSSS, 4, true),
    BOTH("SS", "ss", FIELD_SS, 2, true),
    {STR_INIT("TZH"),   FIELD_TZH,   U,             0, false},
    {STR_INIT("TZM"),   FIELD_TZM,   U,             2, true },
    BOTH("TZ", "tz", FIELD_TZ, 0, false),
    BOTH("US", "us", FIELD_US, 6, true),
    BOTH("WW", "ww", FIELD_WW, 2, true),
    BOTH("W", "w", FIELD_W, 1, true),
    BOTH("Y,YYY", "y,yyy", FIELD_YYYY_COMMA, 5, true),
    BOTH("YYYY", "yyyy", FIELD_YYYYY, 4, true),
    BOTH("YYY", "yyy", FIELD_YYYYY, 3, true),
    BOTH("YY", "yy", FIELD_YYYYY, 2, true),
    BOTH("Y", "y", FIELD_YYYYY, 1, true),
};
#undef U
#undef L

static const struct field *find_field(str rest)
{
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        if (str_starts(rest, fields[i].name)) return &fields[i];
    }
    return NULL;
}

struct template_nodes {
    VEC(struct node);
};

static void add_character(struct arena *arena, struct template_nodes *nodes, str text)
{
    char c = text.at[0];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    bool separator = text.len == 1 && c >= ' ' && c < 0x7f && !letter;
    *VEC_ADD(arena, nodes) =
        (struct node){.kind = separator || c == '\t' || c == '\n' ? NODE_SEPARATOR : NODE_CHARACTER,
                      .text = text};
}

static str character_at(str s, size_t at)
{
    size_t end = at;
    if (utf8_next(s, &end) < 0) end = at + 1;
    return str_slice(s, at, end);
}

/* "quoted": every character stands for itself; a backslash takes the next as it is. */
static size_t add_quoted(struct arena *arena, struct template_nodes *nodes, str format, size_t at)
{
    for (at++; at < format.len && format.at[at] != '"';) {
        if (format.at[at] == '\\' && at + 1 < format.len) at++;
        str c = character_at(format, at);
        *VEC_ADD(arena, nodes) = (struct node){.kind = NODE_CHARACTER, .text = c};
        at += c.len;
    }
    return at + 1;
}

/* FM and TM in front of a field; TM (names of the locale) leaves names unpadded. */
static size_t skip_prefixes(str format, size_t at, bool *fill, bool *translate)
{
    *fill = *translate = false;
    for (;;) {
        str rest = str_skip(format, at);
        bool fm = str_starts(rest, STR("FM")) || str_starts(rest, STR("fm"));
        bool tm = str_starts(rest, STR("TM")) || str_starts(rest, STR("tm"));
        if (!fm && !tm) return at;
        *fill = *fill || fm;
        *translate = *translate || tm;
        at += 2;
    }
}

static size_t add_field(struct arena *arena,
                        struct template_nodes *nodes,
                        str format,
                        size_t at,
                        const struct field *field,
                        bool fill)
{
    struct node *node = VEC_ADD(arena, nodes);
    *node = (struct node){.kind = NODE_FIELD, .field = field, .fill = fill};
    at += field->name.len;
    str rest = str_skip(format, at);
    if (str_starts(rest, STR("TH")))
        node->ordinal = 'T';
    else if (str_starts(rest, STR("th")))
        node->ordinal = 't';
    else if (str_starts(rest, STR("SP")))
        return at + 2; /* "spell": accepted, does nothing */
    return node->ordinal ? at + 2 : at;
}

err template_parse(struct arena *arena, str format, struct nodes *out)
{
    struct template_nodes nodes = {0};
    for (size_t at = 0; at < format.len;) {
        bool fill, translate;
        size_t start = skip_prefixes(format, at, &fill, &translate);
        const struct field *field = find_field(str_skip(format, start));
        if (field) {
            fill = fill || (translate && !field->digits);
            at = add_field(arena, &nodes, format, start, field, fill);
            continue;
        }
        at = start;
        if (at >= format.len) break;
        if (format.at[at] == '"') {
            at = add_quoted(arena, &nodes, format, at);
            continue;
        }
        /* Outside quotes a backslash means something before a quote alone. */
        if (format.at[at] == '\\' && at + 1 < format.len && format.at[at + 1] == '"') at++;
        str c = character_at(format, at);
        add_character(arena, &nodes, c);
        at += c.len;
    }
    *out = (struct nodes){nodes.at, nodes.count};
    return NULL;
}
