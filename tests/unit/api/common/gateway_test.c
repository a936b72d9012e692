#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/common/gateway.h"
#include "base/clock.h"
#include "sql/catalog_build.h"

/* gateway.c: one decision about two headers. */

enum { HEADERS_MAX = 4 };

struct fixture {
    struct arena *arena;
    struct loops *loops;
    struct api_keys keys;
    struct gateway *gateway, *open; /* open: no key required */
    const struct catalog *catalog;
    struct http_header headers[HEADERS_MAX];
    struct http_request request;
    struct identity identity;
};

static int setup(void **state)
{
    struct arena *arena = arena_new(0);
    struct fixture *f = ARENA_NEW(arena, struct fixture);
    struct loops_options loops = {.count = 1};
    f->arena = arena;
    assert_null(loops_start(arena, &loops, &f->loops));
    assert_null(api_keys_make(arena, clock_real_us() / 1000000, &f->keys));
    struct gateway_options options = {
        .keys = &f->keys, .require_key = true, .loop_count = 1, .token_cache_count = 8};
    f->gateway = gateway_new(arena, &options);
    options.require_key = false;
    f->open = gateway_new(arena, &options);
    f->catalog = catalog_bootstrap();
    f->request = (struct http_request){
        .arena = arena,
        .loop = loops_at(f->loops, 0),
        .method_text = STR("GET"),
        .path = STR("/rest/v1/x"),
        .headers = f->headers,
    };
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    gateway_free(f->gateway);
    gateway_free(f->open);
    catalog_unref(f->catalog);
    loops_stop(f->loops);
    loops_join(f->loops);
    arena_free(f->arena);
    return 0;
}

static void header(struct fixture *f, const char *name, str value)
{
    f->headers[f->request.header_count++] = (struct http_header){str_of(name), value};
}

static str bearer(struct fixture *f, str token)
{
    return str_printf(f->arena, "Bearer %.*s", STR_FMT(token));
}

static str user_token(struct fixture *f, const char *claims)
{
    return jwt_sign(f->arena, f->keys.jwt_key, str_of(claims));
}

static err identify(struct fixture *f)
{
    return gateway_identify(f->gateway, &f->request, &f->identity);
}

#define ASSERT_ROLE(f, wanted)                                \
    do {                                                      \
        assert_null(identify(f));                             \
        assert_true(str_eq((f)->identity.role, STR(wanted))); \
    } while (0)

#define ASSERT_REFUSED(f, wanted_kind)                 \
    do {                                               \
        err error_ = identify(f);                      \
        assert_non_null(error_);                       \
        assert_int_equal(error_->kind, (wanted_kind)); \
        assert_int_equal(error_->status, 401);         \
    } while (0)

/* ---- keys ---- */

static void no_key_is_refused_unless_it_need_not_be(void **state)
{
    struct fixture *f = *state;
    ASSERT_REFUSED(f, ERR_KEY_MISSING);
    assert_null(gateway_identify(f->open, &f->request, &f->identity));
    assert_true(str_eq(f->identity.role, STR("anon")));
    assert_int_equal(f->identity.credential, CREDENTIAL_NONE);
}

static void opaque_keys_have_their_roles(void **state)
{
    struct fixture *f = *state;
    header(f, "apikey", f->keys.publishable);
    ASSERT_ROLE(f, "anon");
    assert_int_equal(f->identity.credential, CREDENTIAL_KEY);
    f->headers[0].value = f->keys.secret;
    ASSERT_ROLE(f, "service_role");
}

static void jwt_keys_have_their_roles(void **state)
{
    struct fixture *f = *state;
    header(f, "apikey", f->keys.anon);
    ASSERT_ROLE(f, "anon");
    f->headers[0].value = f->keys.service_role;
    ASSERT_ROLE(f, "service_role");
}

static void supabase_js_repeats_its_key_as_the_bearer(void **state)
{
    struct fixture *f = *state;
    header(f, "apikey", f->keys.publishable);
    header(f, "Authorization", bearer(f, f->keys.publishable));
    ASSERT_ROLE(f, "anon");
    f->headers[0].value = f->keys.secret;
    f->headers[1].value = bearer(f, f->keys.secret);
    ASSERT_ROLE(f, "service_role");
}

static void unknown_keys_are_refused(void **state)
{
    static const char *const keys[] = {"x", "sb_secret_",
                                       "sb_publishable_0123456789012345678901_00000000", "a.b.c"};
    struct fixture *f = *state;
    header(f, "apikey", STR(""));
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        f->headers[0].value = str_of(keys[i]);
        ASSERT_REFUSED(f, ERR_KEY_INVALID);
    }
}

static void a_secret_key_in_a_browser_is_refused(void **state)
{
    struct fixture *f = *state;
    header(f, "apikey", f->keys.secret);
    header(f, "User-Agent", STR("Mozilla/5.0 (X11; Linux x86_64)"));
    ASSERT_REFUSED(f, ERR_KEY_INVALID);
    f->headers[0].value = f->keys.publishable;
    ASSERT_ROLE(f, "anon");
}

/* ---- both headers ---- */

static void the_bearer_counts_when_both_are_valid(void **state)
{
    struct fixture *f = *state;
    header(f, "apikey", f->keys.publishable);
    header(f, "authorization",
           bearer(f, user_token(f, "{\"role\":\"authenticated\",\"sub\":\"u\"}")));
    ASSERT_ROLE(f, "authenticated");
    assert_true(str_eq(f->identity.jwt->subject, STR("u")));
    f->headers[0].value = f->keys.secret;
    ASSERT_ROLE(f, "authenticated");
}

static void neither_header_excuses_the_other(void **state)
{
    struct fixture *f = *state;
    header(f, "apikey", STR("wrong"));
    header(f, "Authorization", bearer(f, user_token(f, "{\"role\":\"authenticated\"}")));
    ASSERT_REFUSED(f, ERR_KEY_INVALID);
    f->headers[0].value = f->keys.secret;
    f->headers[1].value = STR("Bearer wrong");
    ASSERT_REFUSED(f, ERR_JWT_INVALID);
    f->headers[1].value = bearer(f, user_token(f, "{\"exp\":1}"));
    ASSERT_REFUSED(f, ERR_JWT_CLAIMS);
    f->headers[1].value = STR("Bearer sb_secret_unknown");
    ASSERT_REFUSED(f, ERR_KEY_INVALID);
}

/* An opaque bearer beside a key never raises the key's role. */
static void an_opaque_bearer_does_not_count_beside_a_key(void **state)
{
    struct fixture *f = *state;
    header(f, "apikey", f->keys.publishable);
    header(f, "Authorization", bearer(f, f->keys.secret));
    ASSERT_ROLE(f, "anon");
}

static void doubled_headers_are_refused(void **state)
{
    struct fixture *f = *state;
    header(f, "apikey", f->keys.publishable);
    header(f, "ApiKey", f->keys.publishable);
    ASSERT_REFUSED(f, ERR_KEY_INVALID);
    f->headers[1] = (struct http_header){STR("Authorization"), bearer(f, f->keys.anon)};
    header(f, "AUTHORIZATION", bearer(f, f->keys.anon));
    ASSERT_REFUSED(f, ERR_KEY_INVALID);
}

static void the_bearer_scheme_has_no_case(void **state)
{
    struct fixture *f = *state;
    str token = user_token(f, "{\"role\":\"authenticated\"}");
    header(f, "apikey", f->keys.anon);
    header(f, "Authorization", str_printf(f->arena, "bEaReR %.*s", STR_FMT(token)));
    ASSERT_ROLE(f, "authenticated");
    f->headers[1].value = STR("Basic dXNlcjpwYXNz");
    ASSERT_ROLE(f, "anon");
}

static void a_token_without_a_role_is_anonymous(void **state)
{
    struct fixture *f = *state;
    header(f, "apikey", f->keys.anon);
    header(f, "Authorization", bearer(f, user_token(f, "{\"sub\":\"u\"}")));
    ASSERT_ROLE(f, "anon");
}

/* ---- callers ---- */

static err caller_of(struct fixture *f, struct caller **out)
{
    struct identity identity;
    TRY(gateway_identify(f->gateway, &f->request, &identity));
    return gateway_caller(&f->request, &identity, f->catalog, out);
}

static void a_caller_has_role_claims_and_settings(void **state)
{
    struct fixture *f = *state;
    struct caller *caller;
    header(f, "apikey", f->keys.anon);
    header(f, "Authorization",
           bearer(f, user_token(f, "{\"role\":\"authenticated\",\"sub\":\"AAAAAAAA-0000-4000-8000-"
                                   "000000000001\",\"email\":\"a@b.c\"}")));
    assert_null(caller_of(f, &caller));
    assert_true(str_eq(caller->role, STR("authenticated")));
    assert_int_equal(caller->role_oid, catalog_role_find(f->catalog, STR("authenticated"))->oid);
    assert_true(str_eq(caller->user_id, STR("aaaaaaaa-0000-4000-8000-000000000001")));
    assert_true(str_eq(caller->email, STR("a@b.c")));
    assert_true(str_starts(caller->claims, STR("{\"role\"")));
    assert_int_equal(caller->setting_count, 2);
}

static void a_subject_that_is_no_uuid_is_no_user(void **state)
{
    struct fixture *f = *state;
    struct caller *caller;
    header(f, "apikey", f->keys.anon);
    header(f, "Authorization",
           bearer(f, user_token(f, "{\"role\":\"authenticated\",\"sub\":\"' OR 1=1 --\"}")));
    assert_null(caller_of(f, &caller));
    assert_true(str_empty(caller->user_id));
}

static void tokens_take_no_role_that_they_may_not(void **state)
{
    static const char *const roles[] = {"postgres", "supabase_admin", "authenticator",
                                        "supabase_auth_admin", "dashboard_user"};
    struct fixture *f = *state;
    struct caller *caller;
    header(f, "apikey", f->keys.anon);
    header(f, "Authorization", STR(""));
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        f->headers[1].value =
            bearer(f, user_token(f, str_printf(f->arena, "{\"role\":\"%s\"}", roles[i]).at));
        err error = caller_of(f, &caller);
        assert_non_null(error);
        assert_true(str_eq(error->code, STR("42501")));
    }
    f->headers[1].value = bearer(f, user_token(f, "{\"role\":\"nobody\"}"));
    err error = caller_of(f, &caller);
    assert_true(str_eq(error->code, STR("22023")));
    assert_int_equal(error->status, 401);
}

static void our_own_statements_have_a_fixed_role(void **state)
{
    struct fixture *f = *state;
    struct caller *caller =
        gateway_internal_caller(f->arena, f->catalog, STR("supabase_auth_admin"));
    assert_int_equal(caller->role_oid, ROLE_SUPABASE_AUTH_ADMIN);
    assert_true(str_empty(caller->claims));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(no_key_is_refused_unless_it_need_not_be),
        TEST(opaque_keys_have_their_roles),
        TEST(jwt_keys_have_their_roles),
        TEST(supabase_js_repeats_its_key_as_the_bearer),
        TEST(unknown_keys_are_refused),
        TEST(a_secret_key_in_a_browser_is_refused),
        TEST(the_bearer_counts_when_both_are_valid),
        TEST(neither_header_excuses_the_other),
        TEST(an_opaque_bearer_does_not_count_beside_a_key),
        TEST(doubled_headers_are_refused),
        TEST(the_bearer_scheme_has_no_case),
        TEST(a_token_without_a_role_is_anonymous),
        TEST(a_caller_has_role_claims_and_settings),
        TEST(a_subject_that_is_no_uuid_is_no_user),
        TEST(tokens_take_no_role_that_they_may_not),
        TEST(our_own_statements_have_a_fixed_role),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
