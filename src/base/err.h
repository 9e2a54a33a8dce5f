/*
 * err.h: the result of a call that can fail, and what there is to say about it.
 *
 * nk_rc is a struct so that it cannot be lost, taken for an int or compared by
 * mistake. The classes stand in errors.rows. A struct nk_err is the caller's,
 * lives on his stack and holds the text in both languages of the house; it
 * names places and ids, NEVER a value of a person (I12).
 */
#ifndef NK_ERR_H
#define NK_ERR_H

enum nk_code {
#define ROW(name, exit_code, http, ldap, retry) NK_##name,
#include "errors.inc"
#undef ROW
	NK_CODE_COUNT
};

typedef struct nk_rc {
	enum nk_code code;
} nk_rc;

#define NK_RESULT __attribute__((warn_unused_result)) nk_rc

/* The languages that people read; the console and papers carry one of them. */
enum nk_lang { NK_LANG_EN, NK_LANG_JA, NK_LANG_COUNT };

struct nk_err {
	enum nk_code code;
	char text[NK_LANG_COUNT][640]; /* NUL-terminated, UTF-8, never cut inside a character */
};

/* nk_done: the result of success. nk_ok: is it one? */
static inline nk_rc nk_done(void)
{
	return (nk_rc){ NK_OK };
}

static inline bool nk_ok(nk_rc rc)
{
	return rc.code == NK_OK;
}

/* The one macro that may return (STYLE rule 22). */
#define NK_TRY(expr)                             \
	do {                                     \
		const nk_rc nk_try_rc_ = (expr); \
		if (nk_try_rc_.code != NK_OK) {  \
			return nk_try_rc_;       \
		}                                \
	} while (0)

/*
 * nk_fail: set *err and return the code, as in `return nk_fail(err, NK_INVALID, "…", …);`.
 *
 * `fmt` is an English literal that is also the msgid of i18n/ja.po: arguments
 * are numbered (%1$s) where there are two or more. Both languages are rendered
 * now. `err` may be NULL (the caller wants only the code).
 */
NK_RESULT nk_fail(struct nk_err *err, enum nk_code code, const char *fmt, ...) NK_PRINTF(3, 4);

/* nk_err_pass: hand on an error that was caught in a struct of one's own: *why is copied to *err, its code is
 * returned. */
NK_RESULT nk_err_pass(struct nk_err *err, const struct nk_err *why);

/* nk_fail_nomem: the one text for lack of memory. */
NK_RESULT nk_fail_nomem(struct nk_err *err);

/* nk_fail_errno: like nk_fail for a failed system call; maps ENOSPC/EDQUOT to NK_NO_SPACE, ENOENT to NK_NOT_FOUND,
 * EACCES/EPERM to NK_DENIED, others to NK_IO. `what` is a literal msgid such as "cannot open the vault"; `place` is a
 * path or a word (never a person's value) and may be "". */
NK_RESULT nk_fail_errno(struct nk_err *err, int errnum, const char *what, const char *place);

/* nk_err_exit: exit status of the class (DECISIONS 28). nk_err_http, nk_err_ldap: the same for those protocols. */
int nk_err_exit(enum nk_code code);
int nk_err_http(enum nk_code code);
int nk_err_ldap(enum nk_code code);
/* nk_err_retry: may the same call succeed later without anybody doing anything? */
bool nk_err_retry(enum nk_code code);
/* nk_err_name: "INVALID" and so on; static. */
const char *nk_err_name(enum nk_code code);

#endif
