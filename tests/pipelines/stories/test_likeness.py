"""How alike two articles are depends on what they tell, and hardly on how large the archive is."""

import pytest

from pipelines.stories.profile import story_keys, story_terms
from pipelines.stories.similarity import Rarity, fitted_weights, likeness
from storage.story_rules import StoryMember
from tests.support.story_events import FITTED, EventArticle, articles_of


@pytest.mark.parametrize("articles", [300, 35_000, 350_000])
def test_two_events_of_one_place_stay_two_however_rare_its_name_is_in_the_archive(articles: int) -> None:
    zoo, bird = (_article(beginning) for beginning in ("上野のパンダ舎", "「動かない鳥」"))
    member, other = _member(zoo, 1), _member(bird, 2)
    counts = dict.fromkeys(story_keys(member.terms, "ja"), 2)
    assert likeness(member, other, Rarity(counts, articles)).weight < fitted_weights().together


def test_a_rare_name_is_worth_what_its_form_tells_and_a_common_one_less_in_any_archive() -> None:
    first, second = articles_of(*FITTED)[:2]
    member, other = _member(first, 1), _member(second, 2)
    keys = story_keys(member.terms, first.language)

    def weight(articles: int, having: int) -> float:
        return likeness(member, other, Rarity(dict.fromkeys(keys, having), articles)).weight

    assert first.event == second.event
    assert weight(100, 2) == pytest.approx(weight(350_000, 2))
    assert weight(100, 40) < weight(100, 2)
    assert weight(350_000, 140_000) < weight(350_000, 2)


def _article(beginning: str) -> EventArticle:
    return next(each for each in articles_of(*FITTED) if each.title.startswith(beginning))


def _member(article: EventArticle, number: int) -> StoryMember:
    terms = story_terms(article.title, article.text, article.language, article.at)
    return StoryMember(number, None, article.language, article.at, terms)
