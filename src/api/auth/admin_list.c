/* api/auth/admin_list.c - GET /admin/users: pages, a filter, two orders. */
#include "api/auth/admin.h"
#include "api/auth/input.h"
#include "api/auth/store.h"
#include "api/auth/user.h"

enum { PER_PAGE = 50, PER_PAGE_MAX = 1000, PAGE_MAX = 1000000000 };

struct listing {
    int64_t page, per_page;
    bool oldest_first;
    str pattern; /* at == NULL: all */
};

/* Absent and empty are the default. */
static err read_number(
    struct auth_request *request, const char *name, int64_t initial, int64_t most, int64_t *out)
{
    str text;
    TRY(auth_query(request, name, &text));
    *out = initial;
    if (str_empty(text)) return NULL;
    if (!str_to_i64(text, out) || *out < 1 || *out > most)
        return auth_err(request->arena, 400, "validation_failed",
                        "Bad Pagination Parameters: %s must be from 1 to %lld", name,
                        (long long)most);
    return NULL;
}

static err read_order(struct auth_request *request, struct listing *listing)
{
    str text, column, direction;
    TRY(auth_query(request, "sort", &text));
    if (str_empty(text)) return NULL;
    str_cut(text, ' ', &column, &direction);
    listing->oldest_first = str_eq_nocase(direction, STR("asc"));
    bool known =
        str_eq(column, STR("created_at")) &&
        (str_empty(direction) || listing->oldest_first || str_eq_nocase(direction, STR("desc")));
    if (known) return NULL;
    return auth_err(request->arena, 400, "validation_failed",
                    "Bad Sort Parameters: created_at asc or created_at desc");
}

/* A LIKE pattern for a substring: its own wildcards are meant as they are. */
static err read_filter(struct auth_request *request, struct listing *listing)
{
    str text;
    TRY(auth_query(request, "filter", &text));
    if (str_empty(text)) return NULL;
    struct buf *out = buf_in(request->arena, 0);
    buf_char(out, '%');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '%' || c == '_' || c == '\\') buf_char(out, '\\');
        buf_char(out, c);
    }
    buf_char(out, '%');
    listing->pattern = buf_str(out);
    return NULL;
}

static err read_listing(struct auth_request *request, struct listing *listing)
{
    str cursor;
    TRY(read_number(request, "page", 1, PAGE_MAX, &listing->page));
    TRY(read_number(request, "per_page", PER_PAGE, PER_PAGE_MAX, &listing->per_page));
    TRY(read_order(request, listing));
    TRY(read_filter(request, listing));
    TRY(auth_query(request, "cursor", &cursor));
    if (cursor.at)
        return auth_err(request->arena, 400, "validation_failed",
                        "Cursors are not available: use page");
    return NULL;
}

/* supabase-js reads the digits behind the first "=", so page comes first. */
static str page_link(struct auth_request *request,
                     const struct listing *listing,
                     int64_t page,
                     const char *rel)
{
    return str_printf(request->arena,
                      "<%.*s/auth/v1/admin/users?page=%lld&per_page=%lld>; rel=\"%s\"",
                      STR_FMT(request->auth->options.external_url), (long long)page,
                      (long long)listing->per_page, rel);
}

static str links(struct auth_request *request, const struct listing *listing, int64_t total)
{
    int64_t last = total ? (total + listing->per_page - 1) / listing->per_page : 1;
    str last_link = page_link(request, listing, last, "last");
    if (listing->page >= last) return last_link;
    str parts[] = {page_link(request, listing, listing->page + 1, "next"), last_link};
    return str_join(request->arena, parts, COUNT_OF(parts), STR(", "));
}

static err listed(struct auth_request *request)
{
    const struct json *users = request->rows.at[0];
    int64_t total = 0;
    if (!json_to_i64(json_get(auth_row(request, 2, 0), STR("total")), &total)) total = 0;
    struct buf *body = buf_in(request->arena, 0);
    buf_lit(body, "{\"users\":[");
    for (size_t i = 0; users && i < users->count; i++) {
        if (i) buf_char(body, ',');
        auth_write_user(body, users->items[i], request->rows.at[1]);
    }
    buf_lit(body, "],\"aud\":\"" AUTH_AUDIENCE "\"}");
    const struct http_header headers[] = {
        {STR("X-Total-Count"), str_printf(request->arena, "%lld",         (long long)total)},
        {STR("Link"),          links(request,             request->state, total)           },
    };
    auth_respond_json(request, 200, body, headers, COUNT_OF(headers));
    return NULL;
}

err auth_list_users(struct auth_request *request)
{
    struct arena *arena = request->arena;
    struct listing *listing = ARENA_NEW(arena, struct listing);
    request->state = listing;
    TRY(read_listing(request, listing));
    str aud = STR(AUTH_AUDIENCE), limit = str_printf(arena, "%lld", (long long)listing->per_page);
    int64_t before = (listing->page - 1) * listing->per_page;
    str offset = str_printf(arena, "%lld", (long long)before);
    bool oldest = listing->oldest_first;
    AUTH_STEP(request, oldest ? STATEMENT_USERS_OLDEST : STATEMENT_USERS_NEWEST, ROWS_ANY, aud,
              listing->pattern, limit, offset);
    AUTH_STEP(request, oldest ? STATEMENT_IDENTITIES_OF_OLDEST : STATEMENT_IDENTITIES_OF_NEWEST,
              ROWS_ANY, aud, listing->pattern, limit, offset);
    AUTH_STEP(request, STATEMENT_USERS_COUNT, ROWS_ANY, aud, listing->pattern);
    return auth_run(request, listed);
}
