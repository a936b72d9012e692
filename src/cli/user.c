/* cli/user.c - dapur user create|list: users without a running API, or beside one.
 *
 * The statements travel as a script, so they run in the server that has the database open, if one
 * has. The password never does: it is read from standard input and hashed here. */
#include <stdio.h>

#include "base/crypto.h"
#include "base/json.h"
#include "cli/cli.h"
#include "ops/access.h"

enum { PASSWORD_LINE_MAX = 1024, PASSWORD_BYTES_MAX = 72, EMAIL_BYTES_MAX = 255 };

#define AUTH_ROLE "supabase_auth_admin"

struct user {
    str id, email, hash;
    str app_metadata, user_metadata;
};

/* Input -------------------------------------------------------------------------------------------- */

/* One line, without its end. */
static err read_password(struct cli *cli, const struct config *config, struct secret **out)
{
    char line[PASSWORD_LINE_MAX];
    if (!cli_has(cli, "password-stdin"))
        return err_new(cli->arena, ERR_USAGE,
                       "--password-stdin is missing: the password is read from there");
    if (!fgets(line, sizeof line, stdin))
        return err_new(cli->arena, ERR_USAGE, "there is no password on standard input");
    str password = str_of(line);
    while (password.len &&
           (password.at[password.len - 1] == '\n' || password.at[password.len - 1] == '\r'))
        password.len--;
    *out = secret_new(cli->arena, password);
    size_t len = password.len;
    crypto_wipe(line, sizeof line);
    if (len < (size_t)config->auth.password_bytes_min || len > PASSWORD_BYTES_MAX)
        return err_new(cli->arena, ERR_USAGE, "the password must have %lld to %d bytes",
                       (long long)config->auth.password_bytes_min, PASSWORD_BYTES_MAX);
    return NULL;
}

static err read_email(struct cli *cli, str *out)
{
    str local, domain, text = str_lower(cli->arena, cli_flag(cli, "email"));
    bool fine = text.len <= EMAIL_BYTES_MAX && str_cut(text, '@', &local, &domain) && local.len &&
                domain.len && str_find_char(domain, '@', 0) == SIZE_MAX;
    for (size_t i = 0; i < text.len; i++)
        fine = fine && (unsigned char)text.at[i] > ' ' && text.at[i] != 0x7f;
    if (!fine)
        return err_new(cli->arena, ERR_USAGE, "--email needs an address, such as ana@example.com");
    *out = text;
    return NULL;
}

static err read_object(struct cli *cli, const char *flag, const struct json **out)
{
    str text = cli_flag(cli, flag);
    *out = NULL;
    if (str_empty(text)) return NULL;
    if (json_parse(cli->arena, text, NULL, out) || (*out)->kind != JSON_OBJECT)
        return err_new(cli->arena, ERR_USAGE, "--%s needs a JSON object", flag);
    return NULL;
}

/* The object's members in front of ours, which are written as they stand. */
static str with_members(struct arena *arena, const struct json *object, const char *ours)
{
    struct buf *out = buf_in(arena, 0);
    buf_char(out, '{');
    for (size_t i = 0; object && i < object->count; i++) {
        json_write_str(out, object->members[i].name);
        buf_char(out, ':');
        json_write(out, object->members[i].value);
        buf_char(out, ',');
    }
    buf_printf(out, "%s}", ours);
    return buf_str(out);
}

static err read_user(struct cli *cli, const struct config *config, struct user *user)
{
    struct arena *arena = cli->arena;
    const struct json *app, *own;
    struct secret *password;
    char id[CRYPTO_UUID_CHARS];
    TRY(read_email(cli, &user->email));
    TRY(read_object(cli, "app-metadata", &app));
    TRY(read_object(cli, "user-metadata", &own));
    TRY(read_password(cli, config, &password));
    TRY(crypto_bcrypt(arena, secret_bytes(password), (int)config->auth.bcrypt_cost, &user->hash));
    crypto_uuid4(id);
    user->id = str_copy(arena, str_from(id, sizeof id));
    struct buf *email = buf_in(arena, 0);
    json_write_str(email, user->email);
    user->app_metadata =
        with_members(arena, app, "\"provider\":\"email\",\"providers\":[\"email\"]");
    str known = str_printf(
        arena, "\"sub\":\"%.*s\",\"email\":%.*s,\"email_verified\":true,\"phone_verified\":false",
        STR_FMT(user->id), STR_FMT(buf_str(email)));
    user->user_metadata = with_members(arena, own, known.at);
    return NULL;
}

/* SQL ------------------------------------------------------------------------------------------------ */

/* A literal, with standard_conforming_strings: a quote is doubled, a backslash is itself. */
static void add_literal(struct buf *out, str text)
{
    buf_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\'') buf_char(out, '\'');
        buf_char(out, text.at[i]);
    }
    buf_char(out, '\'');
}

/* Puts each "?" of the text as the next value's literal. */
static str fill(struct arena *arena, const char *text, const str *values)
{
    struct buf *out = buf_in(arena, 0);
    for (; *text; text++) {
        if (*text == '?')
            add_literal(out, *values++);
        else
            buf_char(out, *text);
    }
    return buf_str(out);
}

static str create_text(struct arena *arena, const struct user *user)
{
    const str values[] = {user->id,           user->email,         user->hash,
                          user->app_metadata, user->user_metadata, user->id,
                          user->id,           user->user_metadata};
    return fill(arena,
                "INSERT INTO auth.users (instance_id, id, aud, role, email, encrypted_password, "
                "email_confirmed_at, raw_app_meta_data, raw_user_meta_data, confirmation_token, "
                "recovery_token, email_change_token_new, email_change, created_at, updated_at) "
                "VALUES ('00000000-0000-0000-0000-000000000000', ?, 'authenticated', "
                "'authenticated', ?, ?, "
                "now(), ?, ?, '', '', '', '', now(), now());\n"
                "INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, "
                "last_sign_in_at, created_at, updated_at) VALUES (?, ?, ?, 'email', now(), now(), "
                "now());\n",
                values);
}

/* The last rows of a script, and its error, which names statement and place no user cares for. */
struct outcome {
    struct arena *arena;
    str rows;
    err error;
};

static bool keep_outcome(void *context, const struct script_statement *statement)
{
    struct outcome *outcome = context;
    if (statement->error) outcome->error = err_copy(outcome->arena, statement->error);
    outcome->rows = str_copy(outcome->arena, statement->result.rows_json);
    return !statement->error;
}

static err run_script(struct cli *cli, const struct config *config, str text, str *rows)
{
    struct engine *engine;
    TRY(access_open(cli->arena, config, &engine));
    struct outcome outcome = {.arena = cli->arena};
    struct script_options options = {
        .file = STR("user"),
        .text = text,
        .role = STR(AUTH_ROLE),
        .transaction = true,
        .collect_rows = true,
        .each = keep_outcome,
        .context = &outcome,
    };
    err error = engine->script(engine, cli->arena, &options);
    engine->close(engine);
    *rows = outcome.rows;
    return outcome.error ? outcome.error : error;
}

/* Commands ------------------------------------------------------------------------------------------- */

static int create(struct cli *cli, const struct config *config)
{
    struct user user = {0};
    str rows;
    err error = read_user(cli, config, &user);
    if (error) return cli_fail(cli, error);
    error = run_script(cli, config, create_text(cli->arena, &user), &rows);
    if (err_is(error, STR("23505"))) {
        fprintf(stderr, "dapur user: a user with the address %.*s is there already\n",
                STR_FMT(user.email));
        return EXIT_REFUSED;
    }
    if (error) return cli_fail(cli, error);
    printf("%.*s %.*s\n", STR_FMT(user.id), STR_FMT(user.email));
    return EXIT_OK;
}

static str cell(const struct json *row, size_t index)
{
    return index < row->count && row->items[index]->kind == JSON_STRING ? row->items[index]->text
                                                                        : STR("-");
}

static int list(struct cli *cli, const struct config *config)
{
    str text;
    const struct json *rows;
    err error = run_script(
        cli, config,
        STR("SELECT id, email, created_at, last_sign_in_at, raw_app_meta_data FROM auth.users "
            "WHERE deleted_at IS NULL ORDER BY created_at, id"),
        &text);
    if (!error) error = json_parse(cli->arena, str_empty(text) ? STR("[]") : text, NULL, &rows);
    if (error) return cli_fail(cli, error);
    for (size_t i = 0; i < rows->count; i++) {
        const struct json *row = rows->items[i];
        printf("%.*s  %-32.*s  made %.19s  signed in %-19.*s  %.*s\n", STR_FMT(cell(row, 0)),
               STR_FMT(cell(row, 1)), cell(row, 2).at,
               (int)(cell(row, 3).len < 19 ? cell(row, 3).len : 19), cell(row, 3).at,
               STR_FMT(cell(row, 4)));
    }
    return EXIT_OK;
}

static int user_command(struct cli *cli)
{
    struct config config;
    err error = cli_config(cli, 0, &config);
    if (error) return cli_fail(cli, error);
    return str_eq(cli->verb, STR("create")) ? create(cli, &config) : list(cli, &config);
}

static const struct cli_verb verbs[] = {
    {"list",   1},
    {"create", 1},
};

static const struct cli_flag flags[] = {
    {"email",          true,  "create: the address",                                     "create"},
    {"password-stdin", false, "create: read the password from standard input, one line", "create"},
    {"app-metadata",   true,  "create: a JSON object that policies may trust",           "create"},
    {"user-metadata",  true,  "create: a JSON object that the user may change",          "create"},
    {"data",           true,  "data folder (default DIR/data)",                          NULL    },
};

const struct command command_user = {
    .name = "user",
    .usage = "user [list|create] [DIR]",
    .help = "list users, or make one who can sign in",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .verbs = verbs,
    .verb_count = COUNT_OF(verbs),
    .settings = true,
    .run = user_command,
};
