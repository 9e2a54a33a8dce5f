/*
 * peek.c: names and headers of a file, so that its format is known by what is in it.
 *
 * A header line may be somebody's data when the file has none: what is seen here goes nowhere but to nk_format.fits and
 * the mapping.
 */
#include "base.h"
#include "format.h"

enum { FILES_MAX = 4096 };

struct peeking {
	struct nk_arena *arena;
	struct nk_vec files; /* struct nk_format_file */
	struct nk_format_peek *out;
};

static NK_RESULT take_header(struct peeking *p, const struct nk_tables_event *ev, struct nk_err *err)
{
	struct nk_format_file *const file = nk_vec_at(&p->files, p->files.len - 1);
	struct nk_str *const header = nk_arena_array(p->arena, ev->n, sizeof(*header));

	if (header == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < ev->n; i++) {
		NK_TRY(nk_arena_dup(p->arena, nk_str_trim(ev->fields[i]), &header[i], err));
	}
	file->header = header;
	file->n = ev->n;
	return nk_done();
}

static NK_RESULT take_event(void *arg, const struct nk_tables_event *ev, struct nk_err *err)
{
	struct peeking *const p = arg;
	struct nk_format_file file = { .n = 0 };
	void *item = NULL;

	p->out->package = ev->package;
	switch (ev->kind) {
	case NK_TABLES_FILE:
		NK_TRY(nk_arena_dup(p->arena, ev->file, &file.name, err));
		NK_TRY(nk_vec_push(&p->files, &item, err));
		*(struct nk_format_file *)item = file;
		return nk_done();
	case NK_TABLES_HEADER:
		return take_header(p, ev, err);
	case NK_TABLES_FAULT:
		p->out->folder = p->out->folder || ev->fault == NK_TABLES_FOLDER;
		return nk_done();
	case NK_TABLES_ROW:
	case NK_TABLES_FILE_END:
		break;
	}
	return nk_done();
}

static void peeking_done(struct peeking *p)
{
	nk_vec_done(&p->files);
}

NK_RESULT nk_format_peek_at(const struct nk_env *env, const struct nk_intake_options *from, struct nk_arena *arena,
	struct nk_format_peek *out, struct nk_err *err)
{
	const struct nk_tables_options opt = { .fd = from->fd, .size = from->size, .here = from->here, .peek = true };
	NK_OWNED(peeking_done) struct peeking p = { .arena = arena, .out = out };
	struct nk_tables_totals totals = { 0 };

	*out = (struct nk_format_peek){ .package = NK_TABLES_BARE };
	nk_vec_init(&p.files, sizeof(struct nk_format_file), FILES_MAX);
	NK_TRY(nk_tables_read(env, &opt, take_event, &p, &totals, err));
	out->n = p.files.len;
	out->files = nk_arena_array(arena, p.files.len, sizeof(*out->files));
	if (out->files == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < p.files.len; i++) {
		out->files[i] = *(const struct nk_format_file *)nk_vec_at(&p.files, i);
	}
	return nk_done();
}

const struct nk_format_file *nk_format_peek_file(const struct nk_format_peek *peek, const char *name)
{
	for (size_t i = 0; i < peek->n; i++) {
		if (nk_str_ieq(peek->files[i].name, nk_str_c(name))) {
			return &peek->files[i];
		}
	}
	return NULL;
}

bool nk_format_peek_has(const struct nk_format_file *file, const char *column)
{
	for (size_t i = 0; i < file->n; i++) {
		if (nk_str_ieq(file->header[i], nk_str_c(column))) {
			return true;
		}
	}
	return false;
}
