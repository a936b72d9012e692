/* api/auth/admin.c - /admin/users: what service_role does to users. Lists are in admin_list.c. */
#include "api/auth/admin.h"

#include "api/auth/input.h"
#include "api/auth/password.h"
#include "api/auth/session.h"
#include "api/auth/store.h"
#include "api/auth/user.h"
#include "base/clock.h"

/* Who calls --------------------------------------------------------------------------------------------- */

static err session_checked(struct auth_request *request)
{
    const struct json *session = auth_row(request, 0, 0);
    if (!session || auth_row_flag(session, STR("expired")))
        return auth_err(request->arena, 403, "session_expired",
                        "Session of the administrator has ended");
    return request->route->handle(request);
}

err auth_with_admin(struct auth_request *request)
{
    const struct identity *identity = &request->identity;
    str header = http_header_find(request->http, STR("authorization"));
    if (identity->credential == CREDENTIAL_NONE && str_empty(header))
        return auth_err(request->arena, 401, "no_authorization",
                        "This endpoint requires a valid Bearer token");
    if (!str_eq(identity->role, STR("service_role")) &&
        !str_eq(identity->role, STR("supabase_admin")))
        return auth_err(request->arena, 403, "not_admin", "User not allowed");
    str session = identity->jwt ? identity->jwt->session_id : STR_NONE;
    if (str_empty(session)) return request->route->handle(request);
    if (!auth_is_uuid(session))
        return auth_err(request->arena, 403, "bad_jwt",
                        "invalid claim: session_id claim must be a UUID");
    AUTH_STEP(request, STATEMENT_SESSION_BY_ID, ROWS_ANY, str_copy(request->arena, session));
    return auth_run(request, session_checked);
}

/* Reading a user ------------------------------------------------------------------------------------------ */

struct admin_user {
    str id, email, phone, password, hash, role, aud;
    bool email_confirm, phone_confirm;
    bool sets_ban;
    str banned_until; /* at == NULL: no ban */
    const struct json *user_metadata, *app_metadata;
};

static err read_ban(struct auth_request *request, struct admin_user *user)
{
    str text;
    int64_t us;
    TRY(auth_text_field(request, "ban_duration", &text));
    if (str_empty(text)) return NULL;
    user->sets_ban = true;
    if (str_eq(text, STR("none"))) return NULL;
    if (!auth_duration(text, &us))
        return auth_err(request->arena, 400, "validation_failed",
                        "invalid format for ban duration: \"%.*s\"", STR_FMT(text));
    user->banned_until = auth_time_text(request->arena, clock_real_us() + us);
    return NULL;
}

/* A hash made elsewhere is taken as it is; a password is hashed by us. */
static err read_password(struct auth_request *request, struct admin_user *user)
{
    TRY(auth_text_field(request, "password", &user->password));
    TRY(auth_text_field(request, "password_hash", &user->hash));
    if (!str_empty(user->password) && !str_empty(user->hash))
        return auth_err(request->arena, 400, "validation_failed",
                        "Only a password or a password hash should be provided");
    if (!str_empty(user->hash) && !auth_hash_usable(user->hash))
        return auth_err(request->arena, 400, "validation_failed",
                        "Password hash is of no kind that can be imported: bcrypt, cost 4 to 15");
    return str_empty(user->password) ? NULL : auth_password_check(request, user->password);
}

static err read_addresses(struct auth_request *request, struct admin_user *user)
{
    str email, phone;
    TRY(auth_text_field(request, "email", &email));
    TRY(auth_text_field(request, "phone", &phone));
    TRY(auth_bool_field(request, "email_confirm", &user->email_confirm));
    TRY(auth_bool_field(request, "phone_confirm", &user->phone_confirm));
    if (!str_empty(email)) TRY(auth_email(request->arena, email, &user->email));
    if (!str_empty(phone)) TRY(auth_phone(request->arena, phone, &user->phone));
    return NULL;
}

/* A role is put into tokens and from there into the database: only names that could be one. */
static err read_role(struct auth_request *request, struct admin_user *user)
{
    TRY(auth_text_field(request, "role", &user->role));
    TRY(auth_text_field(request, "aud", &user->aud));
    for (size_t i = 0; i < user->role.len; i++) {
        char c = user->role.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i > 0 && c >= '0' && c <= '9'))
            return auth_err(request->arena, 400, "validation_failed", "Role \"%.*s\" is not a name",
                            STR_FMT(user->role));
    }
    if (user->role.len > 63 || user->aud.len > 255)
        return auth_err(request->arena, 400, "validation_failed", "Role or audience is too long");
    return NULL;
}

static err read_user(struct auth_request *request, struct admin_user *user)
{
    TRY(auth_read_body(request, EMPTY_BODY_REFUSED));
    TRY(read_addresses(request, user));
    TRY(read_password(request, user));
    TRY(auth_object_field(request, "user_metadata", &user->user_metadata));
    TRY(auth_object_field(request, "app_metadata", &user->app_metadata));
    TRY(read_role(request, user));
    return read_ban(request, user);
}

/* Answers --------------------------------------------------------------------------------------------------- */

static err respond_user(struct auth_request *request,
                        const struct json *user,
                        const struct json *identities)
{
    struct buf *body = buf_in(request->arena, 0);
    auth_write_user(body, user, identities);
    auth_respond_json(request, 200, body, NULL, 0);
    return NULL;
}

static err user_not_found(struct auth_request *request)
{
    return auth_err(request->arena, 404, "user_not_found", "User not found");
}

/* Which unique index it was is in the message: `... unique constraint "users_phone_key"`. */
static err write_failed(struct auth_request *request, err error, size_t step)
{
    struct arena *arena = request->arena;
    if (error->kind == ERR_EXPECTATION && step == 0) return user_not_found(request);
    if (err_is(error, STR("23514")))
        return auth_err(arena, 400, "validation_failed",
                        "User or app metadata is larger than 64 KiB");
    if (!err_is(error, STR("23505"))) return error;
    if (str_find(error->message, STR("phone"), 0) != SIZE_MAX)
        return auth_err(arena, 422, "phone_exists",
                        "A user with this phone number has already been registered");
    if (str_find(error->message, STR("pkey"), 0) != SIZE_MAX)
        return auth_err(arena, 409, "conflict", "A user with this ID already exists");
    return auth_err(arena, 422, "email_exists",
                    "A user with this email address has already been registered");
}

/* {"provider":"email","providers":["email"]}, then what was asked for. */
static str first_app_metadata(struct arena *arena, const struct admin_user *user)
{
    struct buf *out = buf_in(arena, 0);
    bool email = !str_empty(user->email), phone = !str_empty(user->phone);
    buf_printf(out, "{\"provider\":\"%s\",\"providers\":[%s%s%s]", email ? "email" : "phone",
               email ? "\"email\"" : "", email && phone ? "," : "", phone ? "\"phone\"" : "");
    for (size_t i = 0; user->app_metadata && i < user->app_metadata->count; i++) {
        const struct json_member *item = &user->app_metadata->members[i];
        bool ours = str_eq(item->name, STR("provider")) || str_eq(item->name, STR("providers"));
        if (ours || item->value->kind == JSON_NULL) continue;
        buf_char(out, ',');
        json_write_str(out, item->name);
        buf_char(out, ':');
        json_write(out, item->value);
    }
    buf_char(out, '}');
    return buf_str(out);
}

static str identity_data(struct arena *arena, const char *kind, str id, str address, bool confirmed)
{
    struct buf *out = buf_in(arena, 0);
    buf_printf(out, "{\"sub\":\"%.*s\",\"%s\":", STR_FMT(id), kind);
    json_write_str(out, address);
    buf_printf(out, ",\"email_verified\":%s,\"phone_verified\":%s}",
               confirmed && str_eq(str_of(kind), STR("email")) ? "true" : "false",
               confirmed && str_eq(str_of(kind), STR("phone")) ? "true" : "false");
    return buf_str(out);
}

static void set_identities(struct auth_request *request, const struct admin_user *user)
{
    struct arena *arena = request->arena;
    str id = user->id;
    if (!str_empty(user->email))
        AUTH_STEP(request, STATEMENT_IDENTITY_SET, 1, id, id,
                  identity_data(arena, "email", id, user->email, user->email_confirm),
                  STR("email"));
    if (!str_empty(user->phone))
        AUTH_STEP(request, STATEMENT_IDENTITY_SET, 1, id, id,
                  identity_data(arena, "phone", id, user->phone, user->phone_confirm),
                  STR("phone"));
}

/* The last read of a write: users and identities as they are now. */
static err written(struct auth_request *request)
{
    size_t last = AUTH_STEPS_MAX;
    while (last > 1 && !request->rows.at[last - 1]) last--;
    return respond_user(request, auth_row(request, 0, 0), request->rows.at[last - 1]);
}

/* POST /admin/users -------------------------------------------------------------------------------------------- */

static str null_when_empty(str text)
{
    return str_empty(text) ? STR_NONE : text;
}

static err create(struct auth_request *request)
{
    const struct admin_user *user = request->state;
    struct arena *arena = request->arena;
    str metadata, removed;
    auth_merge(arena, user->user_metadata, &metadata, &removed);
    /* Without any password: an empty hash, which no password matches. */
    AUTH_STEP(request, STATEMENT_USER_INSERT, 1, user->id,
              str_empty(user->aud) ? STR(AUTH_AUDIENCE) : user->aud,
              str_empty(user->role) ? STR("authenticated") : user->role,
              null_when_empty(user->email), str_empty(user->hash) ? STR("") : user->hash,
              auth_bool(user->email_confirm && !str_empty(user->email)),
              null_when_empty(user->phone),
              auth_bool(user->phone_confirm && !str_empty(user->phone)),
              first_app_metadata(arena, user), metadata, user->banned_until);
    set_identities(request, user);
    auth_audit_named(request, user->id, user->email, "team", "user_signedup");
    AUTH_STEP(request, STATEMENT_IDENTITIES_OF_USER, ROWS_ANY, user->id);
    return auth_run_or(request, written, write_failed);
}

static err create_hashed(struct auth_request *request, const struct auth_hashed *hashed)
{
    struct admin_user *user = request->state;
    user->hash = hashed->hash;
    return create(request);
}

static err handle_create(struct auth_request *request)
{
    struct admin_user *user = ARENA_NEW(request->arena, struct admin_user);
    request->state = user;
    TRY(read_user(request, user));
    TRY(auth_text_field(request, "id", &user->id));
    if (str_empty(user->email) && str_empty(user->phone))
        return auth_err(request->arena, 400, "validation_failed",
                        "Cannot create a user without either an email or phone");
    if (!str_empty(user->id) && !auth_is_uuid(user->id))
        return auth_err(request->arena, 400, "validation_failed",
                        "ID must conform to the uuid v4 format");
    user->id =
        str_empty(user->id) ? auth_new_uuid(request->arena) : str_lower(request->arena, user->id);
    return str_empty(user->password) ? create(request)
                                     : auth_hash(request, user->password, create_hashed);
}

/* /admin/users/{id} ---------------------------------------------------------------------------------------------- */

static err path_user(struct auth_request *request, str *id)
{
    if (!auth_is_uuid(request->http->path_rest))
        return auth_err(request->arena, 404, "validation_failed", "user_id must be an UUID");
    *id = str_lower(request->arena, request->http->path_rest);
    return NULL;
}

static err found(struct auth_request *request)
{
    const struct json *user = auth_row(request, 0, 0);
    return user ? respond_user(request, user, request->rows.at[1]) : user_not_found(request);
}

static err handle_get(struct auth_request *request)
{
    str id;
    TRY(path_user(request, &id));
    AUTH_STEP(request, STATEMENT_USER_BY_ID, ROWS_ANY, id);
    AUTH_STEP(request, STATEMENT_IDENTITIES_OF_USER, ROWS_ANY, id);
    return auth_run(request, found);
}

static err update(struct auth_request *request)
{
    const struct admin_user *user = request->state;
    struct arena *arena = request->arena;
    str user_added, user_removed, app_added, app_removed;
    auth_merge(arena, user->user_metadata, &user_added, &user_removed);
    auth_merge(arena, user->app_metadata, &app_added, &app_removed);
    AUTH_STEP(request, STATEMENT_USER_CHANGE_BY_ADMIN, 1, user->id, null_when_empty(user->email),
              null_when_empty(user->phone), null_when_empty(user->hash),
              auth_bool(user->email_confirm), auth_bool(user->phone_confirm), user_added,
              user_removed, app_added, app_removed, null_when_empty(user->role),
              null_when_empty(user->aud), auth_bool(user->sets_ban), user->banned_until);
    set_identities(request, user);
    /* Who had the old password, or is banned, is signed in no longer. */
    if (!str_empty(user->hash) || user->banned_until.at)
        AUTH_STEP(request, STATEMENT_SESSIONS_DELETE, ROWS_ANY, user->id);
    auth_audit_named(request, user->id, user->email, "user", "user_modified");
    AUTH_STEP(request, STATEMENT_IDENTITIES_OF_USER, ROWS_ANY, user->id);
    return auth_run_or(request, written, write_failed);
}

static err update_hashed(struct auth_request *request, const struct auth_hashed *hashed)
{
    struct admin_user *user = request->state;
    user->hash = hashed->hash;
    return update(request);
}

static err handle_update(struct auth_request *request)
{
    struct admin_user *user = ARENA_NEW(request->arena, struct admin_user);
    request->state = user;
    TRY(path_user(request, &user->id));
    TRY(read_user(request, user));
    return str_empty(user->password) ? update(request)
                                     : auth_hash(request, user->password, update_hashed);
}

/* Deleting ----------------------------------------------------------------------------------------------------------- */

static err deleted(struct auth_request *request)
{
    struct buf *body = buf_in(request->arena, 0);
    buf_lit(body, "{}");
    auth_respond_json(request, 200, body, NULL, 0);
    return NULL;
}

/* Unreadable and still unique: the address may be used again, and nobody can tell what it was. */
static str obscured(struct arena *arena, const struct json *user, const char *column)
{
    uint8_t digest[CRYPTO_SHA256_BYTES];
    str value = json_get_str(user, str_of(column)), id = json_get_str(user, STR("id"));
    if (str_empty(value)) return STR_NONE;
    struct buf *hex = buf_in(arena, 0);
    crypto_sha256(str_printf(arena, "%.*s%.*s", STR_FMT(id), STR_FMT(value)), digest);
    crypto_hex(hex, str_from(digest, sizeof digest));
    return buf_str(hex);
}

static err forget(struct auth_request *request)
{
    const struct json *user = auth_row(request, 0, 0);
    if (!user || !str_empty(json_get_str(user, STR("deleted_at")))) return user_not_found(request);
    str id = json_get_str(user, STR("id"));
    AUTH_STEP(request, STATEMENT_USER_FORGET, 1, id, obscured(request->arena, user, "email"),
              obscured(request->arena, user, "phone"));
    AUTH_STEP(request, STATEMENT_IDENTITIES_FORGET, ROWS_ANY, id);
    AUTH_STEP(request, STATEMENT_SESSIONS_DELETE, ROWS_ANY, id);
    AUTH_STEP(request, STATEMENT_FACTORS_DELETE, ROWS_ANY, id);
    AUTH_STEP(request, STATEMENT_ONE_TIME_TOKENS_DELETE, ROWS_ANY, id);
    auth_audit_named(request, id, STR(""), "team", "user_deleted");
    return auth_run_or(request, deleted, write_failed);
}

static err handle_delete(struct auth_request *request)
{
    str id;
    bool soft;
    TRY(path_user(request, &id));
    TRY(auth_read_body(request, EMPTY_BODY_FINE));
    TRY(auth_bool_field(request, "should_soft_delete", &soft));
    if (soft) {
        AUTH_STEP(request, STATEMENT_USER_BY_ID, ROWS_ANY, id);
        return auth_run(request, forget);
    }
    AUTH_STEP(request, STATEMENT_USER_DELETE, 1, id);
    auth_audit_named(request, id, STR(""), "team", "user_deleted");
    return auth_run_or(request, deleted, write_failed);
}

const struct auth_route auth_admin_routes[] = {
    {HTTP_BIT(HTTP_GET),    STR_INIT("/admin/users"),  false, ACCESS_ADMIN, LIMIT_NONE, auth_list_users,
     STR_INIT("auth admin list")                                                                                                      },
    {HTTP_BIT(HTTP_POST),   STR_INIT("/admin/users"),  false, ACCESS_ADMIN, LIMIT_NONE, handle_create,
     STR_INIT("auth admin create")                                                                                                    },
    {HTTP_BIT(HTTP_GET),    STR_INIT("/admin/users/"), true,  ACCESS_ADMIN, LIMIT_NONE, handle_get,
     STR_INIT("auth admin get")                                                                                                       },
    {HTTP_BIT(HTTP_PUT),    STR_INIT("/admin/users/"), true,  ACCESS_ADMIN, LIMIT_NONE, handle_update,
     STR_INIT("auth admin update")                                                                                                    },
    {HTTP_BIT(HTTP_DELETE), STR_INIT("/admin/users/"), true,  ACCESS_ADMIN, LIMIT_NONE,
     handle_delete,                                                                                      STR_INIT("auth admin delete")},
};
const size_t auth_admin_route_count = COUNT_OF(auth_admin_routes);
