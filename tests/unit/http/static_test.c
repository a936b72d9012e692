/* Static files through a live server: conditions, ranges, codings, and paths that must not leave. */
#include "http/live.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "http/date.h"
#include "http/static.h"

#define HOST "Host: a\r\n"

static char folder[] = "/tmp/dapur-static-test-XXXXXX";
static struct arena *arena;
static struct live live;
static struct http_static *files;
static struct http_route routes[1];
static struct http_mount mount;
static const struct http_mount *const mounts[] = {&mount};

static void write_file(const char *name, str bytes)
{
    const char *path = str_cstr(arena, str_printf(arena, "%s/%s", folder, name));
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    fwrite(bytes.at, 1, bytes.len, out);
    fclose(out);
    struct timespec times[2] = {{.tv_sec = 784111777}, {.tv_sec = 784111777}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void make_folder(const char *name)
{
    mkdir(str_cstr(arena, str_printf(arena, "%s/%s", folder, name)), 0755);
}

static void make_link(const char *to, const char *name)
{
    assert_int_equal(symlink(to, str_cstr(arena, str_printf(arena, "%s/%s", folder, name))), 0);
}

static str letters(size_t len)
{
    char *text = arena_alloc(arena, len);
    for (size_t i = 0; i < len; i++) text[i] = (char)('a' + i % 26);
    return str_from(text, len);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new(0);
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    assert_non_null(mkdtemp(folder));
    write_file("index.html", STR("<p>home</p>"));
    write_file("app.js", letters(5000));
    write_file("small.txt", STR("abcdefghij"));
    write_file("large.bin", letters(500000));
    write_file("style.css", STR("plain"));
    write_file("style.css.gz", STR("packed by gzip"));
    write_file("style.css.br", STR("packed by brotli"));
    write_file("empty.txt", STR(""));
    write_file(".secret", STR("secret"));
    write_file("a b.txt", STR("spaced"));
    make_folder("sub");
    make_folder(".well-known");
    write_file("sub/index.html", STR("<p>sub</p>"));
    write_file("sub/.env", STR("secret"));
    write_file(".well-known/x.txt", STR("known"));
    make_link("/etc/passwd", "outside.txt");
    make_link("small.txt", "inside.txt");
    make_link("/etc", "etc");
    files = NULL;
    struct http_static_options options = {.directory = folder, .index_fallback = STR("index.html")};
    assert_null(http_static_new(arena, &options, 1, &files));
    routes[0] = (struct http_route){.methods = HTTP_BIT(HTTP_GET),
                                    .path = STR("/"),
                                    .prefix = true,
                                    .handler = http_static_serve};
    mount = (struct http_mount){.routes = routes, .route_count = 1, .context = files};
    live_start(&live, (struct http_options){.gzip = true}, mounts, 1, 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    live_stop(&live);
    char command[200];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    arena_free(arena);
    return system(command);
}

static str get(const char *path, const char *headers)
{
    return live_talk(&live, arena,
                     str_printf(arena, "GET %s HTTP/1.1\r\n" HOST "%s\r\n", path, headers));
}

static str header_of(str answer, const char *name)
{
    str key = str_printf(arena, "\r\n%s: ", name);
    size_t at = str_find(answer, key, 0);
    if (at == SIZE_MAX) fail_msg("no %s in:\n%.*s", name, STR_FMT(answer));
    return str_slice(answer, at + key.len, str_find(answer, STR("\r\n"), at + 2));
}

static void serves_files_with_types_and_validators(void **state)
{
    (void)state;
    str answer = get("/", "");
    assert_starts(answer, STR("HTTP/1.1 200 OK\r\n"));
    assert_has(answer, STR("Content-Type: text/html; charset=utf-8\r\n"));
    assert_has(answer, STR("Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
    assert_has(answer, STR("Cache-Control: no-cache\r\n"));
    assert_has(answer, STR("X-Content-Type-Options: nosniff\r\n"));
    assert_has(answer, STR("Content-Security-Policy: default-src 'self'"));
    assert_has(answer, STR("frame-ancestors 'none'"));
    assert_has(answer, STR("Referrer-Policy: "));
    assert_true(str_ends(answer, STR("<p>home</p>")));
    answer = get("/app.js", "");
    assert_has(answer, STR("Content-Type: text/javascript; charset=utf-8\r\n"));
    assert_lacks(answer, STR("Content-Security-Policy"));
    assert_true(str_ends(answer, letters(5000)));
    assert_true(str_ends(get("/large.bin", ""), letters(500000)));
    assert_true(str_ends(get("/large.bin", ""), letters(500000)));
    assert_has(get("/empty.txt", ""), STR("Content-Length: 0\r\n"));
    assert_true(str_ends(get("/a%20b.txt", ""), STR("spaced")));
    assert_true(str_ends(get("/.well-known/x.txt", ""), STR("known")));
    assert_true(str_ends(get("/inside.txt", ""), STR("abcdefghij")));
    assert_true(str_ends(get("/sub/", ""), STR("<p>sub</p>")));
    assert_has(get("/sub?a=b", ""), STR("HTTP/1.1 301 Moved Permanently\r\n"));
    assert_true(str_eq(header_of(get("/sub?a=b", ""), "Location"), STR("/sub/?a=b")));
}

static void sees_changes_at_once(void **state)
{
    (void)state;
    assert_true(str_ends(get("/small.txt", ""), STR("abcdefghij")));
    assert_true(str_ends(get("/small.txt", ""), STR("abcdefghij")));
    write_file("small.txt", STR("other"));
    assert_true(str_ends(get("/small.txt", ""), STR("other")));
    unlink(str_cstr(arena, str_printf(arena, "%s/small.txt", folder)));
    assert_starts(get("/small.txt", ""), STR("HTTP/1.1 404"));
}

static void never_leaves_the_folder(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/../etc/passwd",
        "/%2e%2e/etc/passwd",
        "/..%2fetc/passwd",
        "/sub/../../etc/passwd",
        "/sub/..%2f..%2fx.txt",
        "/.secret",
        "/%2esecret",
        "/sub/.env",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/sub//index.html",
        "/small.txt%00.html",
        "/..\\x.txt",
        "/%5c..%5cx.txt",
        "/outside.txt",
        "/etc/hosts.txt",
        "/./small.txt",
        "/small.txt/",
        "/%ff.txt",
        "/missing.txt",
        "/a%0d%0ab.txt",
        "/.well-known/../.secret",
    };
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        str answer = get(paths[i], "");
        assert_starts(answer, STR("HTTP/1.1 404 Not Found\r\n"));
        assert_lacks(answer, STR("root:"));
        assert_lacks(answer, STR("secret"));
    }
    assert_starts(get("/%zz", ""), STR("HTTP/1.1 400 "));
    /* A cached file whose name is then given to a link outside. */
    assert_starts(get("/small.txt", ""), STR("HTTP/1.1 200"));
    unlink(str_cstr(arena, str_printf(arena, "%s/small.txt", folder)));
    make_link("/etc/passwd", "small.txt");
    assert_starts(get("/small.txt", ""), STR("HTTP/1.1 404"));
}

static void unknown_paths_fall_back_for_single_page_apps(void **state)
{
    (void)state;
    assert_true(str_ends(get("/orders/17", ""), STR("<p>home</p>")));
    assert_starts(get("/orders/17.js", ""), STR("HTTP/1.1 404"));
}

static void honours_conditions(void **state)
{
    (void)state;
    str etag = header_of(get("/small.txt", ""), "ETag");
    const struct {
        str headers;
        int status;
    } cases[] = {
        {str_printf(arena,                    "If-None-Match: %.*s\r\n",                        STR_FMT(etag)), 304},
        {str_printf(arena,                                "If-None-Match: \"x\", W/%.*s\r\n",                                                                                STR_FMT(etag)), 304},
        {STR("If-None-Match: *\r\n"),304},
        {STR("If-None-Match: \"x\"\r\n"),                                   200                                                        },
        {STR("If-None-Match: \"x\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),                                   200                                                                                                                                },
        {STR("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),                                   304},
        {STR("If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n"),                                   200},
        {STR("If-Modified-Since: yesterday\r\n"),                                   200                                                                                },
        {str_printf(arena,                                   "If-Match: %.*s\r\n",                                                                                                                                                     STR_FMT(etag)), 200},
        {STR("If-Match: \"x\"\r\n"),                                   412},
        {STR("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n"),                     412},
        {STR("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),          200                    },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        str answer = get("/small.txt", str_cstr(arena, cases[i].headers));
        str wanted = str_printf(arena, "HTTP/1.1 %d ", cases[i].status);
        if (!str_starts(answer, wanted))
            fail_msg("%.*s: %.*s", STR_FMT(cases[i].headers), STR_FMT(answer));
        if (cases[i].status != 200) assert_true(str_ends(answer, STR("\r\n\r\n")));
    }
}

static void sends_single_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *range;
        str status;
        str body;
        str content_range;
    } cases[] = {
        {"bytes=0-3",                   STR_INIT("206"), STR_INIT("abcd"),       STR_INIT("bytes 0-3/10")},
        {"bytes=4-",                    STR_INIT("206"), STR_INIT("efghij"),     STR_INIT("bytes 4-9/10")},
        {"bytes=-3",                    STR_INIT("206"), STR_INIT("hij"),        STR_INIT("bytes 7-9/10")},
        {"bytes=-30",                   STR_INIT("206"), STR_INIT("abcdefghij"), STR_INIT("bytes 0-9/10")},
        {"bytes=9-99",                  STR_INIT("206"), STR_INIT("j"),          STR_INIT("bytes 9-9/10")},
        {"BYTES=0-0",                   STR_INIT("206"), STR_INIT("a"),          STR_INIT("bytes 0-0/10")},
        {"bytes=10-",                   STR_INIT("416"), STR_INIT(""),           STR_INIT("bytes */10")  },
        {"bytes=-0",                    STR_INIT("416"), STR_INIT(""),           STR_INIT("bytes */10")  },
        {"bytes=3-1",                   STR_INIT("200"), STR_INIT("abcdefghij"), STR_INIT("")            },
        {"bytes=0-1,3-4",               STR_INIT("200"), STR_INIT("abcdefghij"), STR_INIT("")            },
        {"bytes=a-b",                   STR_INIT("200"), STR_INIT("abcdefghij"), STR_INIT("")            },
        {"bytes=-",                     STR_INIT("200"), STR_INIT("abcdefghij"), STR_INIT("")            },
        {"bytes=18446744073709551616-", STR_INIT("200"), STR_INIT("abcdefghij"), STR_INIT("")            },
        {"items=0-1",                   STR_INIT("200"), STR_INIT("abcdefghij"), STR_INIT("")            },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char headers[100];
        snprintf(headers, sizeof headers, "Range: %s\r\n", cases[i].range);
        str answer = get("/small.txt", headers);
        assert_starts(answer, str_printf(arena, "HTTP/1.1 %.*s ", STR_FMT(cases[i].status)));
        assert_true(str_ends(answer, str_printf(arena, "\r\n\r\n%.*s", STR_FMT(cases[i].body))));
        if (cases[i].content_range.len)
            assert_true(str_eq(header_of(answer, "Content-Range"), cases[i].content_range));
    }
    str answer = get("/large.bin", "Range: bytes=300000-300025\r\n");
    assert_has(answer, STR("Content-Length: 26\r\n"));
    assert_has(answer, STR("Content-Range: bytes 300000-300025/500000\r\n"));
    assert_true(str_ends(answer, str_slice(letters(500000), 300000, 300026)));
}

static void sends_the_whole_when_the_file_is_another(void **state)
{
    (void)state;
    str etag = header_of(get("/small.txt", ""), "ETag");
    const char *same =
        str_cstr(arena, str_printf(arena, "Range: bytes=0-0\r\nIf-Range: %.*s\r\n", STR_FMT(etag)));
    assert_starts(get("/small.txt", same), STR("HTTP/1.1 206"));
    assert_starts(get("/small.txt", "Range: bytes=0-0\r\nIf-Range: \"x\"\r\n"),
                  STR("HTTP/1.1 200"));
    assert_starts(
        get("/small.txt", "Range: bytes=0-0\r\nIf-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
        STR("HTTP/1.1 206"));
    assert_starts(
        get("/small.txt", "Range: bytes=0-0\r\nIf-Range: Sun, 06 Nov 1994 08:49:38 GMT\r\n"),
        STR("HTTP/1.1 200"));
}

static void prefers_compressed_siblings(void **state)
{
    (void)state;
    assert_true(str_ends(get("/style.css", ""), STR("plain")));
    str answer = get("/style.css", "Accept-Encoding: gzip, br\r\n");
    assert_has(answer, STR("Content-Encoding: br\r\n"));
    assert_has(answer, STR("Content-Type: text/css; charset=utf-8\r\n"));
    assert_has(answer, STR("Vary: Accept-Encoding\r\n"));
    assert_true(str_ends(answer, STR("packed by brotli")));
    assert_true(
        str_ends(get("/style.css", "Accept-Encoding: gzip, br;q=0\r\n"), STR("packed by gzip")));
    /* Without a sibling the cached bytes are compressed, under their own entity tag. */
    answer = get("/app.js", "Accept-Encoding: gzip\r\n");
    assert_has(answer, STR("Content-Encoding: gzip\r\n"));
    assert_true(answer.len < 2000);
    assert_false(str_eq(header_of(answer, "ETag"), header_of(get("/app.js", ""), "ETag")));
    str etag = header_of(answer, "ETag");
    const char *again =
        str_cstr(arena, str_printf(arena, "Accept-Encoding: gzip\r\nIf-None-Match: %.*s\r\n",
                                   STR_FMT(etag)));
    assert_starts(get("/app.js", again), STR("HTTP/1.1 304"));
}

static void head_tells_without_sending(void **state)
{
    (void)state;
    str answer = live_talk(
        &live, arena,
        STR("HEAD /large.bin HTTP/1.1\r\n" HOST "\r\nHEAD /small.txt HTTP/1.1\r\n" HOST "\r\n"));
    assert_has(answer, STR("Content-Length: 500000\r\n"));
    assert_has(answer, STR("Content-Length: 10\r\n"));
    assert_true(answer.len < 1500);
}

static void a_missing_folder_is_an_error(void **state)
{
    (void)state;
    struct http_static *none;
    err error =
        http_static_new(arena, &(struct http_static_options){.directory = "/nowhere"}, 1, &none);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_CONFIG);
}

static void the_cache_is_bounded(void **state)
{
    (void)state;
    char name[40];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "file%d.bin", i);
        write_file(name, letters(100000)); /* 10 MB together, the cache takes 4 */
    }
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "/file%d.bin", i);
        assert_true(str_ends(get(name, ""), letters(100000)));
    }
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIVE(serves_files_with_types_and_validators),
        LIVE(sees_changes_at_once),
        LIVE(never_leaves_the_folder),
        LIVE(unknown_paths_fall_back_for_single_page_apps),
        LIVE(honours_conditions),
        LIVE(sends_single_ranges),
        LIVE(sends_the_whole_when_the_file_is_another),
        LIVE(prefers_compressed_siblings),
        LIVE(head_tells_without_sending),
        LIVE(a_missing_folder_is_an_error),
        LIVE(the_cache_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
