/* api/rest/shape.c - a request's values in one fixed order, and the key of its plan without them.
 *
 * Two requests with equal keys, of one role under one catalog, share a plan: everything that changes
 * the plan is in the key, and everything else is a parameter. The order is: the payload or the
 * function's arguments, then each level's conditions, limit and offset, the root first and embeds in
 * the order of the select list.
 */
#include "api/rest/rest_int.h"
#include "api/rest/scan.h"
#include "base/crypto.h"
#include "types/type_text.h"

struct shaping {
    struct rest_request *request;
    struct buf *key;
    size_t condition_count, embed_count;
};

/* A plan is compiled on the loop: these bound its time. PostgREST has no such limits (docs/limits.md). */
enum {
    CONDITIONS_MAX = 2000,
    EMBEDS_MAX = 128,
    VALUES_MAX = 5000 /* a parameter each, and the time grows with their square */
};

/* Key ----------------------------------------------------------------------------------------------- */

/* Lengths in front, so that no two sequences of texts have one key. */
static void key_str(struct shaping *shaping, str text)
{
    buf_u64(shaping->key, text.len);
    buf_char(shaping->key, ':');
    buf_str_add(shaping->key, text);
}

static void key_int(struct shaping *shaping, int64_t value)
{
    buf_i64(shaping->key, value);
    buf_char(shaping->key, ';');
}

static void key_field(struct shaping *shaping, const struct rest_field *field)
{
    key_str(shaping, field->name);
    key_int(shaping, (int64_t)field->path_count);
    for (size_t i = 0; i < field->path_count; i++) {
        const struct rest_json_step *step = &field->path[i];
        key_int(shaping, step->as_text * 2 + step->is_index);
        key_int(shaping, step->index);
        key_str(shaping, step->key);
    }
}

/* Parameters ---------------------------------------------------------------------------------------- */

static int add_input(struct shaping *shaping, struct rest_input input)
{
    struct rest_request *request = shaping->request;
    *VEC_ADD(request->arena, &request->inputs) = input;
    return (int)request->inputs.count - 1;
}

static int add_text(struct shaping *shaping, str text)
{
    return add_input(shaping, (struct rest_input){.kind = REST_INPUT_TEXT, .text = text});
}

/* An array literal of the elements, each quoted. */
static str array_literal(struct arena *arena, const str *items, size_t count)
{
    struct buf *text = buf_in(arena, 0);
    buf_char(text, '{');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_char(text, ',');
        buf_char(text, '"');
        for (size_t k = 0; k < items[i].len; k++) {
            if (items[i].at[k] == '"' || items[i].at[k] == '\\') buf_char(text, '\\');
            buf_char(text, items[i].at[k]);
        }
        buf_char(text, '"');
    }
    buf_char(text, '}');
    return buf_str(text);
}

static void shape_filter(struct shaping *shaping, struct rest_filter *filter)
{
    key_field(shaping, &filter->field);
    key_str(shaping, filter->op->name);
    key_int(shaping, filter->negated * 16 + (int)filter->quantifier * 4);
    filter->param = -1;
    switch (filter->op->operand) {
    case REST_IS: key_int(shaping, filter->is); return;
    case REST_LIST:
        /* The empty list is another plan: nothing matches. */
        key_int(shaping, filter->list_count > 0);
        if (filter->list_count)
            filter->param = add_text(
                shaping, array_literal(shaping->request->arena, filter->list, filter->list_count));
        return;
    case REST_FULLTEXT: key_str(shaping, filter->config); break;
    case REST_SCALAR:
    case REST_QUANT: break;
    }
    filter->param = add_text(shaping, filter->value);
}

static void shape_condition(struct shaping *shaping, struct rest_condition *condition)
{
    shaping->condition_count++;
    key_int(shaping, (int)condition->kind * 2 + condition->negated);
    if (condition->kind == REST_CONDITION_FILTER) {
        shape_filter(shaping, &condition->filter);
        return;
    }
    key_int(shaping, (int64_t)condition->child_count);
    for (size_t i = 0; i < condition->child_count; i++)
        shape_condition(shaping, condition->children[i]);
}

static err limit_error(struct arena *arena)
{
    struct err *error = rest_err(arena, 416, "PGRST103", "Requested range not satisfiable");
    return err_details(arena, error, "Limit should be greater than or equal to zero.");
}

static err shape_limits(struct shaping *shaping, struct rest_level *level)
{
    int64_t most = shaping->request->rest->options.max_rows;
    bool write = shaping->request->verb != REST_READ && shaping->request->verb != REST_CALL;
    bool limited = level->has_limit && !write;
    if (limited && level->limit < 0) return limit_error(shaping->request->arena);
    int64_t limit = limited ? level->limit : 0;
    if (most > 0 && !write && (!limited || limit > most)) {
        limited = true;
        limit = most;
    }
    level->limit_param = level->offset_param = -1;
    key_int(shaping, limited * 2 + (level->has_offset && !write));
    if (limited)
        level->limit_param =
            add_input(shaping, (struct rest_input){.kind = REST_INPUT_INT, .number = limit});
    if (level->has_offset && !write)
        level->offset_param = add_input(
            shaping, (struct rest_input){.kind = REST_INPUT_INT, .number = level->offset});
    return NULL;
}

static err shape_level(struct shaping *shaping, struct rest_level *level);

static err shape_item(struct shaping *shaping, struct rest_item *item)
{
    key_int(shaping, item->kind);
    key_str(shaping, item->alias);
    key_field(shaping, &item->field);
    key_str(shaping, item->cast);
    key_str(shaping, item->aggregate);
    key_str(shaping, item->aggregate_cast);
    if (!item->embed) return NULL;
    shaping->embed_count++;
    key_str(shaping, item->embed->target);
    key_str(shaping, item->embed->hint);
    key_int(shaping, (int)item->embed->join * 2 + item->embed->spread);
    return shape_level(shaping, &item->embed->level);
}

static err shape_level(struct shaping *shaping, struct rest_level *level)
{
    key_int(shaping, (int64_t)level->conditions.count);
    for (size_t i = 0; i < level->conditions.count; i++)
        shape_condition(shaping, level->conditions.at[i]);
    TRY(shape_limits(shaping, level));
    key_int(shaping, (int64_t)level->orders.count);
    for (size_t i = 0; i < level->orders.count; i++) {
        const struct rest_order *order = &level->orders.at[i];
        key_field(shaping, &order->field);
        key_str(shaping, order->relation);
        key_int(shaping, order->descending * 4 + (int)order->nulls);
    }
    key_int(shaping, (int64_t)level->items.count);
    for (size_t i = 0; i < level->items.count; i++) TRY(shape_item(shaping, &level->items.at[i]));
    return NULL;
}

/* Payloads ------------------------------------------------------------------------------------------ */

static void shape_row(struct shaping *shaping, const struct json *row)
{
    struct rest_request *request = shaping->request;
    struct rest_payload *payload = &request->payload;
    for (size_t i = 0; i < payload->column_count; i++) {
        const struct json *value = json_get(row, payload->columns[i]);
        bool by_default = !value && request->prefer.missing_default;
        key_int(shaping, by_default);
        if (by_default) continue;
        add_input(shaping, (struct rest_input){.kind = REST_INPUT_JSON,
                                               .json = value,
                                               .column = payload->columns[i]});
    }
}

static err shape_payload(struct shaping *shaping)
{
    struct rest_request *request = shaping->request;
    struct rest_payload *payload = &request->payload;
    key_int(shaping, (int64_t)payload->column_count);
    for (size_t i = 0; i < payload->column_count; i++) key_str(shaping, payload->columns[i]);
    key_int(shaping, payload->is_array * 2 + request->prefer.missing_default);
    if (request->verb == REST_PUT) {
        /* As the array of one that json_to_recordset takes. */
        str rows = payload->rows->source;
        add_text(shaping,
                 payload->is_array ? rows : str_printf(request->arena, "[%.*s]", STR_FMT(rows)));
    } else if (!payload->is_array) {
        shape_row(shaping, payload->rows);
    } else if (request->prefer.missing_default || payload->column_count == 0) {
        if (payload->row_count * payload->column_count > VALUES_MAX)
            return rest_err(request->arena, 413, "PGRST102",
                            "missing=default takes at most %d values at once", VALUES_MAX);
        key_int(shaping, (int64_t)payload->row_count);
        for (size_t i = 0; i < payload->row_count; i++) shape_row(shaping, payload->rows->items[i]);
    } else {
        /* Any number of rows is one parameter: json_to_recordset in the statement. */
        add_text(shaping, payload->rows->source);
    }
    return NULL;
}

/* A function with one unnamed parameter gets the body as it came. */
static str raw_body(const struct rest_request *request)
{
    str body = request->http->body;
    if (request->raw == REST_RAW_JSON && str_empty(str_trim(body))) return STR("{}");
    if (request->raw != REST_RAW_BYTES) return body;
    struct buf *hex = buf_in(request->arena, 0);
    buf_lit(hex, "\\x");
    crypto_hex(hex, body);
    return buf_str(hex);
}

static void shape_call(struct shaping *shaping)
{
    struct rest_request *request = shaping->request;
    const struct cat_function *function = request->function;
    size_t input = 0;
    key_int(shaping, (int64_t)function->oid);
    for (size_t i = 0; i < function->argument_count; i++) {
        const struct cat_argument *argument = &function->arguments[i];
        if (argument->mode == 'o' || argument->mode == 't') continue;
        bool given = request->given[input++];
        key_int(shaping, given);
        if (!given) continue;
        if (request->unnamed) {
            add_text(shaping, raw_body(request));
            continue;
        }
        if (request->payload.rows) {
            const struct json *value = json_get(request->payload.rows, argument->name);
            add_input(shaping, (struct rest_input){.kind = REST_INPUT_JSON, .json = value});
            continue;
        }
        for (size_t k = request->query.arguments.count; k-- > 0;) {
            if (!str_eq(request->query.arguments.at[k].name, argument->name)) continue;
            add_text(shaping, request->query.arguments.at[k].value);
            break;
        }
    }
}

static void key_names(struct shaping *shaping, const str *names, size_t count)
{
    key_int(shaping, (int64_t)count);
    for (size_t i = 0; i < count; i++) key_str(shaping, names[i]);
}

err rest_shape(struct rest_request *request, struct buf *key)
{
    struct shaping shaping = {.request = request, .key = key};
    const struct rest_query *query = &request->query;
    request->inputs.count = 0;
    key_int(&shaping, request->verb);
    key_str(&shaping, request->schema_name);
    key_str(&shaping, request->name);
    key_int(&shaping, (request->accept.media == REST_OBJECT) * 256 +
                          (int)request->prefer.what * 64 + (int)request->prefer.resolution * 8 +
                          (request->prefer.count != REST_COUNT_NONE) * 2 + query->has_on_conflict);
    key_names(&shaping, query->on_conflict, query->on_conflict_count);
    if (request->verb == REST_CALL) shape_call(&shaping);
    if (request->verb == REST_INSERT || request->verb == REST_PUT || request->verb == REST_UPDATE)
        TRY(shape_payload(&shaping));
    key_int(&shaping, query->has_select);
    TRY(shape_level(&shaping, &request->query.root));
    if (shaping.condition_count > CONDITIONS_MAX)
        return rest_err(request->arena, 400, "PGRST100", "A request takes at most %d conditions",
                        CONDITIONS_MAX);
    if (shaping.embed_count > EMBEDS_MAX)
        return rest_err(request->arena, 400, "PGRST100", "A request takes at most %d embeds",
                        EMBEDS_MAX);
    return NULL;
}

/* Binding -------------------------------------------------------------------------------------------- */

static err bind_one(struct rest_request *request,
                    const struct plan_param *param,
                    const struct rest_input *input,
                    struct value *out)
{
    switch (input->kind) {
    case REST_INPUT_INT: *out = value_int(input->number); return NULL;
    case REST_INPUT_ABSENT: *out = value_null(); return NULL;
    case REST_INPUT_TEXT: return plan_param_input(request->arena, param, input->text, out);
    case REST_INPUT_JSON:
        *out = value_null();
        if (!input->json || input->json->kind == JSON_NULL) {
            /* JSON's null in a json column is the column's NULL, as PostgREST has it. */
            return NULL;
        }
        return plan_param_json(request->arena, param, input->json, out);
    }
    return NULL;
}

err rest_bind(struct rest_request *request, const struct plan *plan, struct value **out)
{
    struct value *values = ARENA_ARRAY(request->arena, struct value, plan->param_count);
    for (size_t i = 0; i < plan->param_count; i++) {
        if (i < request->inputs.count)
            TRY(bind_one(request, &plan->params[i], &request->inputs.at[i], &values[i]));
    }
    *out = values;
    return NULL;
}
