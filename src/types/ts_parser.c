/* The default parser: at each place the longest road of an ordered choice, as PostgreSQL takes it.
 *
 * A recogniser takes the place it starts at and answers where its token ends, or 0. Those of hosts and
 * files walk once over the text and remember the last place where they could have ended. */
#include "types/ts_parser.h"

#include "base/attr.h"
#include "base/utf8.h"

/* ---- characters ---- */

struct range32 {
    int32_t first, last;
};
#define R(first, last) {first, last},
static const struct range32 alphas[] = {
#include "types/ts_alpha.def"
};
static const struct range32 marks[] = {
#include "types/ts_mark.def"
};
#undef R

static bool in_ranges(const struct range32 *ranges, size_t count, int32_t c)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ranges[middle].last < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && ranges[low].first <= c;
}

static bool is_letter(int32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static bool is_digit(int32_t c)
{
    return c >= '0' && c <= '9';
}
static bool is_plain(int32_t c)
{
    return is_letter(c) || is_digit(c);
}
static bool is_alpha(int32_t c)
{
    return c < 0x80 ? is_letter(c) : in_ranges(alphas, COUNT_OF(alphas), c);
}
static bool is_mark(int32_t c)
{
    return c >= 0x80 && in_ranges(marks, COUNT_OF(marks), c);
}

bool ts_is_alnum(int32_t c)
{
    return is_digit(c) || is_alpha(c);
}

bool ts_is_space(int32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x1680 || (c >= 0x2000 && c <= 0x2006) ||
           (c >= 0x2008 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x205F || c == 0x3000;
}

/* The byte there; 0 at the end. */
static int byte_at(const struct ts_parser *p, size_t at)
{
    return at < p->text.len ? (unsigned char)p->text.at[at] : 0;
}

/* The character there, -1 at the end; *next is behind it. */
static int32_t char_at(const struct ts_parser *p, size_t at, size_t *next)
{
    *next = at;
    return utf8_next(p->text, next);
}

/* ---- hosts, addresses, URLs ---- */

struct found {
    size_t end; /* 0: nothing */
    enum ts_token type;
    size_t host_end; /* TS_URL */
};

static struct found found(enum ts_token type, size_t end)
{
    return (struct found){.end = end, .type = type};
}

static size_t digits_end(const struct ts_parser *p, size_t at)
{
    while (is_digit(byte_at(p, at))) at++;
    return at;
}

/* RFC 3986's printable characters. */
static bool is_url_char(int c)
{
    if (c <= ' ' || c >= 0x7f) return false;
    return c != '"' && c != '<' && c != '>' && c != '\\' && c != '^' && c != '`' && c != '{' &&
           c != '|' && c != '}';
}

static size_t url_path(const struct ts_parser *p, size_t at)
{
    size_t end = at;
    while (is_url_char(byte_at(p, end))) end++;
    return end > at ? end : 0;
}

enum host_state {
    HOST_LABEL_START, /* behind - or _, or at the beginning */
    HOST_LABEL,
    HOST_DOT,     /* behind a dot */
    HOST_TOP_ONE, /* one letter behind a dot */
    HOST_TOP,     /* two and more: may end here */
};

static struct found host(struct ts_parser *p, size_t at, enum host_state state, bool alone);

static struct found email(struct ts_parser *p, size_t at)
{
    struct found address = host(p, at, HOST_LABEL_START, true);
    return address.end && address.type == TS_HOST ? found(TS_EMAIL, address.end)
                                                  : (struct found){0};
}

static struct found host_with_path(const struct ts_parser *p, size_t at, bool alone)
{
    size_t end = byte_at(p, at) == '/' && !alone ? url_path(p, at + 1) : 0;
    if (!end) return found(TS_HOST, at);
    return (struct found){.end = end, .type = TS_URL, .host_end = at};
}

/* At the first character that is not of the top label. True: *best is the answer. */
static bool host_may_end(struct ts_parser *p, size_t at, bool alone, struct found *best)
{
    int c = byte_at(p, at);
    if (is_digit(c)) return false;
    *best = found(TS_HOST, at);
    if (c == '-' || c == '_' || c == '.') return false;
    if (c == ':' && is_digit(byte_at(p, at + 1))) {
        *best = host_with_path(p, digits_end(p, at + 1), alone);
    } else if (c == '@' && !alone) {
        struct found address = email(p, at + 1);
        if (address.end) *best = address;
    } else {
        *best = host_with_path(p, at, alone);
    }
    return true;
}

/* The state behind c, or -1 when no host goes on with it. */
static int host_next(enum host_state state, int c)
{
    if (is_letter(c)) {
        if (state == HOST_DOT) return HOST_TOP_ONE;
        return state == HOST_TOP_ONE || state == HOST_TOP ? HOST_TOP : HOST_LABEL;
    }
    if (is_digit(c)) return HOST_LABEL;
    if (state == HOST_DOT || state == HOST_LABEL_START) return -1;
    if (c == '.') return HOST_DOT;
    return c == '-' || c == '_' ? HOST_LABEL_START : -1;
}

/* alone: a host without path, and not as part of an address. */
static struct found host(struct ts_parser *p, size_t at, enum host_state state, bool alone)
{
    struct found best = {0};
    size_t start = at;
    for (;; at++) {
        int c = byte_at(p, at);
        if (state == HOST_TOP && !is_letter(c) && host_may_end(p, at, alone, &best)) break;
        int next = host_next(state, c);
        if (next < 0) {
            bool local = state == HOST_LABEL || state == HOST_TOP_ONE;
            struct found address =
                c == '@' && local && !alone ? email(p, at + 1) : (struct found){0};
            if (address.end) best = address;
            break;
        }
        state = (enum host_state)next;
    }
    (void)cost_charge(p->cost, 2 * (at - start));
    return best;
}

/* ---- files ---- */

enum file_state {
    FILE_SLASH, /* behind a slash */
    FILE_NAME,  /* may end here */
    FILE_POINT, /* behind a point within a name */
    FILE_TILDE,
    FILE_DOT,       /* behind "/." */
    FILE_DOT_FIRST, /* behind "." that the token begins with */
    FILE_DOTS,      /* behind ".." */
};

static int file_next(enum file_state state, int c)
{
    bool named = is_plain(c) || c == '_';
    switch (state) {
    case FILE_SLASH: return named ? FILE_NAME : c == '.' ? FILE_DOT : c == '~' ? FILE_TILDE : -1;
    case FILE_NAME:
        return named || c == '-' ? FILE_NAME : c == '.' ? FILE_POINT : c == '/' ? FILE_SLASH : -1;
    case FILE_POINT: return named ? FILE_NAME : -1;
    case FILE_TILDE: return named ? FILE_NAME : c == '/' ? FILE_SLASH : -1;
    case FILE_DOT: return named ? FILE_NAME : c == '.' ? FILE_DOTS : c == '/' ? FILE_SLASH : -1;
    case FILE_DOT_FIRST: return c == '.' ? FILE_DOTS : c == '/' ? FILE_SLASH : -1;
    case FILE_DOTS: return c == '/' ? FILE_SLASH : -1;
    }
    return -1;
}

static bool file_may_end(const struct ts_parser *p, size_t at, enum file_state state)
{
    if (state == FILE_NAME) return true;
    size_t next;
    if (state != FILE_DOTS) return false;
    int32_t c = char_at(p, at, &next);
    return c < 0 || c == '/' || ts_is_space(c);
}

static struct found file(struct ts_parser *p, size_t at, enum file_state state)
{
    struct found best = {0};
    size_t start = at;
    for (;; at++) {
        int c = byte_at(p, at);
        if (file_may_end(p, at, state)) best = found(TS_FILE, at);
        int next = file_next(state, c);
        if (next < 0) break;
        state = (enum file_state)next;
    }
    (void)cost_charge(p->cost, 2 * (at - start));
    return best;
}

/* ---- words ---- */

enum word_kind { KIND_ASCII, KIND_WORD, KIND_NUMBERED };

static enum word_kind kind_with(enum word_kind kind, int32_t c)
{
    if (is_digit(c)) return KIND_NUMBERED;
    return kind == KIND_ASCII && !is_letter(c) ? KIND_WORD : kind;
}

static bool in_word(int32_t c)
{
    return is_digit(c) || is_alpha(c) || is_mark(c);
}

/* Behind a hyphen: letters, or digits with letters behind them. */
static bool starts_part(const struct ts_parser *p, size_t at)
{
    size_t next, letters = digits_end(p, at);
    int32_t c = char_at(p, letters, &next);
    return is_alpha(c) || (letters > at && is_mark(c));
}

static enum ts_token compound_type(enum word_kind kind)
{
    static const enum ts_token types[] = {TS_ASCIIHWORD, TS_HWORD, TS_NUMHWORD};
    return types[kind];
}

/* at: behind the hyphen that ends the first word. */
static struct found compound(struct ts_parser *p, size_t at, enum word_kind kind)
{
    struct found best = {0};
    size_t start = at, next;
    while (starts_part(p, at)) {
        for (int32_t c; in_word(c = char_at(p, at, &next)); at = next) kind = kind_with(kind, c);
        best = found(compound_type(kind), at);
        if (byte_at(p, at) != '-') break;
        at++;
    }
    (void)cost_charge(p->cost, 2 * (at - start));
    return best;
}

static struct found first_of(struct found a, struct found b)
{
    return a.end ? a : b;
}

static struct found number_word(struct ts_parser *p, size_t at)
{
    size_t next;
    while (in_word(char_at(p, at, &next))) at = next;
    struct found longer = {0};
    switch (byte_at(p, at)) {
    case '@': longer = email(p, at + 1); break;
    case '/': longer = file(p, at + 1, FILE_SLASH); break;
    case '.': longer = file(p, at + 1, FILE_POINT); break;
    case '-': longer = compound(p, at + 1, KIND_NUMBERED); break;
    default: break; /* a byte, not an enum */
    }
    return first_of(longer, found(TS_NUMWORD, at));
}

static struct found other_word(struct ts_parser *p, size_t at)
{
    size_t next;
    int32_t c;
    while (c = char_at(p, at, &next), is_alpha(c) || is_mark(c)) at = next;
    if (is_digit(c)) return number_word(p, at);
    struct found longer = c == '-' ? compound(p, at + 1, KIND_WORD) : (struct found){0};
    return first_of(longer, found(TS_WORD, at));
}

static struct found ascii_word(struct ts_parser *p, size_t at)
{
    while (is_letter(byte_at(p, at))) at++;
    size_t next;
    int32_t c = char_at(p, at, &next);
    struct found longer = {0};
    if (c == '.') {
        longer = first_of(host(p, next, HOST_DOT, false), file(p, next, FILE_POINT));
    } else if (c == '-') {
        longer = first_of(host(p, next, HOST_LABEL_START, false), compound(p, next, KIND_ASCII));
    } else if (c == '_') {
        longer = host(p, next, HOST_LABEL_START, false);
    } else if (c == '@') {
        longer = email(p, next);
    } else if (c == ':') {
        if (byte_at(p, at + 1) == '/' && byte_at(p, at + 2) == '/')
            longer = found(TS_PROTOCOL, at + 3);
    } else if (c == '/') {
        longer = file(p, next, FILE_SLASH);
    } else if (is_digit(c)) {
        return first_of(host(p, next, HOST_LABEL, false), number_word(p, at));
    } else if (is_alpha(c) || is_mark(c)) {
        return other_word(p, at);
    }
    return first_of(longer, found(TS_ASCIIWORD, at));
}

/* ---- numbers ---- */

/* at: an e. */
static struct found exponent(const struct ts_parser *p, size_t at)
{
    int c = byte_at(p, at);
    if (c != 'e' && c != 'E') return (struct found){0};
    at++;
    if (byte_at(p, at) == '+' || byte_at(p, at) == '-') at++;
    size_t end = digits_end(p, at);
    return end > at ? found(TS_SFLOAT, end) : (struct found){0};
}

/* at: the point. */
static struct found fraction(const struct ts_parser *p, size_t at, bool has_sign)
{
    if (byte_at(p, at) != '.' || !is_digit(byte_at(p, at + 1))) return (struct found){0};
    at = digits_end(p, at + 1);
    struct found longer = exponent(p, at);
    if (longer.end) return longer;
    enum ts_token type = TS_FLOAT;
    while (!has_sign && byte_at(p, at) == '.' && is_digit(byte_at(p, at + 1))) {
        type = TS_VERSION;
        at = digits_end(p, at + 1);
    }
    return found(type, at);
}

static struct found signed_number(const struct ts_parser *p, size_t at)
{
    size_t end = digits_end(p, at);
    if (end == at) return (struct found){0};
    struct found real = first_of(fraction(p, end, true), exponent(p, end));
    /* A version has no sign. */
    bool version =
        real.type == TS_FLOAT && byte_at(p, real.end) == '.' && is_digit(byte_at(p, real.end + 1));
    return version ? (struct found){0} : first_of(real, found(TS_INT, end));
}

static struct found unsigned_number(struct ts_parser *p, size_t at)
{
    at = digits_end(p, at);
    size_t next;
    int32_t c = char_at(p, at, &next);
    struct found longer = {0};
    if (c == '.') {
        longer = first_of(host(p, next, HOST_DOT, false), fraction(p, at, false));
    } else if (c == '-' || c == '_') {
        longer = host(p, next, HOST_LABEL_START, false);
    } else if (c == '@') {
        longer = email(p, next);
    } else if (c == '/') {
        longer = file(p, next, FILE_SLASH);
    } else if (is_letter(c)) {
        longer = first_of(exponent(p, at), host(p, next, HOST_LABEL, false));
        if (!longer.end) return number_word(p, at);
    } else if (is_alpha(c) || is_mark(c)) {
        return number_word(p, at);
    }
    return first_of(longer, found(TS_UINT, at));
}

/* ---- tags and entities ---- */

static bool is_name_char(int c)
{
    return c == ':' || c == '_' || c == '.' || c == '-';
}

/* at: behind the ampersand. */
static struct found entity(const struct ts_parser *p, size_t at)
{
    size_t start = at, next;
    if (byte_at(p, at) == '#') {
        bool hex = byte_at(p, at + 1) == 'x' || byte_at(p, at + 1) == 'X';
        start = at += hex ? 2 : 1;
        while (hex ? hex_value((char)byte_at(p, at)) >= 0 : is_digit(byte_at(p, at))) at++;
    } else {
        int c = byte_at(p, at);
        if (!is_letter(c) && c != ':' && c != '_') return (struct found){0};
        for (int32_t w; w = char_at(p, at, &next),
                        is_digit(w) || is_alpha(w) || (w > 0 && w < 0x80 && is_name_char(w));)
            at = next;
    }
    return at > start && byte_at(p, at) == ';' ? found(TS_ENTITY, at + 1) : (struct found){0};
}

static bool in_tag(int c)
{
    static const char others[] = "=-_#/:.&?%~";
    if (is_plain(c)) return true;
    for (size_t i = 0; others[i]; i++)
        if (c == others[i]) return true;
    return false;
}

/* Behind the closing quote, or 0. */
static size_t quoted_end(const struct ts_parser *p, size_t at, int quote)
{
    for (; at < p->text.len; at++) {
        if (byte_at(p, at) == '\\')
            at++;
        else if (byte_at(p, at) == quote)
            return at + 1;
    }
    return 0;
}

/* The attributes: behind the >, or 0. */
static size_t tag_rest(struct ts_parser *p, size_t at)
{
    size_t start = at, next, end = 0;
    for (;;) {
        int32_t c = char_at(p, at, &next);
        if (c == '>') end = next;
        if (c < 0 || c == '>') break;
        if (c == '\'' || c == '"')
            next = quoted_end(p, next, c);
        else if (!ts_is_space(c) && !(c < 0x80 && in_tag(c)))
            break;
        if (!next) break;
        at = next;
    }
    (void)cost_charge(p->cost, 2 * (at - start));
    return end;
}

/* at: behind "<!". */
static size_t comment(struct ts_parser *p, size_t at)
{
    int c = byte_at(p, at);
    if (c == 'd' || c == 'D') return tag_rest(p, at + 1);
    if (c != '-' || byte_at(p, at + 1) != '-') return 0;
    size_t end = str_find(p->text, STR("-->"), at + 2);
    (void)cost_charge(p->cost, (end < p->text.len ? end : p->text.len) - at);
    return end == SIZE_MAX ? 0 : end + 3;
}

/* at: the name. */
static size_t named_tag(struct ts_parser *p, size_t at, bool closing)
{
    int c = byte_at(p, at);
    if (!is_letter(c) && (closing || (c != ':' && c != '_'))) return 0;
    size_t start = at, next;
    int32_t w;
    while (w = char_at(p, at, &next),
           is_digit(w) || is_alpha(w) || (w > 0 && w < 0x80 && is_name_char(w)))
        at = next;
    if (w == '/') return byte_at(p, next) == '>' ? next + 1 : 0;
    if (w != '>' && (w < 0 || !ts_is_space(w))) return 0;
    str name = str_slice(p->text, start, at);
    if (str_eq_nocase(name, STR("script")) || str_eq_nocase(name, STR("style")))
        p->ignores = !closing; /* what it holds is no text, whether or not the tag is whole */
    return w == '>' ? next : tag_rest(p, next);
}

/* at: the <. */
static struct found tag(struct ts_parser *p, size_t at)
{
    int c = byte_at(p, at + 1);
    size_t end = 0;
    if (c == '!')
        end = comment(p, at + 2);
    else if (c == '?')
        end = byte_at(p, at + 2) == 'x' ? tag_rest(p, at + 3) : 0;
    else if (c == '/')
        end = named_tag(p, at + 2, true);
    else
        end = named_tag(p, at + 1, false);
    return end ? found(TS_TAG, end) : (struct found){0};
}

/* ---- tokens ---- */

static struct found token_at(struct ts_parser *p, size_t at)
{
    size_t next;
    int32_t c = char_at(p, at, &next);
    if (c == '<') return tag(p, at);
    if (p->ignores) return (struct found){0};
    if (is_letter(c)) return ascii_word(p, at);
    if (is_alpha(c)) return other_word(p, at);
    if (is_digit(c)) return unsigned_number(p, at);
    switch (c) {
    case '-':
    case '+': return signed_number(p, next);
    case '&': return entity(p, next);
    case '~': return file(p, next, FILE_TILDE);
    case '/': return file(p, next, FILE_SLASH);
    case '.': return file(p, next, FILE_DOT_FIRST);
    default: return (struct found){0}; /* a character, not an enum */
    }
}

/* From a blank character to where a token may begin. */
static size_t blank_end(const struct ts_parser *p, size_t at)
{
    size_t next;
    (void)char_at(p, at, &at);
    for (;; at = next) {
        int32_t c = char_at(p, at, &next);
        if (c < 0 || c == '<') return at;
        if (p->ignores) continue;
        if (c == '-' || c == '+' || c == '&' || c == '/' || is_digit(c) || is_alpha(c)) return at;
    }
}

static struct ts_span take(struct ts_parser *p, enum ts_token type, size_t end)
{
    struct ts_span span = {type, str_slice(p->text, p->at, end)};
    (void)cost_charge(p->cost, 8 * (end - p->at));
    p->at = end;
    return span;
}

/* The next part of a compound, or the hyphen between two. */
static struct ts_span part(struct ts_parser *p)
{
    size_t at = p->at, next;
    enum word_kind kind = KIND_ASCII;
    for (int32_t c; at < p->whole_end && in_word(c = char_at(p, at, &next)); at = next)
        kind = kind_with(kind, c);
    static const enum ts_token types[] = {TS_HWORD_ASCIIPART, TS_HWORD_PART, TS_HWORD_NUMPART};
    size_t blank = at < p->whole_end ? at + 1 : blank_end(p, p->at);
    struct ts_span span = at == p->at ? take(p, TS_BLANK, blank) : take(p, types[kind], at);
    /* The hyphen behind a compound is blank and no sign. */
    if (p->at > p->whole_end || (p->at == p->whole_end && byte_at(p, p->at) != '-'))
        p->whole_end = 0;
    return span;
}

struct ts_parser ts_parser_of(str text, struct cost *cost)
{
    return (struct ts_parser){.text = text, .cost = cost};
}

bool ts_parser_next(struct ts_parser *p, struct ts_span *out)
{
    if (p->at >= p->text.len || (p->cost && p->cost->spent)) return false;
    if (p->whole_end) {
        *out = part(p);
        return true;
    }
    if (p->host_end) {
        bool path = p->at >= p->host_end;
        *out = path ? take(p, TS_URL_PATH, p->url_end) : take(p, TS_HOST, p->host_end);
        if (path) p->host_end = 0;
        return true;
    }
    struct found token = token_at(p, p->at);
    if (!token.end) {
        *out = take(p, TS_BLANK, blank_end(p, p->at));
        return true;
    }
    size_t start = p->at;
    *out = take(p, token.type, token.end);
    bool whole = token.type == TS_ASCIIHWORD || token.type == TS_HWORD || token.type == TS_NUMHWORD;
    if (whole) p->whole_end = token.end;
    if (token.type == TS_URL) {
        p->host_end = token.host_end;
        p->url_end = token.end;
    }
    if (whole || token.type == TS_URL) p->at = start;
    return true;
}
