import pytest

from pipelines.boilerplate.dom import clean_lines

TITLE = "中央図書館を建て替えへ、二〇二八年に開館"
BODY = [
    "市は三日、老朽化した中央図書館を建て替える方針を明らかにした。新しい建物は五階建てになる。",
    "計画によると、閲覧席を今の二倍に増やし、夜間も使える学習室を設ける。",
    "市の担当者は「誰もが立ち寄りやすい場所にしたい」と話した。市民説明会は来月から開かれる。",
]
TEXT = "\n".join(BODY)


def cleaned(lines: list[str], title: str = TITLE) -> tuple[list[str], set[str]]:
    text, cuts = clean_lines("\n".join(lines), title)
    return text.split("\n"), {cut.rule for cut in cuts}


@pytest.mark.parametrize(
    ("line", "title"),
    [
        (TITLE, TITLE),
        (TITLE, f"{TITLE} | ニュースの例"),
        (f"# {TITLE} - 例新聞", TITLE),
        ("中央図書館を建て替えへ､二〇二八年に開館", TITLE),
        ("Bridge to Close for Eighteen Months", "Bridge to close for eighteen months – News Example"),
    ],
)
def test_a_line_that_repeats_the_title_goes(line: str, title: str) -> None:
    assert cleaned([line, *BODY], title) == (BODY, {"title-repeated"})


def test_a_first_sentence_that_begins_like_the_title_stays() -> None:
    line = "中央図書館を建て替えへ、二〇二八年に開館する計画が三日にまとまり、市議会の委員会で説明された。"
    assert cleaned([line, *BODY]) == ([line, *BODY], set())


@pytest.mark.parametrize(
    "line",
    [
        "2026年8月14日 10:00",
        "2026年8月14日 10時00分 (8月14日 11時20分更新)",
        "公開: 2026/8/14 10:00",
        "更新日時：令和8年8月14日",
        "By Ann Writer",
        "山田太郎記者",
        "Published August 14, 2026 at 10:00 am",
        "3時間前",
        "5 min read",
    ],
)
def test_head_lines_of_date_and_byline_go(line: str) -> None:
    assert cleaned([line, *BODY]) == (BODY, {"head-line"})


@pytest.mark.parametrize(
    "line",
    [
        "By Jane Doe, Associated Press.",
        "Published August 14, 2026 at 10:00 a.m.",
        "Updated Aug. 14 2026 at 10:00 p.m.",
        "この記事は約3分で読めます。",
    ],
)
def test_so_do_those_that_end_like_a_sentence(line: str) -> None:
    assert cleaned([line, *BODY]) == (BODY, {"head-line"})


@pytest.mark.parametrize(
    "line",
    [
        "この記事を読んだ人1,482いま読んでいる人37 10月5日 0時10分現在",
        "閲覧数 1,482",
        "1.2k views | 37 shares",
        "37 people reading now",
    ],
)
def test_what_readers_counted_goes_from_the_head(line: str) -> None:
    assert cleaned([line, *BODY]) == (BODY, {"counter"})


@pytest.mark.parametrize("line", ["市長に12票", "It has 12 readers", "1,482人が閲覧した", "第3回"])
def test_a_number_with_other_words_stays(line: str) -> None:
    assert cleaned([line, *BODY])[0] == [line, *BODY]


def test_a_known_author_alone_on_a_line_goes() -> None:
    text, cuts = clean_lines("\n".join(["渡辺 花子", *BODY]), TITLE, authors=("渡辺花子",))
    assert text == TEXT
    assert [cut.text for cut in cuts] == ["渡辺 花子"]


@pytest.mark.parametrize(
    "line",
    [
        "Copyright © 2026 Example, Inc. All Rights Reserved.",
        "記事・写真の無断転載を禁じます",
        "続きを読む",
        "Advertisement",
        "Read more: Ferry timetable published",
        "Sign up for our daily newsletter.",
        "Follow us on Twitter and Facebook",
        "関連記事",
        "シェアする",
        "1 2 3 次へ",
        "この記事は会員限定です。",
        "当サイトではCookieを使用しています。",
        "AIによって生成された画像",
        "[ⓒ 港日報 & minato.example, 무단전재 및 재배포 금지]",
        "版权所有，未经授权不得转载。",
        "📲 Acompanhe o Porto no Facebook, no Instagram e no WhatsApp",
        "Suivez le port sur Twitter",
        "For more on news and current affairs please visit Harbour News.",
        "(puedes comentar esta información más abajo)",
    ],
)
def test_boilerplate_after_the_last_paragraph_goes(line: str) -> None:
    lines, rules = cleaned([*BODY, line])
    assert lines == BODY
    assert rules


@pytest.mark.parametrize(
    "line",
    [
        "写真は市民が持ち寄った百年前のもので、会場では来月まで展示される予定だという。",
        "2026年8月14日は、図書館にとって忘れられない一日になった。",
        "Share prices rose by two per cent on Friday after the announcement was made.",
        "By the time the bridge opens again, the ferry will have carried a million people.",
        "From the northern tunnel, buses will run every ten minutes to the harbour.",
        "Read more slowly, the teacher told her class, and you will enjoy it twice.",
        "By Friday, 12 people had been taken to hospital.",
        "Published figures show that 4,100 residents left.",
        "Updated in 2019, the plan covers the harbour and the three islands.",
        "配信大手のネットフリックスは同日、月額料金を値上げすると発表した。",
        "公開された資料によると、被害は3億円に上る。",
        "Following the vote, the bill goes to the governor for approval.",
        "Following the ruling, Mr. Smith posted an apology on Instagram.",
        "Follow-up talks will be held, the ministry said, before it updates the plan.",
        "Started in 2019, the fund has paid 40 million crowns to the community.",
        "The report covers the period through September.",
        "警視庁は詳しい経緯を調べている。（共同）",
        "警視庁は詳しい経緯を調べている。=共同",
        "写真は合成だった。",
        "画像は3枚あった。",
        "Insurance covers about three million homes in the valley.",
        "It was the first time a journalist had been kept out of the valley.",
        "Siga o rio até a barragem, disse o prefeito aos moradores.",
        "For more than a year, the latest news had come by boat.",
        "未经授权的渡轮不得停靠码头。",
    ],
)
def test_sentences_that_begin_like_boilerplate_stay(line: str) -> None:
    for lines in ([line, *BODY], [*BODY, line]):
        assert cleaned(lines) == (lines, set())


@pytest.mark.parametrize(
    "line",
    [
        "会見する植田総裁=5日（共同）",
        "写真はイメージです。",
        "※写真はイメージです",
        "画像はイメージ",
        "写真は会見する首相（5日）",
        "火災の現場=ロイター",
    ],
)
def test_captions_go(line: str) -> None:
    assert cleaned([*BODY, line]) == (BODY, {"caption"})


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("Jane Doe is a staff reporter who has written about the northern valleys since 2019.", ()),
        ("Jan van Dijk covers the courts for the paper.", ()),
        ("Jane covers the northern valleys.", ("Jane Doe",)),
    ],
)
def test_a_biography_of_the_author_goes(line: str, authors: tuple[str, ...]) -> None:
    text, cuts = clean_lines("\n".join([*BODY, line]), TITLE, authors)
    assert (text, [cut.rule for cut in cuts]) == (TEXT, ["biography"])


def test_a_text_that_would_mostly_go_is_left_as_it_is() -> None:
    lines = ["関連記事", "Advertisement", "続きを読む", "短い本文。"]
    assert cleaned(lines)[0] == lines


@pytest.mark.parametrize("text", ["", "\n\n", "あ" * 1_000_000, "\n".join(["関連記事"] * 20_000), "\x00\ud800"])
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(clean_lines(text, "題" * 500_000)[0], str)


@pytest.mark.parametrize(
    "line",
    [
        "この記事は有料記事です。",
        "この記事は有料記事です。残り1200文字。続きを読むには会員登録が必要です。",
        "残り 1,234文字",
        "【残り 512文字】",
        "ここから先は有料会員限定です。ログインしてお読みください。",
        "この続きは電子版でお読みください。",
        "続きは会員限定です。",
        "続きを読むには有料会員登録が必要です。",
        "有料会員限定記事",
        "Subscribe to continue reading.",
        "Sign in or subscribe to continue reading",
        "This article is for subscribers only.",
        "The rest of this story is available to members only.",
        "To read the full story, subscribe or sign in.",
        "You have 2 free articles remaining this month.",
        "You've reached your limit of free articles.",
    ],
)
def test_notices_of_a_paywall_go_whatever_is_left_and_say_so(line: str) -> None:
    assert cleaned([*BODY, line]) == (BODY, {"paywall"})
    assert cleaned([BODY[0], line, line + " "])[0] == [BODY[0]]


@pytest.mark.parametrize(
    "label", ["この記事は会員限定です。", "有料記事", "会員限定有料記事", "Subscribers only", "For members only"]
)
def test_a_label_of_a_paywall_before_the_text_says_so_too(label: str) -> None:
    assert cleaned([label, *BODY]) == (BODY, {"paywall"})


@pytest.mark.parametrize(
    "line",
    [
        "ここから先は有料道路で、普通車の料金は八百円になる。",
        "全文は裁判所が公開し、九十二ページに及ぶ。",
        "この記事は賞を受けた。",
        "残り三試合で優勝が決まると監督は話した。",
        "To read the full report, the committee needed nine hours.",
        "Members only learned of the sale on Friday, the union said.",
        "You have two free hands, the trainer told the crowd on Monday.",
    ],
)
def test_last_sentences_that_speak_of_such_things_stay(line: str) -> None:
    assert cleaned([*BODY, line]) == ([*BODY, line], set())


@pytest.mark.parametrize(
    "line",
    [
        "Lesen Sie dazu: Der Hafen von oben",
        "Le puede interesar: El puerto visto desde arriba",
        "A lire aussi : le port vu du ciel",
        "ANZEIGE - Heute mal ausgehen? Wie wäre es mit:",
        "Werbung",
        "Folgen Sie uns auf Facebook | Instagram",
        "We want to hear what you think about this article. Submit a letter to the editor or write to us.",
        "Submit your letter to the editor via this form.",
        "Baca juga: Pelabuhan dari atas",
        "Yuk, Simak Juga Video ini!",
        "Читайте также: Порт сверху",
        "Loading table of contents...",
        "{/p}",
        "[/caption] [/gallery]",
        "If you’re seeing this message but you’re already a subscriber, you can log in for immediate access.",
    ],
)
def test_lines_that_lead_elsewhere_go_from_the_middle_of_a_text(line: str) -> None:
    assert cleaned([*BODY[:2], line, *BODY[2:], *BODY])[0] == [*BODY, *BODY]


@pytest.mark.parametrize(
    "line",
    [
        "Читайте также старые протоколы, которые лежат в архиве порта.",
        "Die Anzeige gegen den Hafenmeister wurde gestern erstattet.",
        "Sie lesen auch die alten Protokolle, die im Archiv des Hafens liegen.",
        "We want to hear what you think, the mayor told the readers of the town's only newspaper.",
        "Sie müssen bis Freitag angemeldet sein, damit die Fähre sie mitnimmt.",
    ],
)
def test_sentences_that_begin_like_such_lines_stay(line: str) -> None:
    assert line in cleaned([*BODY[:2], line, *BODY[2:], *BODY])[0]


@pytest.mark.parametrize(
    "line",
    [
        "Beitragsbild: Der Hafen im Mai, Foto von Ann Li",
        "Image illustrative : le vieux port, licence Creative Commons",
        "Du musst eingeloggt sein, um Kommentare zu schreiben!",
        "You must be logged in to post a comment.",
    ],
)
def test_credits_of_the_lead_picture_and_calls_to_log_in_go_from_the_end(line: str) -> None:
    assert cleaned([*BODY, *BODY, line])[0] == [*BODY, *BODY]


def test_a_call_to_subscribe_for_the_full_story_is_a_paywalls() -> None:
    line = "To view the full story, please subscribe to The Harbour Post. You can choose a weekly pass."
    assert cleaned([*BODY, *BODY, line])[1] == {"paywall"}
