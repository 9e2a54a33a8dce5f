#!/usr/bin/env python3
"""make.py SEED COUNT > FILE: labelled text for nameseval: names between « and », one text a line as `kind <tab> text`.

Names come in three sorts: common (surnames and given names drawn by their cost in mecab-ipadic), rare (drawn evenly), and new: given
names and surnames of the lists below that are in no dictionary of ours. All persons are made up. Texts are sentences and
forms as they stand in letters, news, encyclopaedias, minutes, mail and tables; some hold places, companies and compounds only.
"""
import math
import pathlib
import random
import re
import sys

IPADIC = "/usr/share/mecab/dic/ipadic/"
GIVEN_ROWS = pathlib.Path(__file__).parent.parent / "scantab/given.rows"
HAN = re.compile("[\u4e00-\u9fff々]+$")
NEW_GIVEN = """大翔 蓮 湊 颯真 陽翔 悠真 結翔 朝陽 碧 律 暖 伊織 蒼 凪 奏太 颯太 陽太 悠斗 晴翔 琉生 瑛太 翔真 煌 快晴 柊斗 慧 昊 陽葵 凛 紬 芽依 澪 莉子 結菜 結愛 美月
咲良 杏 楓 琴葉 心春 一花 紗良 彩葉 莉央 柚葉 瑠花 詩 心結 依茉 翠 彩羽 花音 美桜 紬希 柚希 陽菜 七海 優奈 愛莉 翔琉 蒼空 陽向 颯人 悠生 大和 奏汰 壮真 理仁 結斗 斗真 煌大
逢斗 碧斗 櫂 絆 希空 心愛 夢結 莉愛 陽愛 千紗 帆夏 凜花 乃愛 希実 美空 澄玲 汐梨 凪沙 羽奏 朔也 大雅 琥太郎 虎太朗 桔平 善逸 巌男 與四郎 勘九郎 源一郎 惣太郎 庄之介 禎宏
穣治 崇仁 芳弘 紀明 律明 正徳 由伸 翔平 鉄雄 佳那子 登美江 颯良 誉士 禄郎 夕莉 千陽 瑳月 澄礼 琳音 莉杏 麻沙美
喜世乃 冨佐江 輝志 惟人 尊斗 皓太 慎乃介 桜士郎 凰雅 瑞絆 友萌 紗瑛 芙美乃 律輝 瑛仁 紀佳 亜佑美 奈々未 真佑 史緒里 祐希 環紀 朋紀 瑛磨 知輝 康貴 利依子 崇彰 敬梧""".split()
NEW_SURNAMES = """鴨志田 猪俣 羽生田 桂川 亀戸 江藤 勅使河原 東海林 五百旗頭 喜屋武 比嘉 仲宗根 纐纈 生越 仁瓶 忽那 一柳 日下部 八重樫 帆足 薬師寺 鈴村 籾山 小比類巻 風間 花江 八村
木庭 星島 少弐 茨木 砂盃 釘宮 二階堂 御手洗 小田切 玉造 塩竈 能登谷 逢坂 楢﨑 髙嶋 齊藤 渡邉 濵田 草彅 栁田""".split()
PLACES = """東京都千代田区 大阪市北区 横浜市港北区 福岡県久留米市 石川県金沢市 三重県松阪市 山口県萩市 千葉県山武郡 長野県上田市 宮崎県都城市 福島県いわき市 岡山県倉敷市 高松市 松本市 秋田県大仙市
広島県三原市""".split()
COMPANIES = """東海製作所 松下電器産業 本田技研工業 三井物産 小松製作所 高島屋 大林組 森永製菓 石川製作所 山口銀行 千葉銀行 村田製作所 鈴木自動車工業 伊藤忠商事 久保田鉄工所""".split()
SENTENCES = {
    "encyclopaedia": """{N}（{K}、{Y}年{M}月{D}日 - ）は、日本の政治家、実業家。{P}出身。
{N}は、{P}出身の元プロ野球選手（投手）。右投右打。
{N}は、{Y}年に東京帝国大学工学部を卒業後、{C}に入社した。
作曲は{N}、作詞は{N}が担当した。
建築家の{N}に師事し、{Y}年に独立。
{Y}年、{N}が会長に就任した。
監督は{N}、主演は{N}。
その後、{N}らとともに劇団を結成した。
祖父は{C}の創業者である{N}。
同年の選挙で現職の{N}を破り、初当選した。
門下に{N}、{N}、{N}がいる。
『{Y}年の夏』は、{N}による日本の小説。
戦国時代の武将、{N}の居城であった。
{N}の長男として{P}に生まれる。
弟子の{N}が跡を継いだ。
主人公の声は{N}が演じた。
初代校長は{N}で、{Y}年に校舎が完成した。
{N}『日本文学史』岩波書店、{Y}年、{D}頁。""",
    "news": """県警は{D}日、{P}の無職{N}容疑者（{A}）を逮捕した。
{N}知事は{D}日の定例会見で述べた。
女子百メートルは{N}選手が優勝した。
死亡したのは会社員{N}さん（{A}）で、頭を強く打っていた。
（{N}記者）
{C}は{D}日、{N}専務が社長に昇格する人事を発表した。
最高裁第二小法廷（{N}裁判長）は上告を棄却した。
{N}氏は取材に対し、「まだ決めていない」と語った。""",
    "school": """校長　{S}
担任の{N}先生が、{D}日に出張します。
{M}年{D}組　{S}
６年生の{N}さんが、作文コンクールで入賞しました。
今年度から{N}教諭が着任しました。
保護者会の会長は{N}さん、副会長は{N}さんです。
図書委員：{N}、{N}、{N}""",
    "mail": """{S}様\\n\\nいつもお世話になっております。{C}の{N}です。
営業部の{N}と申します。先日はお時間をいただきありがとうございました。
CC：{N}様、{N}様
本件の担当は{N}に変わりました。よろしくお願いいたします。
{N}部長\\nお疲れ様です。資料を送ります。\\n{N}""",
    "minutes": """出席者：{N}、{N}、{N}
議長に{N}を選出した。
{N}委員より、予算について質問があった。
書記　{S}
次回は{N}が報告する。欠席：{N}""",
    "form": """氏名：{N}\\nフリガナ：{KK}\\n生年月日：{Y}年{M}月{D}日\\n住所：{P}中央1-2-3\\n
お名前　{S}\\nふりがな　{K}\\nご住所　{P}本町二丁目
申込者氏名 {S}　電話番号 03-1234-5678
担当者名：{N}\\n電話：03-1234-5678\\nメール：a@example.jp""",
}
NONE = """{P}の市立図書館で開催された講演会には多くの市民が参加した。
{C}の工場は{P}にある。
山陽新幹線新神戸駅から徒歩十分、三宮中央通り沿い。
大会実行委員会事務局長の挨拶のあと、表彰式が行われた。
国土交通省関東地方整備局利根川下流河川事務所
長野電鉄長野線の朝陽駅、山形鉄道フラワー長井線の宮内駅。
第三回定例会議事録を承認した。松山城と高知城を見学した。
中央図書館は午前九時開館、午後五時閉館とする。
日本国憲法第九条の改正について国会で審議が行われている。
福島第一原子力発電所の廃炉作業は、東京電力が進めている。
商品の返品は、到着後七日以内に限り受け付けます。
高速道路の千葉北料金所付近で渋滞が発生した。
松江小学校と大森中学校、川崎高等学校が参加した。
宮城県沖を震源とする地震があり、石巻市で震度五弱を観測した。
吉田町役場、小林市役所、豊田市駅前広場。
青森県平川市碇ケ関、霞が関ビル、京都市上京区堀川通。
春夏秋冬、花鳥風月、一期一会、和洋折衷、温故知新。
清水建設、竹中工務店、鹿島建設の共同企業体が受注した。
林野庁、森林管理署、原子力規制庁、金融庁、文化庁。
和田峠、中山峠、野田線、大和路線、武蔵野線、高山本線。""".split("\n")


def read_names():
    found = {"姓": {}, "名": {}}
    with open(IPADIC + "Noun.name.csv", encoding="euc_jp") as lines:
        for line in lines:
            cells = line.rstrip("\n").split(",")
            if cells[7] in found and HAN.match(cells[0]) and cells[0] not in found[cells[7]]:
                found[cells[7]][cells[0]] = (int(cells[3]), cells[11])
    return found["姓"], found["名"]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.surnames, self.given = read_names()
        known = set(GIVEN_ROWS.read_text(encoding="utf-8").split()) | set(self.given)
        self.new = {"s": [name for name in NEW_SURNAMES if name not in self.surnames], "g": [name for name in NEW_GIVEN if name not in known]}
        self.drawn = {}
        for key, names in (("s", self.surnames), ("g", self.given)):
            self.drawn[key] = (list(names), [math.exp(-cost / 1400) for cost, _ in names.values()])

    def one(self, key, sort):
        names, weights = self.drawn[key]
        if sort == "new":
            return self.random.choice(self.new[key])
        return self.random.choice(names) if sort == "rare" else self.random.choices(names, weights)[0]

    def name(self):
        sorts = self.random.choices([("common", "common"), ("common", "rare"), ("rare", "common"), ("common", "new"), ("new", "common"),
                                     ("new", "new")], [45, 12, 8, 25, 6, 4])[0]
        return self.one("s", sorts[0]), self.one("g", sorts[1])

    def reading(self, surname, given):
        return [names[part][1] if part in names else "ソラマメ" for names, part in ((self.surnames, surname), (self.given, given))]

    def fill(self, text):
        def put(found):
            what = found[1]
            if what in ("N", "S"):
                self.last = self.name()
                gap = self.random.choice([" ", "　"]) if what == "S" else ""
                return "«" + gap.join(self.last) + "»"
            if what in ("K", "KK"):
                kana = " ".join(self.reading(*self.last))
                plain = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in kana)
                return "«" + kana + "»" if what == "KK" else "«" + plain + "»" if "ふりがな" in text else plain
            if what == "P":
                return self.random.choice(PLACES)
            if what == "C":
                return self.random.choice(COMPANIES)
            low, high = {"Y": (1890, 2024), "M": (1, 12), "D": (1, 28), "A": (18, 90)}[what]
            return str(self.random.randint(low, high))
        return re.sub(r"\{(\w+)\}", put, text)

    def table(self, kind):
        cell, row = {"csv": (",", "\\n"), "tsv": ("\\t", "\\n"), "sheet!": ("\\c", "\\r")}[kind]
        joined = self.random.random() < 0.5
        lines = [cell.join(["学籍番号", "氏名", "フリガナ", "備考"])]
        for number in range(self.random.randint(3, 12)):
            surname, given = self.name()
            gap = "" if joined else self.random.choice(" 　")
            kana = " ".join(self.reading(surname, given))
            lines.append(cell.join([str(1000 + number), f"«{surname}{gap}{given}»", f"«{kana}»", self.random.choice(["", "欠席", "転入", "千葉市"])]))
        return row.join(lines) + row

    def text(self):
        kind = self.random.choices(["encyclopaedia", "news", "school", "mail", "minutes", "form", "csv", "tsv", "sheet!", "none"],
                                   [30, 12, 10, 10, 8, 8, 3, 2, 2, 25])[0]
        if kind in SENTENCES:
            return kind, self.fill(self.random.choice(SENTENCES[kind].split("\n")))
        if kind == "none":
            return kind, self.fill(self.random.choice(NONE))
        return kind, self.table(kind)


def main(seed, count):
    maker = Maker(int(seed))
    for _ in range(int(count)):
        print("\t".join(maker.text()))


if __name__ == "__main__":
    main(*sys.argv[1:])
