"""A site in three languages whose related articles stand under no heading, at addresses such as ``/w/1``.

The classes of three of its four parts say "related"; those of the fourth say nothing.

Every article is listed by its neighbours alone, so that only who follows related articles comes to the last one. What
the rankings and the latest lists name is listed nowhere else.
"""

import dataclasses
import random
from collections.abc import Callable

from tests.support.generated_site import Texts
from tests.support.guarded_site import Answer, page

ARTICLES = 12
"""Articles of each part."""

GERMAN = (
    "Der Stadtrat stimmte am Montag für den Umbau des alten Hafens.",
    "Die Bauarbeiten sollen im Frühjahr beginnen und drei Jahre dauern.",
    "Anwohner fürchten Lärm und hoffen zugleich auf mehr Besucher.",
    "Eine Sprecherin nannte Kosten von rund vierzig Millionen Euro.",
    "Das Museum öffnet im Herbst mit einer Ausstellung über Leuchttürme.",
    "Schülerinnen der Realschule maßen ein Jahr lang die Wasserqualität.",
    "Die Fähre verkehrt künftig auch an Sonntagen im Halbstundentakt.",
    "Fachleute prüfen derzeit die Brücke am nördlichen Ufer.",
    "Der Verein sammelt Spenden für ein neues Rettungsboot.",
    "Im vergangenen Jahr kamen so viele Gäste wie nie zuvor.",
)


@dataclasses.dataclass(frozen=True)
class Language:
    """One part of the site: where its articles stand, and how it lists related ones."""

    code: str
    path: str
    most_read: str
    latest: str
    block: Callable[[list[tuple[str, str]]], str]


def _cards(links: list[tuple[str, str]]) -> str:
    cards = "".join(
        f'<div class="card"><a href="{path}"><img src="/i.jpg" alt=""><h3>{title}</h3></a></div>'
        for path, title in links
    )
    return f'<div class="related-articles">{cards}</div>'


def _teasers(links: list[tuple[str, str]]) -> str:
    teasers = "".join(
        f'<article class="teaser"><a href="{path}"><figure><img src="/i.jpg" alt=""></figure>'
        f'<span class="teaser__title">{title}</span></a></article>'
        for path, title in links
    )
    return f'<section class="related">{teasers}</section>'


def _leads(links: list[tuple[str, str]]) -> str:
    cards = "".join(
        f'<div class="related-news__item"><a href="{path}"><img src="/i.jpg" alt="">'
        f'<p class="related-news__title">{title}</p></a>'
        f'<p class="related-news__lead">{title}と話した。来月から始める。</p></div>'
        for path, title in links
    )
    return f'<div class="related-news">{cards}</div>'


def _silent(links: list[tuple[str, str]]) -> str:
    items = "".join(f'<div class="x1"><a href="{path}"><p>{title}</p></a></div>' for path, title in links)
    return f'<div class="css-1x9k2z">{items}</div>'


LANGUAGES = (
    Language("en", "/w/", "Most read", "Latest", _cards),
    Language("de", "/de/", "Meistgelesen", "Neueste Artikel", _teasers),
    Language("ja", "/n/", "アクセスランキング", "新着記事", _leads),
    Language("en", "/en/", "Most popular", "Latest news", _silent),
)
STARTS = tuple(f"{language.path}0" for language in LANGUAGES)
ALL = frozenset(f"{language.path}{number}" for language in LANGUAGES for number in range(ARTICLES))


def answers(*, with_related: bool = True) -> dict[str, Answer]:
    """Every article of the site; those without related links have all the rest."""
    writer = _Writer()
    return {
        f"{language.path}{number}": page(
            writer.article(language, number, with_related=with_related).encode(),
            headers={"Content-Type": "text/html; charset=utf-8"},
        )
        for language in LANGUAGES
        for number in range(ARTICLES)
    }


class _Writer:
    def __init__(self) -> None:
        self._texts = Texts()

    def _paragraph(self, language: Language, number: int) -> str:
        chance = random.Random(f"{language.path} {number}")  # noqa: S311 - repeatable, not secret
        if language.code == "de":
            return f"{' '.join(chance.sample(GERMAN, 5))} Das Aktenzeichen lautet {number}."
        return self._texts.paragraph(language.code, chance, number)

    def _title(self, language: Language, number: int) -> str:
        words = self._paragraph(language, 10_000 + number)
        return words[:28] if language.code == "ja" else " ".join(words.split()[:8]).rstrip(".,")

    def _links(self, language: Language, numbers: list[int]) -> list[tuple[str, str]]:
        return [(f"{language.path}{number}", self._title(language, number)) for number in numbers]

    def article(self, language: Language, number: int, *, with_related: bool) -> str:
        """One page; the ranking and the latest list of all pages of a language are the same."""
        title = self._title(language, number)
        body = "".join(f"<p>{self._paragraph(language, number * 10 + part)}</p>" for part in range(5))
        near = [(number + step) % ARTICLES for step in (1, 2, 3)]
        related = language.block(self._links(language, near)) if with_related else ""
        ranked, latest = (
            "".join(f'<li><a href="{path}">{words}</a></li>' for path, words in self._links(language, numbers))
            for numbers in ([101, 102, 103, 104, 105], [201, 202, 203, 204])
        )
        menu = "".join(f'<li><a href="/{name}/">{name.title()}</a></li>' for name in ("sport", "culture", "weather"))
        return (
            f'<!DOCTYPE html><html lang="{language.code}"><head><title>{title} | Harbour Times</title>'
            '<meta property="og:type" content="article">'
            f'<meta property="article:published_time" content="2026-10-{number + 1:02}T09:00:00+09:00"></head><body>'
            f"<header><nav><ul>{menu}</ul></nav></header><main><article><h1>{title}</h1>{body}</article>{related}</main>"
            f"<aside><h2>{language.most_read}</h2><ol>{ranked}</ol><h2>{language.latest}</h2><ul>{latest}</ul></aside>"
            "<footer><a href='/about'>About</a><p>© Harbour Times</p></footer></body></html>"
        )
