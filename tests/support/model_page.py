"""A page of the design that all began with: meaningless class names, no roles, Japanese furniture, AI marks."""

from tests.support.page_parts import Expected

TITLE = "Lantern festival returns to the river after nine years"
LEAD = "Organisers of the lantern festival say that the event will return to the river in October, after nine years."
BODY = (
    "The festival committee announced on Friday that the lantern festival would be held again on the third weekend"
    ' of October. "We had almost given up hope," she said, "but the river is clean again and so are the banks."',
    "Some four thousand paper lanterns are to be set on the water at dusk on both evenings. Boats of the fire brigade"
    " will collect them downstream, so that nothing is left there, and schools are already folding the first ones.",
    "The festival was stopped when the upper dam broke and the lower town was flooded. Repairs took until last spring,"
    " and the committee had to find a new sponsor, because the brewery that once paid for it has closed.",
)
CAPTION = "Paper lanterns glowing on a dark river while people watch from both banks under autumn trees."
CARDS = (
    Expected(
        "/ja/n/7101",
        "Upper dam reopens as repairs come to an end",
        "Engineers let the first water through the rebuilt gates on Tuesday. The dam will be watched day and night for"
        " a year, and the valley's sirens are to be tested every month.",
    ),
    Expected(
        "/ja/n/7102",
        "",
        "A survey of the river counted twenty-two kinds of fish, more than at any time since records began. Anglers"
        " may come back from May, the fisheries office said, though the lower weir stays closed to everyone.",
    ),
    Expected(
        "/ja/n/7103",
        "",
        "灯籠流しの実行委員会は、河川敷の清掃に二百人の参加があったと発表した。次の清掃は九月に予定されている。参加の申し込みは市の窓口でも受け付けるという。",
    ),
)
CONSENT = (
    "このウェブサイトはCookieを使用します",
    "サイトを改善するための分析にCookieを使用します。",
    "プライバシーポリシー",
    "拒否",
    "すべて許可",
)


def _card(card: Expected, pictured: bool) -> str:
    picture = (
        '<div class="c_k3"><img src="/i/1.webp" alt="A view of the place">'
        '<span class="c_m9">AIによって生成された画像</span></div>'
        if pictured
        else ""
    )
    title = f'<h3 class="c_t1">{card.title}</h3>' if card.title else ""
    byline = '<p class="c_b7">AIによるレポート <span>AIによって生成された画像</span></p>'
    return f'<a class="c_w2" href="{card.url}">{picture}{title}{byline}<p class="c_s4">{card.summary}</p></a>'


def model_page() -> str:
    """The whole page as HTML."""
    paragraphs = "".join(f'<p class="a_p">{text}</p>' for text in BODY)
    cards = "".join(_card(card, number == 0) for number, card in enumerate(CARDS))
    consent = (
        f'<div class="x_1"><div class="x_2"><p class="x_3">{CONSENT[0]}</p><p class="x_4">{CONSENT[1]}詳細については、'
        f'<a href="/privacy">{CONSENT[2]}</a>をお読みください。</p>'
        f"<div><button>{CONSENT[3]}</button><button>{CONSENT[4]}</button></div></div></div>"
    )
    return (
        f'<!DOCTYPE html><html lang="ja"><head><title>{TITLE} | News Example</title></head><body><div id="root">'
        '<div class="n_1"><a href="/ja">ホーム</a><a href="/ja/world">国際</a><a href="/ja/search">検索</a></div>'
        f'<div class="a_0"><div class="i_1"><img src="/i/0.webp" alt="{CAPTION}"><p class="i_2">{CAPTION}</p>'
        '<p class="i_3">AIによって生成された画像</p></div>'
        f'<h1 class="a_1">{TITLE}</h1><p class="a_2">AIによって生成された画像</p>'
        f'<p class="a_3">{LEAD}</p>{paragraphs}</div>'
        f'<div class="r_0"><h2 class="r_1">関連記事</h2><div class="r_2">{cards}</div></div>'
        f"{consent}</div></body></html>"
    )
