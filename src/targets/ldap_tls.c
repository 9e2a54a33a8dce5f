/*
 * ldap_tls.c: the TLS handshake, with a limit of time that libldap does not keep.
 *
 * Why the layer below TLS: when a server takes the connection and says nothing, libldap 2.5 reads for ever (with a
 * network timeout even without pause). A read that gets nothing in time fails here with ETIMEDOUT, which ends the
 * handshake.
 */
#include "base.h"

#include "ldap_int.h"

#include <lber.h>
#include <poll.h>

/* Between the socket and TLS. */
enum { LEVEL = LBER_SBIOD_LEVEL_PROVIDER + 5 };

struct deadline {
	const struct nk_env *env;
	int64_t until; /* mono_ms */
};

static int layer_setup(Sockbuf_IO_Desc *d, void *arg)
{
	d->sbiod_pvt = arg;
	return 0;
}

static int layer_remove(Sockbuf_IO_Desc *d)
{
	d->sbiod_pvt = NULL;
	return 0;
}

static int layer_ctrl(Sockbuf_IO_Desc *d, int opt, void *arg)
{
	return LBER_SBIOD_CTRL_NEXT(d, opt, arg);
}

static ber_slen_t layer_read(Sockbuf_IO_Desc *d, void *buf, ber_len_t len)
{
	const struct deadline *limit = d->sbiod_pvt;
	struct pollfd look = { .events = POLLIN };

	(void)ber_sockbuf_ctrl(d->sbiod_sb, LBER_SB_OPT_GET_FD, &look.fd);
	for (;;) {
		const int64_t left = limit->until - limit->env->mono_ms(limit->env->self);
		const int n = left > 0 ? poll(&look, 1, left > INT_MAX ? INT_MAX : (int)left) : 0;

		if (n > 0) {
			return LBER_SBIOD_READ_NEXT(d, buf, len);
		}
		if (n == 0 || errno != EINTR) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
}

static ber_slen_t layer_write(Sockbuf_IO_Desc *d, void *buf, ber_len_t len)
{
	return LBER_SBIOD_WRITE_NEXT(d, buf, len);
}

static int layer_close(Sockbuf_IO_Desc *d)
{
	(void)d;
	return 0;
}

static const Sockbuf_IO layer = { layer_setup, layer_remove, layer_ctrl, layer_read, layer_write, layer_close };

static int shake_hands(struct nk_target_handle *h, bool starttls)
{
	Sockbuf_IO *io =
		(Sockbuf_IO *)(uintptr_t)&layer; /* libldap wants it without const, and does not write there */
	struct deadline limit = { h->env, h->env->mono_ms(h->env->self) + h->timeout_ms };
	Sockbuf *sb = NULL;
	int msgid = 0;
	int code = LDAP_SUCCESS;

	if (starttls) {
		code = ldap_start_tls(h->ld, NULL, NULL, &msgid);
		code = code == LDAP_SUCCESS ? nk_ldap_answer(h, msgid) : code;
	}
	if (code != LDAP_SUCCESS) {
		return code;
	}
	if (ldap_get_option(h->ld, LDAP_OPT_SOCKBUF, &sb) != LDAP_OPT_SUCCESS || sb == NULL ||
		ber_sockbuf_add_io(sb, io, LEVEL, &limit) != 0) {
		return LDAP_LOCAL_ERROR;
	}
	code = ldap_install_tls(h->ld);
	(void)ber_sockbuf_remove_io(sb, io, LEVEL);
	return code;
}

NK_RESULT nk_ldap_tls(struct nk_target_handle *h, struct nk_str ca_file, bool starttls, struct nk_err *err)
{
	const int demand = LDAP_OPT_X_TLS_DEMAND;
	const int least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
	const int client = 0;
	struct nk_str ca;
	int code = 0;

	NK_TRY(nk_arena_dup(h->arena, ca_file, &ca, err));
	if (ldap_set_option(h->ld, LDAP_OPT_X_TLS_CACERTFILE, ca.ptr) != LDAP_OPT_SUCCESS ||
		ldap_set_option(h->ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) != LDAP_OPT_SUCCESS ||
		ldap_set_option(h->ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &least) != LDAP_OPT_SUCCESS ||
		ldap_set_option(h->ld, LDAP_OPT_X_TLS_NEWCTX, &client) != LDAP_OPT_SUCCESS) {
		return nk_fail(err, NK_CONFIG,
			"the ca_file %s of the target cannot be used: it must hold certificates in PEM form", ca.ptr);
	}
	code = shake_hands(h, starttls);
	if (code != LDAP_SUCCESS) {
		return nk_fail(err, NK_UNAVAILABLE,
			"the target %1$s did not prove who it is (TLS): check its certificate, its host name "
			"and the ca_file (LDAP result code %2$d)",
			h->name.ptr, code);
	}
	h->facts.encrypted = true;
	return nk_done();
}
