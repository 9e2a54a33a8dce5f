/*
 * op_scan_index.c: an index of persons for scanning where the store is not, and its key.
 */
#include "base.h"
#include "scan_int.h"

NK_RESULT nk_op_scan_index(
	struct nk_flow *flow, const char *path, unsigned days, struct nk_scan_index_reply *out, struct nk_err *err)
{
	return nk_scan_index_write(flow, path, days, out, err);
}

NK_RESULT nk_op_scan_key(struct nk_flow *flow, struct nk_uuid holding, const char *key_path, struct nk_err *err)
{
	return nk_scan_key_write(flow, holding, key_path, err);
}
