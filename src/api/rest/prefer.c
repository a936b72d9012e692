/* api/rest/prefer.c - the headers that shape an answer: Prefer, Accept, Range. */
#include "api/rest/rest_int.h"
#include "api/rest/scan.h"

/* Prefer ------------------------------------------------------------------------------------------- */

enum preference_kind {
    PREFER_RESOLUTION,
    PREFER_MISSING,
    PREFER_RETURN,
    PREFER_COUNT,
    PREFER_TX,
    PREFER_HANDLING,
    PREFER_KINDS
};

struct preference {
    str text;
    enum preference_kind kind;
    int value;
};

static const struct preference preferences[] = {
    {STR_INIT("resolution=merge-duplicates"),  PREFER_RESOLUTION, REST_RESOLVE_MERGE        },
    {STR_INIT("resolution=ignore-duplicates"), PREFER_RESOLUTION, REST_RESOLVE_IGNORE       },
    {STR_INIT("missing=default"),              PREFER_MISSING,    true                      },
    {STR_INIT("missing=null"),                 PREFER_MISSING,    false                     },
    {STR_INIT("return=representation"),        PREFER_RETURN,     REST_RETURN_REPRESENTATION},
    {STR_INIT("return=minimal"),               PREFER_RETURN,     REST_RETURN_MINIMAL       },
    {STR_INIT("return=headers-only"),          PREFER_RETURN,     REST_RETURN_HEADERS       },
    {STR_INIT("count=exact"),                  PREFER_COUNT,      REST_COUNT_EXACT          },
    {STR_INIT("count=planned"),                PREFER_COUNT,      REST_COUNT_PLANNED        },
    {STR_INIT("count=estimated"),              PREFER_COUNT,      REST_COUNT_ESTIMATED      },
    {STR_INIT("tx=commit"),                    PREFER_TX,         0                         },
    {STR_INIT("tx=rollback"),                  PREFER_TX,         0                         },
    {STR_INIT("handling=strict"),              PREFER_HANDLING,   true                      },
    {STR_INIT("handling=lenient"),             PREFER_HANDLING,   false                     },
};

static void apply(struct rest_prefer *prefer, const struct preference *preference)
{
    switch (preference->kind) {
    case PREFER_RESOLUTION: prefer->resolution = (enum rest_resolution)preference->value; break;
    case PREFER_MISSING:
        prefer->missing_given = true;
        prefer->missing_default = preference->value;
        break;
    case PREFER_RETURN:
        prefer->return_given = true;
        prefer->what = (enum rest_return)preference->value;
        break;
    case PREFER_COUNT: prefer->count = (enum rest_count)preference->value; break;
    case PREFER_HANDLING:
        prefer->handling_given = true;
        prefer->strict = preference->value;
        break;
    case PREFER_TX:
    case PREFER_KINDS: break;
    }
}

/* False: an unknown token. */
static bool take_token(struct rest_prefer *prefer, str token, bool seen[PREFER_KINDS])
{
    if (str_starts(token, STR("timezone="))) {
        if (str_empty(prefer->time_zone)) prefer->time_zone = str_skip(token, 9);
        return true;
    }
    if (str_starts(token, STR("max-affected="))) {
        int64_t most;
        if (!str_to_i64(str_skip(token, 13), &most) || most < 0) return false;
        if (!prefer->max_affected_given) prefer->max_affected = most;
        prefer->max_affected_given = true;
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(preferences); i++) {
        if (!str_eq(preferences[i].text, token)) continue;
        if (!seen[preferences[i].kind]) apply(prefer, &preferences[i]);
        seen[preferences[i].kind] = true;
        return true;
    }
    return false;
}

err rest_prefer_parse(struct rest_request *request)
{
    bool seen[PREFER_KINDS] = {0};
    struct buf *unknown = buf_in(request->arena, 0);
    size_t at = 0;
    str value;
    while (http_header_next(request->http, STR("prefer"), &at, &value)) {
        while (!str_empty(value)) {
            str token;
            str_cut(value, ',', &token, &value);
            token = str_trim(token);
            if (str_empty(token) || take_token(&request->prefer, token, seen)) continue;
            buf_printf(unknown, "%s%.*s", unknown->len ? ", " : "", STR_FMT(token));
        }
    }
    if (!request->prefer.strict || unknown->len == 0) return NULL;
    struct err *error =
        rest_err(request->arena, 400, "PGRST122", "Invalid preferences given with handling=strict");
    return err_details(request->arena, error, "Invalid preferences: %.*s",
                       STR_FMT(buf_str(unknown)));
}

static void applied(struct buf *out, bool yes, const char *text)
{
    if (yes) buf_printf(out, "%s%s", out->len ? ", " : "", text);
}

str rest_prefer_applied(const struct rest_request *request)
{
    static const char *const resolutions[] = {"", "resolution=merge-duplicates",
                                              "resolution=ignore-duplicates"};
    static const char *const returns[] = {"return=minimal", "return=headers-only",
                                          "return=representation"};
    static const char *const counts[] = {"", "count=exact", "count=planned", "count=estimated"};
    const struct rest_prefer *prefer = &request->prefer;
    enum rest_verb verb = request->verb;
    bool insert = verb == REST_INSERT;
    bool write = insert || verb == REST_PUT || verb == REST_UPDATE || verb == REST_DELETE;
    bool target =
        request->query.has_on_conflict || (request->relation && cat_primary_key(request->relation));
    struct buf *out = buf_in(request->arena, 0);
    applied(out, insert && prefer->resolution && target, resolutions[prefer->resolution]);
    applied(out, prefer->missing_given && (insert || verb == REST_UPDATE),
            prefer->missing_default ? "missing=default" : "missing=null");
    applied(out, prefer->return_given && write, returns[prefer->what]);
    applied(out, prefer->count != REST_COUNT_NONE, counts[prefer->count]);
    applied(out, prefer->handling_given, prefer->strict ? "handling=strict" : "handling=lenient");
    if (!str_empty(prefer->time_zone))
        buf_printf(out, "%stimezone=%.*s", out->len ? ", " : "", STR_FMT(prefer->time_zone));
    if (prefer->strict && prefer->max_affected_given && !insert && verb != REST_PUT &&
        verb != REST_READ)
        buf_printf(out, "%smax-affected=%lld", out->len ? ", " : "",
                   (long long)prefer->max_affected);
    return buf_str(out);
}

/* Accept -------------------------------------------------------------------------------------------- */

struct media_row {
    str name;
    enum rest_media media;
    bool may_strip;
};

static const struct media_row medias[] = {
    {STR_INIT("application/json"),                  REST_JSON,   false},
    {STR_INIT("*/*"),                               REST_JSON,   false},
    {STR_INIT("application/*"),                     REST_JSON,   false},
    {STR_INIT("application/vnd.pgrst.object"),      REST_OBJECT, true },
    {STR_INIT("application/vnd.pgrst.object+json"), REST_OBJECT, true },
    {STR_INIT("application/vnd.pgrst.array"),       REST_JSON,   true },
    {STR_INIT("application/vnd.pgrst.array+json"),  REST_JSON,   true },
    {STR_INIT("text/csv"),                          REST_CSV,    false},
    {STR_INIT("text/*"),                            REST_CSV,    false},
};

/* q as thousandths; malformed counts as 1. */
static int quality(str text)
{
    if (str_empty(text) || text.at[0] > '1' || text.at[0] < '0') return 1000;
    int value = (text.at[0] - '0') * 1000, scale = 100;
    for (size_t i = 2; i < text.len && i < 5; i++, scale /= 10)
        if (text.at[i] >= '0' && text.at[i] <= '9') value += (text.at[i] - '0') * scale;
    return value > 1000 ? 1000 : value;
}

struct choice {
    int quality, specificity;
    struct rest_accept accept;
    bool any;
};

static int specificity(str type)
{
    if (str_eq(type, STR("*/*"))) return 0;
    return str_ends(type, STR("/*")) ? 1 : 2;
}

static void consider(str range, struct choice *best)
{
    str type, rest;
    str_cut(range, ';', &type, &rest);
    type = str_trim(type);
    int q = 1000;
    bool stripped = false;
    while (!str_empty(rest)) {
        str parameter, name, value;
        str_cut(rest, ';', &parameter, &rest);
        str_cut(str_trim(parameter), '=', &name, &value);
        if (str_eq_nocase(name, STR("q"))) q = quality(value);
        if (str_eq_nocase(name, STR("nulls"))) stripped = str_eq_nocase(value, STR("stripped"));
    }
    for (size_t i = 0; i < COUNT_OF(medias); i++) {
        if (!str_eq_nocase(medias[i].name, type) || q == 0) continue;
        int s = specificity(type);
        bool better =
            !best->any || q > best->quality || (q == best->quality && s > best->specificity);
        if (!better) return;
        *best = (struct choice){
            q, s, {medias[i].media, stripped && medias[i].may_strip},
              true
        };
        return;
    }
}

err rest_accept_parse(struct rest_request *request)
{
    str header = http_header_find(request->http, STR("accept"));
    if (str_empty(header)) return NULL; /* JSON */
    struct choice best = {0};
    str rest = header;
    while (!str_empty(rest)) {
        str range;
        str_cut(rest, ',', &range, &rest);
        consider(range, &best);
    }
    if (best.any) {
        request->accept = best.accept;
        return NULL;
    }
    return rest_err(request->arena, 406, "PGRST107",
                    "None of these media types are available: %.*s", STR_FMT(header));
}
