/* api/rest/body_text.c - payloads that are no JSON, brought into its form: CSV and HTML forms. */
#include "api/rest/rest_int.h"
#include "api/rest/scan.h"
#include "http/url.h"

/* CSV: RFC 4180, lines ended by LF as well --------------------------------------------------------------- */

struct csv {
    struct arena *arena;
    str text;
    size_t at;
};

static err bad_csv(const struct csv *csv, const char *message)
{
    return rest_err(csv->arena, 400, "PGRST102", "%s", message);
}

static bool at_line_end(const struct csv *csv)
{
    return csv->at == csv->text.len || csv->text.at[csv->at] == '\n' ||
           (csv->text.at[csv->at] == '\r' && csv->at + 1 < csv->text.len &&
            csv->text.at[csv->at + 1] == '\n');
}

static void skip_line_end(struct csv *csv)
{
    if (csv->at < csv->text.len && csv->text.at[csv->at] == '\r') csv->at++;
    if (csv->at < csv->text.len) csv->at++;
}

/* Behind the opening quote; two quotes are one. */
static err read_quoted(struct csv *csv, str *out)
{
    struct buf *field = buf_in(csv->arena, 0);
    for (;;) {
        size_t quote = str_find_char(csv->text, '"', csv->at);
        if (quote == SIZE_MAX) return bad_csv(csv, "A quoted field of the CSV does not end");
        buf_append(field, csv->text.at + csv->at, quote - csv->at);
        csv->at = quote + 1;
        if (csv->at == csv->text.len || csv->text.at[csv->at] != '"') break;
        buf_char(field, '"');
        csv->at++;
    }
    *out = buf_str(field);
    if (at_line_end(csv) || csv->text.at[csv->at] == ',') return NULL;
    return bad_csv(csv, "A quoted field of the CSV goes on behind its quote");
}

static err read_field(struct csv *csv, str *out)
{
    if (csv->at < csv->text.len && csv->text.at[csv->at] == '"') {
        csv->at++;
        return read_quoted(csv, out);
    }
    size_t start = csv->at;
    while (!at_line_end(csv) && csv->text.at[csv->at] != ',') csv->at++;
    *out = str_slice(csv->text, start, csv->at);
    return NULL;
}

struct csv_line {
    VEC(str);
};

static err read_line(struct csv *csv, struct csv_line *line)
{
    line->count = 0;
    for (;;) {
        str field;
        TRY(read_field(csv, &field));
        *VEC_ADD(csv->arena, line) = field;
        if (at_line_end(csv)) break;
        csv->at++; /* the comma */
    }
    skip_line_end(csv);
    return NULL;
}

static void write_member(struct buf *out, str name, str value)
{
    json_write_str(out, name);
    buf_char(out, ':');
    if (str_eq(value, STR("NULL")))
        buf_lit(out, "null");
    else
        json_write_str(out, value);
}

static err write_line(struct csv *csv,
                      const struct csv_line *names,
                      const struct csv_line *line,
                      struct buf *out)
{
    if (line->count != names->count)
        return bad_csv(csv, "All lines must have same number of fields");
    buf_str_add(out, out->len > 1 ? STR(",{") : STR("{"));
    for (size_t i = 0; i < line->count; i++) {
        if (i) buf_char(out, ',');
        write_member(out, names->at[i], line->at[i]);
    }
    buf_char(out, '}');
    return NULL;
}

err rest_csv_parse(struct arena *arena, str text, const struct json **out)
{
    struct csv csv = {.arena = arena, .text = text};
    struct csv_line names = {0}, line = {0};
    struct buf *rows = buf_in(arena, 0);
    if (str_empty(str_trim(text))) return bad_csv(&csv, "Empty or invalid CSV");
    TRY(read_line(&csv, &names));
    buf_char(rows, '[');
    while (csv.at < text.len) {
        if (at_line_end(&csv)) { /* a blank line */
            skip_line_end(&csv);
            continue;
        }
        TRY(read_line(&csv, &line));
        TRY(write_line(&csv, &names, &line, rows));
    }
    buf_char(rows, ']');
    /* What is no UTF-8 shows here. */
    if (!buf_ok(rows) || json_parse(arena, buf_str(rows), NULL, out))
        return bad_csv(&csv, "Empty or invalid CSV");
    return NULL;
}

/* Forms ---------------------------------------------------------------------------------------------------- */

err rest_form_parse(struct arena *arena, str text, const struct json **out)
{
    struct buf *row = buf_in(arena, 0);
    str name, value;
    buf_char(row, '{');
    while (url_query_next(&text, &name, &value)) {
        TRY(url_decode(arena, name, URL_PLUS_SPACE, &name));
        TRY(url_decode(arena, value, URL_PLUS_SPACE, &value));
        if (row->len > 1) buf_char(row, ',');
        json_write_str(row, name);
        buf_char(row, ':');
        json_write_str(row, value);
    }
    buf_char(row, '}');
    if (json_parse(arena, buf_str(row), NULL, out))
        return rest_err(arena, 400, "PGRST102", "Empty or invalid form");
    return NULL;
}
