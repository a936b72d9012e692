/* Who may do what: membership and access control lists, PostgreSQL's rules. */
#include "sql/catalog.h"

/* Membership loops cannot be made (0LP01), so depth is only a guard against a damaged file. */
enum { MEMBERSHIP_DEPTH_MAX = 64 };

struct default_privileges {
    char object;
    uint32_t owner;
    uint32_t everybody;
};

static const struct default_privileges default_privileges[] = {
    {'r',
     PRIV_SELECT | PRIV_INSERT | PRIV_UPDATE | PRIV_DELETE | PRIV_TRUNCATE | PRIV_REFERENCES |
         PRIV_TRIGGER,                            0           },
    {'S', PRIV_SELECT | PRIV_UPDATE | PRIV_USAGE, 0           },
    {'f', PRIV_EXECUTE,                           PRIV_EXECUTE},
    {'T', PRIV_USAGE,                             PRIV_USAGE  },
    {'n', PRIV_USAGE | PRIV_CREATE,               0           },
};

static const struct default_privileges *defaults_of(char object)
{
    for (size_t i = 0; i < COUNT_OF(default_privileges); i++)
        if (default_privileges[i].object == object) return &default_privileges[i];
    return NULL;
}

uint32_t catalog_default_owner(char object)
{
    const struct default_privileges *row = defaults_of(object);
    return row ? row->owner : 0;
}

uint32_t catalog_default_public(char object)
{
    const struct default_privileges *row = defaults_of(object);
    return row ? row->everybody : 0;
}

enum membership_rule { THROUGH_INHERIT, ANY_MEMBERSHIP };

static bool reaches(
    const struct catalog *catalog, oid role, oid group, enum membership_rule rule, int depth)
{
    if (role == group) return true;
    const struct cat_role *found = catalog_role(catalog, role);
    if (!found || depth > MEMBERSHIP_DEPTH_MAX) return false;
    if (found->superuser) return true;
    /* PostgreSQL 15: a NOINHERIT role uses none of its memberships without SET ROLE. */
    if (rule == THROUGH_INHERIT && !found->inherit) return false;
    for (size_t i = 0; i < found->member_of_count; i++)
        if (reaches(catalog, found->member_of[i].role, group, rule, depth + 1)) return true;
    return false;
}

bool catalog_role_inherits(const struct catalog *catalog, oid role, oid group)
{
    return reaches(catalog, role, group, THROUGH_INHERIT, 0);
}

bool catalog_role_is_member(const struct catalog *catalog, oid role, oid group)
{
    return reaches(catalog, role, group, ANY_MEMBERSHIP, 0);
}

static uint32_t granted(const struct catalog *catalog, oid role, const struct cat_acl *acl)
{
    uint32_t held = 0;
    for (size_t i = 0; i < acl->count; i++) {
        const struct cat_grant *grant = &acl->at[i];
        bool reached =
            grant->grantee == ROLE_PUBLIC || catalog_role_inherits(catalog, role, grant->grantee);
        if (reached) held |= grant->privileges;
    }
    return held;
}

bool catalog_role_has(const struct catalog *catalog,
                      oid role,
                      oid owner,
                      const struct cat_acl *acl,
                      char object,
                      uint32_t wanted)
{
    const struct cat_role *found = catalog_role(catalog, role);
    if (!found) return false;
    if (found->superuser) return true;
    uint32_t held = granted(catalog, role, acl);
    if (acl->is_default) {
        held |= catalog_default_public(object);
        if (catalog_role_inherits(catalog, role, owner)) held |= catalog_default_owner(object);
    }
    return (held & wanted) == wanted;
}

bool catalog_role_has_column(const struct catalog *catalog,
                             oid role,
                             const struct cat_relation *relation,
                             const struct cat_column *column,
                             uint32_t wanted)
{
    return !column->acl.is_default && column->acl.count &&
           catalog_role_has(catalog, role, relation->owner, &column->acl, 'r', wanted);
}

bool catalog_row_security_applies(const struct catalog *catalog,
                                  const struct cat_relation *relation,
                                  oid role)
{
    if (!relation->row_security) return false;
    const struct cat_role *found = catalog_role(catalog, role);
    if (!found) return true; /* an unknown role sees nothing: fail closed */
    if (found->superuser || found->bypass_rls) return false;
    if (relation->force_row_security) return true;
    return !catalog_role_inherits(catalog, role, relation->owner);
}
