/*
 * column_rows.h: how offices call their columns: item, then headers (folded: width, case and kana do not matter), one
 * blank between.
 *
 * The first item that fits wins; "none" are columns that are known and never read. Included by propose.c only.
 */
ROW("student_number", "学籍番号 学生番号 学生証番号 生徒番号 児童番号 職員番号 教職員番号 社員番号 studentnumber studentid studentno student_number student_id")
ROW("master_id", "学習者ID マスターID usermasteridentifier master_id")
ROW("login", "ログインID ログイン名 ログイン ユーザー名 ユーザ名 ユーザーID ユーザID アカウント アカウント名 利用者ID login loginid login_id username userid user_id")
ROW("mail", "メール メールアドレス Eメール 電子メール 電子メールアドレス 大学メール mail email e-mail mailaddress メアド")
ROW("full_name", "氏名 名前 姓名 氏名漢字 漢字氏名 氏名（漢字） 氏名(漢字) 生徒氏名 児童氏名 児童生徒氏名 学生氏名 職員氏名 お名前 name fullname full_name 戸籍名 本名")
ROW("full_kana", "フリガナ 氏名フリガナ 氏名カナ カナ氏名 カナ 氏名（カナ） 氏名(カナ) 氏名かな よみがな 読み 氏名読み ヨミ 読み仮名 kana name_kana 氏名（フリガナ）")
ROW("full_shown", "通称名 通称 通称氏名 呼称 使用氏名 旧姓使用氏名 表示名 displayname")
ROW("full_shown_kana", "通称名フリガナ 通称名カナ 通称カナ 表示名カナ")
ROW("former_name", "旧姓 旧氏名 旧姓名 旧名 旧姓氏名 改姓前氏名 改姓前 旧姓（漢字） formername former_name formerfamilyname maidenname maiden_name")
ROW("former_kana", "旧姓カナ 旧姓フリガナ 旧姓（カナ） 旧姓（フリガナ） 旧氏名カナ 旧氏名フリガナ former_kana")
ROW("family", "姓 名字 苗字 氏 氏（漢字） 姓（漢字） familyname lastname surname family_name last_name")
ROW("given", "名 名（漢字） givenname firstname given_name first_name")
ROW("family_kana", "姓カナ 姓フリガナ 姓かな 姓（カナ） 姓（フリガナ） セイ カナ姓 family_name_yomi family_kana")
ROW("given_kana", "名カナ 名フリガナ 名かな 名（カナ） 名（フリガナ） メイ カナ名 given_name_yomi given_kana")
ROW("family_shown", "通称姓 表示姓")
ROW("given_shown", "通称名（名） 表示名（名）")
ROW("birth_date", "生年月日 誕生日 生年月日（西暦） 生年月日（和暦） birthdate birthday dateofbirth birth_date dob")
ROW("affiliation", "所属 所属名 所属学部学科 学部学科 学部・学科")
ROW("faculty", "学部 研究科 学部名 学部・研究科 所属学部 faculty")
ROW("department", "学科 専攻 学科名 専攻名 学科・専攻 コース 課程 department")
ROW("grade", "学年 年次 回生 grade year")
ROW("home_class", "クラス 組 学級 クラス名 組名 学級名 ホームルーム class homeroom")
ROW("attendance", "出席番号 出席番 出番 名列番号 shussekino")
ROW("state", "状態 在籍状態 在籍状況 学籍状態 学籍区分 在籍区分 学籍異動 異動区分 状況 status")
ROW("valid_from", "入学日 入学年月日 入社日 採用日 着任日 編入日 開始日 有効開始日")
ROW("valid_until", "卒業予定日 卒業日 退学日 退職日 離任日 終了日 有効終了日 無効開始日")
ROW("unit", "学校 学校名 学校名称 所属校 在籍校 school schoolname")
ROW("none", "no no. № 番号 連番 通番 通し番号 行番号 備考 摘要 注記 メモ 性別 住所 郵便番号 電話 電話番号 携帯 携帯電話 保護者 保護者名 "
	    "保護者氏名 緊急連絡先 国籍 パスワード 初期パスワード password address phone tel gender sex remarks")
