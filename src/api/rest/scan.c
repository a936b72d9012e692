#include "api/rest/scan.h"

#include "base/buf.h"

struct err *rest_err(struct arena *arena, int status, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str message = str_vprintf(arena, format, args);
    va_end(args);
    struct err *error = err_new(arena, ERR_REST, "%.*s", STR_FMT(message));
    error->code = str_of(code);
    error->status = status;
    return error;
}

void scan_space(struct scan *scan)
{
    while (scan_peek(scan, 0) == ' ' || scan_peek(scan, 0) == '\t') scan->at++;
}

bool scan_ahead(const struct scan *scan, str literal)
{
    return str_starts(str_skip(scan->text, scan->at), literal);
}

bool scan_take(struct scan *scan, str literal)
{
    if (!scan_ahead(scan, literal)) return false;
    scan->at += literal.len;
    return true;
}

err scan_error(const struct scan *scan, const char *expecting)
{
    struct err *error =
        rest_err(scan->arena, 400, "PGRST100", "\"failed to parse %s (%.*s)\" (line 1, column %zu)",
                 scan->what, STR_FMT(scan->text), scan->at + scan->shift + 1);
    if (scan_end(scan))
        return err_details(scan->arena, error, "unexpected end of input expecting %s", expecting);
    return err_details(scan->arena, error, "unexpected \"%c\" expecting %s", scan_peek(scan, 0),
                       expecting);
}

err scan_quoted(struct scan *scan, str *out)
{
    struct buf *text = buf_in(scan->arena, 0);
    scan->at++;
    while (!scan_end(scan) && scan_peek(scan, 0) != '"') {
        if (scan_peek(scan, 0) == '\\') scan->at++;
        if (scan_end(scan)) break;
        buf_char(text, scan_peek(scan, 0));
        scan->at++;
    }
    if (scan_end(scan)) return scan_error(scan, "\"\\\"\"");
    scan->at++;
    *out = buf_str(text);
    return NULL;
}

/* Letters beyond ASCII are bytes of UTF-8, which has been checked. */
static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == ' ' || c == '$' || (unsigned char)c >= 0x80;
}

err scan_name(struct scan *scan, str *out)
{
    scan_space(scan);
    if (scan_peek(scan, 0) == '"') return scan_quoted(scan, out);
    size_t start = scan->at;
    while (is_name_char(scan_peek(scan, 0)) ||
           (scan_peek(scan, 0) == '-' && scan->at > start && is_name_char(scan_peek(scan, 1))))
        scan->at++;
    *out = str_trim(str_slice(scan->text, start, scan->at));
    if (!str_empty(*out)) return NULL;
    scan->at = start;
    return scan_error(scan, "field name (* or [a..z0..9_$])");
}

err scan_type(struct scan *scan, str *out)
{
    size_t start = scan->at;
    while (is_name_char(scan_peek(scan, 0))) scan->at++;
    *out = str_trim(str_slice(scan->text, start, scan->at));
    return str_empty(*out) ? scan_error(scan, "a type name") : NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits are an index only when the path, the cast, the item or the text ends behind them. */
static bool scan_index(struct scan *scan, struct rest_json_step *step)
{
    size_t start = scan->at, at = start;
    if (scan_peek(scan, 0) == '-') at++;
    size_t digits = at;
    while (at < scan->text.len && is_digit(scan->text.at[at])) at++;
    str behind = str_skip(scan->text, at);
    bool ends = str_empty(behind) || str_starts(behind, STR("->")) ||
                str_starts(behind, STR("::")) || behind.at[0] == '.' || behind.at[0] == ',' ||
                behind.at[0] == ')';
    if (at == digits || !ends) return false;
    if (!str_to_i64(str_slice(scan->text, start, at), &step->index)) return false;
    step->is_index = true;
    scan->at = at;
    return true;
}

static bool is_key_char(char c)
{
    return c != '\0' && c != '(' && c != '-' && c != ':' && c != '.' && c != ',' && c != '>' &&
           c != ')';
}

static err scan_step(struct scan *scan, struct rest_json_step *step)
{
    if (scan_index(scan, step)) return NULL;
    if (scan_peek(scan, 0) == '"') return scan_quoted(scan, &step->key);
    size_t start = scan->at;
    while (!scan_end(scan) && (is_key_char(scan_peek(scan, 0)) ||
                               (scan_peek(scan, 0) == '-' && scan_peek(scan, 1) != '>')))
        scan->at++;
    step->key = str_slice(scan->text, start, scan->at);
    return str_empty(step->key) ? scan_error(scan, "a JSON key or index") : NULL;
}

err scan_field(struct scan *scan, struct rest_field *out)
{
    struct {
        VEC(struct rest_json_step);
    } path = {0};
    TRY(scan_name(scan, &out->name));
    while (scan_ahead(scan, STR("->"))) {
        struct rest_json_step *step = VEC_ADD(scan->arena, &path);
        scan->at += 2;
        step->as_text = scan_take(scan, STR(">"));
        TRY(scan_step(scan, step));
    }
    out->path = path.at;
    out->path_count = path.count;
    scan_space(scan);
    return NULL;
}
