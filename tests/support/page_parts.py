"""Pieces that the pages of these tests are made of; all words are ours."""

import dataclasses

HOST = "https://news.example"
PAGE = f"{HOST}/ja/n/7000"

JA_BODY = (
    "<p>市は三日、老朽化した中央図書館を建て替える方針を明らかにした。新しい建物は五階建てで、二〇二八年の開館を目指す。</p>"
    "<p>計画によると、閲覧席を今の二倍に増やし、夜間も使える学習室を設ける。事業費はおよそ四十億円を見込んでいる。</p>"
    "<p>市の担当者は「誰もが立ち寄りやすい場所にしたい」と話した。市民説明会は来月から五つの会場で順に開かれる。</p>"
)
EN_BODY = (
    "<p>The council said on Monday that the old harbour bridge would close for eighteen months while engineers replace"
    " its deck and strengthen the piers that were damaged in the spring floods.</p>"
    "<p>Buses will be diverted through the northern tunnel, and a free ferry is to carry cyclists and pedestrians"
    " across the water every ten minutes from six in the morning until midnight.</p>"
    "<p>Shop owners near the bridge have asked for help with lost trade. A fund of two million pounds will be set up,"
    " officials said, and the first payments should arrive before the winter.</p>"
)


@dataclasses.dataclass(frozen=True)
class Expected:
    """A card that a page declares: address below the host, title and summary as they should be read."""

    url: str
    title: str = ""
    summary: str = ""


JA = (
    Expected("/ja/n/7001", "中央図書館の設計に地元の木材、専門家が提案"),
    Expected("/ja/n/7002", "閉館中の貸し出しは移動図書館で、市が車両を倍増"),
    Expected("/ja/n/7003", "読書週間に一万人が来場、子ども向けの催しも好評"),
)
EN = (
    Expected(
        "/en/2026/08/14/ferry-timetable-published-ahead-of-bridge-closure",
        "Ferry timetable published ahead of bridge closure",
    ),
    Expected(
        "/en/2026/08/13/engineers-find-cracks-in-three-bridge-piers", "Engineers find cracks in three bridge piers"
    ),
    Expected(
        "/en/2026/08/11/what-the-harbour-closure-means-for-commuters", "What the harbour closure means for commuters"
    ),
)


def page(title: str, main: str, *, before: str = "", after: str = "") -> str:
    """A whole page: menu, headline, ``main``, and what stands round it."""
    menu = "".join(
        f'<li><a href="/{name}/">{name.title()}</a></li>' for name in ("politics", "world", "sport", "culture")
    )
    return (
        f"<!DOCTYPE html><html><head><title>{title} | News Example</title></head><body>"
        f"<header><a href='/'>News Example</a><nav><ul>{menu}</ul></nav></header>{before}"
        f"<main><h1>{title}</h1>{main}</main>{after}"
        "<footer><ul><li><a href='/about/company'>About us</a></li><li><a href='/terms/of/use'>Terms of use</a></li>"
        "<li><a href='/privacy'>プライバシーポリシー</a></li></ul><p>© 2026 News Example</p></footer></body></html>"
    )


def items(cards: tuple[Expected, ...], tag: str = "li") -> str:
    """Title-only links, each in an element of its own."""
    return "".join(f'<{tag}><a href="{card.url}">{card.title}</a></{tag}>' for card in cards)


def look_alikes(language: str = "ja") -> str:
    """Ranking, latest list, tags, share links and advertisements: the shapes of related articles, and none."""
    ja = language == "ja"
    ranking = "".join(
        f'<li><a href="/ja/n/{number}">{title}</a></li>'
        for number, title in (
            (8101, "県境のトンネルが来春開通へ"),
            (8102, "夏祭りに三年ぶりの花火"),
            (8103, "新米の収穫が始まる"),
        )
    )
    latest = "".join(
        f'<div><a href="/ja/n/{number}"><span>10:3{number % 10}</span>{title}</a></div>'
        for number, title in ((8201, "駅前広場の工事、予定より早く完了"), (8202, "港の水温が観測史上最高に"))
    )
    return (
        f"<section><h2>{'アクセスランキング' if ja else 'Most read'}</h2><ol>{ranking}</ol></section>"
        f"<section><h2>{'新着記事' if ja else 'Latest news'}</h2>{latest}</section>"
        f"<div><h3>{'タグ' if ja else 'Tags'}</h3><ul><li><a href='/tag/library-news-2026'>図書館</a></li>"
        "<li><a href='/tag/city-planning-2026'>都市計画</a></li></ul></div>"
        f"<div><h3>{'この記事をシェア' if ja else 'Share this article'}</h3>"
        f"<a href='https://twitter.com/share?url={PAGE}'>X</a> <a href='https://www.facebook.com/sharer?u={PAGE}'>Facebook</a></div>"
        f"<div><h3>{'おすすめ情報（PR）' if ja else 'From around the web'}</h3><ul>"
        "<li><a href='https://ads.example/campaign/2026/summer-card-offer-100001'>年会費無料のカードが今だけ一万円分のポイント</a></li>"
        "<li><a href='https://paid.outbrain.com/redir?p=12345'>Ten gadgets that everyone is talking about</a></li>"
        "</ul></div>"
    )
