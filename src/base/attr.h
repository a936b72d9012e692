/* base/attr.h - compiler attributes under names that read as promises. */
#ifndef DAPUR_BASE_ATTR_H
#define DAPUR_BASE_ATTR_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, args_index) \
    __attribute__((format(printf, format_index, args_index)))
#define NEVER_NULL __attribute__((returns_nonnull))
#define NORETURN __attribute__((noreturn))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
