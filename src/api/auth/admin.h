/* api/auth/admin.h - what the administrators' endpoints share.
 *
 * Owns: nothing. Threads: the request's loop. Errors: the dialect's.
 */
#ifndef DAPUR_API_AUTH_ADMIN_H
#define DAPUR_API_AUTH_ADMIN_H

#include "api/auth/auth_int.h"

/* GET /admin/users: a page of users, with X-Total-Count and Link. */
auth_handler auth_list_users;

#endif
