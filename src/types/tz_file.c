/* TZif, RFC 8536: version 2 and up; the 64-bit block and the footer. */
#include "types/tz_int.h"

enum { HEADER_BYTES = 44, LOCALS_MAX = 256, TRANSITIONS_MAX = 100000 };

struct header {
    uint32_t utc_count, std_count, leap_count, time_count, type_count, char_count;
};

static uint32_t read_u32(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int64_t read_i64(const char *at)
{
    return (int64_t)((uint64_t)read_u32(at) << 32 | read_u32(at + 4));
}

static bool read_header(str bytes, struct header *out)
{
    if (bytes.len < HEADER_BYTES || !str_starts(bytes, STR("TZif")) || bytes.at[4] < '2') {
        return false;
    }
    const char *counts = bytes.at + 20;
    *out = (struct header){read_u32(counts),      read_u32(counts + 4),  read_u32(counts + 8),
                           read_u32(counts + 12), read_u32(counts + 16), read_u32(counts + 20)};
    return out->time_count <= TRANSITIONS_MAX && out->type_count <= LOCALS_MAX &&
           out->char_count <= 4096 && out->leap_count <= 4096 && out->utc_count <= LOCALS_MAX &&
           out->std_count <= LOCALS_MAX;
}

/* Bytes behind the header; time_bytes is 4 in the first block, 8 in the second. */
static size_t block_bytes(const struct header *h, size_t time_bytes)
{
    return h->time_count * (time_bytes + 1) + h->type_count * 6 + h->char_count +
           h->leap_count * (time_bytes + 4) + h->std_count + h->utc_count;
}

static str abbreviation_at(struct arena *arena, str chars, size_t index)
{
    str rest = str_skip(chars, index);
    size_t end = str_find_char(rest, '\0', 0);
    return str_copy(arena, str_slice(rest, 0, end == SIZE_MAX ? rest.len : end));
}

/* Before the first transition: the first standard type, as zic orders them. */
static size_t first_local(const struct tz_local *locals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!locals[i].dst) return i;
    }
    return 0;
}

static bool read_block(struct arena *arena, const struct header *h, str block, struct tz_zone *out)
{
    const char *times = block.at;
    const char *kinds = times + (size_t)h->time_count * 8;
    const char *types = kinds + h->time_count;
    str chars = str_from(types + (size_t)h->type_count * 6, h->char_count);
    if (!h->type_count) return false;
    struct tz_local *locals = ARENA_ARRAY(arena, struct tz_local, h->type_count);
    for (size_t i = 0; i < h->type_count; i++) {
        const char *type = types + i * 6;
        locals[i] = (struct tz_local){(int32_t)read_u32(type), type[4] != 0,
                                      abbreviation_at(arena, chars, (unsigned char)type[5])};
    }
    int64_t *at = ARENA_ARRAY(arena, int64_t, h->time_count);
    unsigned char *kind = ARENA_ARRAY(arena, unsigned char, h->time_count);
    for (size_t i = 0; i < h->time_count; i++) {
        at[i] = read_i64(times + i * 8);
        kind[i] = (unsigned char)kinds[i];
        if (kind[i] >= h->type_count || (i && at[i] <= at[i - 1])) return false;
    }
    out->count = h->time_count;
    out->times = at;
    out->kinds = kind;
    out->locals = locals;
    out->local_count = h->type_count;
    out->first = first_local(locals, h->type_count);
    return true;
}

static void read_footer(struct arena *arena, str rest, struct tz_zone *out)
{
    if (!rest.len || rest.at[0] != '\n') return;
    str footer;
    str_cut(str_skip(rest, 1), '\n', &footer, &rest);
    if (footer.len && !tz_posix_parse(arena, footer, &out->rule)) out->rule.present = false;
}

bool tz_file_parse(struct arena *arena, str bytes, struct tz_zone *out)
{
    struct header first, second;
    if (!read_header(bytes, &first)) return false;
    str rest = str_skip(bytes, HEADER_BYTES + block_bytes(&first, 4));
    if (!read_header(rest, &second)) return false;
    rest = str_skip(rest, HEADER_BYTES);
    size_t size = block_bytes(&second, 8);
    if (rest.len < size || !read_block(arena, &second, rest, out)) return false;
    read_footer(arena, str_skip(rest, size), out);
    return true;
}
