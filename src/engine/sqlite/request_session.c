#include "engine/sqlite/request_session.h"

#include "engine/sqlite/run_trigger.h"

#include "sql/setting.h"
#include "types/tz.h"

/* What PostgreSQL answers for settings that nobody changes here. */
static bool server_setting(str name, str *out)
{
    static const struct {
        str name;
        str value;
    } rows[] = {
        {STR_INIT("timezone"),                    STR_INIT("UTC")               },
        {STR_INIT("server_version"),              STR_INIT("15.0")              },
        {STR_INIT("server_version_num"),          STR_INIT("150000")            },
        {STR_INIT("server_encoding"),             STR_INIT("UTF8")              },
        {STR_INIT("client_encoding"),             STR_INIT("UTF8")              },
        {STR_INIT("standard_conforming_strings"), STR_INIT("on")                },
        {STR_INIT("search_path"),                 STR_INIT("public, extensions")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!str_eq(rows[i].name, name)) continue;
        *out = rows[i].value;
        return true;
    }
    return false;
}

bool request_session_setting(const struct request_session *request, str name, str *out)
{
    for (size_t i = request->settings.count; i-- > 0;) {
        if (!str_eq(request->settings.at[i].name, name)) continue;
        *out = request->settings.at[i].value;
        return true;
    }
    const struct caller *caller = request->caller;
    if (!caller) return server_setting(name, out);
    if (str_eq(name, STR("request.jwt.claims"))) {
        *out = caller->claims;
        return !str_empty(caller->claims);
    }
    if (str_eq(name, STR("role"))) {
        *out = caller->role;
        return true;
    }
    for (size_t i = 0; i < caller->setting_count; i++) {
        if (!str_eq(caller->settings[i].name, name)) continue;
        *out = caller->settings[i].value;
        return true;
    }
    if (caller->lookup && caller->lookup(caller, request->arena, name, out)) return true;
    return server_setting(name, out);
}

void request_session_set(struct request_session *request, str name, str value)
{
    for (size_t i = 0; i < request->settings.count; i++) {
        if (!str_eq(request->settings.at[i].name, name)) continue;
        request->settings.at[i].value = str_copy(request->arena, value);
        return;
    }
    *VEC_ADD(request->arena, &request->settings) =
        (struct session_setting){str_copy(request->arena, name), str_copy(request->arena, value)};
}

/* Hooks ---------------------------------------------------------------------------------------- */

static bool hook_setting(struct sqlite_session *session, str name, str *out)
{
    return request_session_setting(session->owner, name, out);
}

/* The zone that the setting says, or the caller's; UTC without. */
static err follow_time_zone(struct sqlite_session *session, struct arena *arena)
{
    const struct request_session *request = session->owner;
    str name = request->caller ? request->caller->time_zone : STR_NONE;
    for (size_t i = 0; i < request->settings.count; i++)
        if (str_eq(request->settings.at[i].name, STR("timezone")) &&
            !str_empty(request->settings.at[i].value))
            name = request->settings.at[i].value;
    session->types.zone = str_empty(name) ? NULL : tz_find(name);
    if (session->types.zone || str_empty(name)) return NULL;
    return err_sql(arena, "22023", "invalid value for parameter \"TimeZone\": \"%.*s\"",
                   STR_FMT(name));
}

err request_session_set_time_zone(struct sqlite_session *session, struct arena *arena, str value)
{
    str before = STR_NONE;
    (void)request_session_setting(session->owner, STR("timezone"), &before);
    request_session_set(session->owner, STR("timezone"), value);
    err error = follow_time_zone(session, arena);
    if (!error) return NULL;
    request_session_set(session->owner, STR("timezone"), before);
    err_ignore(follow_time_zone(session, arena), "it was good before");
    return error;
}

static err hook_set_config(
    struct sqlite_session *session, struct arena *arena, str name, str value, bool local)
{
    struct request_session *request = session->owner;
    (void)local; /* a request is one transaction: both ends are the same */
    if (str_eq(name, STR("role")) || str_starts(name, STR("request.jwt")))
        return err_sql(arena, "42501", "permission denied to set parameter \"%.*s\"",
                       STR_FMT(name));
    TRY(sql_setting_check(arena, name));
    if (str_eq(name, STR("timezone"))) return request_session_set_time_zone(session, arena, value);
    request_session_set(request, name, value);
    return NULL;
}

struct settings_mark {
    struct session_setting *at;
    size_t count;
};

static void *hook_settings_mark(struct sqlite_session *session, struct arena *arena)
{
    const struct request_session *request = session->owner;
    struct settings_mark *mark = ARENA_NEW(arena, struct settings_mark);
    mark->count = request->settings.count;
    mark->at = ARENA_ARRAY(arena, struct session_setting, mark->count);
    for (size_t i = 0; i < mark->count; i++) mark->at[i] = request->settings.at[i];
    return mark;
}

/* Settings are added behind and never taken away: those of the mark are the first ones. */
static void hook_settings_restore(struct sqlite_session *session, const void *object)
{
    struct request_session *request = session->owner;
    const struct settings_mark *mark = object;
    request->settings.count = mark->count;
    for (size_t i = 0; i < mark->count; i++) request->settings.at[i] = mark->at[i];
    err_ignore(follow_time_zone(session, request->arena), "it was good before");
}

static err find_sequence(struct sqlite_session *session,
                         struct arena *arena,
                         oid id,
                         const struct cat_relation **out)
{
    struct request_session *request = session->owner;
    if (!request->sequences)
        return err_sql(arena, "25006", "cannot execute nextval() in a read-only transaction");
    *out = catalog_relation(session->catalog, id);
    bool sequence = *out && (*out)->sequence;
    return sequence ? NULL : err_sql(arena, "42P01", "sequence with oid %u does not exist", id);
}

static void remember(struct request_session *request, oid id, int64_t value)
{
    for (size_t i = 0; i < request->seen.count; i++) {
        if (request->seen.at[i].sequence != id) continue;
        for (size_t k = i; k + 1 < request->seen.count; k++)
            request->seen.at[k] = request->seen.at[k + 1];
        request->seen.count--;
        break;
    }
    *VEC_ADD(request->arena, &request->seen) = (struct session_value_seen){id, value};
}

static err hook_nextval(struct sqlite_session *session, struct arena *arena, oid id, int64_t *out)
{
    struct request_session *request = session->owner;
    const struct cat_relation *sequence;
    TRY(find_sequence(session, arena, id, &sequence));
    TRY(sequences_next(request->sequences, arena, sequence, out));
    remember(request, id, *out);
    return NULL;
}

static err hook_setval(
    struct sqlite_session *session, struct arena *arena, oid id, int64_t value, bool is_called)
{
    struct request_session *request = session->owner;
    const struct cat_relation *sequence;
    TRY(find_sequence(session, arena, id, &sequence));
    TRY(sequences_set(request->sequences, arena, sequence, value, is_called));
    if (is_called) remember(request, id, value);
    return NULL;
}

static err hook_currval(struct sqlite_session *session, struct arena *arena, oid id, int64_t *out)
{
    const struct request_session *request = session->owner;
    for (size_t i = 0; i < request->seen.count; i++) {
        if (request->seen.at[i].sequence != id) continue;
        *out = request->seen.at[i].value;
        return NULL;
    }
    const struct cat_relation *sequence = catalog_relation(session->catalog, id);
    return err_sql(arena, "55000",
                   "currval of sequence \"%.*s\" is not yet defined in this session",
                   STR_FMT(sequence ? sequence->name : STR("?")));
}

static err hook_lastval(struct sqlite_session *session, struct arena *arena, int64_t *out)
{
    const struct request_session *request = session->owner;
    if (request->seen.count == 0)
        return err_sql(arena, "55000", "lastval is not yet defined in this session");
    *out = request->seen.at[request->seen.count - 1].value;
    return NULL;
}

static err hook_notify(struct sqlite_session *session,
                       struct arena *arena,
                       str channel,
                       str payload)
{
    /* Nobody can listen yet (docs/limits.md): accepted, as PostgreSQL does without a listener. */
    (void)session, (void)arena, (void)channel, (void)payload;
    return NULL;
}

static const struct sqlite_session_hooks hooks = {
    .nextval = hook_nextval,
    .currval = hook_currval,
    .setval = hook_setval,
    .lastval = hook_lastval,
    .setting = hook_setting,
    .set_config = hook_set_config,
    .settings_mark = hook_settings_mark,
    .settings_restore = hook_settings_restore,
    .notify = hook_notify,
};

err request_session_begin(struct request_session *request,
                          struct arena *arena,
                          struct sqlite_session *session,
                          const struct caller *caller,
                          struct sequences *sequences,
                          int64_t now_us)
{
    *request = (struct request_session){.arena = arena, .caller = caller, .sequences = sequences};
    session->hooks = &hooks;
    session->owner = request;
    session->reads_only = sequences == NULL;
    session->types.now_us = now_us;
    return follow_time_zone(session, arena);
}

void request_session_end(struct sqlite_session *session)
{
    session->hooks = NULL;
    session->owner = NULL;
    session->types.zone = NULL;
    trigger_deferred_clear(session);
}
