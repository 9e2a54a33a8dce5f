/*
 * suspect_drop.c: the drop folder: what anybody puts there is a doubt at the next run of the clock.
 *
 * Order: taken away from its name first (so that nothing is read twice for ever), then the doubt is committed, then the
 * receipt is written, then the file goes. A run that is cut off tells a doubt twice rather than never. What cannot be
 * taken or told (a link, a folder, a file that we cannot read) stays, is counted with its reason at every run, and keeps
 * nothing that lies beside it. What is too large for the case goes where this user alone gets, and on the books as a copy that
 * somebody owes the end of. Only receipts that we wrote are none, by their owner and their bytes, not by their name.
 */
#include "base.h"

#include "case_int.h"
#include "flow_duty.h"
#include "hold_int.h"

enum { DROPS_MAX = 100, NAMES_MAX = 100000, RECEIPT_MODE = 0644, RECEIPT_TEXT = 64, KEPT_DAYS = 14, RECEIPT_ROOM = 64 };

#define TAKEN ".nokosazu-drop-"
#define RECEIPT ".receipt.txt"
#define KEPT ".nokosazu-kept"

struct dropping {
	struct nk_flow *flow;
	const char *dir;
	struct nk_arena *arena;
	struct nk_vec names; /* struct nk_str */
	struct nk_duty_run *out;
};

const char *nk_drop_why_text(enum nk_drop_why why)
{
	static const char *const texts[NK_DROP_WHYS] = {
		[NK_DROP_FOLDER] = NK_N("a folder: put the files themselves there"),
		[NK_DROP_NO_FILE] = NK_N("a link, a pipe or a device"),
		[NK_DROP_UNREADABLE] = NK_N("this user cannot read it"),
		[NK_DROP_STUCK] = NK_N("the folder and its files must be this user's to remove"),
		[NK_DROP_FAILED] = NK_N("it could not be written down: nokosazu doctor"),
		[NK_DROP_NOWHERE] = NK_N("the drop folder itself cannot be read"),
	};

	return texts[why];
}

static bool counts(struct nk_str name)
{
	return name.ptr[0] != '.' || nk_str_starts(name, NK_STR(TAKEN)); /* hidden: still being written, or cut off here */
}

static NK_RESULT note(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	struct dropping *const d = arg;
	void *room = NULL;

	(void)is_dir;
	if (name.len == 0 || !counts(name) || d->names.len == NAMES_MAX) {
		return nk_done();
	}
	NK_TRY(nk_vec_push(&d->names, &room, err));
	return nk_arena_dup(d->arena, name, room, err);
}

static NK_RESULT path_of(const struct dropping *d, struct nk_str name, const char *end, char out[static PATH_MAX], struct nk_err *err)
{
	const int n = snprintf(out, PATH_MAX, "%s/%.*s%s", d->dir, NK_FMT(name), end);

	return n > 0 && n < PATH_MAX ? nk_done() : nk_fail(err, NK_LIMIT, NK_N("the name of the folder is too long"));
}

/* Out of everybody's way, under a name of ours. */
static NK_RESULT take(const struct dropping *d, struct nk_str name, char out[static PATH_MAX], struct nk_err *err)
{
	const struct nk_env *const env = d->flow->env;
	char from[PATH_MAX];
	char hex[2 * 8 + 1];
	uint8_t dice[8];

	NK_TRY(path_of(d, name, "", from, err));
	if (nk_str_starts(name, NK_STR(TAKEN))) {
		memcpy(out, from, PATH_MAX);
		return nk_done();
	}
	NK_TRY(nk_random(env, dice, sizeof(dice), err));
	nk_hex_print(dice, sizeof(dice), hex);
	NK_TRY(path_of(d, NK_STR(TAKEN), hex, out, err));
	return env->rename(env->self, from, out, err);
}

/* A text is the doubt itself; anything else comes with it as a file. One that is too large is told, and kept. */
static NK_RESULT tell(const struct dropping *d, const char *taken, bool *out_keep, struct nk_suspect_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	struct nk_suspect_request req = { .by = NK_STR("anonymous") };
	struct nk_os_stamp stamp;
	uint8_t *at = NULL;
	char large[PATH_MAX];
	size_t n = 0;

	NK_TRY(nk_os_fd_open_plain(taken, &fd, err));
	NK_TRY(nk_os_fd_stamp(fd, &stamp, err));
	*out_keep = stamp.size > NK_CASE_FILE_MAX;
	nk_buf_init_wiping(&bytes, NK_CASE_FILE_MAX + 1);
	if (*out_keep) {
		(void)snprintf(large, sizeof(large), "drop folder: a file of %" PRIu64 " bytes, too large to keep here", stamp.size);
		req.text = nk_str_c(large);
		return nk_op_suspect(d->flow, &req, out, err);
	}
	NK_TRY(nk_buf_reserve(&bytes, (size_t)stamp.size + 1, &at, err));
	NK_TRY(d->flow->env->read(d->flow->env->self, fd, 0, at, (size_t)stamp.size, &n, err));
	bytes.len = n;
	if (n <= NK_CASE_TEXT_MAX && nk_str_trim(nk_buf_str(&bytes)).len == 0) {
		req.text = NK_STR("drop folder: an empty file");
	} else if (n <= NK_CASE_TEXT_MAX && nk_utf8_valid(nk_buf_bytes(&bytes), NULL) && nk_str_chr(nk_buf_str(&bytes), '\0') == SIZE_MAX) {
		req.text = nk_buf_str(&bytes);
	} else {
		req.text = NK_STR("drop folder: a file without a text");
		req.file = nk_buf_bytes(&bytes);
	}
	return nk_op_suspect(d->flow, &req, out, err);
}

/* For whoever put it there: to be read by all who read the folder, and with nothing of the doubt in it. */
static NK_RESULT put_receipt(const struct dropping *d, struct nk_str name, const struct nk_suspect_reply *told, struct nk_err *err)
{
	char text[256];
	char when[NK_TIME_TEXT];
	char path[PATH_MAX];
	struct nk_str file = { 0 };
	bool mine = false;

	(void)snprintf(text, sizeof(text), "%s\n%s\n", told->receipt, nk_time_print(told->told_at, when));
	NK_TRY(path_of(d, name, RECEIPT, path, err));
	NK_TRY(nk_str_starts(name, NK_STR(TAKEN)) || name.len + sizeof(RECEIPT) > 255 || nk_os_kind_of(path, &mine) != NK_OS_NOTHING
			? nk_arena_printf(d->arena, &file, err, "%s%s", told->receipt, RECEIPT)
			: nk_arena_printf(d->arena, &file, err, "%.*s%s", NK_FMT(name), RECEIPT));
	return nk_os_put_below(d->dir, file.ptr, RECEIPT_MODE, nk_str_bytes(nk_str_c(text)), err);
}

/* Somebody else's file may be ours to remove and not to write. */
static NK_RESULT remove_taken(const struct nk_env *env, const char *taken, struct nk_err *err)
{
	struct nk_err why;
	int fd = -1;
	nk_rc rc;

	if (!nk_ok(env->open(env->self, taken, NK_OPEN_WRITE, &fd, &why))) {
		NK_TRY(env->unlink(env->self, taken, err));
		return nk_copy_sync_folder(env, taken, err);
	}
	rc = nk_copy_erase(env, taken, fd, err);
	env->close(env->self, &fd);
	return rc;
}

static void left(const struct dropping *d, enum nk_drop_why why)
{
	d->out->drop_left++;
	d->out->drop_why[why]++;
}

/* The number of a case of ours and a time, and nothing else, in a file of ours: nothing is lost when it is no doubt. */
static bool is_receipt(const struct dropping *d, struct nk_str name, const char *path, int fd)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	char text[RECEIPT_TEXT];
	struct nk_err why;
	struct nk_case c;
	struct nk_str rest;
	struct nk_str number;
	bool mine = false;
	nk_time at = 0;
	size_t n = 0;

	if (!nk_str_ends(name, NK_STR(RECEIPT)) || nk_os_kind_of(path, &mine) != NK_OS_FILE || !mine ||
		!nk_ok(d->flow->env->read(d->flow->env->self, fd, 0, (uint8_t *)text, sizeof(text), &n, &why)) || n == sizeof(text)) {
		return false;
	}
	rest = (struct nk_str){ text, n };
	return nk_str_cut(&rest, '\n', &number) && nk_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, &why)) &&
		nk_ok(nk_case_find(d->flow, number, arena, &c, &why)) && nk_str_eq(number, nk_str_c(c.receipt)) && rest.len > 0 &&
		nk_time_parse(nk_str_sub(rest, 0, rest.len - 1), &at) && rest.ptr[rest.len - 1] == '\n';
}

/* Looked at under its own name, so that whoever put it there still finds it by that when it is left. */
static bool may_take(const struct dropping *d, struct nk_str name)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	char path[PATH_MAX];
	struct nk_err why;
	bool mine = false;
	enum nk_os_kind kind = NK_OS_NOTHING;

	if (!nk_ok(path_of(d, name, "", path, &why))) {
		left(d, NK_DROP_STUCK);
		return false;
	}
	kind = nk_os_kind_of(path, &mine);
	if (kind == NK_OS_NOTHING) { /* taken back by whoever put it there */
		return false;
	}
	if (kind != NK_OS_FILE) {
		left(d, kind == NK_OS_FOLDER ? NK_DROP_FOLDER : NK_DROP_NO_FILE);
		return false;
	}
	if (!nk_ok(nk_os_fd_open_plain(path, &fd, &why))) {
		left(d, NK_DROP_UNREADABLE);
		return false;
	}
	return !is_receipt(d, name, path, fd);
}

/* A folder that nobody else enters, whosever the file is. */
static NK_RESULT kept_folder(const struct dropping *d, char out[static PATH_MAX], struct nk_err *err)
{
	unsigned mode = 0;
	bool mine = false;

	NK_TRY(path_of(d, NK_STR(KEPT), "", out, err));
	NK_TRY(d->flow->env->mkdir(d->flow->env->self, out, err));
	NK_TRY(nk_os_file_mode(out, &mode, &mine, err));
	return mine && (mode & 077) == 0 && nk_os_is_folder(out)
		? nk_done()
		: nk_fail(err, NK_DENIED, NK_N("the folder is somebody else's, or others can enter it: %s"), out);
}

/* Whose it is nobody knows yet: it ends as a residue does, removed by one and looked for by another. */
static NK_RESULT on_the_books(const struct dropping *d, const char *path, struct nk_err *err)
{
	struct nk_flow *const flow = d->flow;
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const nk_time now = nk_now(flow->env);
	const struct nk_holding h = { .kind = NK_HOLDING_residue,
		.place = nk_str_c(path),
		.custodian = flow->actor,
		.purpose = NK_STR("put into the drop folder, too large to be kept with the case"),
		.warrant = flow->standing_order,
		.derived_from = flow->store_holding,
		.opened_at = now,
		.expires_at = now + KEPT_DAYS * NK_DAY,
		.was_read = "unknown" };
	struct nk_leaf_item items[2] = { nk_item_text("", NK_STR("")), nk_item_text("kind", NK_STR("residue")) };
	struct nk_uuid id;

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_holding_open(tx, flow->key[NK_HOUSE_LOG], &h, &id, err));
	NK_TRY(nk_reach_open(tx, id, flow->actor, now, err));
	NK_TRY(nk_copy_note(flow, tx, id, path, err));
	items[0] = nk_item_hex("holding", id.b, sizeof(id.b));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_HOLDING_OPEN, items, 2, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

/* Out of the way first: cut off between the two, the next sweep looks into this folder too. */
static NK_RESULT keep_it(const struct dropping *d, const char *taken, const struct nk_suspect_reply *told, struct nk_err *err)
{
	char folder[PATH_MAX];
	char kept[PATH_MAX + RECEIPT_ROOM];

	NK_TRY(kept_folder(d, folder, err));
	(void)snprintf(kept, sizeof(kept), "%s/%s", folder, told->receipt);
	NK_TRY(d->flow->env->rename(d->flow->env->self, taken, kept, err));
	return on_the_books(d, kept, err);
}

static NK_RESULT put_away(const struct dropping *d, struct nk_str name, const char *taken, const struct nk_suspect_reply *told, bool keep,
	struct nk_err *err)
{
	NK_TRY(put_receipt(d, name, told, err));
	return keep ? keep_it(d, taken, told, err) : remove_taken(d->flow->env, taken, err);
}

static void one(const struct dropping *d, struct nk_str name)
{
	struct nk_suspect_reply told;
	struct nk_err why;
	char taken[PATH_MAX];
	bool keep = false;

	if (!may_take(d, name)) {
		return;
	}
	if (!nk_ok(take(d, name, taken, &why))) {
		left(d, NK_DROP_STUCK);
		return;
	}
	if (!nk_ok(tell(d, taken, &keep, &told, &why))) {
		left(d, NK_DROP_FAILED);
		return;
	}
	d->out->dropped++;
	if (!nk_ok(put_away(d, name, taken, &told, keep, &why))) {
		left(d, NK_DROP_STUCK);
	}
}

NK_RESULT nk_suspect_drop(struct nk_flow *flow, struct nk_duty_run *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct dropping d = { .flow = flow, .dir = flow->config->cases.drop.ptr, .out = out };
	nk_rc rc;

	if (flow->config->cases.drop.len == 0) {
		return nk_done();
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	d.arena = arena;
	nk_vec_init(&d.names, sizeof(struct nk_str), NAMES_MAX);
	rc = flow->env->list(flow->env->self, d.dir, note, &d, err);
	for (size_t i = 0; nk_ok(rc) && i < d.names.len && out->dropped < DROPS_MAX; i++) {
		one(&d, *(const struct nk_str *)nk_vec_at(&d.names, i));
	}
	nk_vec_done(&d.names);
	return rc;
}
