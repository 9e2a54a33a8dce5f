/*
 * xlsx_styles.c: which cells of a workbook are dates, and what date a serial number is. See xlsx.h.
 */
#include "base.h"

#include "xlsx.h"

static void set(uint8_t *bits, uint32_t i)
{
	if (i < NKX_XLSX_STYLES) {
		bits[i / 8] = (uint8_t)(bits[i / 8] | 1u << (i % 8));
	}
}

/* Built-in numbers, those of Japanese programs too (27 to 36, 50 to 58). */
static bool is_date_number(uint32_t id)
{
	return (id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) ||
		id == 57 || id == 58;
}

bool nkx_xlsx_is_date_format(const char *code)
{
	bool year = false;
	bool day = false;

	for (const char *c = code; *c != '\0'; c++) {
		if (*c == '"' || *c == '[') {
			const char *end = strchr(c + 1, *c == '"' ? '"' : ']');

			if (end == NULL) {
				break;
			}
			c = end;
		} else if (*c == '\\' && c[1] != '\0') {
			c++;
		} else {
			year = year || *c == 'y' || *c == 'Y' || (*c == 'e' && c > code && c[-1] != '0') || *c == 'g';
			day = day || *c == 'd' || *c == 'D';
		}
	}
	return year || day;
}

static void on_start(void *arg, const char *name, const char *const *attrs)
{
	struct nkx_xlsx_styles *s = arg;

	if (strcmp(name, "numFmt") == 0) {
		const char *code = nkx_xml_attr(attrs, "formatCode");

		if (code != NULL && nkx_xlsx_is_date_format(code)) {
			set(s->date_format, nkx_xml_number(attrs, "numFmtId", UINT32_MAX, UINT32_MAX));
		}
	} else if (strcmp(name, "cellXfs") == 0) {
		s->in_xfs = true;
	} else if (strcmp(name, "xf") == 0 && s->in_xfs && s->n < NKX_XLSX_STYLES) {
		const uint32_t id = nkx_xml_number(attrs, "numFmtId", 0, UINT32_MAX);

		if (is_date_number(id) || (id < NKX_XLSX_STYLES && ((s->date_format[id / 8] >> (id % 8)) & 1) != 0)) {
			set(s->date, (uint32_t)s->n);
		}
		s->n++;
	}
}

static void on_end(void *arg, const char *name)
{
	struct nkx_xlsx_styles *s = arg;

	if (strcmp(name, "cellXfs") == 0) {
		s->in_xfs = false;
	}
}

static void on_text(void *arg, const char *utf8, size_t len)
{
	(void)arg;
	(void)utf8;
	(void)len;
}

struct nkx_xml_handlers nkx_xlsx_styles_handlers(struct nkx_xlsx_styles *s)
{
	return (struct nkx_xml_handlers){ on_start, on_end, on_text, s };
}

/* Days since 1970-01-01 to a date: by eras of 400 years, after H. Hinnant. */
static void civil(int64_t days, int *year, int *month, int *day)
{
	const int64_t z = days + 719468;
	const int64_t era = z / 146097;
	const int64_t doe = z - era * 146097;
	const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	const int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2 ? 1 : 0));
}

bool nkx_xlsx_date(const char *serial, size_t len, bool from_1904, char out[static 16])
{
	int64_t v = 0;
	int year = 0;
	int month = 0;
	int day = 0;
	size_t i = 0;

	for (; i < len && i < 8 && serial[i] >= '0' && serial[i] <= '9'; i++) {
		v = v * 10 + (serial[i] - '0');
	}
	if (i == 0 || (i < len && serial[i] != '.') || v < 1 || v > 2958465) {
		return false;
	}
	/* 1900 counts a 29th of February that never was; 1904 begins at 0. */
	v = from_1904 ? v - 24107 : v - 25569 + (v < 60 ? 1 : 0);
	civil(v, &year, &month, &day);
	(void)snprintf(out, 16, "%04d-%02d-%02d", year % 10000, month % 100, day % 100);
	return true;
}
