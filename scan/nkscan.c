/* nkscan.c: the door of the scanning library: its version and words. */
#include "nkscan.h"

const char *nks_version(void)
{
	return "0.1.0";
}

const char *nks_encoding_name(enum nks_encoding encoding)
{
	static const char *const names[NKS_ENCODING_COUNT] = {
		[NKS_UTF8] = "utf-8",
		[NKS_CP932] = "cp932",
		[NKS_UTF16LE] = "utf-16le",
		[NKS_UTF16BE] = "utf-16be",
	};

	return encoding < NKS_ENCODING_COUNT ? names[encoding] : "";
}
