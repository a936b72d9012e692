#include "api/auth/input.h"

#include <string.h>
#include <time.h>

#include "http/url.h"
#include "base/utf8.h"

enum { EMAIL_BYTES_MAX = 255, PHONE_DIGITS_MIN = 2, PHONE_DIGITS_MAX = 15 };

/* The body ------------------------------------------------------------------------------------------ */

static err bad_json(struct arena *arena)
{
    return auth_err(arena, 400, "bad_json", "Could not parse request body as JSON");
}

err auth_read_body(struct auth_request *request, enum auth_empty_body empty)
{
    str text = str_trim(request->http->body);
    if (str_empty(text) && empty == EMPTY_BODY_FINE) text = STR("{}");
    if (json_parse(request->arena, text, NULL, &request->body)) return bad_json(request->arena);
    return request->body->kind == JSON_OBJECT ? NULL : bad_json(request->arena);
}

/* A member that is there, and not null. */
static const struct json *member(const struct auth_request *request, const char *name)
{
    const struct json *value = json_get(request->body, str_of(name));
    return value && value->kind != JSON_NULL ? value : NULL;
}

err auth_text_field(struct auth_request *request, const char *name, str *out)
{
    const struct json *value = member(request, name);
    *out = STR_NONE;
    if (!value) return NULL;
    if (value->kind != JSON_STRING) return bad_json(request->arena);
    *out = value->text.at ? value->text : STR("");
    return NULL;
}

err auth_bool_field(struct auth_request *request, const char *name, bool *out)
{
    const struct json *value = member(request, name);
    *out = value && value->kind == JSON_TRUE;
    if (value && value->kind != JSON_TRUE && value->kind != JSON_FALSE)
        return bad_json(request->arena);
    return NULL;
}

err auth_object_field(struct auth_request *request, const char *name, const struct json **out)
{
    *out = member(request, name);
    if (*out && (*out)->kind != JSON_OBJECT) return bad_json(request->arena);
    return NULL;
}

/* Values -------------------------------------------------------------------------------------------- */

/* U+200E, U+200F, U+202A-U+202E, U+2066-U+2069: they make an address look like another one. */
static bool has_bidi(str text)
{
    for (size_t i = 0; i + 2 < text.len; i++) {
        const uint8_t *at = (const uint8_t *)text.at + i;
        if (at[0] != 0xe2) continue;
        if (at[1] == 0x80 && (at[2] == 0x8e || at[2] == 0x8f || (at[2] >= 0xaa && at[2] <= 0xae)))
            return true;
        if (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9) return true;
    }
    return false;
}

static bool is_domain(str text)
{
    if (str_empty(text) || text.at[0] == '.' || text.at[0] == '-' || text.at[text.len - 1] == '.')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || (c & 0x80);
        if (c == '.' ? text.at[i - 1] == '.' : !plain) return false;
    }
    return true;
}

static bool is_local_part(str text)
{
    if (str_empty(text) || text.at[0] == '.' || text.at[text.len - 1] == '.') return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= ' ' || c == 0x7f || strchr("\"(),:;<>[\\]@", c)) return false;
    }
    return true;
}

err auth_email(struct arena *arena, str text, str *out)
{
    str local, domain;
    str lower = str_lower(arena, text);
    bool fine = lower.len <= EMAIL_BYTES_MAX && str_cut(lower, '@', &local, &domain) &&
                is_local_part(local) && is_domain(domain) && !has_bidi(lower);
    if (!fine)
        return auth_err(arena, 400, "validation_failed",
                        "Unable to validate email address: invalid format");
    *out = lower;
    return NULL;
}

err auth_phone(struct arena *arena, str text, str *out)
{
    struct buf *digits = buf_in(arena, 0);
    bool fine = true;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == ' ' || (c == '+' && i == 0)) continue;
        fine = fine && c >= '0' && c <= '9';
        buf_char(digits, c);
    }
    fine = fine && digits->len >= PHONE_DIGITS_MIN && digits->len <= PHONE_DIGITS_MAX &&
           digits->at[0] != '0';
    if (!fine)
        return auth_err(arena, 400, "validation_failed",
                        "Invalid phone number format (E.164 required)");
    *out = buf_str(digits);
    return NULL;
}

bool auth_is_uuid(str text)
{
    if (text.len != CRYPTO_UUID_CHARS) return false;
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text.at[i] != '-' : hex_value(text.at[i]) < 0) return false;
    }
    return true;
}

/* Durations ------------------------------------------------------------------------------------------- */

static const struct {
    str name;
    double us;
} units[] = {
    {STR_INIT("ns"), 1e-3  },
    {STR_INIT("us"), 1     },
    {STR_INIT("ms"), 1e3   },
    {STR_INIT("s"),  1e6   },
    {STR_INIT("m"),  60e6  },
    {STR_INIT("h"),  3600e6},
};

static double number_of(str text)
{
    double value = 0, scale = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '.')
            scale = 1;
        else
            value = value * 10 + (text.at[i] - '0'), scale *= 10;
    }
    return scale > 0 ? value / scale : value;
}

static size_t span(str text, bool digits)
{
    size_t len = 0, dots = 0;
    for (; len < text.len; len++) {
        bool dot = text.at[len] == '.';
        bool number = (text.at[len] >= '0' && text.at[len] <= '9') || (dot && dots == 0);
        if (number != digits) break;
        dots += dot;
    }
    return len;
}

bool auth_duration(str text, int64_t *us)
{
    const double year_us = 366.0 * 86400e6;
    double total = 0;
    if (str_empty(text)) return false;
    while (!str_empty(text)) {
        size_t digits = span(text, true);
        str number = str_slice(text, 0, digits);
        text = str_skip(text, digits);
        size_t letters = span(text, false);
        str unit = str_slice(text, 0, letters);
        text = str_skip(text, letters);
        size_t i = 0;
        while (i < COUNT_OF(units) && !str_eq(units[i].name, unit)) i++;
        if (i == COUNT_OF(units) || str_empty(number) || str_eq(number, STR("."))) return false;
        total += number_of(number) * units[i].us;
    }
    if (total > 1000 * year_us) return false;
    *us = (int64_t)total;
    return true;
}

/* Merges ------------------------------------------------------------------------------------------------ */

static void array_element(struct buf *out, str text)
{
    buf_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"' || text.at[i] == '\\') buf_char(out, '\\');
        buf_char(out, text.at[i]);
    }
    buf_char(out, '"');
}

void auth_merge(struct arena *arena, const struct json *data, str *added, str *removed)
{
    struct buf *keep = buf_in(arena, 0), *drop = buf_in(arena, 0);
    buf_char(keep, '{');
    buf_char(drop, '{');
    for (size_t i = 0; data && i < data->count; i++) {
        const struct json_member *item = &data->members[i];
        if (item->value->kind == JSON_NULL) {
            if (drop->len > 1) buf_char(drop, ',');
            array_element(drop, item->name);
            continue;
        }
        if (keep->len > 1) buf_char(keep, ',');
        json_write_str(keep, item->name);
        buf_char(keep, ':');
        json_write(keep, item->value);
    }
    buf_char(keep, '}');
    buf_char(drop, '}');
    *added = buf_str(keep);
    *removed = buf_str(drop);
}

/* The rest ------------------------------------------------------------------------------------------------ */

err auth_query(struct auth_request *request, const char *name, str *out)
{
    str raw = url_query_find(request->http->query, str_of(name));
    *out = STR_NONE;
    if (!raw.at) return NULL;
    if (url_decode(request->arena, raw, URL_PLUS_SPACE, out) || !utf8_valid(*out) ||
        str_find_char(*out, '\0', 0) != SIZE_MAX)
        return auth_err(request->arena, 400, "validation_failed",
                        "Query parameter \"%s\" is malformed", name);
    return NULL;
}

str auth_time_text(struct arena *arena, int64_t us)
{
    time_t seconds = (time_t)(us / 1000000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    return str_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", parts.tm_year + 1900,
                      parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                      (int)(us % 1000000));
}

str auth_new_uuid(struct arena *arena)
{
    char text[CRYPTO_UUID_CHARS];
    crypto_uuid4(text);
    return str_copy(arena, str_from(text, sizeof text));
}
