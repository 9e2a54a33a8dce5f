/*
 * law_folder.h: the law as this installation uses it: what is compiled in, with the folder of the configuration over it.
 */
#ifndef NK_LAW_FOLDER_H
#define NK_LAW_FOLDER_H

#include "law.h"

/*
 * nk_flow_law: the law as shipped, with every *.law file of `folder` laid over it in the order of names; an empty `folder`
 * is none. *out is the caller's (nk_law_free). NK_NOT_FOUND: the folder is not there; NK_CONFIG names the file and the
 * line; NK_LIMIT: more than 64 files, or one above 4 MB.
 */
NK_RESULT nk_flow_law(const struct nk_env *env, struct nk_str folder, struct nk_law **out, struct nk_err *err);

#endif
