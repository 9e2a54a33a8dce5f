/*
 * qr.h: an address as a QR code (ISO/IEC 18004), by libqrencode, which is loaded when one is drawn (os_library.c).
 */
#ifndef NK_QR_H
#define NK_QR_H

enum { NK_QR_TEXT_MAX = 300 };

struct nk_qr {
	uint8_t *dark; /* side × side, 1 = dark; rows from the top */
	size_t side;
};
/* nk_qr_make: level M. NK_LIMIT: longer than NK_QR_TEXT_MAX bytes; NK_UNAVAILABLE: the library is not there. */
NK_RESULT nk_qr_make(struct nk_str text, struct nk_qr *out, struct nk_err *err);
void nk_qr_done(struct nk_qr *qr);

#endif
