"""A text that reports an event and one that advises its reader get different scores."""

import datetime

import pytest

from pipelines.stories.cluster import cluster_articles, compare_articles
from pipelines.stories.packed_profile import unpack_marks
from pipelines.stories.profile import story_terms
from pipelines.stories.reporting import UNKNOWN, score_reporting
from pipelines.stories.similarity import fitted_weights
from storage.story_rules import StoryMember

AT = datetime.datetime(2026, 10, 30, tzinfo=datetime.UTC)
REPORTS = [
    ("The mayor said the bridge would stay closed, according to a statement. Officials confirmed it on Friday.", "en"),
    ("Police said two men were held. A spokeswoman told reporters that the investigation went on.", "en"),
    ("市は30日、橋を通行止めにすると発表した。担当者は「安全を確かめる」と話している。", "ja"),
]
ADVICE = [
    ("Before you paint your bridge, check the best tips in our guide. You need a brush, and your boots.", "en"),
    ("How to clean your shoes: you can use water. Your brush is the best tool.", "en"),
    ("橋の塗り方のポイントをまとめました。おすすめの方法を試してみてください。", "ja"),
]


@pytest.mark.parametrize(("text", "language"), REPORTS)
def test_reports_score_above_zero(text: str, language: str) -> None:
    assert score_reporting(text, language) > 0


@pytest.mark.parametrize(("text", "language"), ADVICE)
def test_advice_scores_below_zero(text: str, language: str) -> None:
    assert score_reporting(text, language) < 0


def test_a_language_without_words_is_not_held_against_a_text() -> None:
    assert score_reporting("Kaupunki sulki sillan perjantaina.", "fi") == UNKNOWN
    marks = unpack_marks(story_terms("Silta suljettiin", "Kaupunki sulki sillan perjantaina.", "fi", AT))
    assert marks == (UNKNOWN, True)


def test_a_profile_says_whether_the_time_is_known() -> None:
    title, (text, language) = "Bridge stays closed", REPORTS[0]
    assert unpack_marks(story_terms(title, text, language, AT)).dated
    assert not unpack_marks(story_terms(title, text, language, None)).dated


GUIDE = (
    "Puppy training guide: when to start",
    "Puppy training starts the day your puppy comes home. You reward good behavior with treats, and you repeat each "
    "command until your puppy sits. Crate training and house training take your patience. Keep sessions short, so that "
    "you and your puppy enjoy training. The best reinforcement is a treat within a second of the behavior.",
)
OTHER_GUIDE = (
    "Puppy training basics for you and your puppy",
    "Training your puppy is fun. With reinforcement and treats you teach your puppy behavior such as sit and stay. You "
    "repeat a command in short sessions, and you praise your puppy. House training and crate training need your "
    "patience: the best tip is to reward the behavior at once.",
)


def weight(one: tuple[str, str], other: tuple[str, str], at: datetime.datetime | None) -> float:
    first, second = (
        StoryMember(n, None, "en", AT, story_terms(*words, "en", at)) for n, words in ((1, one), (2, other))
    )
    return compare_articles(second, [first], {}, 0)[0].weight


def test_guides_to_one_topic_are_no_story() -> None:
    assert weight(GUIDE, OTHER_GUIDE, None) < fitted_weights().pair


def test_the_same_words_without_a_date_weigh_less() -> None:
    report = ("Bridge at Tidewick stays closed", REPORTS[0][0])
    again = ("Tidewick bridge closed, mayor says", REPORTS[0][0].replace("stay", "remain"))
    assert weight(report, again, None) < weight(report, again, AT)


def test_two_single_articles_need_more_than_a_group_and_an_article_and_most_in_one_language() -> None:
    fitted = fitted_weights()
    between = (fitted.together + fitted.pair) / 2
    assert cluster_articles([1, 2], {(1, 2): between}, []) == [[1], [2]]
    assert cluster_articles([1, 2], {(1, 2): between}, [], {(1, 2)}) == [[1, 2]]
    assert cluster_articles([1, 2, 3], {(1, 2): 0.9, (1, 3): between, (2, 3): between}, []) == [[1, 2, 3]]


def test_articles_of_one_language_need_more_to_join_a_group_than_those_of_another() -> None:
    fitted = fitted_weights()
    between = (fitted.together_across + fitted.together) / 2
    weights = {(1, 2): 0.9, (1, 3): between, (2, 3): between}
    assert cluster_articles([1, 2, 3], weights, []) == [[1, 2], [3]]
    assert cluster_articles([1, 2, 3], weights, [], {(1, 3), (2, 3)}) == [[1, 2, 3]]
