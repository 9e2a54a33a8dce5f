/*
 * rule_rows.h: every rule of reading a roster: word, id, how bad in strict and in school, what is wrong, what to do.
 *
 * N note, W warning, E error. Included by rules.h and rules.c only, with ROW defined. The id is stable: people and
 * programs quote it. Neither text holds a value, and both are msgids.
 */
ROW(CSV_1, "CSV-1", E, E, NK_N("a quotation mark is opened and never closed"),
	NK_N("quote the whole field and double the quotation marks in it"))
ROW(CSV_2, "CSV-2", E, E, NK_N("a quotation mark in the middle of a field: it must be doubled and the field quoted"),
	NK_N("quote the whole field and double the quotation marks in it"))
ROW(CSV_3, "CSV-3", E, E, NK_N("a NUL character: this is not a text file, or it is damaged"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(CSV_4, "CSV-4", E, E, NK_N("a field is longer than 64 KiB"),
	NK_N("correct this row at the source and export the file again"))
ROW(CSV_5, "CSV-5", E, E, NK_N("a row is longer than 1 MiB"),
	NK_N("quote the whole field and double the quotation marks in it"))
ROW(CSV_6, "CSV-6", E, E, NK_N("a row has more than 256 fields"),
	NK_N("quote the whole field and double the quotation marks in it"))
ROW(CSV_7, "CSV-7", E, E, NK_N("the file has more than 20 million rows"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(CSV_8, "CSV-8", E, E, NK_N("these bytes are not text in the encoding of the file: it is damaged or mixed"),
	NK_N("save or export the whole file anew in one encoding, best UTF-8"))
ROW(CSV_9, "CSV-9", E, E, NK_N("no one encoding fits the whole file (it is cut off, damaged or mixed of two); from this line on it cannot be read"),
	NK_N("save or export the whole file anew in one encoding, best UTF-8"))
ROW(CSV_10, "CSV-10", E, E, NK_N("this row has more or fewer fields than the header: perhaps a comma inside a value without quotation marks"),
	NK_N("quote the whole field and double the quotation marks in it"))
ROW(CSV_11, "CSV-11", E, E, NK_N("the file is empty: not even a header line is there"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(CSV_12, "CSV-12", N, N, NK_N("lines stand above the header; they were passed over"),
	NK_N("nothing has to be done"))
ROW(CSV_BLANK_1, "CSV-BLANK-1", W, W, NK_N("a dash where nothing is meant; it was read as blank"),
	NK_N("nothing has to be done"))
ROW(CSV_DATE_1, "CSV-DATE-1", E, W, NK_N("a date in another form than YYYY-MM-DD; it was read because it can mean one day only"),
	NK_N("nothing has to be done"))
ROW(CSV_DATE_2, "CSV-DATE-2", E, W, NK_N("a date as a serial number of Excel; it was read by the 1900 calendar"),
	NK_N("export the file again and do not save it in Excel; columns of numbers must be text there"))
ROW(CSV_DATE_3, "CSV-DATE-3", E, W, NK_N("a date in an era that had not begun or had ended on that day; check it"),
	NK_N("look at this row with whoever made the file; nothing is refused because of it"))
ROW(CSV_DATE_4, "CSV-DATE-4", E, E, NK_N("day and month cannot be told apart: write YYYY-MM-DD"),
	NK_N("write dates as YYYY-MM-DD, or as 令和8年4月1日"))
ROW(CSV_DATE_5, "CSV-DATE-5", E, W, NK_N("this is no date, or a day that does not exist; it was read as blank"),
	NK_N("write dates as YYYY-MM-DD, or as 令和8年4月1日"))
ROW(CSV_DUP_1, "CSV-DUP-1", E, E, NK_N("this value must be one person's only and stands in more than one row"),
	NK_N("find out which of the rows is right and remove the others"))
ROW(CSV_HDR_1, "CSV-HDR-1", E, E, NK_N("the mapping file names this column, but the header does not have it"),
	NK_N("correct the mapping: nokosazu import map FILE"))
ROW(CSV_HDR_2, "CSV-HDR-2", E, E, NK_N("this column stands twice in the header"),
	NK_N("correct this row at the source and export the file again"))
ROW(CSV_KANA_1, "CSV-KANA-1", E, W, NK_N("half-width katakana; kana columns were made full-width"),
	NK_N("tell whoever makes the export; the value was read all the same"))
ROW(CSV_KANA_2, "CSV-KANA-2", W, W, NK_N("no blank between family and given name in the kana: all of it was taken as the family name's"),
	NK_N("put one blank between family and given name at the source, or use two columns"))
ROW(CSV_KEY_1, "CSV-KEY-1", E, E, NK_N("the key column is blank: this row belongs to nobody"),
	NK_N("correct this row at the source and export the file again"))
ROW(CSV_KEY_2, "CSV-KEY-2", E, E, NK_N("a spreadsheet has changed this key (as 1.23E+05 or #N/A): export the file again and do not save it in Excel"),
	NK_N("export the file again and do not save it in Excel; columns of numbers must be text there"))
ROW(CSV_KEY_3, "CSV-KEY-3", E, E, NK_N("this key of digits is shorter than the others: a spreadsheet has probably cut its leading zeros; export the file again, or set key_length = any"),
	NK_N("export the file again and do not save it in Excel; columns of numbers must be text there"))
ROW(CSV_KEY_4, "CSV-KEY-4", E, E, NK_N("this key stands in more than one row; each row with it is listed"),
	NK_N("find out which of the rows is right and remove the others"))
ROW(CSV_KEY_5, "CSV-KEY-5", W, W, NK_N("the zeros that a spreadsheet had cut from this key were put back, as the mapping says"),
	NK_N("look at this row with whoever made the file; nothing is refused because of it"))
ROW(CSV_NAME_1, "CSV-NAME-1", E, E, NK_N("the name is blank"),
	NK_N("correct this row at the source and export the file again"))
ROW(CSV_NAME_2, "CSV-NAME-2", W, W, NK_N("no blank between family and given name: all of it was taken as the family name"),
	NK_N("put one blank between family and given name at the source, or use two columns"))
ROW(CSV_NAME_3, "CSV-NAME-3", W, W, NK_N("a line end inside the name: only the first line was taken"),
	NK_N("look at this row with whoever made the file; nothing is refused because of it"))
ROW(CSV_NAME_4, "CSV-NAME-4", W, W, NK_N("the name stands in quotation marks that belong to the value; they were left out"),
	NK_N("look at this row with whoever made the file; nothing is refused because of it"))
ROW(CSV_NAME_5, "CSV-NAME-5", E, E, NK_N("no blank between family and given name, and the mapping says to refuse that"),
	NK_N("put one blank between family and given name at the source, or use two columns"))
ROW(CSV_PW_1, "CSV-PW-1", W, W, NK_N("rows carried a password in clear; it was dropped unread and kept nowhere. Ask the source to leave the column blank"),
	NK_N("ask the source to leave the column out; whose password was written there should change it"))
ROW(CSV_ROW_1, "CSV-ROW-1", W, W, NK_N("this row holds nobody (a remark, a total or a page turn); it was passed over"),
	NK_N("look at this row with whoever made the file; nothing is refused because of it"))
ROW(CSV_UNIT_1, "CSV-UNIT-1", E, E, NK_N("a class, and nothing says of which school: neither a column of schools here nor a name in the mapping"),
	NK_N("say it: nokosazu import map --renew --answer unit_name=NAME FILE; or write unit_name = NAME and unit_kind = school under [options] of the mapping"))
ROW(CSV_YEAR_1, "CSV-YEAR-1", N, N, NK_N("the mapping names no school year: these classes are of today's (from 1 April)"),
	NK_N("for a list of another year write school_year = YYYY under [options] of the mapping"))
ROW(CSV_VAL_1, "CSV-VAL-1", E, W, NK_N("a spreadsheet's error or changed number (as #N/A or 1.23E+05); it was read as blank"),
	NK_N("export the file again and do not save it in Excel; columns of numbers must be text there"))
ROW(CSV_VAL_2, "CSV-VAL-2", E, E, NK_N("this state is not in the [values] of the mapping file: add it there as active, suspended or absent"),
	NK_N("add the word to [values] of the mapping as active, suspended or absent"))
ROW(CSV_VAL_3, "CSV-VAL-3", E, E, NK_N("the attendance number must be a number from 0 to 9999"),
	NK_N("correct this row at the source and export the file again"))
ROW(TEXT_1, "TEXT-1", W, W, NK_N("a private character (gaiji) that other systems show as something else"),
	NK_N("say in the mapping what it stands for ([gaiji] U+E000 = …); without that it is kept as it is"))
ROW(TEXT_2, "TEXT-2", W, W, NK_N("an invisible or control character in the text; it is kept as it stands"),
	NK_N("look at this row with whoever made the file; nothing is refused because of it"))
ROW(TEXT_3, "TEXT-3", W, W, NK_N("a blank at the beginning or end of the text; it is kept as it stands"),
	NK_N("look at this row with whoever made the file; nothing is refused because of it"))
ROW(XLS_1, "XLS-1", W, W, NK_N("a hidden sheet; it was not read, its rows were counted"),
	NK_N("if its people belong to the roster, name the sheet in the mapping ([options] sheet = …); else delete it: it is personal data all the same"))
ROW(XLS_2, "XLS-2", W, W, NK_N("one more sheet; only the first visible one was read"),
	NK_N("if its people belong to the roster, name the sheet in the mapping ([options] sheet = …); else delete it: it is personal data all the same"))
ROW(XLS_3, "XLS-3", E, W, NK_N("a formula; the value that was computed last was read"),
	NK_N("export the file again and do not save it in Excel; columns of numbers must be text there"))
ROW(XLS_4, "XLS-4", E, E, NK_N("the workbook has no visible sheet of this name, or none at all"),
	NK_N("correct the mapping: nokosazu import map FILE"))
ROW(ZIP_1, "ZIP-1", E, E, NK_N("the files stand in a folder inside the zip: zip the CSV files themselves, not the folder that holds them"),
	NK_N("zip the CSV files themselves, not the folder that holds them"))
ROW(FMT_1, "FMT-1", E, E, NK_N("nothing in this package is a roster that is known here: neither OneRoster nor School Data Sync"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_BLANK_1, "OR-BLANK-1", W, W, NK_N("a value of blanks only, or a dash; it was read as blank"),
	NK_N("nothing has to be done"))
ROW(OR_BULK_1, "OR-BULK-1", E, E, NK_N("a bulk file must leave status and dateLastModified blank: export a bulk file, not a delta"),
	NK_N("ask the source for a bulk export, which holds everybody"))
ROW(OR_DEL_1, "OR-DEL-1", E, E, NK_N("in a delta every row must have status (active or tobedeleted) and dateLastModified"),
	NK_N("ask the source for a bulk export, which holds everybody"))
ROW(OR_DEL_2, "OR-DEL-2", W, W, NK_N("this row is to be deleted, but it was not there"),
	NK_N("look at this row with whoever made the file; nothing is refused because of it"))
ROW(OR_DEL_3, "OR-DEL-3", N, N, NK_N("this is a delta: ids of earlier files can be looked up only when it is taken in"),
	NK_N("nothing has to be done"))
ROW(OR_DEL_4, "OR-DEL-4", E, E, NK_N("the manifest mixes bulk and delta in one package"),
	NK_N("ask the source for a bulk export, which holds everybody"))
ROW(OR_DEM_1, "OR-DEM-1", N, N, NK_N("demographics are checked but not imported"),
	NK_N("nothing has to be done"))
ROW(OR_DUP_1, "OR-DUP-1", E, E, NK_N("this id stands in more than one row; each row with it is listed"),
	NK_N("find out which of the rows is right and remove the others"))
ROW(OR_DUP_2, "OR-DUP-2", E, E, NK_N("this username stands in more than one row"),
	NK_N("find out which of the rows is right and remove the others"))
ROW(OR_DUP_3, "OR-DUP-3", E, E, NK_N("this master identifier stands in more than one row"),
	NK_N("find out which of the rows is right and remove the others"))
ROW(OR_DUP_4, "OR-DUP-4", E, E, NK_N("two organisations have the same code: two schools were mixed up, or one is listed twice"),
	NK_N("find out which of the rows is right and remove the others"))
ROW(OR_EMPTY_1, "OR-EMPTY-1", E, E, NK_N("the file has a header and no row: the standard wants such a file to be absent, and an export without rows is never believed"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_EMPTY_2, "OR-EMPTY-2", E, E, NK_N("the package holds nobody: an empty roster always stops"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_HDR_1, "OR-HDR-1", E, E, NK_N("this column is missing from the header"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_HDR_2, "OR-HDR-2", E, E, NK_N("the columns stand in another order than the standard fixes: from this one on they are not where they should be; export the file again"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_HDR_3, "OR-HDR-3", E, E, NK_N("a header is misspelt or has other capitals: it should probably be this one"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_HDR_4, "OR-HDR-4", E, E, NK_N("the header line has a column without a name"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_HDR_5, "OR-HDR-5", E, E, NK_N("this column stands twice in the header"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_HDR_6, "OR-HDR-6", E, W, NK_N("there are columns behind the standard's that are not metadata columns; they are not read"),
	NK_N("nothing has to be done"))
ROW(OR_HDR_7, "OR-HDR-7", N, N, NK_N("there are further metadata columns; they are not read"),
	NK_N("nothing has to be done"))
ROW(OR_JP_1, "OR-JP-1", E, W, NK_N("the Japan profile wants a UUID of version 4 here"),
	NK_N("ask the maker of the system for UUIDs of version 4; the id is used as it is"))
ROW(OR_JP_2, "OR-JP-2", E, W, NK_N("the Japan profile does not have this word or form in the column"),
	NK_N("tell whoever makes the export; the value was read all the same"))
ROW(OR_JP_3, "OR-JP-3", E, W, NK_N("half-width katakana: the Japan profile forbids them here; use full-width"),
	NK_N("tell whoever makes the export; the value was read all the same"))
ROW(OR_JP_4, "OR-JP-4", W, W, NK_N("the master identifier is blank: the person can be found again by the sourcedId only"),
	NK_N("look at this row with whoever made the file; nothing is refused because of it"))
ROW(OR_JP_5, "OR-JP-5", E, E, NK_N("the attendance number (shussekiNo) must be a number from 0 to 9999"),
	NK_N("correct this row at the source and export the file again"))
ROW(OR_JP_6, "OR-JP-6", E, W, NK_N("a district has no parent organisation"),
	NK_N("tell whoever makes the export; the value was read all the same"))
ROW(OR_JP_7, "OR-JP-7", E, W, NK_N("there must be as many subject codes as subjects"),
	NK_N("tell whoever makes the export; the value was read all the same"))
ROW(OR_JP_8, "OR-JP-8", E, W, NK_N("only a teacher can be the primary person of a class"),
	NK_N("tell whoever makes the export; the value was read all the same"))
ROW(OR_JP_9, "OR-JP-9", E, W, NK_N("a user with a secondary role must have a primary one"),
	NK_N("correct this row at the source and export the file again"))
ROW(OR_MAN_1, "OR-MAN-1", E, E, NK_N("there is no manifest.csv at the top of the zip: this is OneRoster 1.0 or not a complete export; ask for OneRoster 1.1 or later"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_MAN_2, "OR-MAN-2", E, E, NK_N("manifest.version must be 1.0 and oneroster.version one of 1.1, 1.2, 1.2.1, 1.2_JP"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_MAN_3, "OR-MAN-3", E, E, NK_N("each file of the manifest must be absent, bulk or delta"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_MAN_4, "OR-MAN-4", E, E, NK_N("the manifest declares this file, but the zip does not have it: the export is incomplete"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_MAN_5, "OR-MAN-5", E, E, NK_N("the zip has this file, but the manifest does not declare it"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_MAN_6, "OR-MAN-6", E, E, NK_N("the manifest says this twice"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_MAN_7, "OR-MAN-7", E, E, NK_N("this is a delta, and no bulk file of this source was taken in before"),
	NK_N("ask the source for a bulk export, which holds everybody"))
ROW(OR_MAN_8, "OR-MAN-8", W, W, NK_N("the manifest has a row that the standard does not know"),
	NK_N("nothing has to be done"))
ROW(OR_MAN_9, "OR-MAN-9", E, E, NK_N("the standard does not know this file; names are case-sensitive, and the column names the nearest known file"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_MAN_10, "OR-MAN-10", W, W, NK_N("oneroster.version does not go with the headers; the headers decided"),
	NK_N("nothing has to be done"))
ROW(OR_MAN_11, "OR-MAN-11", N, N, NK_N("this file is not read; its rows were counted"),
	NK_N("nothing has to be done"))
ROW(OR_MAN_12, "OR-MAN-12", E, E, NK_N("the package lacks a file without which a roster cannot be read"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_PW_1, "OR-PW-1", W, W, NK_N("rows carried a password in clear; it was dropped unread and kept nowhere. Ask the source to leave the column blank"),
	NK_N("ask the source to leave the column out; whose password was written there should change it"))
ROW(OR_REF_1, "OR-REF-1", E, E, NK_N("this id points to a row that is not in the package: the export is incomplete, or the id is wrong"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(OR_REF_2, "OR-REF-2", E, E, NK_N("a class must belong to an organisation of type school"),
	NK_N("correct this row at the source and export the file again"))
ROW(OR_REF_3, "OR-REF-3", E, E, NK_N("the school of this enrollment is not the school of its class"),
	NK_N("correct this row at the source and export the file again"))
ROW(OR_REF_4, "OR-REF-4", E, E, NK_N("this organisation is its own ancestor"),
	NK_N("correct this row at the source and export the file again"))
ROW(OR_REQ_1, "OR-REQ-1", E, E, NK_N("a required value is missing: fill it in at the source"),
	NK_N("correct this row at the source and export the file again"))
ROW(OR_REQ_2, "OR-REQ-2", E, W, NK_N("a value that the Japanese standard model requires is missing"),
	NK_N("correct this row at the source and export the file again"))
ROW(OR_ROLE_1, "OR-ROLE-1", W, W, NK_N("this user has no role in any organisation"),
	NK_N("look at this row with whoever made the file; nothing is refused because of it"))
ROW(OR_VAL_1, "OR-VAL-1", E, E, NK_N("a spreadsheet has changed this key (as 1.23E+05 or #N/A): export the file again and do not save it in Excel"),
	NK_N("export the file again and do not save it in Excel; columns of numbers must be text there"))
ROW(OR_VAL_2, "OR-VAL-2", E, E, NK_N("this word is not in the standard's list for the column"),
	NK_N("correct this row at the source and export the file again"))
ROW(OR_VAL_3, "OR-VAL-3", E, E, NK_N("this is no date, or day and month cannot be told apart: write YYYY-MM-DD"),
	NK_N("write dates as YYYY-MM-DD, or as 令和8年4月1日"))
ROW(OR_VAL_4, "OR-VAL-4", E, W, NK_N("a date in another form than YYYY-MM-DD; it was read because it can mean one day only"),
	NK_N("tell whoever makes the export; the value was read all the same"))
ROW(OR_VAL_5, "OR-VAL-5", E, E, NK_N("this must be true or false"),
	NK_N("correct this row at the source and export the file again"))
ROW(OR_VAL_6, "OR-VAL-6", E, W, NK_N("true and false must be written in lower case; it was read all the same"),
	NK_N("tell whoever makes the export; the value was read all the same"))
ROW(OR_VAL_7, "OR-VAL-7", E, E, NK_N("the end date lies before the begin date"),
	NK_N("correct this row at the source and export the file again"))
ROW(SDS_DUP_1, "SDS-DUP-1", E, E, NK_N("this id stands in more than one row; each row with it is listed"),
	NK_N("find out which of the rows is right and remove the others"))
ROW(SDS_DUP_2, "SDS-DUP-2", E, E, NK_N("this username stands in more than one row"),
	NK_N("find out which of the rows is right and remove the others"))
ROW(SDS_EMPTY_1, "SDS-EMPTY-1", E, E, NK_N("the package holds nobody: an empty roster always stops"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(SDS_FILE_1, "SDS-FILE-1", E, E, NK_N("the package lacks a file without which a roster cannot be read"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(SDS_FILE_2, "SDS-FILE-2", W, W, NK_N("School Data Sync does not know this file; it was not read"),
	NK_N("look at this row with whoever made the file; nothing is refused because of it"))
ROW(SDS_FILE_3, "SDS-FILE-3", N, N, NK_N("this file is not read; its rows were counted"),
	NK_N("nothing has to be done"))
ROW(SDS_GRADE_1, "SDS-GRADE-1", N, N, NK_N("grades 01 to 12 were read as P1 to H3, because the sessions are Japanese school years"),
	NK_N("nothing has to be done"))
ROW(SDS_HDR_1, "SDS-HDR-1", E, E, NK_N("this column is missing from the header"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(SDS_HDR_2, "SDS-HDR-2", E, E, NK_N("this column stands twice in the header"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(SDS_HDR_3, "SDS-HDR-3", N, N, NK_N("there are columns that School Data Sync does not define; they are not read"),
	NK_N("nothing has to be done"))
ROW(SDS_REF_1, "SDS-REF-1", E, E, NK_N("this id points to a row that is not in the package: the export is incomplete, or the id is wrong"),
	NK_N("ask the source for the whole export again; do not mend it by hand"))
ROW(SDS_REQ_1, "SDS-REQ-1", E, E, NK_N("a required value is missing: fill it in at the source"),
	NK_N("correct this row at the source and export the file again"))
ROW(SDS_ROLE_1, "SDS-ROLE-1", W, W, NK_N("this user has no role in any organisation"),
	NK_N("look at this row with whoever made the file; nothing is refused because of it"))
ROW(SDS_VAL_1, "SDS-VAL-1", E, E, NK_N("this is no date, or day and month cannot be told apart: write YYYY-MM-DD"),
	NK_N("write dates as YYYY-MM-DD, or as 令和8年4月1日"))
ROW(SDS_VAL_2, "SDS-VAL-2", E, W, NK_N("this role is not known; the person is taken in as other"),
	NK_N("look at this row with whoever made the file; nothing is refused because of it"))
ROW(SDS_VAL_3, "SDS-VAL-3", E, W, NK_N("this status is neither Active nor Inactive; it was read as Active"),
	NK_N("look at this row with whoever made the file; nothing is refused because of it"))
ROW(SDS_VAL_4, "SDS-VAL-4", E, E, NK_N("a spreadsheet has changed this key (as 1.23E+05 or #N/A): export the file again and do not save it in Excel"),
	NK_N("export the file again and do not save it in Excel; columns of numbers must be text there"))
ROW(SDS_VAL_5, "SDS-VAL-5", E, E, NK_N("the end date lies before the begin date"),
	NK_N("correct this row at the source and export the file again"))
ROW(TOMBSTONE, "TOMBSTONE", E, E, NK_N("this login belonged to somebody who was erased and is not given again yet; decide: another login, or wait"),
	NK_N("correct this row at the source and export the file again"))
