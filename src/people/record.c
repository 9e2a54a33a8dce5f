/*
 * record.c: a person's record as bytes: 28 fixed ones, memberships of 29 bytes, then items by tag.
 *
 * Invariant: the layout is that of DESIGN.md; a tag is the item's place in fields.rows plus one, in rising order.
 */
#include "base.h"

#include "record_int.h"

enum { FIXED_LEN = 28, MEMBERSHIP_LEN = 29, ITEM_HEAD = 3 };
enum { BIT_GROUP = 1, BIT_PRIMARY = 2, ROLE_SHIFT = 2, BIT_STAYING = 128 };

static uint32_t date_bits(nk_date d)
{
	return (uint32_t)d;
}

static nk_date bits_date(uint32_t bits)
{
	return (nk_date)bits;
}

static void put_membership(const struct nk_membership *m, uint8_t out[static MEMBERSHIP_LEN])
{
	unsigned bits = (unsigned)m->role << ROLE_SHIFT;

	bits |= m->is_group ? BIT_GROUP : 0;
	bits |= m->primary ? BIT_PRIMARY : 0;
	bits |= m->staying ? BIT_STAYING : 0;
	memcpy(out, m->where.b, sizeof(m->where.b));
	out[16] = nk_u8(bits);
	nk_put_le32(out + 17, date_bits(m->from));
	nk_put_le32(out + 21, date_bits(m->until));
	nk_put_le32(out + 25, m->number);
}

static void get_membership(const uint8_t *in, struct nk_membership *out)
{
	memcpy(out->where.b, in, sizeof(out->where.b));
	out->is_group = (in[16] & BIT_GROUP) != 0;
	out->primary = (in[16] & BIT_PRIMARY) != 0;
	out->staying = (in[16] & BIT_STAYING) != 0;
	out->role = (enum nk_role)((in[16] & ~(unsigned)BIT_STAYING) >> ROLE_SHIFT);
	out->from = bits_date(nk_get_le32(in + 17));
	out->until = bits_date(nk_get_le32(in + 21));
	out->number = nk_get_le32(in + 25);
}

static NK_RESULT check_person(const struct nk_person *p, struct nk_err *err)
{
	if (p->number == 0 || nk_uuid_is_nil(p->id)) {
		return nk_fail(err, NK_INVALID, "a person has no number or no id; this is a fault of the program");
	}
	if (p->state >= NK_PERSON_ERASED || p->flags > UINT8_MAX) {
		return nk_fail(err, NK_INVALID, "person %lu has a state that a record cannot have",
			(unsigned long)p->number);
	}
	if (p->n_memberships > NK_MEMBERSHIPS_MAX) {
		return nk_fail(err, NK_LIMIT,
			"person %1$lu belongs to more than %2$d units and classes; correct the roster",
			(unsigned long)p->number, (int)NK_MEMBERSHIPS_MAX);
	}
	for (size_t i = 0; i < p->n_memberships; i++) {
		if (p->memberships[i].role >= NK_ROLE_COUNT) {
			return nk_fail(err, NK_INVALID, "person %lu has a membership with an unknown role",
				(unsigned long)p->number);
		}
	}
	return nk_done();
}

static NK_RESULT put_fields(const struct nk_person *p, struct nk_buf *out, struct nk_err *err)
{
	for (unsigned f = 0; f < NK_FIELD_COUNT; f++) {
		const struct nk_str v = p->field[f];
		uint8_t head[3] = { nk_u8(f + 1), nk_u8(v.len & 0xff), nk_u8((v.len >> 8) & 0xff) };

		if (v.len == 0) {
			continue;
		}
		if (v.len > NK_FIELD_LEN_MAX) {
			return nk_fail(err, NK_LIMIT, "item \"%1$s\" of person %2$lu is longer than %3$d bytes",
				nk_field_name((enum nk_field)f), (unsigned long)p->number, (int)NK_FIELD_LEN_MAX);
		}
		if (!nk_utf8_valid(nk_str_bytes(v), NULL)) {
			return nk_fail(err, NK_INVALID, "item \"%1$s\" of person %2$lu is not UTF-8",
				nk_field_name((enum nk_field)f), (unsigned long)p->number);
		}
		NK_TRY(nk_buf_add(out, head, sizeof(head), err));
		NK_TRY(nk_buf_add_str(out, v, err));
	}
	return nk_done();
}

NK_RESULT nk_record_write(const struct nk_person *p, struct nk_buf *out, struct nk_err *err)
{
	uint8_t fixed[FIXED_LEN] = { NK_RECORD_SCHEMA, 0 };

	NK_TRY(check_person(p, err));
	fixed[1] = nk_u8((uint64_t)p->state);
	fixed[2] = nk_u8(p->flags);
	nk_put_le32(fixed + 4, p->number);
	nk_put_le32(fixed + 8, p->version);
	nk_put_le32(fixed + 12, date_bits(p->valid_from));
	nk_put_le32(fixed + 16, date_bits(p->valid_until));
	nk_put_le32(fixed + 20, date_bits(p->delete_on));
	nk_put_le32(fixed + 24, nk_u32(p->n_memberships));
	NK_TRY(nk_buf_add(out, fixed, sizeof(fixed), err));
	for (size_t i = 0; i < p->n_memberships; i++) {
		uint8_t m[MEMBERSHIP_LEN];

		put_membership(&p->memberships[i], m);
		NK_TRY(nk_buf_add(out, m, sizeof(m), err));
	}
	return put_fields(p, out, err);
}

static NK_RESULT bad_record(uint32_t number, struct nk_err *err)
{
	return nk_fail(err, NK_CORRUPT,
		"the record of person %lu opens but is not whole; restore the store from a backup",
		(unsigned long)number);
}

static bool check_fields(struct nk_cursor *c)
{
	unsigned last = 0;

	while (c->left > 0 && !c->bad) {
		const struct nk_bytes head = nk_cursor_take(c, ITEM_HEAD);
		const unsigned tag = c->bad ? 0 : head.ptr[0];
		const size_t len = c->bad ? 0 : head.ptr[1] | (size_t)head.ptr[2] << 8;

		if (tag <= last || tag > NK_FIELD_COUNT || len == 0 || len > NK_FIELD_LEN_MAX) {
			return false;
		}
		(void)nk_cursor_take(c, len);
		last = tag;
	}
	return !c->bad;
}

NK_RESULT nk_record_check(struct nk_bytes record, uint32_t number, struct nk_err *err)
{
	struct nk_cursor c = nk_cursor_of(record);
	const struct nk_bytes fixed = nk_cursor_take(&c, FIXED_LEN);
	size_t n = 0;

	if (c.bad) {
		return bad_record(number, err);
	}
	if (fixed.ptr[0] != NK_RECORD_SCHEMA) {
		return nk_fail(err, NK_NEWER,
			"the record of person %lu was written by a newer version of the program; install that version",
			(unsigned long)number);
	}
	n = nk_get_le32(fixed.ptr + 24);
	if (fixed.ptr[1] >= NK_PERSON_ERASED || fixed.ptr[3] != 0 || nk_get_le32(fixed.ptr + 4) != number ||
		n > NK_MEMBERSHIPS_MAX) {
		return bad_record(number, err);
	}
	for (size_t i = 0; i < n; i++) {
		const struct nk_bytes m = nk_cursor_take(&c, MEMBERSHIP_LEN);

		if (c.bad || ((m.ptr[16] & ~(unsigned)BIT_STAYING) >> ROLE_SHIFT) >= NK_ROLE_COUNT) {
			return bad_record(number, err);
		}
	}
	return check_fields(&c) ? nk_done() : bad_record(number, err);
}

size_t nk_record_count(struct nk_bytes record)
{
	return nk_get_le32(record.ptr + 24);
}

/* The items of a checked record, from the first on: its lengths fit, so that reading a million records need not ask again. */
static struct nk_bytes fields_of(struct nk_bytes record)
{
	const size_t skip = FIXED_LEN + nk_record_count(record) * MEMBERSHIP_LEN;

	return nk_bytes_of(record.ptr + skip, record.len - skip);
}

static unsigned next_field(struct nk_bytes *rest, struct nk_str *out)
{
	const unsigned tag = rest->ptr[0];
	const size_t len = rest->ptr[1] | (size_t)rest->ptr[2] << 8;

	*out = (struct nk_str){ (const char *)rest->ptr + ITEM_HEAD, len };
	*rest = nk_bytes_of(rest->ptr + ITEM_HEAD + len, rest->len - ITEM_HEAD - len);
	return tag;
}

void nk_record_fields(struct nk_bytes record, struct nk_str out[static NK_FIELD_COUNT])
{
	struct nk_bytes rest = fields_of(record);

	memset(out, 0, NK_FIELD_COUNT * sizeof(*out));
	while (rest.len > 0) {
		struct nk_str value = { NULL, 0 };
		const unsigned tag = next_field(&rest, &value);

		out[tag - 1] = value;
	}
}

void nk_record_read(struct nk_bytes record, struct nk_person *out, struct nk_membership *room)
{
	const size_t n = nk_record_count(record);

	for (size_t i = 0; i < n; i++) {
		get_membership(record.ptr + FIXED_LEN + i * MEMBERSHIP_LEN, &room[i]);
	}
	*out = (struct nk_person){
		.id = out->id,
		.slot = out->slot,
		.number = nk_get_le32(record.ptr + 4),
		.version = nk_get_le32(record.ptr + 8),
		.state = (enum nk_person_state)record.ptr[1],
		.flags = record.ptr[2],
		.valid_from = bits_date(nk_get_le32(record.ptr + 12)),
		.valid_until = bits_date(nk_get_le32(record.ptr + 16)),
		.delete_on = bits_date(nk_get_le32(record.ptr + 20)),
		.memberships = room,
		.n_memberships = n,
	};
	nk_record_fields(record, out->field);
}

struct nk_str nk_record_field(struct nk_bytes record, enum nk_field f)
{
	struct nk_bytes rest = fields_of(record);

	while (rest.len > 0) {
		struct nk_str value = { NULL, 0 };
		const unsigned tag = next_field(&rest, &value);

		if (tag == (unsigned)f + 1) {
			return value;
		}
		if (tag > (unsigned)f + 1) {
			break;
		}
	}
	return (struct nk_str){ NULL, 0 };
}
