"""Page designs with English furniture, each with the edges that it declares."""

from collections.abc import Callable

from tests.support.japanese_designs import Design
from tests.support.page_parts import EN, EN_BODY, Expected, items, look_alikes, page

TITLE = "Harbour bridge to close for eighteen months"
SUMMARIES = (
    "Boats will leave every ten minutes from both quays, and the crossing is free for everyone on foot.",
    "Divers who inspected the foundations last month say that the damage is older than the spring floods.",
    "Drivers face a detour of six miles. Here is how to plan the journey, and who can ask for a permit.",
)
FULL = tuple(Expected(card.url, card.title, summary) for card, summary in zip(EN, SUMMARIES, strict=True))


def heading_and_list() -> Design:
    return page(TITLE, f"{EN_BODY}<h3>Related stories</h3><ul>{items(EN)}</ul>{look_alikes('en')}"), EN


def read_more_lines_in_the_body() -> Design:
    parts = EN_BODY.split("</p>")
    boxes = [f'<p><b>READ MORE:</b> <a href="{card.url}">{card.title}</a></p>' for card in EN[:2]]
    return page(TITLE, f"{parts[0]}</p>{boxes[0]}{parts[1]}</p>{boxes[1]}{parts[2]}</p>{look_alikes('en')}"), EN[:2]


def flat_titles_and_summaries() -> Design:
    cards = "".join(f'<h4><a href="{card.url}">{card.title}</a></h4><p>{card.summary}</p>' for card in FULL)
    return page(TITLE, f"<div>{EN_BODY}<h3>More on this story</h3>{cards}</div>{look_alikes('en')}"), FULL


def title_links_with_unlinked_summaries() -> Design:
    cards = "".join(
        f'<div class="c1"><h3><a href="{card.url}">{card.title}</a></h3><p>{card.summary}</p><span>By Ann Writer</span>'
        "<span>3 hours ago</span></div>"
        for card in FULL
    )
    return page(
        TITLE, EN_BODY, after=f"<div class='g1'><h2>You may also like</h2>{cards}</div>{look_alikes('en')}"
    ), FULL


def region_named_by_its_label_alone() -> Design:
    return page(
        TITLE, f"{EN_BODY}<section aria-label='Related articles'><ul>{items(EN)}</ul></section>{look_alikes('en')}"
    ), EN


def rows_of_a_grid() -> Design:
    columns = [
        f'<div class="col"><a href="{card.url}"><img src="i.png" alt=""><h4>{card.title}</h4></a></div>' for card in EN
    ]
    rows = f'<div class="row">{columns[0]}{columns[1]}</div><div class="row">{columns[2]}</div>'
    return page(TITLE, f"{EN_BODY}<section><h3>See also</h3>{rows}</section>{look_alikes('en')}"), EN


def two_links_in_the_body_without_heading() -> Design:
    parts = EN_BODY.split("</p>")
    widget = f"<div class='w7'><ul>{items(EN[:2])}</ul></div>"
    return page(TITLE, f"{parts[0]}</p>{parts[1]}</p>{widget}{parts[2]}</p>{look_alikes('en')}"), EN[:2]


def teaser_card_in_the_body() -> Design:
    parts = EN_BODY.split("</p>")
    card = FULL[0]
    title = f'<h3><a href="{card.url}">{card.title}</a></h3>'
    teaser = f'<div><figure><img src="i.png"></figure>{title}<p>{card.summary}</p></div>'
    return page(TITLE, f"{parts[0]}</p>{teaser}{parts[1]}</p>{parts[2]}</p>{look_alikes('en')}"), FULL[:1]


def linked_heading() -> Design:
    block = f'<div><h3><a href="/related/harbour">Related coverage</a></h3><div>{items(EN, "div")}</div></div>'
    return page(TITLE, f"{EN_BODY}{block}{look_alikes('en')}"), EN


def beside_the_body() -> Design:
    side = f"<aside><div><h2>Related</h2><ul>{items(EN)}</ul></div>{look_alikes('en')}</aside>"
    return page(TITLE, EN_BODY, before=side), EN


def summaries_without_titles() -> Design:
    cards = "".join(f'<a href="{card.url}"><div><p>{card.summary}</p></div></a>' for card in FULL)
    long = " Officials expect that to change once the weather turns and the northern tunnel opens fully to traffic."
    cards = cards.replace("</p>", f"{long}</p>")
    expected = tuple(Expected(card.url, "", card.summary + long) for card in FULL)
    return page(TITLE, f"{EN_BODY}<div class='m2'><div>関連記事</div>{cards}</div>{look_alikes('ja')}"), expected


def two_blocks_and_one_card_twice() -> Design:
    parts = EN_BODY.split("</p>")
    box = f'<aside><h4>Related</h4><a href="{EN[0].url}">{EN[0].title}</a></aside>'
    block = f"<section><h2>Related articles</h2><ul>{items(EN)}</ul></section>"
    return page(TITLE, f"{parts[0]}</p>{box}{parts[1]}</p>{parts[2]}</p>{block}{look_alikes('en')}"), EN


def japanese_furniture_round_english_cards() -> Design:
    cards = "".join(
        f'<div><a href="{card.url}"><img src="i.png" alt="橋の写真"><p>AIによって生成された画像</p>'
        f"<h3>{card.title}</h3></a>"
        f"<p>AIによるレポート</p><p>{card.summary}</p></div>"
        for card in FULL
    )
    return page(TITLE, f"{EN_BODY}<div><p>関連記事</p>{cards}</div>{look_alikes('ja')}"), FULL


def nothing_related() -> Design:
    linked = EN_BODY.replace(
        "northern tunnel", '<a href="/en/2026/08/01/northern-tunnel-opens-to-buses">northern tunnel</a>'
    )
    return page(TITLE, linked + look_alikes("en")), ()


DESIGNS: tuple[Callable[[], Design], ...] = (
    heading_and_list,
    read_more_lines_in_the_body,
    flat_titles_and_summaries,
    title_links_with_unlinked_summaries,
    region_named_by_its_label_alone,
    rows_of_a_grid,
    two_links_in_the_body_without_heading,
    teaser_card_in_the_body,
    linked_heading,
    beside_the_body,
    summaries_without_titles,
    two_blocks_and_one_card_twice,
    japanese_furniture_round_english_cards,
    nothing_related,
)
