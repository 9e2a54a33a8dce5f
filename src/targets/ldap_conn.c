/*
 * ldap_conn.c: the connection to an LDAP server: socket from the env, TLS, simple bind, answers with a limit of time.
 *
 * Invariant: the bind secret goes out only on an encrypted connection (TLS with a checked certificate, or a unix
 * socket), or in clear to loopback where the configuration allows it. Settings of ldap.conf or the environment never
 * weaken that.
 */
#include "base.h"

#include "ldap_int.h"

#include "dn.h"
#include "os.h"

#include <openldap.h>
#include <sys/socket.h>
#include <sys/time.h>

enum { ARENA_MAX = 64 << 20, SCRATCH_MAX = 256 << 20 };

static void url_free(LDAPURLDesc **url)
{
	if (*url != NULL) {
		ldap_free_urldesc(*url);
		*url = NULL;
	}
}

void nk_ldap_msgfree(LDAPMessage **m)
{
	if (*m != NULL) {
		(void)ldap_msgfree(*m);
		*m = NULL;
	}
}

char *nk_ldap_c(const char *text)
{
	return (char *)(uintptr_t)text;
}

char *nk_ldap_z(struct nk_target_handle *h, struct nk_str s)
{
	struct nk_str copy;

	return nk_ok(nk_arena_dup(h->scratch, s, &copy, NULL)) ? nk_ldap_c(copy.ptr) : NULL;
}

/* Which class of ours a result code of LDAP (or libldap's own, below 0) belongs to. */
static enum nk_code class_of(int code)
{
	switch (code) {
	case LDAP_INVALID_CREDENTIALS:
		return NK_AUTH;
	case LDAP_INAPPROPRIATE_AUTH:
	case LDAP_INSUFFICIENT_ACCESS:
	case LDAP_STRONG_AUTH_REQUIRED:
	case LDAP_CONFIDENTIALITY_REQUIRED:
		return NK_DENIED;
	case LDAP_NO_SUCH_OBJECT:
		return NK_NOT_FOUND;
	case LDAP_TIMELIMIT_EXCEEDED:
	case LDAP_SIZELIMIT_EXCEEDED:
	case LDAP_ADMINLIMIT_EXCEEDED:
	case LDAP_REFERRAL:
		return NK_INCOMPLETE;
	case LDAP_BUSY:
		return NK_BUSY;
	case LDAP_UNAVAILABLE:
	case LDAP_SERVER_DOWN:
	case LDAP_TIMEOUT:
	case LDAP_CONNECT_ERROR:
		return NK_UNAVAILABLE;
	case LDAP_NO_MEMORY:
		return NK_NOMEM;
	default:
		return NK_IO;
	}
}

NK_RESULT nk_ldap_fail(const struct nk_target_handle *h, int code, struct nk_err *err)
{
	return nk_fail(err, class_of(code), "the target %1$s answered: %2$s (LDAP result code %3$d)", h->name.ptr,
		ldap_err2string(code), code);
}

NK_RESULT nk_ldap_ready(struct nk_target_handle *h, struct nk_err *err)
{
	nk_assert(h->magic == NK_LDAP_MAGIC);
	if (h->broken || h->ld == NULL) {
		return nk_fail(
			err, NK_UNAVAILABLE, "the connection to the target %s was lost: open it again", h->name.ptr);
	}
	return nk_done();
}

bool nk_ldap_result(struct nk_target_handle *h, int msgid, LDAPMessage **out)
{
	struct timeval wait = { .tv_sec = h->timeout_ms / 1000, .tv_usec = (h->timeout_ms % 1000) * 1000 };

	nk_ldap_msgfree(out);
	if (!h->broken && ldap_result(h->ld, msgid, LDAP_MSG_ONE, &wait, out) > 0 && *out != NULL) {
		return true;
	}
	h->broken = true;
	return false;
}

int nk_ldap_answer(struct nk_target_handle *h, int msgid)
{
	NK_OWNED(nk_ldap_msgfree) LDAPMessage *m = NULL;
	int code = LDAP_SERVER_DOWN;

	if (!nk_ldap_result(h, msgid, &m)) {
		return LDAP_SERVER_DOWN;
	}
	if (ldap_parse_result(h->ld, m, &code, NULL, NULL, NULL, NULL, 0) != LDAP_SUCCESS) {
		h->broken = true;
		return LDAP_SERVER_DOWN;
	}
	return code;
}

/* DNs separated by semicolons, which stand escaped inside of one (RFC 4514, section 2.4). */
static NK_RESULT sentinels_of(struct nk_target_handle *h, struct nk_str list, struct nk_err *err)
{
	struct nk_str one;

	while (nk_str_cut(&list, ';', &one)) {
		one = nk_str_trim(one);
		if (one.len > 0 && h->n_sentinels == NK_SENTINELS_MAX) {
			return nk_fail(err, NK_CONFIG, "target %1$s: more than %2$d sentinels", h->name.ptr, NK_SENTINELS_MAX);
		}
		if (one.len > 0) {
			NK_TRY(nk_dn_fold_into(one, h->arena, &h->sentinels[h->n_sentinels++], err));
		}
	}
	return nk_done();
}

static NK_RESULT copy_settings(struct nk_target_handle *h, const struct nk_target_settings *s, struct nk_err *err)
{
	NK_TRY(nk_arena_dup(h->arena, s->name, &h->name, err));
	NK_TRY(nk_arena_dup(h->arena, s->base, &h->base, err));
	NK_TRY(nk_arena_dup(h->arena, s->people_base, &h->bases[NK_OBJECT_PERSON], err));
	NK_TRY(nk_arena_dup(h->arena, s->groups_base, &h->bases[NK_OBJECT_GROUP], err));
	NK_TRY(nk_arena_dup(h->arena, s->units_base, &h->bases[NK_OBJECT_UNIT], err));
	NK_TRY(sentinels_of(h, s->sentinel, err));
	h->page = s->page;
	h->window = s->window;
	h->batch = s->batch;
	h->timeout_ms = s->timeout_ms;
	NK_TRY(nk_ldap_present_names(h, s->present, s->n_present, err));
	return nk_ldap_search_wanted(h, s->wanted, s->n_wanted, err);
}

static NK_RESULT handle_new(const struct nk_env *env, const struct nk_target_settings *s,
	struct nk_target_handle **out, struct nk_err *err)
{
	struct nk_target_handle *h = calloc(1, sizeof(*h));
	uint8_t seed[16];

	if (h == NULL) {
		return nk_fail_nomem(err);
	}
	*out = h;
	h->magic = NK_LDAP_MAGIC;
	h->env = env;
	NK_TRY(nk_random(env, seed, sizeof(seed), err));
	nk_map_init(&h->known, seed);
	nk_map_init(&h->used, seed);
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, ARENA_MAX, &h->arena, err));
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SCRATCH_MAX, &h->scratch, err));
	return copy_settings(h, s, err);
}

static bool is_loopback(const char *host)
{
	return host != NULL &&
		(strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0 || strcmp(host, "localhost") == 0);
}

static NK_RESULT check_transport(const struct nk_target_settings *s, const LDAPURLDesc *url, struct nk_err *err)
{
	const bool local = strcmp(url->lud_scheme, "ldapi") == 0;
	const bool tls = s->starttls || strcmp(url->lud_scheme, "ldaps") == 0;

	if (local) {
		return nk_done();
	}
	if (tls && s->ca_file.len == 0) {
		return nk_fail(err, NK_CONFIG,
			"the target has no ca_file: name the file with the certificate authority of the LDAP server");
	}
	if (!tls && !(s->allow_plain && is_loopback(url->lud_host))) {
		return nk_fail(err, NK_CONFIG,
			"the target would get its password in clear: use ldaps:// or starttls = yes with a "
			"ca_file, or ldapi://");
	}
	return nk_done();
}

/* A server that stops reading or answering in the middle of a handshake must not hold us for ever. */
static void limit_waiting(int fd, int64_t timeout_ms)
{
	const struct timeval wait = { .tv_sec = timeout_ms / 1000, .tv_usec = (timeout_ms % 1000) * 1000 };

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
}

static NK_RESULT set_options(struct nk_target_handle *h, struct nk_err *err)
{
	const int version = LDAP_VERSION3;
	const struct timeval wait = { .tv_sec = h->timeout_ms / 1000, .tv_usec = (h->timeout_ms % 1000) * 1000 };

	if (ldap_set_option(h->ld, LDAP_OPT_PROTOCOL_VERSION, &version) != LDAP_OPT_SUCCESS ||
		ldap_set_option(h->ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) != LDAP_OPT_SUCCESS ||
		ldap_set_option(h->ld, LDAP_OPT_NETWORK_TIMEOUT, &wait) != LDAP_OPT_SUCCESS ||
		ldap_set_option(h->ld, LDAP_OPT_TIMEOUT, &wait) != LDAP_OPT_SUCCESS ||
		ldap_set_option(h->ld, LDAP_OPT_RESTART, LDAP_OPT_ON) != LDAP_OPT_SUCCESS) {
		return nk_fail(err, NK_INTERNAL, "the LDAP library refused its settings");
	}
	return nk_done();
}

static NK_RESULT connect_socket(
	struct nk_target_handle *h, const struct nk_target_settings *s, const LDAPURLDesc *url, struct nk_err *err)
{
	const bool local = strcmp(url->lud_scheme, "ldapi") == 0;
	struct nk_str uri;
	NK_OWNED(nk_os_fd_close) int fd = -1;

	if (url->lud_host == NULL || url->lud_host[0] == '\0' ||
		(!local && (url->lud_port <= 0 || url->lud_port > 65535))) {
		return nk_fail(err, NK_CONFIG, "the uri of the target has no host, no port, or no path of a socket");
	}
	NK_TRY(nk_arena_dup(h->arena, s->uri, &uri, err));
	NK_TRY(h->env->connect(
		h->env->self, url->lud_host, local ? 0 : (uint16_t)url->lud_port, h->timeout_ms, &fd, err));
	limit_waiting(fd, h->timeout_ms);
	if (ldap_init_fd(fd, local ? LDAP_PROTO_IPC : LDAP_PROTO_TCP, uri.ptr, &h->ld) != LDAP_SUCCESS) {
		h->ld = NULL;
		return nk_fail(err, NK_INTERNAL, "the LDAP library refused its settings");
	}
	fd = -1; /* libldap's now */
	return set_options(h, err);
}

static NK_RESULT bind_simple(struct nk_target_handle *h, const struct nk_target_settings *s, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf secret = { 0 };
	struct berval cred = { 0 };
	struct nk_str dn;
	int msgid = 0;
	int code = 0;

	if (s->bind_dn.len == 0 || s->secret.len == 0) {
		return nk_fail(err, NK_CONFIG, "the target has no bind_dn or no password: set both with target add");
	}
	NK_TRY(nk_arena_dup(h->arena, s->bind_dn, &dn, err));
	nk_buf_init_wiping(&secret, 65536);
	NK_TRY(nk_buf_add(&secret, s->secret.ptr, s->secret.len, err));
	cred.bv_val = (char *)secret.ptr;
	cred.bv_len = secret.len;
	code = ldap_sasl_bind(h->ld, dn.ptr, LDAP_SASL_SIMPLE, &cred, NULL, NULL, &msgid);
	if (code == LDAP_SUCCESS) {
		code = nk_ldap_answer(h, msgid);
	}
	if (code == LDAP_INVALID_CREDENTIALS) {
		return nk_fail(err, NK_AUTH, "the target %s refused the bind_dn or its password", h->name.ptr);
	}
	if (code != LDAP_SUCCESS) {
		return nk_ldap_fail(h, code, err);
	}
	h->facts.bound = true;
	return nk_done();
}

/* libldap reads each message in two or three small pieces; a buffer below saves most of the system calls. */
static void read_ahead(struct nk_target_handle *h)
{
	Sockbuf *sb = NULL;

	if (ldap_get_option(h->ld, LDAP_OPT_SOCKBUF, &sb) == LDAP_OPT_SUCCESS && sb != NULL) {
		(void)ber_sockbuf_add_io(sb, &ber_sockbuf_io_readahead, LBER_SBIOD_LEVEL_PROVIDER, NULL);
	}
}

static NK_RESULT open_into(struct nk_target_handle *h, const struct nk_target_settings *s, struct nk_err *err)
{
	NK_OWNED(url_free) LDAPURLDesc *url = NULL;
	struct nk_str uri;

	NK_TRY(nk_arena_dup(h->arena, s->uri, &uri, err));
	if (ldap_url_parse(uri.ptr, &url) != LDAP_URL_SUCCESS) {
		return nk_fail(err, NK_CONFIG,
			"the uri of the target is not ldap://host:port, ldaps://host:port or ldapi://%%2Fpath");
	}
	NK_TRY(check_transport(s, url, err));
	NK_TRY(connect_socket(h, s, url, err));
	h->facts.encrypted = strcmp(url->lud_scheme, "ldapi") == 0;
	if (strcmp(url->lud_scheme, "ldaps") == 0 || (s->starttls && !h->facts.encrypted)) {
		NK_TRY(nk_ldap_tls(h, s->ca_file, strcmp(url->lud_scheme, "ldap") == 0, err));
	}
	read_ahead(h);
	NK_TRY(bind_simple(h, s, err));
	NK_TRY(nk_ldap_read_root(h, err));
	return nk_ldap_read_schema(h, err);
}

NK_RESULT nk_ldap_open(const struct nk_env *env, const struct nk_target_settings *s, struct nk_target_handle **out,
	struct nk_err *err)
{
	NK_OWNED(nk_ldap_close) struct nk_target_handle *h = NULL;

	NK_TRY(handle_new(env, s, &h, err));
	NK_TRY(open_into(h, s, err));
	*out = h;
	h = NULL;
	return nk_done();
}

void nk_ldap_close(struct nk_target_handle **h)
{
	if (*h == NULL) {
		return;
	}
	if ((*h)->ld != NULL) {
		(void)ldap_unbind_ext((*h)->ld, NULL, NULL);
	}
	nk_map_done(&(*h)->known);
	nk_map_done(&(*h)->used);
	nk_arena_free(&(*h)->scratch);
	nk_arena_free(&(*h)->arena);
	free(*h);
	*h = NULL;
}
