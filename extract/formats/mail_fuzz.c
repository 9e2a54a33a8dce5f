/*
 * mail_fuzz.c: any bytes as a message, a mailbox or a winmail.dat.
 */
#include "base.h"

#include "nkx_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char head[] = "From: a\nTo: b\n";
	struct nkx_kit_options options = { .limits = { .total_out = 1 << 24, .entries = 10000, .depth = 4 } };
	struct nkx_kit_report r;

	nkx_kit_open_with(&options, data, size, "x", &r);
	nkx_kit_free(&r);
	if (size < 1 << 20) {
		uint8_t *mail = malloc(sizeof(head) + size);

		if (mail != NULL) {
			memcpy(mail, head, sizeof(head) - 1);
			memcpy(mail + sizeof(head) - 1, data, size);
			nkx_kit_open_with(&options, mail, sizeof(head) - 1 + size, "x.eml", &r);
			nkx_kit_free(&r);
		}
		free(mail);
	}
	return 0;
}
