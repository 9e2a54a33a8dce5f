/*
 * uuid.h: the ids of the house: 16 random bytes, printed as RFC 9562 version 4.
 */
#ifndef NK_UUID_H
#define NK_UUID_H

struct nk_uuid {
	uint8_t b[16];
};

enum { NK_UUID_TEXT = 37 };
struct nk_env;

NK_RESULT nk_uuid_new(const struct nk_env *env, struct nk_uuid *out, struct nk_err *err);
bool nk_uuid_eq(struct nk_uuid a, struct nk_uuid b);
int nk_uuid_cmp(struct nk_uuid a, struct nk_uuid b);
bool nk_uuid_is_nil(struct nk_uuid id);
/* nk_uuid_print: 36 lower-case characters and a NUL. */
const char *nk_uuid_print(struct nk_uuid id, char text[static NK_UUID_TEXT]);
/* nk_uuid_parse: 36 characters with hyphens, or 32 without, any case. Any version is read. */
bool nk_uuid_parse(struct nk_str s, struct nk_uuid *out);

/* Hexadecimal, lower case. nk_hex_print writes 2 × len characters and a NUL; nk_hex_parse wants exactly 2 × len
 * digits. */
void nk_hex_print(const uint8_t *bytes, size_t len, char *text);
bool nk_hex_parse(struct nk_str s, uint8_t *out, size_t len);

#endif
