/* cli/embedded_file.h - files that are part of the program: the examples, as templates of `dapur new`.
 *
 * Owns: nothing; the bytes are the program's own. Threads: any. Errors: none.
 */
#ifndef DAPUR_CLI_EMBEDDED_FILE_H
#define DAPUR_CLI_EMBEDDED_FILE_H

#include <stddef.h>

struct embedded_file {
    const char *path; /* below the example's folder; NULL ends a table */
    const char *at;
    const size_t *len;
};

/* Made by cmake/embed.cmake from examples/. */
extern const struct embedded_file example_gudang[];

#endif
