#include "api/auth/user.h"

#include "base/arena.h"

enum shown {
    SHOWN_ALWAYS_TEXT, /* "" for null */
    SHOWN_TEXT,        /* left out when null or empty */
    SHOWN_TIME,        /* the same */
    SHOWN_ALWAYS_TIME,
    SHOWN_OBJECT, /* {} for null */
    SHOWN_BOOL,
};

struct shown_field {
    const char *name;
    const char *column;
    enum shown how;
};

/* In the dialect's order; identities come before created_at. */
static const struct shown_field user_fields[] = {
    {"id",                       "id",                       SHOWN_ALWAYS_TEXT},
    {"aud",                      "aud",                      SHOWN_ALWAYS_TEXT},
    {"role",                     "role",                     SHOWN_ALWAYS_TEXT},
    {"email",                    "email",                    SHOWN_ALWAYS_TEXT},
    {"email_confirmed_at",       "email_confirmed_at",       SHOWN_TIME       },
    {"invited_at",               "invited_at",               SHOWN_TIME       },
    {"phone",                    "phone",                    SHOWN_ALWAYS_TEXT},
    {"phone_confirmed_at",       "phone_confirmed_at",       SHOWN_TIME       },
    {"confirmation_sent_at",     "confirmation_sent_at",     SHOWN_TIME       },
    {"confirmed_at",             "confirmed_at",             SHOWN_TIME       },
    {"recovery_sent_at",         "recovery_sent_at",         SHOWN_TIME       },
    {"new_email",                "email_change",             SHOWN_TEXT       },
    {"email_change_sent_at",     "email_change_sent_at",     SHOWN_TIME       },
    {"new_phone",                "phone_change",             SHOWN_TEXT       },
    {"phone_change_sent_at",     "phone_change_sent_at",     SHOWN_TIME       },
    {"reauthentication_sent_at", "reauthentication_sent_at", SHOWN_TIME       },
    {"last_sign_in_at",          "last_sign_in_at",          SHOWN_TIME       },
    {"app_metadata",             "raw_app_meta_data",        SHOWN_OBJECT     },
    {"user_metadata",            "raw_user_meta_data",       SHOWN_OBJECT     },
};

static const struct shown_field user_last_fields[] = {
    {"created_at",   "created_at",   SHOWN_ALWAYS_TIME},
    {"updated_at",   "updated_at",   SHOWN_ALWAYS_TIME},
    {"banned_until", "banned_until", SHOWN_TIME       },
    {"deleted_at",   "deleted_at",   SHOWN_TIME       },
    {"is_anonymous", "is_anonymous", SHOWN_BOOL       },
};

static const struct shown_field identity_fields[] = {
    {"identity_id",     "id",              SHOWN_ALWAYS_TEXT},
    {"id",              "provider_id",     SHOWN_ALWAYS_TEXT},
    {"user_id",         "user_id",         SHOWN_ALWAYS_TEXT},
    {"identity_data",   "identity_data",   SHOWN_OBJECT     },
    {"provider",        "provider",        SHOWN_ALWAYS_TEXT},
    {"last_sign_in_at", "last_sign_in_at", SHOWN_TIME       },
    {"created_at",      "created_at",      SHOWN_ALWAYS_TIME},
    {"updated_at",      "updated_at",      SHOWN_ALWAYS_TIME},
    {"email",           "email",           SHOWN_TEXT       },
};

/* The rows say "+00:00", the dialect says "Z". */
static void write_time(struct buf *out, str text)
{
    buf_char(out, '"');
    bool utc = str_ends(text, STR("+00:00"));
    buf_str_add(out, str_slice(text, 0, utc ? text.len - 6 : text.len));
    if (utc) buf_char(out, 'Z');
    buf_char(out, '"');
}

static void write_value(struct buf *out, const struct json *row, const struct shown_field *field)
{
    const struct json *value = json_get(row, str_of(field->column));
    str text = json_get_str(row, str_of(field->column));
    switch (field->how) {
    case SHOWN_ALWAYS_TEXT:
    case SHOWN_TEXT: json_write_str(out, text); return;
    case SHOWN_TIME:
    case SHOWN_ALWAYS_TIME: write_time(out, text); return;
    case SHOWN_OBJECT:
        if (value && value->kind == JSON_OBJECT)
            json_write(out, value);
        else
            buf_lit(out, "{}");
        return;
    case SHOWN_BOOL: json_write_bool(out, value && value->kind == JSON_TRUE); return;
    }
}

static void write_fields(struct buf *out,
                         const struct json *row,
                         const struct shown_field *fields,
                         size_t count,
                         size_t written)
{
    for (size_t i = 0; i < count; i++) {
        bool optional = fields[i].how == SHOWN_TEXT || fields[i].how == SHOWN_TIME;
        if (optional && str_empty(json_get_str(row, str_of(fields[i].column)))) continue;
        if (written++) buf_char(out, ',');
        json_write_str(out, str_of(fields[i].name));
        buf_char(out, ':');
        write_value(out, row, &fields[i]);
    }
}

static void write_identities(struct buf *out, str user_id, const struct json *rows)
{
    size_t written = 0;
    buf_char(out, '[');
    for (size_t i = 0; rows && i < rows->count; i++) {
        const struct json *row = rows->items[i];
        if (!str_eq(json_get_str(row, STR("user_id")), user_id)) continue;
        buf_str_add(out, written++ ? STR(",{") : STR("{"));
        write_fields(out, row, identity_fields, COUNT_OF(identity_fields), 0);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

void auth_write_user(struct buf *out, const struct json *user, const struct json *identities)
{
    buf_char(out, '{');
    write_fields(out, user, user_fields, COUNT_OF(user_fields), 0);
    buf_lit(out, ",\"identities\":");
    write_identities(out, json_get_str(user, STR("id")), identities);
    write_fields(out, user, user_last_fields, COUNT_OF(user_last_fields), 1);
    buf_char(out, '}');
}

str auth_user_metadata(
    struct arena *arena, const struct json *data, str user_id, str email, bool email_verified)
{
    static const char *const ours[] = {"sub", "email", "email_verified", "phone_verified"};
    struct buf *out = buf_in(arena, 0);
    buf_char(out, '{');
    for (size_t i = 0; data && i < data->count; i++) {
        bool taken = data->members[i].value->kind == JSON_NULL;
        for (size_t k = 0; k < COUNT_OF(ours); k++)
            taken = taken || str_eq(data->members[i].name, str_of(ours[k]));
        if (taken) continue;
        json_write_str(out, data->members[i].name);
        buf_char(out, ':');
        json_write(out, data->members[i].value);
        buf_char(out, ',');
    }
    buf_lit(out, "\"sub\":");
    json_write_str(out, user_id);
    buf_lit(out, ",\"email\":");
    json_write_str(out, email);
    buf_lit(out, ",\"email_verified\":");
    json_write_bool(out, email_verified);
    buf_lit(out, ",\"phone_verified\":false}");
    return buf_str(out);
}

str auth_fabricated_user(struct arena *arena, str id, str email, str metadata, str now)
{
    struct buf *out = buf_in(arena, 0);
    buf_printf(out,
               "{\"id\":\"%.*s\",\"aud\":\"authenticated\",\"role\":\"\",\"email\":", STR_FMT(id));
    json_write_str(out, email);
    buf_lit(out, ",\"raw_app_meta_data\":{\"provider\":\"email\",\"providers\":[\"email\"]},"
                 "\"raw_user_meta_data\":");
    buf_str_add(out, metadata);
    buf_printf(out, ",\"created_at\":\"%.*s\",\"updated_at\":\"%.*s\",\"is_anonymous\":false}",
               STR_FMT(now), STR_FMT(now));
    return buf_str(out);
}
