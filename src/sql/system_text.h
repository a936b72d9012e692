/* sql/system_text.h - objects of the catalog as PostgreSQL's pg_get_*def functions write them.
 *
 * Owns:    nothing; texts live in the arena or borrow from the catalog.
 * Threads: any.
 * Errors:  none; the empty text for what has none (an expression that is not there).
 * Source:  PostgreSQL 15, ruleutils.c, whose non-pretty form this is.
 */
#ifndef DAPUR_SQL_SYSTEM_TEXT_H
#define DAPUR_SQL_SYSTEM_TEXT_H

#include "sql/catalog.h"
#include "sql/system_expr.h"

/* Pretty: as psql asks for it, with fewer parentheses, and the schema only where it must be said. */
enum system_form { FORM_PLAIN, FORM_PRETTY };

/* "name", "schema.name" where the schema is not said by the path; quoted where they must be. */
str system_quoted(struct arena *arena, str name);
str system_qualified(struct arena *arena, const struct catalog *catalog, oid schema, str name);
str system_visible_name(struct arena *arena, const struct catalog *catalog, oid schema, str name);

/* A check, policy or index expression; a column's default; an expression over VALUE. */
str system_expr_text(struct arena *arena,
                     const struct catalog *catalog,
                     const struct cat_relation *relation,
                     const struct cat_expr *expr);
str system_column_default_text(struct arena *arena,
                               const struct catalog *catalog,
                               const struct cat_relation *relation,
                               const struct cat_column *column);
str system_domain_expr_text(struct arena *arena,
                            const struct catalog *catalog,
                            const struct cat_type *type,
                            const struct cat_expr *expr);
str system_domain_default_text(struct arena *arena,
                               const struct catalog *catalog,
                               const struct cat_type *type);
/* "PRIMARY KEY (id)", "FOREIGN KEY (a) REFERENCES t(id) ON DELETE CASCADE", "CHECK ((n > 0))" */
str system_constraint_text(struct arena *arena,
                           const struct catalog *catalog,
                           const struct cat_relation *relation,
                           const struct cat_constraint *constraint,
                           enum system_form form);
str system_domain_check_text(struct arena *arena,
                             const struct catalog *catalog,
                             const struct cat_type *type,
                             const struct cat_domain_check *check,
                             enum system_form form);
/* CREATE INDEX ... ; column from 1: that element alone */
str system_index_text(struct arena *arena,
                      const struct catalog *catalog,
                      const struct cat_relation *relation,
                      const struct cat_index *index,
                      enum system_form form);
str system_index_element_text(struct arena *arena,
                              const struct catalog *catalog,
                              const struct cat_relation *relation,
                              const struct cat_index *index,
                              size_t column,
                              enum system_form form);
/* CREATE TRIGGER ...; its condition; EXECUTE FUNCTION f(...) */
str system_trigger_text(struct arena *arena,
                        const struct catalog *catalog,
                        const struct cat_relation *relation,
                        const struct cat_trigger *trigger,
                        enum system_form form);
str system_trigger_when(struct arena *arena,
                        const struct catalog *catalog,
                        const struct cat_relation *relation,
                        const struct cat_trigger *trigger,
                        enum system_form form);
str system_trigger_call(struct arena *arena,
                        const struct catalog *catalog,
                        const struct cat_trigger *trigger);
/* " SELECT ... ;" */
str system_view_text(struct arena *arena, const struct cat_relation *view);

enum system_arguments {
    ARGUMENTS_ALL,      /* pg_get_function_arguments: with defaults */
    ARGUMENTS_IDENTITY, /* without */
};
str system_function_arguments(struct arena *arena,
                              const struct catalog *catalog,
                              const struct cat_function *function,
                              enum system_arguments which);
str system_function_result(struct arena *arena,
                           const struct catalog *catalog,
                           const struct cat_function *function);
/* CREATE OR REPLACE FUNCTION ... */
str system_function_text(struct arena *arena,
                         const struct catalog *catalog,
                         const struct cat_function *function);
/* name(types) of the input arguments, as regprocedure prints them behind the name. */
str system_function_types(struct arena *arena,
                          const struct catalog *catalog,
                          const struct cat_function *function);

/* Input arguments: those that a caller gives. */
static inline bool system_argument_is_input(const struct cat_argument *argument)
{
    return argument->mode != 'o' && argument->mode != 't';
}

/* format_type without a modifier: bpchar is "character" there. */
str system_type_name(struct arena *arena, const struct catalog *catalog, oid type, int32_t typmod);

#endif
