"""plant_office.py: the smallest office documents with one text at one place: OOXML and ODF parts, and compound files (MS-CFB)."""
import struct

END, FREE = 0xFFFFFFFE, 0xFFFFFFFF


def cfb(streams):
    """A compound file of 512 byte sectors; every stream is made 4096 bytes long at least, so that there is no mini stream."""
    sectors, fat = [], []

    def chain(data):
        n = (len(data) + 511) // 512
        first = len(sectors)
        for i in range(n):
            sectors.append(data[512 * i:512 * i + 512].ljust(512, b"\0"))
            fat.append(first + i + 1 if i + 1 < n else END)
        return first

    def entry(name, kind, child, right, start, size):
        wide = name.encode("utf-16-le")
        return (wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide) + 2, kind, 1, FREE, right, child) + b"\0" * 36
                + struct.pack("<IQ", start, size))

    sectors.append(b"")
    fat.append(0xFFFFFFFD)
    names = list(streams)
    places = [chain(streams[n].ljust(4096, b"\0")) for n in names]
    entries = [entry("Root Entry", 5, 1, FREE, END, 0)]
    for i, n in enumerate(names):
        entries.append(entry(n, 2, FREE, i + 2 if i + 1 < len(names) else FREE, places[i], max(4096, len(streams[n]))))
    directory = chain(b"".join(entries))
    sectors[0] = b"".join(struct.pack("<I", f) for f in fat).ljust(512, b"\xff")
    head = (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
            + struct.pack("<IIIIIIIIII", 0, 1, directory, 0, 4096, END, 0, END, 0, 0))
    return head.ljust(512, b"\xff") + b"".join(sectors)


def doc(text):
    """Word 97: one 16-bit piece."""
    wide = text.replace("\r\n", "\r").encode("utf-16-le")
    main = bytearray(0x400 + len(wide))
    struct.pack_into("<HH", main, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", main, 10, 0x200)
    struct.pack_into("<II", main, 0x1A2, 0, 21)
    main[0x400:] = wide
    table = b"\2" + struct.pack("<III", 16, 0, len(wide) // 2) + struct.pack("<HIH", 0, 0x400, 0)
    return cfb({"WordDocument": bytes(main), "1Table": table})


def _record(kind, data):
    return struct.pack("<HH", kind, len(data)) + data


def xls(text, reading):
    """Excel 97: one shared string in one cell; its reading (furigana) when there is one."""
    wide = text.encode("utf-16-le")
    string = struct.pack("<HB", len(text), 1 if reading is None else 5)
    if reading is not None:
        ruby = reading.encode("utf-16-le")
        ext = struct.pack("<HHHHHHH", 1, 10 + len(ruby), 0, 0, 0, len(reading), len(reading)) + ruby
        string += struct.pack("<I", len(ext)) + wide + ext
    else:
        string += wide
    bof = struct.pack("<HH", 0x600, 5) + b"\0" * 12
    sheet_name = b"\6\0Sheet1"
    globals_len = 20 + 4 + 6 + len(sheet_name) + 12 + len(string) + 4
    book = _record(0x809, bof) + _record(0x85, struct.pack("<IBB", globals_len, 0, 0) + sheet_name)
    book += _record(0xFC, struct.pack("<II", 1, 1) + string) + _record(0x0A, b"")
    book += _record(0x809, struct.pack("<HH", 0x600, 0x10) + b"\0" * 12) + _record(0xFD, struct.pack("<HHHI", 3, 1, 0, 0)) + _record(0x0A, b"")
    return cfb({"Workbook": book})


def ppt(text):
    """PowerPoint 97: one text atom in a container of notes."""
    wide = text.encode("utf-16-le")
    atom = struct.pack("<HHI", 0, 0x0FA0, len(wide)) + wide
    return cfb({"PowerPoint Document": struct.pack("<HHI", 15, 0x03F0, len(atom)) + atom})


def msg(text):
    """Outlook: sender and subject as properties."""
    return cfb({"__properties_version1.0": b"\0" * 32, "__substg1.0_0037001F": "連絡".encode("utf-16-le"),
                "__substg1.0_0C1A001F": text.encode("utf-16-le")})


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
O = ('xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
     'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"')
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _docx_text(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


class Office:
    """The parts of a document, by file name."""

    @staticmethod
    def base(kind):
        types = XML + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
        relations = XML + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="{}"/></Relationships>'
        if kind == "docx":
            return {"[Content_Types].xml": types, "_rels/.rels": relations.format("word/document.xml"),
                    "word/document.xml": XML + f"<w:document {W}><w:body>{_docx_text('hello')}</w:body></w:document>"}
        if kind == "xlsx":
            return {"[Content_Types].xml": types, "_rels/.rels": relations.format("xl/workbook.xml"),
                    "xl/workbook.xml": XML + f'<workbook {S} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
                    "xl/_rels/workbook.xml.rels": XML + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
                    "xl/worksheets/sheet1.xml": XML + f'<worksheet {S}><sheetData><row r="1"><c r="B1" t="s"><v>0</v></c></row></sheetData></worksheet>',
                    "xl/sharedStrings.xml": XML + f"<sst {S}><si><t>hello</t></si></sst>"}
        if kind == "pptx":
            return {"[Content_Types].xml": types, "_rels/.rels": relations.format("ppt/presentation.xml"),
                    "ppt/presentation.xml": XML + f"<p:presentation {A}/>",
                    "ppt/slides/slide1.xml": XML + f"<p:sld {A}><a:p><a:r><a:t>hello</a:t></a:r></a:p></p:sld>"}
        mime = "application/vnd.oasis.opendocument." + {"odt": "text", "ods": "spreadsheet"}[kind]
        return {"mimetype": mime, "META-INF/manifest.xml": XML + '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'}

    @staticmethod
    def part(kind, part, p):
        if kind == "docx":
            deleted = f'<w:p><w:del w:id="1" w:author="x"><w:r><w:delText>{p.name}</w:delText></w:r></w:del></w:p>'
            return {
                "body": {"word/document.xml": XML + f"<w:document {W}><w:body><w:p><w:r><w:t>{p.family}</w:t></w:r><w:r><w:t>{p.given}</w:t></w:r></w:p></w:body></w:document>"},
                "comment": {"word/comments.xml": XML + f'<w:comments {W}><w:comment w:id="0">{_docx_text(p.name)}</w:comment></w:comments>'},
                "deleted": {"word/document.xml": XML + f"<w:document {W}><w:body>{deleted}</w:body></w:document>"},
                "header": {"word/header1.xml": XML + f"<w:hdr {W}>{_docx_text(p.name)}</w:hdr>"},
                "property": {"docProps/core.xml": XML + '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
                             f"<dc:creator>{p.spaced}</dc:creator></cp:coreProperties>"},
            }[part]
        if kind == "xlsx":
            base = Office.base("xlsx")
            inline = f'<worksheet {S}><sheetData><row r="2"><c r="C2" t="inlineStr"><is><t>{p.name}</t></is></c></row></sheetData></worksheet>'
            return {
                "shared": {"xl/sharedStrings.xml": XML + f"<sst {S}><si><r><t>{p.family}</t></r><r><t>{p.given}</t></r></si></sst>"},
                "hidden": {"xl/workbook.xml": base["xl/workbook.xml"].replace("</sheets>", '<sheet name="old" sheetId="2" state="veryHidden" r:id="rId2"/></sheets>'),
                           "xl/_rels/workbook.xml.rels": base["xl/_rels/workbook.xml.rels"].replace("</Relationships>", '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/></Relationships>'),
                           "xl/worksheets/sheet2.xml": XML + inline},
                "phonetic": {"xl/sharedStrings.xml": XML + f'<sst {S}><si><t>名簿</t><rPh sb="0" eb="1"><t>{p.kana_family}</t></rPh><rPh sb="1" eb="2"><t>{p.kana_given}</t></rPh></si></sst>'},
                "comment": {"xl/comments1.xml": XML + f'<comments {S}><commentList><comment ref="A1"><text><t>{p.name}</t></text></comment></commentList></comments>'},
            }[part]
        if kind == "pptx":
            return {"ppt/notesSlides/notesSlide1.xml": XML + f"<p:notes {A}><a:p><a:r><a:t>{p.name}</a:t></a:r></a:p></p:notes>"}
        if kind == "odt":
            return {"content.xml": XML + f"<office:document-content {O}><office:body><office:text><text:p>{p.name}</text:p></office:text></office:body></office:document-content>"}
        return {"content.xml": XML + f"<office:document-content {O}><office:body><office:spreadsheet><table:table><table:table-row><table:table-cell>"
                f"<text:p>{p.name}</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"}
