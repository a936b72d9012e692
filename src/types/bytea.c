#include "types/bytea.h"

#include "base/utf8.h"

static const char hex_digits[] = "0123456789abcdef";

/* The whole character at text.at[at], for messages. */
static str character_at(str text, size_t at)
{
    size_t end = at;
    if (utf8_next(text, &end) < 0) end = at + 1;
    return str_slice(text, at, end);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static err bad_hex(struct arena *arena, str text, size_t at)
{
    return err_sql(arena, "22023", "invalid hexadecimal digit: \"%.*s\"",
                   STR_FMT(character_at(text, at)));
}

/* Pairs of digits; blanks between pairs are skipped. */
static err hex_decode(struct arena *arena, str text, str *out)
{
    char *bytes = arena_alloc(arena, text.len / 2 + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len;) {
        if (is_blank(text.at[i])) {
            i++;
            continue;
        }
        int high = hex_value(text.at[i]);
        if (high < 0) return bad_hex(arena, text, i);
        if (++i >= text.len) {
            return err_sql(arena, "22023", "invalid hexadecimal data: odd number of digits");
        }
        int low = hex_value(text.at[i]);
        if (low < 0) return bad_hex(arena, text, i);
        i++;
        bytes[len++] = (char)(high << 4 | low);
    }
    *out = str_from(bytes, len);
    return NULL;
}

static bool is_octal(char c, char max)
{
    return c >= '0' && c <= max;
}

/* "\\" is a backslash, "\ooo" a byte, everything else itself. */
static err escape_decode(struct arena *arena, str text, str *out)
{
    char *bytes = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len;) {
        const char *at = text.at + i;
        size_t left = text.len - i;
        if (at[0] != '\\') {
            bytes[len++] = at[0];
            i++;
        } else if (left >= 4 && is_octal(at[1], '3') && is_octal(at[2], '7') &&
                   is_octal(at[3], '7')) {
            bytes[len++] = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'));
            i += 4;
        } else if (left >= 2 && at[1] == '\\') {
            bytes[len++] = '\\';
            i += 2;
        } else {
            return err_sql(arena, "22P02", "invalid input syntax for type bytea");
        }
    }
    *out = str_from(bytes, len);
    return NULL;
}

err bytea_parse(struct arena *arena, str text, str *out)
{
    if (str_starts(text, STR("\\x"))) return hex_decode(arena, str_skip(text, 2), out);
    return escape_decode(arena, text, out);
}

static void write_hex(struct buf *out, str bytes)
{
    size_t len;
    if (!size_mul(bytes.len, 2, &len) || !buf_reserve(out, len)) return;
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];
        out->at[out->len++] = hex_digits[byte >> 4];
        out->at[out->len++] = hex_digits[byte & 15];
    }
}

void bytea_write(struct buf *out, str bytes)
{
    buf_lit(out, "\\x");
    write_hex(out, bytes);
}

/* RFC 2045: lines of 76 characters, as PostgreSQL breaks them. */
static void write_base64(struct buf *out, str bytes)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t column = 0;
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t)(unsigned char)bytes.at[i] << 16;
        if (left > 1) group |= (uint32_t)(unsigned char)bytes.at[i + 1] << 8;
        if (left > 2) group |= (uint32_t)(unsigned char)bytes.at[i + 2];
        char quad[4] = {alphabet[group >> 18], alphabet[group >> 12 & 63],
                        left > 1 ? alphabet[group >> 6 & 63] : '=',
                        left > 2 ? alphabet[group & 63] : '='};
        buf_append(out, quad, sizeof quad);
        column += 4;
        if (column < 76) continue;
        buf_char(out, '\n'); /* behind the last line too, when it is full */
        column = 0;
    }
}

static void write_escape(struct buf *out, str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];
        if (byte == '\\') {
            buf_lit(out, "\\\\");
        } else if (byte == 0 || byte >= 0x80) {
            char octal[4] = {'\\', (char)('0' + (byte >> 6)), (char)('0' + (byte >> 3 & 7)),
                             (char)('0' + (byte & 7))};
            buf_append(out, octal, sizeof octal);
        } else {
            buf_char(out, (char)byte);
        }
    }
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    if (c == '/') return 63;
    return -1;
}

/* One symbol's six bits. The first "=" fixes how many bytes every further group gives, and what
 * follows it is not checked: PostgreSQL's own leniency. keep is 0 before it. */
static err base64_symbol(
    struct arena *arena, str text, size_t at, int position, int *keep, uint32_t *bits)
{
    *bits = 0;
    if (text.at[at] == '=') {
        if (*keep) return NULL;
        if (position < 2) {
            return err_sql(arena, "22023", "unexpected \"=\" while decoding base64 sequence");
        }
        *keep = position - 1;
        return NULL;
    }
    int value = base64_value(text.at[at]);
    if (value < 0) {
        return err_sql(arena, "22023",
                       "invalid symbol \"%.*s\" found while decoding base64 sequence",
                       STR_FMT(character_at(text, at)));
    }
    *bits = (uint32_t)value;
    return NULL;
}

static err base64_decode(struct arena *arena, str text, str *out)
{
    char *bytes = arena_alloc(arena, text.len / 4 * 3 + 4);
    size_t len = 0;
    uint32_t group = 0, bits;
    int position = 0, keep = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (is_blank(text.at[i])) continue;
        TRY(base64_symbol(arena, text, i, position, &keep, &bits));
        group = group << 6 | bits;
        if (++position < 4) continue;
        bytes[len++] = (char)(group >> 16);
        if (keep != 1) bytes[len++] = (char)(group >> 8);
        if (keep == 0) bytes[len++] = (char)group;
        group = 0;
        position = 0;
    }
    if (position) {
        struct err *error = err_sql(arena, "22023", "invalid base64 end sequence");
        return err_hint(arena, error,
                        "Input data is missing padding, is truncated, or is otherwise corrupted.");
    }
    *out = str_from(bytes, len);
    return NULL;
}

struct encoding {
    str name;
    void (*write)(struct buf *out, str bytes);
    err (*decode)(struct arena *arena, str text, str *out);
};

static const struct encoding encodings[] = {
    {STR_INIT("hex"),    write_hex,    hex_decode   },
    {STR_INIT("base64"), write_base64, base64_decode},
    {STR_INIT("escape"), write_escape, escape_decode},
};

static err find_encoding(struct arena *arena, str format, const struct encoding **out)
{
    for (size_t i = 0; i < COUNT_OF(encodings); i++) {
        if (!str_eq_nocase(format, encodings[i].name)) continue;
        *out = &encodings[i];
        return NULL;
    }
    return err_sql(arena, "22023", "unrecognized encoding: \"%.*s\"", STR_FMT(format));
}

err bytea_encode(struct arena *arena, str bytes, str format, str *out)
{
    const struct encoding *encoding;
    TRY(find_encoding(arena, format, &encoding));
    struct buf *text = buf_in(arena, 0);
    encoding->write(text, bytes);
    *out = buf_str(text);
    return NULL;
}

err bytea_decode(struct arena *arena, str text, str format, str *out)
{
    const struct encoding *encoding;
    TRY(find_encoding(arena, format, &encoding));
    return encoding->decode(arena, text, out);
}
