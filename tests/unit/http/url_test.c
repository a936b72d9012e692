/* Percent-encoding, query strings, HTTP dates, routes: pure functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/date.h"
#include "http/router.h"
#include "http/url.h"

static struct arena *arena;

static int start(void **state)
{
    (void)state;
    arena = arena_new(0);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void assert_str(str got, str wanted)
{
    if (!str_eq(got, wanted))
        fail_msg("got \"%.*s\", wanted \"%.*s\"", STR_FMT(got), STR_FMT(wanted));
}

static void decodes_percent_and_plus(void **state)
{
    (void)state;
    static const struct {
        str text;
        str literal;
        str space;
    } cases[] = {
        {STR_INIT(""),          STR_INIT(""),         STR_INIT("")        },
        {STR_INIT("abc"),       STR_INIT("abc"),      STR_INIT("abc")     },
        {STR_INIT("a+b"),       STR_INIT("a+b"),      STR_INIT("a b")     },
        {STR_INIT("a%2Bb%20c"), STR_INIT("a+b c"),    STR_INIT("a+b c")   },
        {STR_INIT("%c3%A9"),    STR_INIT("\xc3\xa9"), STR_INIT("\xc3\xa9")},
        {STR_INIT("%00"),       STR_INIT("\0"),       STR_INIT("\0")      },
        {STR_INIT("%2525"),     STR_INIT("%25"),      STR_INIT("%25")     },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        str out;
        assert_null(url_decode(arena, cases[i].text, URL_PLUS_LITERAL, &out));
        assert_str(out, cases[i].literal);
        assert_null(url_decode(arena, cases[i].text, URL_PLUS_SPACE, &out));
        assert_str(out, cases[i].space);
    }
}

static void refuses_broken_escapes_with_their_place(void **state)
{
    (void)state;
    static const str broken[] = {STR_INIT("ab%"), STR_INIT("ab%2"), STR_INIT("ab%zz"),
                                 STR_INIT("ab%2g"), STR_INIT("ab%%20")};
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        str out;
        err error = url_decode(arena, broken[i], URL_PLUS_LITERAL, &out);
        assert_non_null(error);
        assert_int_equal(error->at, 2);
        assert_int_equal(error->status, 400);
    }
}

static void walks_queries(void **state)
{
    (void)state;
    str rest = STR("&a=1&b&=c&d==&&a=2&"), name, value;
    static const char *const wanted[][2] = {
        {"a", "1"},
        {"b", "" },
        {"",  "c"},
        {"d", "="},
        {"a", "2"}
    };
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        assert_true(url_query_next(&rest, &name, &value));
        assert_str(name, str_of(wanted[i][0]));
        assert_str(value, str_of(wanted[i][1]));
        assert_int_equal(value.at == NULL, i == 1);
    }
    assert_false(url_query_next(&rest, &name, &value));
    assert_str(url_query_find(STR("x=1&a=2&a=3"), STR("a")), STR("2"));
    assert_null(url_query_find(STR("x=1"), STR("a")).at);
    assert_non_null(url_query_find(STR("a"), STR("a")).at);
}

static void encodes_all_but_unreserved(void **state)
{
    (void)state;
    struct buf *out = buf_in(arena, 0);
    url_encode(out, STR("aZ09-._~ /+\xc3\xa9%"));
    assert_str(buf_str(out), STR("aZ09-._~%20%2F%2B%C3%A9%25"));
}

static void writes_and_reads_dates(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        str text;
    } cases[] = {
        {0,            STR_INIT("Thu, 01 Jan 1970 00:00:00 GMT")},
        {784111777,    STR_INIT("Sun, 06 Nov 1994 08:49:37 GMT")},
        {951782400,    STR_INIT("Tue, 29 Feb 2000 00:00:00 GMT")},
        {4107542399,   STR_INIT("Sun, 28 Feb 2100 23:59:59 GMT")},
        {4107542400,   STR_INIT("Mon, 01 Mar 2100 00:00:00 GMT")},
        {253402300799, STR_INIT("Fri, 31 Dec 9999 23:59:59 GMT")},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[HTTP_DATE_BYTES];
        int64_t seconds;
        http_date_write(text, cases[i].seconds);
        assert_str(str_from(text, sizeof text), cases[i].text);
        assert_true(http_date_parse(cases[i].text, &seconds));
        assert_int_equal(seconds, cases[i].seconds);
    }
    static const str bad[] = {
        STR_INIT(""),
        STR_INIT("Sun, 06 Nov 1994 08:49:37 EST"),
        STR_INIT("Mon, 06 Nov 1994 08:49:37 GMT"),
        STR_INIT("Sunday, 06-Nov-94 08:49:37 GMT"),
        STR_INIT("Sun Nov  6 08:49:37 1994"),
        STR_INIT("Fri, 31 Feb 2020 00:00:00 GMT"),
        STR_INIT("Sun, 06 Nov 1994 24:00:00 GMT"),
        STR_INIT("Sun, 06 Now 1994 08:49:37 GMT"),
        STR_INIT("Sun, +6 Nov 1994 08:49:37 GMT"),
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t seconds;
        if (http_date_parse(bad[i], &seconds)) fail_msg("read %.*s", STR_FMT(bad[i]));
    }
}

static void never(struct http_request *req, void *context)
{
    (void)req;
    (void)context;
}

enum { GET = HTTP_BIT(HTTP_GET), POST = HTTP_BIT(HTTP_POST) };
static const struct http_route rest_routes[] = {
    {.methods = GET,          .path = STR_INIT("/"), .handler = never, .name = STR_INIT("root")},
    {.methods = GET | POST,
     .path = STR_INIT("/"),
     .prefix = true,
     .handler = never,
     .name = STR_INIT("table")},
    {.methods = GET | POST,
     .path = STR_INIT("/rpc/"),
     .prefix = true,
     .handler = never,
     .name = STR_INIT("rpc")},
    {.methods = POST, .path = STR_INIT("/only"),                      .handler = never,                        .name = STR_INIT("only")                      },
};
static const struct http_route site_routes[] = {
    {.methods = GET,
     .path = STR_INIT("/"),
     .prefix = true,
     .handler = never,
     .name = STR_INIT("site")},
};
static const struct http_mount rest = {
    .prefix = STR_INIT("/rest/v1"), .routes = rest_routes, .route_count = COUNT_OF(rest_routes)};
static const struct http_mount site = {.routes = site_routes, .route_count = COUNT_OF(site_routes)};

static void finds_the_closest_route(void **state)
{
    (void)state;
    struct http_router *router = http_router_new(arena);
    http_router_mount(router, &site);
    http_router_mount(router, &rest);
    static const struct {
        enum http_method method;
        str path;
        str name; /* empty: none */
        str rest;
        int status;
    } cases[] = {
        {HTTP_GET,    STR_INIT("/"),              STR_INIT("site"),  STR_INIT(""),         0  },
        {HTTP_GET,    STR_INIT("/a/b"),           STR_INIT("site"),  STR_INIT("a/b"),      0  },
        {HTTP_HEAD,   STR_INIT("/a"),             STR_INIT("site"),  STR_INIT("a"),        0  },
        {HTTP_GET,    STR_INIT("/rest/v1"),       STR_INIT("root"),  STR_INIT(""),         0  },
        {HTTP_GET,    STR_INIT("/rest/v1/"),      STR_INIT("root"),  STR_INIT(""),         0  },
        {HTTP_GET,    STR_INIT("/rest/v10"),      STR_INIT("site"),  STR_INIT("rest/v10"), 0  },
        {HTTP_GET,    STR_INIT("/rest/v1/items"), STR_INIT("table"), STR_INIT("items"),    0  },
        {HTTP_POST,   STR_INIT("/rest/v1/rpc/f"), STR_INIT("rpc"),   STR_INIT("f"),        0  },
        {HTTP_GET,    STR_INIT("/rest/v1/rpc"),   STR_INIT("table"), STR_INIT("rpc"),      0  },
        {HTTP_POST,   STR_INIT("/rest/v1/only"),  STR_INIT("only"),  STR_INIT(""),         0  },
        {HTTP_GET,    STR_INIT("/rest/v1/only"),  STR_INIT(""),      STR_INIT(""),         405},
        {HTTP_POST,   STR_INIT("/a"),             STR_INIT(""),      STR_INIT(""),         405},
        {HTTP_DELETE, STR_INIT("/rest/v1/items"), STR_INIT(""),      STR_INIT(""),         405},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct http_request req = {
            .arena = arena, .method = cases[i].method, .path = cases[i].path};
        err error;
        unsigned allow;
        http_handler *handler = http_router_find(router, &req, &error, &allow);
        if (cases[i].name.len) {
            assert_non_null(handler);
            assert_str(req.route->name, cases[i].name);
            assert_str(req.path_rest, cases[i].rest);
        } else {
            assert_null(handler);
            assert_int_equal(error->status, cases[i].status);
            assert_true(allow & HTTP_BIT(HTTP_OPTIONS));
        }
    }
}

static void without_a_mount_nothing_is_found(void **state)
{
    (void)state;
    struct http_router *router = http_router_new(arena);
    http_router_mount(router, &rest);
    struct http_request req = {.arena = arena, .path = STR("/x")};
    err error;
    unsigned allow;
    assert_null(http_router_find(router, &req, &error, &allow));
    assert_int_equal(error->status, 404);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(decodes_percent_and_plus),
        TEST(refuses_broken_escapes_with_their_place),
        TEST(walks_queries),
        TEST(encodes_all_but_unreserved),
        TEST(writes_and_reads_dates),
        TEST(finds_the_closest_route),
        TEST(without_a_mount_nothing_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
