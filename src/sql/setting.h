/* sql/setting.h - which settings there are.
 *
 * Owns:    nothing. Threads: any; no state.
 * Errors:  42704 a name without a dot that PostgreSQL 15 does not know. With a dot it is somebody's own.
 * Source:  PostgreSQL 15, guc.c, find_option.
 */
#ifndef DAPUR_SQL_SETTING_H
#define DAPUR_SQL_SETTING_H

#include "base/err.h"

/* In any case of letters. */
MUST_USE err sql_setting_check(struct arena *arena, str name);

#endif
