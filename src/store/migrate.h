/*
 * migrate.h: the numbered migrations of sql/, compiled in; private to this floor.
 */
#ifndef NK_MIGRATE_H
#define NK_MIGRATE_H

#include "driver.h"

/* nk_migrate_newest: the schema version that this binary makes. */
uint32_t nk_migrate_newest(void);
/*
 * nk_migrate_look: the version of the database; 0 when there is no table at all. Changes nothing.
 * NK_NEWER: it is newer than ours. NK_CORRUPT: tables but no schema_version,
 * a gap, or a migration that was another text when it was applied. `path` is for the texts.
 */
NK_RESULT nk_migrate_look(struct nk_driver *driver, const char *path, uint32_t *out_version, struct nk_err *err);
/* nk_migrate_run: upward from *version, each migration and its row in one transaction; *version follows. */
NK_RESULT nk_migrate_run(struct nk_driver *driver, const struct nk_env *env, uint32_t *version, struct nk_err *err);

#endif
