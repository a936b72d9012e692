/* api/rest/select_parse.c - select=: columns, casts, aggregates, embeds. */
#include "api/rest/scan.h"

enum { EMBED_DEPTH_MAX = 32 };

static err parse_items(struct scan *scan, struct rest_level *level, int depth);

static bool is_aggregate(str name)
{
    static const str names[] = {STR_INIT("sum"), STR_INIT("avg"), STR_INIT("count"),
                                STR_INIT("max"), STR_INIT("min")};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(names[i], name)) return true;
    return false;
}

/* "alias:" in front of an item; "::" is a cast and no alias. */
static err parse_alias(struct scan *scan, str *alias)
{
    size_t start = scan->at;
    str name;
    *alias = STR_NONE;
    err error = scan_name(scan, &name);
    if (!error && scan_peek(scan, 0) == ':' && scan_peek(scan, 1) != ':') {
        scan->at++;
        *alias = name;
        return NULL;
    }
    scan->at = start;
    return NULL;
}

static err parse_modifiers(struct scan *scan, struct rest_embed *embed)
{
    for (int i = 0; i < 2 && scan_take(scan, STR("!")); i++) {
        str word;
        TRY(scan_name(scan, &word));
        if (str_eq(word, STR("inner")))
            embed->join = REST_JOIN_INNER;
        else if (str_eq(word, STR("left")))
            embed->join = REST_JOIN_LEFT;
        else
            embed->hint = word;
    }
    return NULL;
}

static err parse_embed(
    struct scan *scan, struct rest_item *item, str target, bool spread, int depth)
{
    if (depth >= EMBED_DEPTH_MAX) return scan_error(scan, "fewer levels of embedding");
    struct rest_embed *embed = ARENA_NEW(scan->arena, struct rest_embed);
    *embed = (struct rest_embed){.alias = item->alias, .target = target, .spread = spread};
    item->kind = REST_ITEM_EMBED;
    item->embed = embed;
    TRY(parse_modifiers(scan, embed));
    if (!scan_take(scan, STR("("))) return scan_error(scan, "\"(\"");
    TRY(parse_items(scan, &embed->level, depth + 1));
    if (!scan_take(scan, STR(")"))) return scan_error(scan, "\",\" or \")\"");
    scan_space(scan);
    return NULL;
}

static err parse_aggregate(struct scan *scan, struct rest_item *item)
{
    size_t start = scan->at;
    if (!scan_take(scan, STR("."))) return NULL;
    str name;
    TRY(scan_name(scan, &name));
    if (!is_aggregate(name) || !scan_take(scan, STR("()"))) {
        scan->at = start;
        return scan_error(scan, "\",\" or end of input");
    }
    item->aggregate = name;
    return scan_take(scan, STR("::")) ? scan_type(scan, &item->aggregate_cast) : NULL;
}

static err parse_field_item(struct scan *scan, struct rest_item *item)
{
    item->kind = REST_ITEM_FIELD;
    if (scan_take(scan, STR("::"))) TRY(scan_type(scan, &item->cast));
    TRY(parse_aggregate(scan, item));
    scan_space(scan);
    return NULL;
}

static err parse_count(struct scan *scan, struct rest_item *item)
{
    item->kind = REST_ITEM_COUNT;
    item->aggregate = STR("count");
    return scan_take(scan, STR("::")) ? scan_type(scan, &item->cast) : NULL;
}

static err parse_item(struct scan *scan, struct rest_item *item, int depth)
{
    scan_space(scan);
    if (scan_take(scan, STR("..."))) {
        str target;
        TRY(scan_name(scan, &target));
        return parse_embed(scan, item, target, true, depth);
    }
    if (scan_take(scan, STR("*"))) {
        item->kind = REST_ITEM_STAR;
        scan_space(scan);
        return NULL;
    }
    TRY(parse_alias(scan, &item->alias));
    if (scan_take(scan, STR("count()"))) return parse_count(scan, item);
    TRY(scan_field(scan, &item->field));
    bool embed =
        item->field.path_count == 0 && (scan_peek(scan, 0) == '(' || scan_peek(scan, 0) == '!');
    if (embed) return parse_embed(scan, item, item->field.name, false, depth);
    return parse_field_item(scan, item);
}

static err parse_items(struct scan *scan, struct rest_level *level, int depth)
{
    scan_space(scan);
    if (scan_end(scan) || scan_peek(scan, 0) == ')') return NULL;
    do {
        TRY(parse_item(scan, VEC_ADD(scan->arena, &level->items), depth));
        scan_space(scan);
    } while (scan_take(scan, STR(",")));
    return NULL;
}

err rest_select_parse(struct arena *arena, str text, struct rest_level *out)
{
    struct scan scan = {.arena = arena, .text = text, .what = "select parameter"};
    TRY(parse_items(&scan, out, 0));
    return scan_end(&scan) ? NULL : scan_error(&scan, "\",\" or end of input");
}
