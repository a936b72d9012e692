/* CALL: the arguments by a statement, the procedure behind it. */
#include "engine/sqlite/pl_int.h"
#include "sql/plan.h"

static const struct call_site *procedure_of(const struct plan *plan)
{
    const struct query *query = plan->steps[plan->step_count - 1].node->query;
    if (query->rtable_count != 1 || query->rtable[0]->kind != RTE_FUNCTION) return NULL;
    const struct expr *call = query->rtable[0]->function;
    bool procedure = call->kind == EXPR_USER_CALL && call->site != NULL &&
                     call->function->kind == 'p' && plan->step_count == 1;
    return procedure ? call->site : NULL;
}

struct pl_capture *pl_capture_begin(struct sqlite_session *session,
                                    struct pl_capture *capture,
                                    const struct plan *plan,
                                    struct arena *arena)
{
    struct pl_capture *outer = session->capture;
    *capture = (struct pl_capture){.site = procedure_of(plan), .arena = arena};
    session->capture = capture->site != NULL ? capture : NULL;
    return outer;
}

err pl_capture_end(struct run *run,
                   const struct pl_capture *capture,
                   struct pl_capture *outer,
                   err error,
                   struct arena *arena,
                   struct rowset **rows)
{
    struct sqlite_session *session = run->session;
    session->capture = NULL;
    if (error == NULL && capture->taken)
        error = pl_function_rows(run, capture->site, capture->args, capture->count, rows, arena);
    session->capture = outer;
    return error;
}
