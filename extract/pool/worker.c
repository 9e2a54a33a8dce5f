/*
 * worker.c: the role "extract": takes items from its socket, opens them and reports.
 *
 * Invariant: nothing foreign is read before the process is shut in. It ends by _exit: with 0 when the parent is gone.
 */
#include "base.h"

#include "proto.h"

#include "os.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FORMS_MAX = 64, CONFIG_MAX = 1 << 20, EXIT_SETUP = 3 };

struct worker {
	int fd;
	uint8_t *text; /* the configuration */
	size_t text_len;
	struct nkx_config config;
	char *forms[FORMS_MAX];
	struct nkx_rule rules[64];
	struct nks_index *index;
	struct nks_options scan;
	struct nkx_scanner *scanner;
	struct nkx_work work;
	struct nkx_cut cut;
};

static bool read_config(struct worker *w, int fd)
{
	struct nkx_source source = { .fd = fd };
	struct stat st;

	if (fstat(fd, &st) != 0 || st.st_size < (off_t)sizeof(w->config) || st.st_size > CONFIG_MAX) {
		return false;
	}
	source.size = (uint64_t)st.st_size;
	w->text_len = (size_t)st.st_size;
	w->text = malloc(w->text_len + 1);
	if (w->text == NULL || !nkx_read(&source, 0, w->text, w->text_len)) {
		return false;
	}
	w->text[w->text_len] = '\0';
	memcpy(&w->config, w->text, sizeof(w->config));
	explicit_bzero(w->text, sizeof(w->config));
	return w->config.magic == NKX_CONFIG_MAGIC && w->config.n_forms <= FORMS_MAX &&
		w->config.n_rules <= NK_ARRAY_LEN(w->rules);
}

static const char *next_text(const struct worker *w, size_t *at)
{
	const char *text = (const char *)w->text + *at;

	*at += *at < w->text_len ? strlen(text) + 1 : 0;
	return text;
}

static bool open_index(struct worker *w, int fd)
{
	struct stat st;
	void *map = NULL;

	if (fd < 0) {
		return true;
	}
	if (fstat(fd, &st) != 0 || st.st_size <= 0) {
		return false;
	}
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	return map != MAP_FAILED && nks_index_open(map, (size_t)st.st_size, w->config.index_key, &w->index) == NKS_OK;
}

static bool set_up(struct worker *w)
{
	struct nkx_rules_bad bad;
	struct nkx_scanner_options options = { .fd = w->fd, .scan = &w->scan };
	size_t at = sizeof(w->config);

	for (uint32_t i = 0; i < w->config.n_forms; i++) {
		w->forms[i] = strdup(next_text(w, &at));
		if (w->forms[i] == NULL) {
			return false;
		}
	}
	for (uint32_t i = 0; i < w->config.n_rules; i++) {
		w->rules[i].name = "";
		w->rules[i].pattern = next_text(w, &at);
	}
	w->scan.index = w->index;
	w->scan.classes = w->config.classes;
	w->scan.least = w->config.least;
	w->scan.number_forms = (const char *const *)w->forms;
	w->scan.n_number_forms = w->config.n_forms;
	memcpy(w->scan.token_key, w->config.token_key, sizeof(w->scan.token_key));
	if (w->config.n_rules > 0) {
		options.rules = nkx_rules_new(w->rules, w->config.n_rules, &bad);
		if (options.rules == NULL) {
			return false;
		}
		w->scan.rules = nkx_rules_look;
		w->scan.rules_arg = options.rules;
	}
	/* All that was in it is copied or compiled. */
	explicit_bzero(w->text, w->text_len);
	free(w->text);
	w->text = NULL;
	nkx_limits_default(&w->config.limits);
	options.seconds = w->config.limits.seconds;
	w->scanner = nkx_scanner_new(&options);
	return w->scanner != NULL && nkx_work_init(&w->work, nkx_scanner_sink(w->scanner), &w->config.limits);
}

static void say(struct worker *w, enum nkx_msg_type type)
{
	struct nkx_msg *m = nkx_scanner_msg(w->scanner);

	m->type = type;
	m->len = 0;
	nkx_scanner_send(w->scanner, m);
}

static void send_cut(struct worker *w)
{
	struct nkx_msg *m = nkx_scanner_msg(w->scanner);
	const uint32_t all = w->cut.n + 1;

	for (uint32_t from = 0; from < all; from += NKX_CUTS_A_MSG) {
		const uint32_t n = all - from < NKX_CUTS_A_MSG ? all - from : NKX_CUTS_A_MSG;

		m->type = NKX_W_CUT;
		m->u.cut.n = w->cut.n;
		m->u.cut.from = from;
		memcpy(m->u.cut.at, w->cut.at + from, n * sizeof(w->cut.at[0]));
		m->len = (uint32_t)(offsetof(struct nkx_m_cut, at) + n * sizeof(w->cut.at[0]));
		nkx_scanner_send(w->scanner, m);
	}
}

static void do_item(struct worker *w, const struct nkx_m_item *m, int fd)
{
	static const uint8_t nothing[1] = { 0 };
	struct nkx_item_source item = { .name = m->name, .raw = m->raw, .name_apart = m->apart, .size = m->size };

	item.source.fd = fd;
	item.source.size = m->size;
	item.source.mem = fd < 0 ? nothing : NULL;
	nkx_scanner_item(w->scanner, m);
	w->work.part = m->part;
	w->work.skips = m->skips;
	w->work.skip_whys = m->skip_whys;
	w->work.n_skips = m->n_skips <= NKX_SKIPS ? m->n_skips : NKX_SKIPS;
	item.stamp = m->stamp;
	w->work.lost = fd < 0 ? (enum nkx_why)m->why : NKX_WHY_NONE;
	memset(&w->cut, 0, offsetof(struct nkx_cut, at));
	w->cut.asked = m->may_cut;
	w->work.cut = &w->cut;
	nkx_work_item(&w->work, &item);
	if (w->cut.wanted) {
		send_cut(w);
	}
	say(w, NKX_W_DONE);
}

static _Noreturn void run(struct worker *w)
{
	struct nkx_m_item item;
	int fd = -1;

	say(w, NKX_W_READY);
	while (nkx_scanner_next(w->scanner, &item, &fd)) {
		item.name[sizeof(item.name) - 1] = '\0';
		do_item(w, &item, fd);
		nk_os_fd_close(&fd);
	}
	_exit(0);
}

void nkx_worker_main(int argc, char **argv)
{
	const int fd = nk_os_role_enter(NKX_ROLE, argc, argv);
	struct worker *w = NULL;
	struct nkx_msg *m = NULL;
	struct nk_os_note note = { NULL, sizeof(*m), { -1, -1, -1, -1 } };

	if (fd < 0) {
		return;
	}
	w = calloc(1, sizeof(*w));
	m = calloc(1, sizeof(*m));
	note.buf = m;
	if (w == NULL || m == NULL || !nk_ok(nk_os_role_recv(fd, &note, NULL)) || note.len == 0 ||
		m->type != NKX_P_CONFIG) {
		_exit(EXIT_SETUP);
	}
	w->fd = fd;
	free(m);
	if (!read_config(w, note.fds[0]) || !open_index(w, note.fds[1]) || !set_up(w)) {
		_exit(EXIT_SETUP);
	}
	nk_os_fd_close(&note.fds[0]);
	nk_os_fd_close(&note.fds[1]);
	explicit_bzero(&w->config.index_key, sizeof(w->config.index_key));
	explicit_bzero(&w->config.token_key, sizeof(w->config.token_key));
	if (!nk_ok(nk_os_role_shut_in(fd, w->config.limits.memory_mb, NULL))) {
		_exit(nk_err_exit(NK_UNSUPPORTED));
	}
	run(w);
}
