/* cli/cli.h - what the subcommands share: arguments, exit codes, errors for people.
 *
 * One file per subcommand; main.c holds the table that help prints.
 *
 * Owns: nothing. Threads: a command runs on a thread with a 64 MiB stack, since it may parse SQL.
 */
#ifndef DAPUR_CLI_CLI_H
#define DAPUR_CLI_CLI_H

#include "ops/config.h"

enum exit_code {
    EXIT_OK = 0,
    EXIT_REFUSED = 1,  /* the command ran and the answer is no: a refusal, a failed check */
    EXIT_UNUSABLE = 2, /* wrong arguments, unreadable project, no database */
};

struct cli {
    struct arena *arena;
    const char *command;
    /* Which of the command's verbs is meant; empty: the command has none. */
    str verb;
    /* Words that are no flags, in order, behind the verb. */
    const str *words;
    size_t word_count;
    /* --name=value, --name value; switches have the value "true". */
    const struct config_flag *flags;
    size_t flag_count;
};

struct cli_flag {
    const char *name; /* without "--" */
    bool takes_value;
    const char *help;
    const char *verb; /* the only verb it belongs to; NULL: any */
};

/* "up" of "migrate up". */
struct cli_verb {
    const char *name;
    size_t words_max; /* behind it */
};

struct command {
    const char *name;
    const char *usage; /* "serve [DIR]" */
    const char *help;  /* one line */
    const struct cli_flag *flags;
    size_t flag_count;
    size_t words_max; /* of a command without verbs; more are refused */
    /* Empty or not; the first is meant when there is no word at all. */
    const struct cli_verb *verbs;
    size_t verb_count;
    bool settings; /* takes every setting as a flag too */
    bool signals;  /* waits for SIGTERM itself: blocked in the whole process before it starts */
    int (*run)(struct cli *cli);
};

extern const struct command command_serve, command_new, command_migrate, command_check, command_sql,
    command_keys, command_user, command_backup, command_restore, command_version;

/* The value of a flag, or the empty str with at == NULL. */
str cli_flag(const struct cli *cli, const char *name);
bool cli_has(const struct cli *cli, const char *name);
/* Word number index, or the fallback. */
str cli_word(const struct cli *cli, size_t index, str fallback);
/* The settings of the project in word number `index` (default "."), with the command's flags. */
MUST_USE err cli_config(struct cli *cli, size_t index, struct config *out);
/* "dapur serve: message", details and hint on stderr; answers EXIT_UNUSABLE. */
int cli_fail(const struct cli *cli, err error);

#endif
