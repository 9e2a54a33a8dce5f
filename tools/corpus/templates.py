"""Texts about persons: pages that know where in them each value stands."""
import json

FIELDS = ["kanji", "kana", "romaji", "mail", "phone", "id", "birthday", "login"]
HEADS = {"kanji": "氏名", "kana": "フリガナ", "romaji": "ローマ字", "mail": "メールアドレス", "phone": "電話番号", "id": "学籍番号", "birthday": "生年月日",
         "login": "ログイン名"}


class Page:
    def __init__(self, speller, writable):
        self.text, self.labels = "", []
        self.speller, self.writable = speller, writable

    def add(self, text):
        self.text += text
        return self

    def plant(self, person, field, quote=lambda text: text):
        spelling, text = self.speller.spell(person, field, self.writable)
        text = quote(text)
        self.labels.append({"person": person["id"], "field": field, "spelling": spelling, "at": len(self.text), "len": len(text)})
        self.text += text
        return self


def _cell(text):
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text


def table(page, people, between, quote=lambda text: text):
    page.add(between.join(HEADS[f] for f in FIELDS) + "\r\n")
    for person in people:
        for field in FIELDS:
            page.plant(person, field, quote).add(between if field != FIELDS[-1] else "\r\n")


def as_csv(page, people):
    table(page, people, ",", _cell)


def as_tsv(page, people):
    table(page, people, "\t")


def as_letter(page, people):
    for person in people:
        page.add("保護者各位\n\n拝啓 時下ますますご清祥のこととお喜び申し上げます。\nさて、").plant(person, "kanji").add("さん(")
        page.plant(person, "kana").add(")の面談を下記の通り行います。\n\n記\n一、連絡先 電話 ").plant(person, "phone").add("\n一、メール ")
        page.plant(person, "mail").add("\n一、生年月日 ").plant(person, "birthday").add("\n\n敬具\n\n")


def as_log(page, people):
    for at, person in enumerate(people):
        page.add(f"2026-04-{at % 28 + 1:02d}T09:{at % 60:02d}:11+09:00 sv1 auth[{4000 + at}]: login user=").plant(person, "login")
        page.add(" mail=").plant(person, "mail").add(" from 192.0.2.17 ok\n")
        page.add(f"2026-04-{at % 28 + 1:02d} 09:{at % 60:02d}:12 INFO 会員 ").plant(person, "kanji").add(" を更新しました id=").plant(person, "id").add("\n")


def as_report(page, people):
    page.add("第3回 生徒指導委員会 議事録\n\n日時:令和8年5月12日 場所:会議室\n\n")
    for person in people:
        page.add("1. ").plant(person, "kanji").add("について、担任から報告があった。連絡先は").plant(person, "phone").add("である。出席番号とは別に学籍番号 ")
        page.plant(person, "id").add(" を用いる。ローマ字表記は ").plant(person, "romaji").add(" とする。\n")


def as_html(page, people):
    page.add("<!DOCTYPE html>\n<html lang=\"ja\"><head><title>名簿</title></head><body><table>\n<tr>")
    page.add("".join(f"<th>{HEADS[f]}</th>" for f in FIELDS) + "</tr>\n")
    for person in people:
        page.add("<tr>")
        for field in FIELDS:
            page.add("<td>").plant(person, field).add("</td>")
        page.add("</tr>\n")
    page.add("</table></body></html>\n")


def as_json(page, people):
    page.add("[\n")
    for at, person in enumerate(people):
        page.add(" {")
        for field in FIELDS:
            page.add(json.dumps(HEADS[field], ensure_ascii=False) + ": \"").plant(person, field).add('"' + ("" if field == FIELDS[-1] else ", "))
        page.add("}" + ("," if at < len(people) - 1 else "") + "\n")
    page.add("]\n")


def as_columns(page, people):
    page.add("番号  氏名            電話            生年月日\n" + "-" * 60 + "\n")
    for at, person in enumerate(people):
        page.add(f"{at + 1:>4}  ").plant(person, "kanji").add("      ").plant(person, "phone").add("    ").plant(person, "birthday").add("\n")


ALL = {"csv": as_csv, "tsv": as_tsv, "letter": as_letter, "log": as_log, "report": as_report, "html": as_html, "json": as_json,
       "columns": as_columns}
EXTENSION = {"csv": "csv", "tsv": "tsv", "letter": "txt", "log": "log", "report": "txt", "html": "html", "json": "json", "columns": "txt"}
