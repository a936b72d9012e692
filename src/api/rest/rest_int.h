/* api/rest/rest_int.h - one REST request on its way: what the parts hand to each other.
 *
 *   rest.c        routes, the mount, the plan cache
 *   prefer.c      Prefer and Accept
 *   body.c        payloads: which columns, which values
 *   body_text.c   payloads that are no JSON: CSV, forms
 *   shape.c       parameters in order, and the key under which the plan is cached
 *   build.c       the tree of syntax nodes for a cache miss (build_expr.c: conditions)
 *   table.c       requests on tables and views
 *   call.c        requests on functions
 *   respond.c     statuses, headers, bodies, errors
 *
 * Threads: the request's loop; building and compiling a large one, a worker's (api/common/db.h).
 */
#ifndef DAPUR_API_REST_REST_INT_H
#define DAPUR_API_REST_REST_INT_H

#include "api/common/db.h"
#include "api/rest/query.h"
#include "api/rest/relationship.h"
#include "api/rest/rest.h"
#include "base/json.h"
#include "http/request.h"
#include "http/response.h"
#include "sql/ast.h"
#include "sql/plan_cache.h"

/* Relations and functions, by oid, of which one statement took long to compile, for its policies, views or
 * bodies: the next one goes to a worker. */
struct heavy {
    oid of[16]; /* the place is the oid's remainder */
};

struct rest {
    struct rest_options options;
    struct http_mount mount;
    struct plan_cache **caches; /* by loop */
    struct heavy *heavy;        /* by loop */
};

enum rest_verb { REST_READ, REST_INSERT, REST_PUT, REST_UPDATE, REST_DELETE, REST_CALL };

enum rest_return { REST_RETURN_MINIMAL, REST_RETURN_HEADERS, REST_RETURN_REPRESENTATION };
enum rest_count { REST_COUNT_NONE, REST_COUNT_EXACT, REST_COUNT_PLANNED, REST_COUNT_ESTIMATED };
enum rest_resolution { REST_RESOLVE_NONE, REST_RESOLVE_MERGE, REST_RESOLVE_IGNORE };

/* The Prefer header; given_*: it was there and valid, so it is echoed where it applies. */
struct rest_prefer {
    enum rest_resolution resolution;
    bool missing_given, missing_default;
    bool return_given;
    enum rest_return what;
    enum rest_count count;
    bool strict, handling_given;
    str time_zone;
    bool max_affected_given;
    int64_t max_affected;
};

enum rest_media { REST_JSON, REST_OBJECT, REST_CSV, REST_ANY_MEDIA };

struct rest_accept {
    enum rest_media media;
    bool stripped;
};

/* What a body of a call may be as a whole, for a function with one unnamed parameter. */
enum rest_raw { REST_RAW_NONE, REST_RAW_JSON, REST_RAW_TEXT, REST_RAW_BYTES };

/* A parameter's value before its type is known. */
enum rest_input_kind { REST_INPUT_TEXT, REST_INPUT_JSON, REST_INPUT_INT, REST_INPUT_ABSENT };

struct rest_input {
    enum rest_input_kind kind;
    str text;
    const struct json *json;
    int64_t number;
    str column; /* the relation's column whose type it takes; empty: what the statement says */
};

/* A payload: the columns written and one value each (one row), or the whole array as JSON text. */
struct rest_payload {
    const str *columns;
    size_t column_count;
    const struct json *rows; /* the array, or the object as the only row */
    size_t row_count;
    bool is_array;
    bool *row_defaults; /* one row with missing=default: this column is absent */
};

struct rest_request {
    struct db_call call; /* first */
    struct rest *rest;
    struct http_request *http;
    struct arena *arena;
    struct identity identity;
    enum rest_verb verb;
    struct rest_query query;
    struct rest_prefer prefer;
    struct rest_accept accept;
    const struct cat_schema *schema; /* of the present catalog */
    const struct cat_relation *relation;
    const struct cat_function *function;
    str schema_name, name;
    bool profile_named;
    struct rest_payload payload;
    bool *given;         /* function arguments */
    enum rest_raw raw;   /* of a POST call's body */
    bool unnamed;        /* the function chosen takes the whole body */
    size_t exists_count; /* sub-selects that the plan in the making asks for embeds by */
    struct {
        VEC(struct rest_input);
    } inputs;
    bool range_given;
    int64_t range_from, range_to; /* to: -1 open */
    int64_t rows_offset;          /* the effective offset, for Content-Range */
    struct engine_step step;
    const struct plan *plan; /* held until the answer */
    str key;                 /* the plan's, in the loop's cache */
    struct plan *made;       /* the plan, when it was made for this request, and ... */
    uint64_t compile_ns;     /* ... how long that took */
};

/* prefer.c */
MUST_USE err rest_prefer_parse(struct rest_request *request);
MUST_USE err rest_accept_parse(struct rest_request *request);
/* Preference-Applied's value; empty: no header. */
str rest_prefer_applied(const struct rest_request *request);

/* body.c */
MUST_USE err rest_payload_parse(struct rest_request *request);
/* The Content-Type without its parameters; empty: none was sent. */
str rest_content_type(const struct rest_request *request);
MUST_USE err rest_content_type_error(const struct rest_request *request);

/* body_text.c */
/* Rows as an array of objects: a field is text, NULL is null. PGRST102 for what is no CSV. */
MUST_USE err rest_csv_parse(struct arena *arena, str text, const struct json **out);
/* One row as an object of texts. */
MUST_USE err rest_form_parse(struct arena *arena, str text, const struct json **out);

/* shape.c: gives every value of the request its parameter, in one fixed order. */
MUST_USE err rest_shape(struct rest_request *request, struct buf *key);
/* The inputs in stored form, by the plan's types. */
MUST_USE err rest_bind(struct rest_request *request, const struct plan *plan, struct value **out);

/* build.c */
struct rest_built {
    struct compile_node *root;
    struct compile_node *count; /* or NULL */
    enum result_shape shape;
};
MUST_USE err rest_build(struct rest_request *request,
                        const struct catalog *catalog,
                        struct rest_built *out);
/* The select items, filters, order and embeds of the root over the columns of `relation` as `alias`. */
struct rest_scope {
    struct rest_request *request;
    const struct catalog *catalog;
    const struct cat_relation *relation; /* NULL: a function's result without a row type */
    str alias;
    const struct rest_scope *outer; /* whose names are visible here: an embed's parent */
    struct list *targets;
    struct {
        VEC(struct compile_child);
    } children;
    struct {
        VEC(struct compile_sort);
    } sorts; /* of a write's answer */
    size_t hidden_count;
    int depth;
};
MUST_USE err rest_build_level(struct rest_scope *scope,
                              struct rest_level *level,
                              struct SelectStmt *select);
MUST_USE err rest_build_targets(struct rest_scope *scope, struct rest_level *level);
MUST_USE err rest_build_where(struct rest_scope *scope,
                              struct rest_level *level,
                              struct node **out);

/* PGRST115: what the payload says of the key is not what the URL says. */
MUST_USE err rest_put_mismatch(const struct rest_request *request);

/* build_expr.c */
MUST_USE err rest_build_field(struct rest_scope *scope,
                              const struct rest_field *field,
                              struct node **out);
MUST_USE err rest_build_condition(struct rest_scope *scope,
                                  struct rest_level *level,
                                  const struct rest_condition *condition,
                                  struct node **out);
MUST_USE err rest_type_name(struct arena *arena,
                            const struct catalog *catalog,
                            str name,
                            struct TypeName **out);
MUST_USE err rest_build_exists(struct rest_scope *scope,
                               struct rest_embed *embed,
                               struct node **out);
/* The join of an embed as conditions between two aliases. */
struct node *rest_join_condition(struct arena *arena,
                                 const struct relationship *relationship,
                                 str origin_alias,
                                 str target_alias,
                                 str junction_alias);
/* FROM of an embed's target, with the junction joined when there is one. */
struct node *rest_embed_from(struct rest_scope *scope,
                             const struct relationship *relationship,
                             str target_alias,
                             str junction_alias);

/* table.c, call.c: fill verb, query and payload; then rest_run. */
http_handler rest_handle_table;
http_handler rest_handle_call;
http_handler rest_handle_table_options;
http_handler rest_handle_call_options;
/* The arguments of a POST: a JSON object, or nothing. */
MUST_USE err rest_call_payload(struct rest_request *request);
MUST_USE err rest_choose_function(struct rest_request *request, const struct catalog *catalog);
MUST_USE err rest_compile_call(struct rest_request *request,
                               const struct catalog *catalog,
                               struct plan **out);
void rest_run(struct rest_request *request);

/* respond.c */
/* May take the result's body. */
void rest_respond(struct rest_request *request, struct step_result *result);
void rest_respond_error(struct rest_request *request, err error);
http_error_renderer rest_render_error;
void rest_respond_empty(struct rest_request *request, int status, str body);

#endif
