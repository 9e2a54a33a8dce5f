/* nkscan.c: the door of the scanning library: its version and words. */
#include "nkscan_old.h"

const char *nko_version(void)
{
	return "0.1.0";
}

const char *nko_encoding_name(enum nko_encoding encoding)
{
	static const char *const names[NKO_ENCODING_COUNT] = {
		[NKO_UTF8] = "utf-8",
		[NKO_CP932] = "cp932",
		[NKO_UTF16LE] = "utf-16le",
		[NKO_UTF16BE] = "utf-16be",
	};

	return encoding < NKO_ENCODING_COUNT ? names[encoding] : "";
}
