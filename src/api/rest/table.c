/* api/rest/table.c - requests on tables and views, and the run that functions share. */
#include "api/rest/rest_int.h"
#include "api/rest/scan.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "http/url.h"

/* Schema and name ------------------------------------------------------------------------------------- */

static err choose_schema(struct rest_request *request)
{
    const struct rest_options *options = &request->rest->options;
    enum http_method method = request->http->method;
    bool reads = method == HTTP_GET || method == HTTP_HEAD || method == HTTP_OPTIONS;
    str profile =
        http_header_find(request->http, reads ? STR("accept-profile") : STR("content-profile"));
    request->schema_name = options->schemas[0];
    if (str_empty(profile)) return NULL;
    request->profile_named = true;
    for (size_t i = 0; i < options->schema_count; i++) {
        if (!str_eq(options->schemas[i], profile)) continue;
        request->schema_name = options->schemas[i];
        return NULL;
    }
    struct err *error =
        rest_err(request->arena, 406, "PGRST106", "Invalid schema: %.*s", STR_FMT(profile));
    str all = str_join(request->arena, options->schemas, options->schema_count, STR(", "));
    return err_hint(request->arena, error, "Only the following schemas are exposed: %.*s",
                    STR_FMT(all));
}

static err decode_name(struct rest_request *request, str raw)
{
    TRY(url_decode(request->arena, raw, URL_PLUS_LITERAL, &request->name));
    bool bad = str_empty(request->name) || str_find_char(raw, '/', 0) != SIZE_MAX ||
               !utf8_valid(request->name) || str_find_char(request->name, '\0', 0) != SIZE_MAX;
    return bad ? rest_err(request->arena, 404, "PGRST125", "Invalid path specified in request URL")
               : NULL;
}

/* Range ------------------------------------------------------------------------------------------------- */

static err range_error(struct rest_request *request)
{
    struct err *error =
        rest_err(request->arena, 416, "PGRST103", "Requested range not satisfiable");
    return err_details(request->arena, error,
                       "The lower boundary must be lower than or equal to the upper boundary in "
                       "the Range header.");
}

/* "a-b" or "a-", on GET alone; anything else is ignored. */
static err parse_range(struct rest_request *request)
{
    str header = http_header_find(request->http, STR("range")), from, to;
    if (request->http->method != HTTP_GET || !str_cut(header, '-', &from, &to)) return NULL;
    request->range_to = -1;
    if (!str_to_i64(from, &request->range_from) || request->range_from < 0) return NULL;
    if (!str_empty(to) && (!str_to_i64(to, &request->range_to) || request->range_to < 0))
        return NULL;
    if (request->range_to >= 0 && request->range_from > request->range_to)
        return range_error(request);
    request->range_given = true;
    return NULL;
}

/* Both are positive; past the last possible row is the last possible row. */
static int64_t add_capped(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* The header's rows and the query's limit and offset, intersected. */
static void apply_range(struct rest_request *request)
{
    struct rest_level *root = &request->query.root;
    if (request->range_given) {
        int64_t from = root->has_offset && root->offset > request->range_from ? root->offset
                                                                              : request->range_from;
        int64_t end = -1; /* one past the last row */
        if (root->has_limit) end = add_capped(root->has_offset ? root->offset : 0, root->limit);
        int64_t range_end = add_capped(request->range_to, 1);
        if (request->range_to >= 0 && (end < 0 || range_end < end)) end = range_end;
        root->has_offset = from > 0;
        root->offset = from;
        root->has_limit = end >= 0;
        root->limit = end > from ? end - from : 0;
    }
    request->rows_offset = root->has_offset ? root->offset : 0;
}

/* Planning ------------------------------------------------------------------------------------------------ */

static err find_relation(struct rest_request *request, const struct catalog *catalog)
{
    request->schema = catalog_schema_find(catalog, request->schema_name);
    const struct cat_relation *relation =
        request->schema ? catalog_relation_find(catalog, request->schema->oid, request->name)
                        : NULL;
    bool served =
        relation && (relation->kind == 'r' || relation->kind == 'v' || relation->kind == 'm');
    if (!served)
        return rest_err(request->arena, 404, "PGRST205",
                        "Could not find the table '%.*s.%.*s' in the schema cache",
                        STR_FMT(request->schema_name), STR_FMT(request->name));
    request->relation = relation;
    return NULL;
}

/* A payload's values have their columns' types; the statement says the others'. */
static struct plan_param *known_params(const struct rest_request *request)
{
    struct plan_param *params =
        ARENA_ARRAY(request->arena, struct plan_param, request->inputs.count + 1);
    for (size_t i = 0; i < request->inputs.count; i++) {
        str name = request->inputs.at[i].column;
        const struct cat_column *column =
            str_empty(name) ? NULL : cat_column_find(request->relation, name);
        params[i] = (struct plan_param){.type = column ? column->type : 0, .typmod = -1};
    }
    return params;
}

static err compile(struct rest_request *request, const struct catalog *catalog, struct plan **out)
{
    struct rest_built built;
    TRY(rest_build(request, catalog, &built));
    struct compile_step step = {.node = built.root, .shape = built.shape, .result = true};
    str search_path[] = {request->schema_name, STR("public"), STR("extensions")};
    struct compile_options options = {
        .catalog = catalog,
        .role = request->call.request.caller->role_oid,
        .search_path = search_path,
        .search_path_count = COUNT_OF(search_path),
        .api = true,
        .steps = &step,
        .step_count = 1,
        .count = built.count,
        .params = known_params(request),
        .param_count = request->inputs.count,
    };
    return sql_compile(request->arena, &options, request->rest->options.engine->print, out);
}

/* Where a large or heavy statement is compiled: 150 conditions or 250 columns are half a millisecond. */
enum { SHAPE_BYTES_INLINE = 2048, COMPILE_NS_INLINE = 1000000 };

static oid target_oid(const struct rest_request *request)
{
    return request->verb == REST_CALL ? request->function->oid : request->relation->oid;
}

static oid *heavy_place(struct rest_request *request)
{
    struct heavy *heavy = &request->rest->heavy[loop_index(request->http->loop)];
    return &heavy->of[target_oid(request) % COUNT_OF(heavy->of)];
}

/* Perhaps on a worker: it touches nothing that the loop may read meanwhile. */
static err make_plan(struct db_call *call, const struct catalog *catalog)
{
    struct rest_request *request = (struct rest_request *)call;
    request->exists_count = 0;
    request->made = NULL;
    uint64_t start_ns = clock_thread_ns();
    TRY(request->verb == REST_CALL ? rest_compile_call(request, catalog, &request->made)
                                   : compile(request, catalog, &request->made));
    request->compile_ns = clock_thread_ns() - start_ns;
    return NULL;
}

/* In the loop's cache, and for the request until its answer. A large shape says nothing of its
 * relation. */
static void keep_plan(struct rest_request *request)
{
    bool long_one = request->compile_ns > COMPILE_NS_INLINE;
    if (long_one && request->key.len <= SHAPE_BYTES_INLINE)
        *heavy_place(request) = target_oid(request);
    plan_cache_put(request->rest->caches[loop_index(request->http->loop)], request->key,
                   request->made);
    request->plan = request->made;
}

/* From the loop's cache, or compiled and kept there; at once, or call.compile is set. */
static err find_plan(struct rest_request *request, const struct catalog *catalog)
{
    struct buf *key = buf_in(request->arena, 0);
    struct plan_cache *cache = request->rest->caches[loop_index(request->http->loop)];
    oid role = request->call.request.caller->role_oid;
    TRY(rest_shape(request, key));
    request->key = buf_str(key);
    const struct plan *plan = plan_cache_find(cache, request->key, role, catalog_version(catalog));
    if (plan) {
        request->plan = plan_ref(plan);
        return NULL;
    }
    if (request->key.len > SHAPE_BYTES_INLINE || *heavy_place(request) == target_oid(request)) {
        request->call.compile = make_plan;
        return NULL;
    }
    TRY(make_plan(&request->call, catalog));
    keep_plan(request);
    return NULL;
}

static void release_plan(void *object)
{
    struct rest_request *request = object;
    if (request->plan) plan_unref(request->plan);
    request->plan = NULL;
}

static void expect(struct rest_request *request)
{
    request->step.rows_least = request->step.rows_most = ROWS_ANY;
    enum result_shape shape = request->plan->steps[request->plan->step_count - 1].shape;
    /* A function's single value is one row already; tables and sets of rows have to be. */
    bool counts = request->verb != REST_CALL || shape == RESULT_ROWS;
    if (request->accept.media == REST_OBJECT && counts)
        request->step.rows_least = request->step.rows_most = 1;
    if (request->verb == REST_PUT) request->step.rows_least = request->step.rows_most = 1;
    bool changes = request->verb == REST_UPDATE || request->verb == REST_DELETE;
    if (changes && request->prefer.strict && request->prefer.max_affected_given &&
        request->step.rows_most == ROWS_ANY)
        request->step.rows_most = request->prefer.max_affected;
}

static err bind_plan(struct rest_request *request)
{
    struct value *params;
    TRY(rest_bind(request, request->plan, &params));
    request->step.plan = request->plan;
    request->step.params = params;
    expect(request);
    request->call.request.steps = &request->step;
    request->call.request.step_count = 1;
    return NULL;
}

static err plan_request(struct db_call *call, const struct catalog *catalog)
{
    struct rest_request *request = (struct rest_request *)call;
    struct caller *caller;
    release_plan(request);
    TRY(gateway_caller(request->http, &request->identity, catalog, &caller));
    caller->time_zone = str_empty(request->prefer.time_zone) ? request->rest->options.time_zone
                                                             : request->prefer.time_zone;
    call->request.caller = caller;
    TRY(request->verb == REST_CALL ? rest_choose_function(request, catalog)
                                   : find_relation(request, catalog));
    TRY(find_plan(request, catalog));
    return request->plan ? bind_plan(request) : NULL;
}

static err compiled(struct db_call *call)
{
    struct rest_request *request = (struct rest_request *)call;
    keep_plan(request);
    return bind_plan(request);
}

static void finished(struct db_call *call,
                     err error,
                     struct step_result *results,
                     size_t failed_step)
{
    struct rest_request *request = (struct rest_request *)call;
    (void)failed_step;
    if (error)
        rest_respond_error(request, error);
    else
        rest_respond(request, &results[0]);
}

static void client_gone(struct http_request *req, void *context)
{
    struct rest_request *request = context;
    (void)req;
    struct engine *engine = request->rest->options.engine;
    if (request->call.request.engine_private || request->plan)
        engine->cancel(engine, &request->call.request);
}

void rest_run(struct rest_request *request)
{
    static const enum result_format formats[] = {FORMAT_JSON, FORMAT_JSON, FORMAT_CSV, FORMAT_JSON};
    struct engine_request *run = &request->call.request;
    enum http_method method = request->http->method;
    run->arena = request->arena;
    run->loop = request->http->loop;
    run->read_only = method == HTTP_GET || method == HTTP_HEAD;
    run->format = request->accept.stripped ? FORMAT_JSON_STRIPPED : formats[request->accept.media];
    run->deadline_ms = request->http->deadline_ms;
    request->call.engine = request->rest->options.engine;
    request->call.plan = plan_request;
    request->call.compiled = compiled;
    request->call.compilers = request->rest->options.compilers;
    request->call.done = finished;
    arena_defer(request->arena, release_plan, request);
    http_on_abort(request->http, client_gone, request);
    db_run(&request->call);
}

/* Reading the request ----------------------------------------------------------------------------------------- */

static err safe_update(const struct rest_request *request)
{
    bool changes = request->verb == REST_UPDATE || request->verb == REST_DELETE;
    if (!changes || request->query.has_filters || !request->rest->options.safe_update) return NULL;
    return err_sql(request->arena, "21000", "%s requires a WHERE clause",
                   request->verb == REST_UPDATE ? "UPDATE" : "DELETE");
}

static err read_request(struct rest_request *request)
{
    TRY(gateway_identify(request->rest->options.gateway, request->http, &request->identity));
    TRY(decode_name(request, request->http->path_rest));
    TRY(choose_schema(request));
    TRY(rest_query_parse(request->arena, request->http->query, REST_USE_TABLE, &request->query));
    if (request->verb == REST_PUT &&
        (request->query.root.has_limit || request->query.root.has_offset))
        return rest_err(request->arena, 400, "PGRST114",
                        "limit/offset querystring parameters are not allowed for PUT");
    TRY(parse_range(request));
    if (request->verb == REST_INSERT || request->verb == REST_PUT || request->verb == REST_UPDATE)
        TRY(rest_payload_parse(request));
    bool reads = request->verb == REST_READ;
    if (reads) TRY(rest_accept_parse(request));
    TRY(rest_prefer_parse(request));
    if (!reads) TRY(rest_accept_parse(request));
    if (reads) apply_range(request);
    return safe_update(request);
}

/* Payloads that change nothing are answered without the database, once the caller may be told. */
static bool nothing_to_do(const struct rest_request *request)
{
    if (request->verb == REST_INSERT) return request->payload.row_count == 0;
    return request->verb == REST_UPDATE &&
           (request->payload.row_count == 0 || request->payload.column_count == 0);
}

static void respond_nothing(struct rest_request *request)
{
    bool representation = request->prefer.what == REST_RETURN_REPRESENTATION;
    bool insert = request->verb == REST_INSERT;
    int status = insert ? 201 : representation ? 200 : 204;
    rest_respond_empty(request, status, representation ? STR("[]") : STR(""));
}

static struct rest_request *request_new(struct http_request *req, void *context)
{
    static const enum rest_verb verbs[] = {
        [HTTP_GET] = REST_READ,     [HTTP_HEAD] = REST_READ,     [HTTP_POST] = REST_INSERT,
        [HTTP_PATCH] = REST_UPDATE, [HTTP_DELETE] = REST_DELETE, [HTTP_OPTIONS] = REST_READ,
        [HTTP_PUT] = REST_PUT,
    };
    struct rest_request *request = ARENA_NEW(req->arena, struct rest_request);
    request->rest = context;
    request->http = req;
    request->arena = req->arena;
    request->verb = verbs[req->method];
    return request;
}

void rest_handle_table(struct http_request *req, void *context)
{
    struct rest_request *request = request_new(req, context);
    struct engine *engine = request->rest->options.engine;
    err error = read_request(request);
    bool idle = !error && nothing_to_do(request);
    if (idle) error = find_relation(request, engine->catalog(engine));
    if (error)
        rest_respond_error(request, error);
    else if (idle)
        respond_nothing(request);
    else
        rest_run(request);
}

/* Functions by name: call.c chooses; shared reading of schema, name and headers. */
static err read_call(struct rest_request *request)
{
    bool post = request->http->method == HTTP_POST;
    TRY(gateway_identify(request->rest->options.gateway, request->http, &request->identity));
    TRY(decode_name(request, request->http->path_rest));
    TRY(choose_schema(request));
    TRY(rest_query_parse(request->arena, request->http->query,
                         post ? REST_USE_CALL_POST : REST_USE_CALL_GET, &request->query));
    TRY(parse_range(request));
    if (post) TRY(rest_call_payload(request));
    TRY(rest_accept_parse(request));
    TRY(rest_prefer_parse(request));
    apply_range(request);
    return NULL;
}

void rest_handle_call(struct http_request *req, void *context)
{
    struct rest_request *request = request_new(req, context);
    request->verb = REST_CALL;
    err error = read_call(request);
    if (error)
        rest_respond_error(request, error);
    else
        rest_run(request);
}

/* OPTIONS ------------------------------------------------------------------------------------------------- */

/* What the relation or function can do, whoever asks: capability, not privilege. */
static err find_allowed(struct rest_request *request, bool call, str *out)
{
    const struct catalog *catalog =
        request->rest->options.engine->catalog(request->rest->options.engine);
    if (!call) {
        TRY(find_relation(request, catalog));
        bool table = request->relation->kind == 'r';
        bool put = table && cat_primary_key(request->relation);
        *out = put     ? STR("OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE")
               : table ? STR("OPTIONS,GET,HEAD,POST,PATCH,DELETE")
                       : STR("OPTIONS,GET,HEAD");
        return NULL;
    }
    const struct cat_schema *schema = catalog_schema_find(catalog, request->schema_name);
    size_t at = 0;
    const struct cat_function *function =
        schema ? catalog_function_named(catalog, schema->oid, request->name, &at) : NULL;
    if (!function)
        return rest_err(request->arena, 404, "PGRST202",
                        "Could not find the function %.*s.%.*s in the schema cache",
                        STR_FMT(request->schema_name), STR_FMT(request->name));
    *out = function->volatility == 'v' ? STR("OPTIONS,POST") : STR("OPTIONS,GET,HEAD,POST");
    return NULL;
}

static err read_options(struct rest_request *request, bool call, str *allowed)
{
    TRY(gateway_identify(request->rest->options.gateway, request->http, &request->identity));
    TRY(decode_name(request, request->http->path_rest));
    TRY(choose_schema(request));
    return find_allowed(request, call, allowed);
}

static void handle_options(struct http_request *req, void *context, bool call)
{
    struct rest_request *request = request_new(req, context);
    str allowed;
    err error = read_options(request, call, &allowed);
    if (error) {
        rest_respond_error(request, error);
        return;
    }
    struct http_header allow = {STR("Allow"), allowed};
    struct http_response response = {.status = 200, .headers = &allow, .header_count = 1};
    http_respond(req, &response);
}

void rest_handle_table_options(struct http_request *req, void *context)
{
    handle_options(req, context, false);
}

void rest_handle_call_options(struct http_request *req, void *context)
{
    handle_options(req, context, true);
}
