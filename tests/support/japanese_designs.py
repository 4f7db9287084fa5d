"""Page designs with Japanese furniture, each with the edges that it declares."""

from collections.abc import Callable

from tests.support.page_parts import EN, HOST, JA, JA_BODY, PAGE, Expected, items, look_alikes, page

Design = tuple[str, tuple[Expected, ...]]
TITLE = "中央図書館を建て替えへ、二〇二八年に開館"
SUMMARIES = (
    "県産のスギを柱と床に使う案が示された。調達の費用と時期が課題になるという。",
    "工事の間は車両を六台に増やし、週に二度ずつ各地区を回る。予約は電話でも受け付ける。",
    "十日間の来場者は過去最多だった。主催した実行委員会は来年も続けたいとしている。",
)


def heading_and_list() -> Design:
    block = f"<section><h2>関連記事</h2><ul>{items(JA)}</ul></section>"
    return page(TITLE, JA_BODY + block + look_alikes()), JA


def lines_with_brackets_after_the_body() -> Design:
    links = "".join(f'【関連記事】<a href="{card.url}">{card.title}</a><br>' for card in JA)
    return page(TITLE, f"<div>{JA_BODY}</div><div class='x1'>{links}</div>{look_alikes()}"), JA


def broken_lines_inside_one_block() -> Design:
    body = JA_BODY.replace("<p>", "").replace("</p>", "<br><br>")
    links = "<br>".join(f'<a href="{card.url}">{card.title}</a>' for card in JA)
    return page(TITLE, f"<div>{body}【関連記事】<br>{links}</div>{look_alikes()}"), JA


def heading_in_a_bare_div() -> Design:
    cards = "".join(f'<div class="q2"><a href="{card.url}"><p><span>{card.title}</span></p></a></div>' for card in JA)
    return page(
        TITLE, JA_BODY, after=f'<div class="z9"><div class="y8">関連ニュース</div>{cards}</div>{look_alikes()}'
    ), JA


def table_row() -> Design:
    links = "".join(f'<a href="{card.url}">{card.title}</a><br>' for card in JA)
    return page(TITLE, f"{JA_BODY}<table><tr><th>関連トピック</th><td>{links}</td></tr></table>{look_alikes()}"), JA


def definition_list() -> Design:
    return page(TITLE, f"{JA_BODY}<dl><dt>あわせて読みたい</dt>{items(JA, 'dd')}</dl>{look_alikes()}"), JA


def aside_with_cards_and_summaries() -> Design:
    expected = tuple(Expected(card.url, card.title, summary) for card, summary in zip(JA, SUMMARIES, strict=True))
    cards = "".join(
        f'<article><a href="{card.url}"><img src="/i.jpg" alt="図書館の写真"><h3>{card.title}</h3>'
        f"<p>{card.summary}</p>"
        "<time>2026年8月14日 10時30分</time></a></article>"
        for card in expected
    )
    return page(TITLE, JA_BODY + look_alikes(), after=f"<aside><h2>こちらもおすすめ</h2>{cards}</aside>"), expected


def inside_the_body() -> Design:
    first, *rest = JA_BODY.split("</p>")
    box = f'<p><strong>【関連記事】</strong><a href="{JA[0].url}">{JA[0].title}</a></p>'
    return page(TITLE, f"{first}</p>{box}{'</p>'.join(rest)}{look_alikes()}"), JA[:1]


def several_links_for_one_card() -> Design:
    cards = "".join(
        f'<li><a href="{card.url}?ref=thumb&amp;utm_source=rel"><img src="/i.jpg" alt="写真"></a><span class="cat">'
        f'<a href="/category/society">社会</a></span>'
        f'<p class="ttl"><a href="{card.url}?utm_source=rel">{card.title}</a></p>'
        f'<a href="{card.url}">続きを読む</a></li>'
        for card in JA
    )
    more = '<p><a href="/related/list">関連記事一覧</a></p>'
    return page(TITLE, f"{JA_BODY}<div><p>この記事に関連する記事</p><ul>{cards}</ul>{more}</div>{look_alikes()}"), JA


def other_hosts_and_documents() -> Design:
    expected = (
        Expected("https://other.example/archives/2026/0814.html", "隣の市でも図書館の建て替えが進む"),
        Expected("/files/plan-2026.pdf", "整備計画の全文（PDF）をこちらから読む"),
        Expected("http://192.168.0.10/doc/441", "庁内の資料「建て替えの経緯」を掲載"),
    )
    dead = (
        '<li><a href="mailto:desk@news.example">情報の提供はこちらまで</a></li>'
        '<li><a href="javascript:void(0)">関連記事をもっと開く</a></li>'
        f'<li><a href="{PAGE}#top">この記事の先頭へ戻るリンク</a></li>'
        '<li><a href="tel:0312345678">電話での問い合わせはこちら</a></li>'
    )
    return page(
        TITLE, f"{JA_BODY}<h3>関連リンク・関連記事</h3><ul>{items(expected)}{dead}</ul>{look_alikes()}"
    ), expected


def no_heading_after_the_body() -> Design:
    cards = "".join(f'<div class="k3"><a href="{card.url}"><div class="k4">{card.title}</div></a></div>' for card in JA)
    return page(TITLE, f'<div class="b0">{JA_BODY}</div><div class="k2">{cards}</div>{look_alikes()}'), JA


def mixed_languages() -> Design:
    expected = (JA[0], EN[0], EN[1])
    return page(TITLE, f"{JA_BODY}<h4>■ 関連記事</h4><ul>{items(expected)}</ul>{look_alikes('en')}"), expected


def nested_wrappers_and_a_bar() -> Design:
    cards = "".join(
        f'<li><div><div><a href="{card.url}"><div><p>{card.title}</p></div></a></div></div></li>' for card in JA
    )
    bar = '<div><div><h2><span>編集部が選ぶ</span><span>関連記事</span></h2></div><a href="/list">もっと見る</a></div>'
    return page(TITLE, JA_BODY, after=f"<div><div>{bar}<div><ul>{cards}</ul></div></div></div>{look_alikes()}"), JA


def paid_card_among_them() -> Design:
    paid = (
        '<li><a href="https://brand.example/lp/5521"><span>PR</span><p>あの人気商品が今だけ半額になる理由</p></a></li>'
    )
    return page(
        TITLE, f"{JA_BODY}<section><h2>おすすめ記事</h2><ul>{items(JA)}{paid}</ul></section>{look_alikes()}"
    ), JA


DESIGNS: tuple[Callable[[], Design], ...] = (
    heading_and_list,
    lines_with_brackets_after_the_body,
    broken_lines_inside_one_block,
    heading_in_a_bare_div,
    table_row,
    definition_list,
    aside_with_cards_and_summaries,
    inside_the_body,
    several_links_for_one_card,
    other_hosts_and_documents,
    no_heading_after_the_body,
    mixed_languages,
    nested_wrappers_and_a_bar,
    paid_card_among_them,
)

__all__ = ["DESIGNS", "HOST"]
