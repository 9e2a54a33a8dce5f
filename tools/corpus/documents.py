"""Documents about persons, written by hand: each takes (people, speller) and gives (extension, bytes, [label])."""
import io
import os
import sqlite3
import tempfile
import zlib
from xml.sax.saxutils import escape

import charsets
import containers
import templates

CELLS = ["kanji", "kana", "phone", "mail", "id", "birthday"]


def anything(text):
    return True


class Pen:
    """Spells values and notes what was planted."""

    def __init__(self, speller, writable=anything):
        self.speller, self.writable, self.labels = speller, writable, []

    def put(self, person, field, path, place=""):
        spelling, text = self.speller.spell(person, field, self.writable)
        self.labels.append({"person": person["id"], "field": field, "spelling": spelling + place, "path": path})
        return text


def _xml(body):
    return ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + body).encode()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _package(main, kind, parts, links):
    """An OOXML package: parts {path: bytes}; links of the main part [(id, type, target)]."""
    folder, name = os.path.split(main)
    types = "".join(f'<Override PartName="/{path}" ContentType="application/xml"/>' for path in parts if path != main)
    head = {
        "[Content_Types].xml": _xml(f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
                                    f'package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override '
                                    f'PartName="/{main}" ContentType="{kind}"/>{types}</Types>'),
        "_rels/.rels": _xml(f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{REL}/officeDocument" '
                            f'Target="{main}"/></Relationships>'),
        f"{folder}/_rels/{name}.rels": _xml(f'<Relationships xmlns="{PACKAGE}/relationships">' + "".join(
            f'<Relationship Id="{i}" Type="{REL}/{t}" Target="{target}"/>' for i, t, target in links) + "</Relationships>"),
    }
    return containers._zip(list(head.items()) + list(parts.items()))


def docx(people, speller):
    pen = Pen(speller)
    main, notes = "word/document.xml", "word/comments.xml"
    body, comments = "", ""
    for at, person in enumerate(people):
        name = pen.put(person, "kanji", main)
        half = len(name) // 2
        body += (f"<w:p><w:r><w:t xml:space=\"preserve\">氏名 {escape(name[:half])}</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t "
                 f"xml:space=\"preserve\">{escape(name[half:])}</w:t></w:r><w:r><w:t xml:space=\"preserve\"> 電話 "
                 f"{escape(pen.put(person, 'phone', main))}</w:t></w:r></w:p>")
        body += (f"<w:p><w:del w:id=\"{at}\" w:author=\"x\"><w:r><w:delText xml:space=\"preserve\">メール "
                 f"{escape(pen.put(person, 'mail', main, '+deleted'))}</w:delText></w:r></w:del></w:p>")
        comments += (f"<w:comment w:id=\"{at}\" w:author=\"x\"><w:p><w:r><w:t>カナ {escape(pen.put(person, 'kana', notes, '+comment'))}"
                     f"</w:t></w:r></w:p></w:comment>")
    parts = {main: _xml(f"<w:document {W}><w:body>{body}</w:body></w:document>"), notes: _xml(f"<w:comments {W}>{comments}</w:comments>")}
    return "docx", _package(main, "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", parts,
                            [("rId1", "comments", "comments.xml")]), pen.labels


def xlsx(people, speller):
    pen = Pen(speller)
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    shared, rows, hidden = [], "", ""

    def text_of(value, extra=""):
        shared.append(f"<si><t xml:space=\"preserve\">{escape(value)}</t>{extra}</si>")
        return len(shared) - 1

    first = "xl/worksheets/sheet1.xml"
    heads = "".join(f'<c r="{chr(65 + i)}1" t="s"><v>{text_of(templates.HEADS[f])}</v></c>' for i, f in enumerate(CELLS))
    for at, person in enumerate(people, 2):
        cells = ""
        for column, field in enumerate(CELLS):
            place = f"{chr(65 + column)}{at}"
            if field == "phone":
                number = person["phone"][1:]
                pen.labels.append({"person": person["id"], "field": "phone", "spelling": "number-cell", "path": first})
                cells += f'<c r="{place}"><v>{number}</v></c>'
                continue
            value = pen.put(person, field, "xl/sharedStrings.xml" if field != "mail" else first)
            reading = ""
            if field == "kanji":
                pen.labels.append({"person": person["id"], "field": "kana", "spelling": "furigana", "path": "xl/sharedStrings.xml"})
                reading = (f'<rPh sb="0" eb="{len(value)}"><t>{person["family"][1]} {person["given"][1]}</t></rPh>'
                           '<phoneticPr fontId="1"/>')
            if field == "mail":
                cells += f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
            else:
                cells += f'<c r="{place}" t="s"><v>{text_of(value, reading)}</v></c>'
        rows += f'<row r="{at}">{cells}</row>'
        value = pen.put(person, "romaji", "xl/worksheets/sheet2.xml", "+hidden-sheet")
        hidden += f'<row r="{at}"><c r="A{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c></row>'
    parts = {
        "xl/workbook.xml": _xml(f'<workbook {space} xmlns:r="{REL}"><sheets><sheet name="名簿" sheetId="1" r:id="rId1"/><sheet name="控え" '
                                f'sheetId="2" state="veryHidden" r:id="rId2"/></sheets></workbook>'),
        first: _xml(f'<worksheet {space}><sheetData><row r="1">{heads}</row>{rows}</sheetData></worksheet>'),
        "xl/worksheets/sheet2.xml": _xml(f'<worksheet {space}><sheetData>{hidden}</sheetData></worksheet>'),
        "xl/sharedStrings.xml": _xml(f'<sst {space}>{"".join(shared)}</sst>'),
    }
    links = [("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "worksheet", "worksheets/sheet2.xml"), ("rId3", "sharedStrings", "sharedStrings.xml")]
    return "xlsx", _package("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", parts,
                            links), pen.labels


def pptx(people, speller):
    pen = Pen(speller)
    spaces = ('xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
              f'xmlns:r="{REL}"')
    parts, links = {}, []
    for at, person in enumerate(people, 1):
        slide, note = f"ppt/slides/slide{at}.xml", f"ppt/notesSlides/notesSlide{at}.xml"
        text = f"氏名 {pen.put(person, 'kanji', slide)} 電話 {pen.put(person, 'phone', slide)}"
        run = "<p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld>"
        parts[slide] = _xml(f"<p:sld {spaces}>{run.format(escape(text))}</p:sld>")
        parts[note] = _xml(f"<p:notes {spaces}>{run.format('メール ' + escape(pen.put(person, 'mail', note, '+note')))}</p:notes>")
        links.append((f"rId{at}", "slide", f"slides/slide{at}.xml"))
    parts["ppt/presentation.xml"] = _xml(f"<p:presentation {spaces}><p:sldIdLst>" + "".join(
        f'<p:sldId id="{256 + i}" r:id="{link[0]}"/>' for i, link in enumerate(links)) + "</p:sldIdLst></p:presentation>")
    return "pptx", _package("ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
                            parts, links), pen.labels


OFFICE = ('xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
          'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" office:version="1.2"')


def _open_document(kind, body):
    return containers._zip([("mimetype", f"application/vnd.oasis.opendocument.{kind}".encode()), ("content.xml", _xml(
        f"<office:document-content {OFFICE}><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"))])


def odt(people, speller):
    pen = Pen(speller)
    body = "".join(f"<text:p>氏名 {escape(pen.put(p, 'kanji', 'content.xml'))}<text:tab/>({escape(pen.put(p, 'kana', 'content.xml'))}) 電話 "
                   f"{escape(pen.put(p, 'phone', 'content.xml'))}</text:p>" for p in people)
    return "odt", _open_document("text", body), pen.labels


def ods(people, speller):
    pen = Pen(speller)
    rows = "<table:table-row>" + "".join(f"<table:table-cell><text:p>{templates.HEADS[f]}</text:p></table:table-cell>" for f in CELLS) + "</table:table-row>"
    for person in people:
        rows += "<table:table-row>" + "".join(f"<table:table-cell><text:p>{escape(pen.put(person, f, 'content.xml'))}</text:p></table:table-cell>"
                                              for f in CELLS) + "</table:table-row>"
    return "ods", _open_document("spreadsheet", f"<table:table table:name=\"名簿\">{rows}</table:table>"), pen.labels


def _pdf(people, speller, packed):
    """One page, text in 90ms-RKSJ-H (CP932), the font not embedded: what Japanese programs of the 2000s wrote."""
    pen = Pen(speller, charsets.writable("cp932"))
    content, y = "BT /F1 10 Tf\n", 800
    for person in people:
        for label, field in (("氏名", "kanji"), ("カナ", "kana"), ("電話", "phone"), ("メール", "mail")):
            raw = f"{label} {pen.put(person, field, '')}".encode("cp932")
            content += f"1 0 0 1 40 {y} Tm <{raw.hex()}> Tj\n"
            y -= 14
    stream = (content + "ET").encode()
    extra = ""
    if packed:
        stream, extra = zlib.compress(stream), "/Filter/FlateDecode"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>", None,
        "<</Type/Font/Subtype/Type0/BaseFont/HeiseiKakuGo-W5-90ms-RKSJ-H/Encoding/90ms-RKSJ-H/DescendantFonts[6 0 R]>>",
        "<</Type/Font/Subtype/CIDFontType0/BaseFont/HeiseiKakuGo-W5/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>"
        "/FontDescriptor 7 0 R>>",
        "<</Type/FontDescriptor/FontName/HeiseiKakuGo-W5/Flags 4/FontBBox[-92 -250 1010 922]/ItalicAngle 0/Ascent 752/Descent -221"
        "/CapHeight 737/StemV 114>>"]
    out, places = b"%PDF-1.4\n", []
    for at, thing in enumerate(objects, 1):
        places.append(len(out))
        body = thing.encode() if thing else f"<</Length {len(stream)}{extra}>>\nstream\n".encode() + stream + b"\nendstream"
        out += f"{at} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode() + b"".join(b"%010d 00000 n \n" % place for place in places)
    return "pdf", out + f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode(), pen.labels


def rtf(people, speller):
    pen = Pen(speller, charsets.writable("cp932"))

    def ansi(text):
        return "".join(f"\\'{b:02x}" if b >= 0x80 or b in b"\\{}" else chr(b) for b in text.encode("cp932"))

    def wide(text):
        units = text.encode("utf-16le")
        return "".join(f"\\u{int.from_bytes(units[i:i + 2], 'little', signed=True)}?" for i in range(0, len(units), 2))

    body = ""
    for at, person in enumerate(people):
        write = wide if at % 2 else ansi
        body += "\\par " + write("氏名 " + pen.put(person, "kanji", "")) + " " + write("電話 " + pen.put(person, "phone", ""))
        body += "\\par " + write("メール " + pen.put(person, "mail", ""))
    return "rtf", ("{\\rtf1\\ansi\\ansicpg932\\deff0{\\fonttbl{\\f0\\fcharset128 MS Gothic;}}\\uc1 " + body + "}").encode("ascii"), pen.labels


def sqlite(people, speller):
    pen = Pen(speller)
    with tempfile.TemporaryDirectory(prefix="scancorpus-") as folder:
        path = os.path.join(folder, "a.db")
        base = sqlite3.connect(path)
        base.execute("PRAGMA page_size=1024")
        base.execute("PRAGMA secure_delete=OFF")
        base.execute("CREATE TABLE pupil (number INTEGER PRIMARY KEY, name TEXT, kana TEXT, phone TEXT, mail TEXT)")
        for at, person in enumerate(people, 1):
            place = "+deleted" if at % 3 == 0 else ""
            base.execute("INSERT INTO pupil VALUES (?,?,?,?,?)", (at, *(pen.put(person, f, "", place) for f in ("kanji", "kana", "phone", "mail"))))
        base.commit()
        base.execute("DELETE FROM pupil WHERE number % 3 = 0")
        base.commit()
        base.close()
        with open(path, "rb") as file:
            return "db", file.read(), pen.labels


def escapes(people, speller):
    pen = Pen(speller)
    out = io.StringIO()
    for person in people:
        name = pen.put(person, "kanji", "", "+backslash")
        units = name.encode("utf-16be")
        out.write('{"n": "' + "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2)) + '"}\n')
        out.write("<p>" + "".join(f"&#{ord(c)};" for c in pen.put(person, "kana", "", "+entity")) + "</p>\n")
        out.write("<p>" + "".join(f"&#x{ord(c):X};" for c in pen.put(person, "mail", "", "+entity")) + "</p>\n")
    return "txt", out.getvalue().encode(), pen.labels


ALL = {"docx": docx, "xlsx": xlsx, "pptx": pptx, "odt": odt, "ods": ods, "pdf": lambda p, s: _pdf(p, s, False),
       "pdf-packed": lambda p, s: _pdf(p, s, True), "rtf": rtf, "sqlite": sqlite, "escapes": escapes}
