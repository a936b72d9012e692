/* cli/main.c - main(): finds the subcommand, reads its arguments, runs it. */
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "cli/cli.h"
#include "ops/version.h"

enum { COMMAND_STACK_BYTES = 64 * 1024 * 1024, FLAGS_MAX = 16 };

static const struct command *const commands[] = {
    &command_serve, &command_new,  &command_migrate, &command_check,   &command_sql,
    &command_keys,  &command_user, &command_backup,  &command_restore, &command_version,
};

static void usage(FILE *out)
{
    fprintf(out,
            "dapur %s - a whole backend in one program\n\nusage: dapur COMMAND [ARGUMENTS]\n\n",
            DAPUR_VERSION);
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        fprintf(out, "  %-28s %s\n", commands[i]->usage, commands[i]->help);
    fprintf(out, "\n\"dapur COMMAND --help\" says more about one; \"dapur help settings\" lists "
                 "every setting.\n");
}

static void usage_of(const struct command *command, FILE *out)
{
    fprintf(out, "usage: dapur %s\n\n%s\n", command->usage, command->help);
    if (command->flag_count) fprintf(out, "\n");
    for (size_t i = 0; i < command->flag_count; i++) {
        const struct cli_flag *flag = &command->flags[i];
        char name[64];
        snprintf(name, sizeof name, "--%s%s", flag->name, flag->takes_value ? " VALUE" : "");
        fprintf(out, "  %-26s %s\n", name, flag->help);
    }
    if (command->settings)
        fprintf(out, "\nEvery setting is a flag too: --server.loops 2. \"dapur help settings\" "
                     "lists them.\n");
}

static int print_settings(struct arena *arena)
{
    struct config config;
    struct buf *text = buf_in(arena, 0);
    config_defaults(arena, &config);
    config_render(&config, text);
    fwrite(text->at, 1, text->len, stdout);
    return EXIT_OK;
}

/* The nearest of the commands, or empty. */
static str suggest_command(str name)
{
    str names[COUNT_OF(commands)];
    for (size_t i = 0; i < COUNT_OF(commands); i++) names[i] = str_of(commands[i]->name);
    return config_nearest(name, names, COUNT_OF(names));
}

/* Arguments -------------------------------------------------------------------------------------- */

static const struct cli_flag *own_flag(const struct command *command, str name)
{
    for (size_t i = 0; i < command->flag_count; i++)
        if (str_eq(str_of(command->flags[i].name), name)) return &command->flags[i];
    return NULL;
}

static const struct config_key *setting_flag(const struct command *command, str name)
{
    size_t count;
    const struct config_key *keys = config_keys(&count);
    for (size_t i = 0; command->settings && i < count; i++)
        if (str_eq(keys[i].name, name) || (!str_empty(keys[i].flag) && str_eq(keys[i].flag, name)))
            return &keys[i];
    return NULL;
}

/* Of the command's own flags, else of the settings. */
static str suggest_flag(const struct command *command, str name)
{
    str names[FLAGS_MAX];
    assert(command->flag_count <= FLAGS_MAX);
    for (size_t i = 0; i < command->flag_count; i++) names[i] = str_of(command->flags[i].name);
    str own = config_nearest(name, names, command->flag_count);
    if (!str_empty(own) || !command->settings) return own;
    return config_suggest(name);
}

static err unknown_flag(struct arena *arena, const struct command *command, str name)
{
    struct err *error = err_new(arena, ERR_USAGE, "unknown flag \"--%.*s\"", STR_FMT(name));
    str nearest = suggest_flag(command, name);
    if (!str_empty(nearest))
        return err_hint(arena, error, "Perhaps you meant --%.*s.", STR_FMT(nearest));
    return err_hint(arena, error, "\"dapur %s --help\" lists the flags.", command->name);
}

struct reading {
    struct arena *arena;
    const struct command *command;
    char **arguments;
    int count, at;
    struct {
        VEC(str);
    } words;
    struct {
        VEC(struct config_flag);
    } flags;
};

/* The process list shows arguments to everybody: a copy is used, what was given is overwritten. */
static str hide(struct arena *arena, str value)
{
    str copy = str_copy(arena, value);
    char *shown = (char *)(uintptr_t)value.at;
    for (size_t i = 0; i < value.len; i++) shown[i] = 'x';
    return copy;
}

static err read_flag(struct reading *reading, str text)
{
    str name, value;
    bool has_value = str_cut(text, '=', &name, &value);
    const struct cli_flag *flag = own_flag(reading->command, name);
    if (!flag && !setting_flag(reading->command, name))
        return unknown_flag(reading->arena, reading->command, name);
    bool takes_value = !flag || flag->takes_value;
    if (has_value && !takes_value)
        return err_new(reading->arena, ERR_USAGE, "flag \"--%.*s\" takes no value", STR_FMT(name));
    if (!has_value && takes_value) {
        if (reading->at >= reading->count)
            return err_new(reading->arena, ERR_USAGE, "flag \"--%.*s\" needs a value",
                           STR_FMT(name));
        value = str_of(reading->arguments[reading->at++]);
    }
    if (!has_value && !takes_value) value = STR("true");
    const struct config_key *key = setting_flag(reading->command, name);
    if (key && key->secret) value = hide(reading->arena, value);
    *VEC_ADD(reading->arena, &reading->flags) = (struct config_flag){name, value};
    return NULL;
}

/* "-data": a word that begins with a dash is a slip, never a folder. */
static err wrong_dash(const struct reading *reading, str argument)
{
    struct err *error =
        err_new(reading->arena, ERR_USAGE, "unknown flag \"%.*s\"", STR_FMT(argument));
    return err_hint(reading->arena, error,
                    "Flags begin with two dashes; a folder of that name is "
                    "\"./%.*s\".",
                    STR_FMT(argument));
}

static err with_usage(const struct reading *reading, struct err *error)
{
    return err_hint(reading->arena, error, "Usage: dapur %s", reading->command->usage);
}

static err too_many_words(const struct reading *reading, str word)
{
    return with_usage(reading, err_new(reading->arena, ERR_USAGE,
                                       "there is one word too many: \"%.*s\"", STR_FMT(word)));
}

/* The first word, or the first verb of the table when there is none. */
static err take_verb(const struct reading *reading, struct cli *cli, size_t *words_max)
{
    const struct command *command = reading->command;
    str word = cli_word(cli, 0, str_of(command->verbs[0].name));
    for (size_t i = 0; i < command->verb_count; i++) {
        if (!str_eq(str_of(command->verbs[i].name), word)) continue;
        *words_max = command->verbs[i].words_max;
        cli->verb = word;
        if (cli->word_count) cli->words++, cli->word_count--;
        return NULL;
    }
    return with_usage(reading, err_new(reading->arena, ERR_USAGE, "\"%s\" has no verb \"%.*s\"",
                                       command->name, STR_FMT(word)));
}

static err check_flags_of_verb(const struct reading *reading, const struct cli *cli)
{
    for (size_t i = 0; i < cli->flag_count; i++) {
        const struct cli_flag *flag = own_flag(reading->command, cli->flags[i].name);
        if (flag && flag->verb && !str_eq(str_of(flag->verb), cli->verb))
            return with_usage(reading, err_new(reading->arena, ERR_USAGE,
                                               "\"--%s\" belongs to \"%s %s\" alone", flag->name,
                                               reading->command->name, flag->verb));
    }
    return NULL;
}

static err read_arguments(struct reading *reading, struct cli *cli)
{
    while (reading->at < reading->count) {
        str argument = str_of(reading->arguments[reading->at++]);
        bool flag = str_starts(argument, STR("--")) && argument.len > 2;
        if (flag)
            TRY(read_flag(reading, str_skip(argument, 2)));
        else if (str_starts(argument, STR("-")))
            return wrong_dash(reading, argument);
        else
            *VEC_ADD(reading->arena, &reading->words) = argument;
    }
    cli->words = reading->words.at;
    cli->word_count = reading->words.count;
    cli->flags = reading->flags.at;
    cli->flag_count = reading->flags.count;
    size_t words_max = reading->command->words_max;
    if (reading->command->verb_count) TRY(take_verb(reading, cli, &words_max));
    TRY(check_flags_of_verb(reading, cli));
    if (cli->word_count > words_max) return too_many_words(reading, cli->words[words_max]);
    return NULL;
}

str cli_flag(const struct cli *cli, const char *name)
{
    for (size_t i = cli->flag_count; i-- > 0;)
        if (str_eq(cli->flags[i].name, str_of(name))) return cli->flags[i].value;
    return STR_NONE;
}

bool cli_has(const struct cli *cli, const char *name)
{
    return cli_flag(cli, name).at != NULL;
}

str cli_word(const struct cli *cli, size_t index, str fallback)
{
    return index < cli->word_count ? cli->words[index] : fallback;
}

err cli_config(struct cli *cli, size_t index, struct config *out)
{
    /* Flags of the command itself are not settings. */
    struct {
        VEC(struct config_flag);
    } settings = {0};
    size_t count;
    const struct config_key *keys = config_keys(&count);
    for (size_t i = 0; i < cli->flag_count; i++)
        for (size_t k = 0; k < count; k++)
            if (str_eq(cli->flags[i].name, keys[k].name) ||
                (!str_empty(keys[k].flag) && str_eq(cli->flags[i].name, keys[k].flag)))
                *VEC_ADD(cli->arena, &settings) = cli->flags[i];
    return config_load(cli->arena, cli_word(cli, index, STR(".")), settings.at, settings.count,
                       out);
}

int cli_fail(const struct cli *cli, err error)
{
    fprintf(stderr, "dapur %s: %.*s\n", cli->command, STR_FMT(error->message));
    if (!str_empty(error->details)) fprintf(stderr, "  %.*s\n", STR_FMT(error->details));
    if (!str_empty(error->hint)) fprintf(stderr, "  %.*s\n", STR_FMT(error->hint));
    for (err cause = error->cause; cause; cause = cause->cause)
        fprintf(stderr, "  because: %.*s\n", STR_FMT(cause->message));
    return EXIT_UNUSABLE;
}

/* Running ---------------------------------------------------------------------------------------- */

struct started {
    const struct command *command;
    struct cli cli;
    int code;
};

static void *run_on_thread(void *context)
{
    struct started *started = context;
    started->code = started->command->run(&started->cli);
    return NULL;
}

/* A signal goes to any thread that does not block it: the main thread must, or it would end us. */
static void block_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

/* The SQL parser needs a deep stack, which the main thread cannot be sure to have. */
static int run_command(const struct command *command, const struct cli *cli)
{
    struct started started = {.command = command, .cli = *cli, .code = EXIT_UNUSABLE};
    pthread_t thread;
    pthread_attr_t attributes;
    if (command->signals) block_signals();
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, COMMAND_STACK_BYTES);
    int rc = pthread_create(&thread, &attributes, run_on_thread, &started);
    pthread_attr_destroy(&attributes);
    if (rc != 0) {
        fprintf(stderr, "dapur: cannot start a thread: %s\n", strerror(rc));
        return EXIT_UNUSABLE;
    }
    pthread_join(thread, NULL);
    return started.code;
}

static bool asks_for_help(int count, char **arguments)
{
    for (int i = 0; i < count; i++)
        if (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0) return true;
    return false;
}

static int refuse_word(str word, const char *usage_text)
{
    fprintf(stderr, "dapur: there is one word too many: \"%.*s\"\n  Usage: dapur %s\n",
            STR_FMT(word), usage_text);
    return EXIT_UNUSABLE;
}

static int dispatch(struct arena *arena, int count, char **arguments)
{
    str name = count > 0 ? str_of(arguments[0]) : STR("");
    bool help = str_eq(name, STR("help")) || str_eq(name, STR("--help")) || str_eq(name, STR("-h"));
    if (help && count == 2 && strcmp(arguments[1], "settings") == 0) return print_settings(arena);
    if (help && count > 2) return refuse_word(str_of(arguments[2]), "help [COMMAND]");
    bool asked = help && count > 1; /* "help serve" */
    if (asked) name = str_of(arguments[1]);
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        const struct command *command = commands[i];
        if (!str_eq(str_of(command->name), name)) continue;
        if (help || asks_for_help(count - 1, arguments + 1)) {
            usage_of(command, stdout);
            return EXIT_OK;
        }
        struct cli cli = {.arena = arena, .command = command->name};
        struct reading reading = {
            .arena = arena, .command = command, .arguments = arguments + 1, .count = count - 1};
        err error = read_arguments(&reading, &cli);
        return error ? cli_fail(&cli, error) : run_command(command, &cli);
    }
    bool wrong = (asked || !help) && !str_empty(name);
    str nearest = wrong ? suggest_command(name) : STR_NONE;
    if (wrong) fprintf(stderr, "dapur: there is no command \"%.*s\"\n", STR_FMT(name));
    if (!str_empty(nearest)) fprintf(stderr, "  Perhaps you meant \"%.*s\".\n", STR_FMT(nearest));
    if (wrong) fprintf(stderr, "\n");
    usage(wrong ? stderr : stdout);
    return wrong || count == 0 ? EXIT_UNUSABLE : EXIT_OK;
}

int main(int count, char **arguments)
{
    struct arena *arena = arena_new(0);
    int code = dispatch(arena, count - 1, arguments + 1);
    arena_free(arena);
    return code;
}
