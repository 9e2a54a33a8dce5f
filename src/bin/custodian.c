/*
 * custodian.c: nokosazu-custodian, the small program that keeps a share of a vault's epoch secret on another machine.
 *
 * Rights: one listening socket, its key file, its state file when there is one; no other files, no connections of
 * its own.
 */
#include "base.h"

#include "custodian.h"
#include "os.h"

enum { LOOK_MS = 500, SESSION_MS = 5000, CLIENTS_MAX = NK_CUSTODIAN_CLIENTS };

struct arguments {
	struct nk_custodian_options opt;
	const char *listen;
	uint8_t clients[CLIENTS_MAX][32];
	bool help;
};

static const char *const usage[] = {
	NK_N("Usage: nokosazu-custodian --name NAME --listen ADDRESS --key-file FILE [options]\n"),
	NK_N("Keeps one share of the epoch secret of a Nokosazu vault, and signs a receipt when it destroys it.\n"
	     "At start it prints the line that belongs into the vault's configuration; it then serves until "
		"SIGTERM.\n"),
	NK_N("  --name NAME           how receipts and configuration call it (a-z 0-9 . -)\n"
	     "  --listen ADDRESS      unix:/path, or host:port\n"
	     "  --key-file FILE       its own keys; made at the first start (mode 0600)\n"
	     "  --state FILE          keep shares in this file too, so that they survive a restart;\n"
	     "                        receipts then say \"file\" and do not count for level E3\n"
	     "  --organisation TEXT   who runs it; stands in receipts\n"
	     "  --client KEY          public key (64 hexadecimal digits) of a vault that may talk to it; may be "
		"repeated;\n"
	     "                        without it the first vault that does is trusted from then on\n"
	     "  --help                this text\n"),
};

static enum nk_lang language(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	size_t i;

	for (i = 0; i < NK_ARRAY_LEN(names); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0') {
			return nk_lang_of(value);
		}
	}
	return NK_LANG_EN;
}

static void print_usage(FILE *to, enum nk_lang lang)
{
	size_t i;

	for (i = 0; i < NK_ARRAY_LEN(usage); i++) {
		(void)fprintf(to, "%s%s", i > 0 ? "\n" : "", nk_tr(lang, usage[i]));
	}
}

static NK_RESULT take_client(struct arguments *a, const char *value, struct nk_err *err)
{
	if (a->opt.n_clients == CLIENTS_MAX) {
		return nk_fail(err, NK_USAGE, "--client: at most %d vaults can be named", (int)CLIENTS_MAX);
	}
	if (!nk_hex_parse(nk_str_c(value), a->clients[a->opt.n_clients], 32)) {
		return nk_fail(err, NK_USAGE, "--client: the public key of a vault has 64 hexadecimal digits");
	}
	a->opt.n_clients++;
	return nk_done();
}

static NK_RESULT take_option(struct arguments *a, const char *name, const char *value, struct nk_err *err)
{
	if (strcmp(name, "--name") == 0) {
		a->opt.name = value;
	} else if (strcmp(name, "--listen") == 0) {
		a->listen = value;
	} else if (strcmp(name, "--key-file") == 0) {
		a->opt.key_file = value;
	} else if (strcmp(name, "--state") == 0) {
		a->opt.state_file = value;
	} else if (strcmp(name, "--organisation") == 0) {
		a->opt.organisation = nk_str_c(value);
	} else if (strcmp(name, "--client") == 0) {
		return take_client(a, value, err);
	} else {
		return nk_fail(err, NK_USAGE, "unknown option %s: see --help", name);
	}
	return nk_done();
}

static NK_RESULT parse(int argc, char *const *argv, struct arguments *a, struct nk_err *err)
{
	int i;

	a->opt.clients = (const uint8_t(*)[32])a->clients;
	for (i = 1; i < argc; i += 2) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			a->help = true;
			return nk_done();
		}
		if (i + 1 == argc) {
			return nk_fail(err, NK_USAGE, "the option %s needs a value: see --help", argv[i]);
		}
		NK_TRY(take_option(a, argv[i], argv[i + 1], err));
	}
	if (a->opt.name == NULL || a->listen == NULL || a->opt.key_file == NULL) {
		return nk_fail(err, NK_USAGE, "--name, --listen and --key-file are needed: see --help");
	}
	return nk_done();
}

/* "unix:/path" or "host:port" */
static NK_RESULT start_listening(const char *address, int *out_fd, struct nk_err *err)
{
	const struct nk_str text = nk_str_c(address);
	char host[256];
	size_t colon = text.len;
	uint32_t port = 0;

	if (nk_str_starts(text, NK_STR("unix:"))) {
		return nk_os_listen(address + 5, 0, out_fd, err);
	}
	while (colon > 0 && address[colon - 1] != ':') {
		colon--;
	}
	if (colon < 2 || colon > sizeof(host) || !nk_parse_u32(nk_str_sub(text, colon, SIZE_MAX), 1, 65535, &port)) {
		return nk_fail(err, NK_USAGE, "--listen: write unix:/path or host:port, not %s", address);
	}
	(void)snprintf(host, sizeof(host), "%.*s", (int)(colon - 1), address);
	if (host[0] == '[' && host[colon - 2] == ']') { /* [v6] */
		host[colon - 2] = '\0';
		return nk_os_listen(host + 1, nk_u16(port), out_fd, err);
	}
	return nk_os_listen(host, nk_u16(port), out_fd, err);
}

static void serve_one(struct nk_custodian *custodian, int fd, enum nk_lang lang)
{
	struct nk_err err;
	bool pinned = false;
	nk_rc rc = nk_os_fd_timeout(fd, SESSION_MS, &err);

	if (nk_ok(rc)) {
		rc = nk_custodian_serve(custodian, fd, &pinned, &err);
	}
	if (pinned) {
		(void)fprintf(stderr, "nokosazu-custodian: %s\n",
			nk_tr(lang,
				NK_N("warning: the vault that talked first is trusted from now on; name it with "
					"--client to be sure which one it is")));
	}
	if (!nk_ok(rc)) {
		(void)fprintf(stderr, "nokosazu-custodian: %s\n", err.text[lang]);
	}
}

static NK_RESULT serve(struct nk_custodian *custodian, int listener, enum nk_lang lang, struct nk_err *err)
{
	while (!nk_os_interrupted()) {
		NK_OWNED(nk_os_fd_close) int fd = -1;

		NK_TRY(nk_os_accept(listener, LOOK_MS, &fd, err));
		if (fd >= 0) {
			serve_one(custodian, fd, lang);
		}
	}
	return nk_done();
}

static NK_RESULT run(const struct arguments *a, enum nk_lang lang, struct nk_err *err)
{
	NK_OWNED(nk_custodian_close) struct nk_custodian *custodian = NULL;
	NK_OWNED(nk_os_fd_close) int listener = -1;
	char keys[NK_CUSTODIAN_ADDRESS];

	NK_TRY(nk_custodian_open(nk_os_env(), &a->opt, &custodian, err));
	NK_TRY(start_listening(a->listen, &listener, err));
	nk_custodian_keys(custodian, keys);
	(void)printf("%s=%s#%s\n", a->opt.name, a->listen, keys);
	if (fflush(stdout) != 0) {
		return nk_fail_errno(err, errno, "cannot write", "stdout");
	}
	return serve(custodian, listener, lang, err);
}

int main(int argc, char **argv)
{
	struct arguments a = { .help = false };
	const enum nk_lang lang = language();
	struct nk_err err;
	nk_rc rc;

	(void)nk_os_harden(NULL, 0);
	rc = parse(argc, argv, &a, &err);
	if (nk_ok(rc) && a.help) {
		print_usage(stdout, lang);
		return 0;
	}
	if (nk_ok(rc)) {
		rc = run(&a, lang, &err);
	}
	if (!nk_ok(rc)) {
		(void)fprintf(stderr, "nokosazu-custodian: %s\n", err.text[lang]);
		return nk_err_exit(rc.code);
	}
	return 0;
}
