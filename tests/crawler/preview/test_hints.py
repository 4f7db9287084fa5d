"""``kiji sources test`` says what an operator should know of a source that works."""

from crawler.config.models import Source
from crawler.preview.hints import trial_hints
from crawler.preview.trial import TrialPage
from storage.reading import Card, Entry, Reading

HOME, SECTION, PAGE = "https://news.example/", "https://news.example/sport/", "https://news.example/a/1"


def section(url: str) -> TrialPage:
    entries = (Entry(PAGE), Entry(PAGE + "1"))
    return TrialPage("x", url, is_start=True, reading=Reading(url, url, kind="section", entries=entries))


def leaf(nearest: str, *related: str) -> TrialPage:
    cards = tuple(map(Card, related))
    reading = Reading(PAGE, PAGE, is_article=True, kind="article", nearest_list=nearest, related=cards)
    return TrialPage("x", PAGE, is_start=False, reading=reading)


def hints(*pages: TrialPage, **keys: object) -> list[str]:
    return list(trial_hints(Source.model_validate({"name": "x", "start": [HOME]} | keys), pages))


def test_a_home_page_as_start_is_named_and_a_section_is_not() -> None:
    [hint] = hints(section(HOME), section(SECTION))
    assert hint.startswith(f"{HOME} is a home page, which gives only the articles that it shows (2)")


def test_articles_without_any_related_link_are_led_nowhere_where_these_are_followed() -> None:
    pages = leaf("0.10 as related: latest, 3 links"), leaf("0.40 as related: other, 2 links")
    [hint] = hints(*pages)
    assert "none of the 2 articles read has a related link; nearest is 0.40 as related: other, 2 links" in hint
    assert hints(*pages, leaf("", PAGE)) == []
    assert hints(*pages, follow="site") == hints(*pages, depth=0) == hints() == []
