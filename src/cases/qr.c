/*
 * qr.c: libqrencode behind one call. Invariant: what comes out is ours; nothing of the library's lives on.
 */
#include "base.h"

#include "qr.h"

#include "os.h"

#include <qrencode.h>

static const char *const functions[] = {
#define ROW(function) #function,
#include "qr_library.inc"
#undef ROW
};
struct qr_library {
#define ROW(function) __typeof__(function) *function;
#include "qr_library.inc"
#undef ROW
};
_Static_assert(sizeof(struct qr_library) == sizeof(functions), "a pointer for each name, and nothing else");

static nk_rc take(const QRcode *code, struct nk_qr *out, struct nk_err *err)
{
	const size_t side = (size_t)code->width;

	out->dark = calloc(side * side, 1);
	if (out->dark == NULL) {
		return nk_fail_nomem(err);
	}
	out->side = side;
	for (size_t i = 0; i < side * side; i++) {
		out->dark[i] = code->data[i] & 1;
	}
	return nk_done();
}

NK_RESULT nk_qr_make(struct nk_str text, struct nk_qr *out, struct nk_err *err)
{
	struct qr_library to;
	QRcode *code;
	nk_rc rc;

	*out = (struct nk_qr){ .dark = NULL };
	if (text.len == 0 || text.len > NK_QR_TEXT_MAX) {
		return nk_fail(err, NK_LIMIT, "an address for a QR code has 1 to %d bytes", NK_QR_TEXT_MAX);
	}
	NK_TRY(nk_os_library("qrencode", functions, NK_ARRAY_LEN(functions), &to, err));
	code = to.QRcode_encodeData((int)text.len, (const unsigned char *)text.ptr, 0, QR_ECLEVEL_M);
	if (code == NULL) {
		return nk_fail(err, NK_INVALID, "the address cannot be made a QR code");
	}
	rc = take(code, out, err);
	to.QRcode_free(code);
	return rc;
}

void nk_qr_done(struct nk_qr *qr)
{
	free(qr->dark);
	*qr = (struct nk_qr){ .dark = NULL };
}
