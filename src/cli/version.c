/* cli/version.c - dapur version. */
#include <stdio.h>

#include "cli/cli.h"
#include "ops/version.h"

static int print_version(struct cli *cli)
{
    (void)cli;
    printf("dapur %s\n", DAPUR_VERSION);
    return EXIT_OK;
}

const struct command command_version = {
    .name = "version",
    .usage = "version",
    .help = "print the program's version",
    .run = print_version,
};
