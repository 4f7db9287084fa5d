"""Made-up news: events over some days, each told by articles in one language or both.

The events are of the kinds in ``kinds.toml``, with names, numbers and days of their own. None is one of the written
events that stories are judged by.
"""

import dataclasses
import datetime
import functools
import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.archives.kinds import Cast, Kind, kinds
from storage.stories.term_index import week_of, week_start
from tests.support.generated_words import Vocabulary
from tests.support.story_events import FITTED, HELD_OUT, articles_of

WORDS = 20
"""Words of a sentence of made-up words, on average."""

FOLLOW_UP = 0.12
"""Of the articles of an event, those that appear days later."""

HOSTS = {"ja": 30, "en": 30}
"""Sites of each language; the first ones publish most."""

EVENTS_A_DAY = 1_000_000
"""The numbers that the events of a day have."""

_ENDS = {"ja": re.compile("(?<=。)"), "en": re.compile(r"(?<=\.) ")}


@dataclasses.dataclass(frozen=True, slots=True)
class NewsArticle:
    """An article, and the event that it tells of."""

    event: int
    language: str
    site: int
    at: datetime.datetime
    title: str
    text: str
    authors: str


def write_day(
    seed: int, number: int, articles: int, day: datetime.datetime, ends: datetime.datetime
) -> Iterator[NewsArticle]:
    """Write so many articles and a few more: of the events of the day that ends at ``day``; none is after ``ends``.

    The same for the same arguments, whatever else is written. ``number`` is the day's.
    """
    chance = random.Random(f"{seed} {number}")  # noqa: S311 - repeatable, not secret
    vocabulary = _vocabulary()
    vocabulary.seed(seed * 100_003 + number)
    written = events = 0
    while written < articles:
        events += 1
        for article in _event(chance, vocabulary, number * EVENTS_A_DAY + events, day, ends):
            written += 1
            yield article


@functools.cache
def _vocabulary() -> Vocabulary:
    return Vocabulary()


def _event(
    chance: random.Random, vocabulary: Vocabulary, event: int, day: datetime.datetime, ends: datetime.datetime
) -> Iterator[NewsArticle]:
    kind = chance.choice(kinds().kinds)
    first = day - datetime.timedelta(minutes=chance.randint(0, 1_439))
    cast = Cast(chance, kind, first)
    articles = 1 if chance.random() < 0.45 else 2 + min(14, int(chance.expovariate(0.5)))
    either = chance.random() < 0.6  # told in both languages
    for _ in range(articles):
        language = chance.choice(("ja", "en")) if either else "ja" if event % 2 else "en"
        later = chance.expovariate(1 / 240) + (chance.uniform(2_000, 6_000) if chance.random() < FOLLOW_UP else 0)
        at = min(ends, first + datetime.timedelta(minutes=later))
        site = min(int(chance.paretovariate(0.9)) - 1, HOSTS[language] - 1)
        title = cast.tell(chance.choice(kind.headlines), language)
        text = _text(chance, vocabulary, kind, cast, language)
        authors = cast.person()[language != "ja"] if chance.random() < 0.5 else ""
        yield NewsArticle(event, language, site, at.replace(second=0, microsecond=0), title, text, authors)


def _text(chance: random.Random, vocabulary: Vocabulary, kind: Kind, cast: Cast, language: str) -> str:
    """Write paragraphs: the lead, sentences of the event, and as many of made-up words.

    The number of sentences is log-normal, with a median of 11: some 1,400 bytes.
    """
    number = max(5, min(60, round(math.exp(chance.gauss(2.4, 0.45)))))
    told = [cast.tell(each, language) for each in chance.sample(kind.sentences, min(len(kind.sentences), number // 2))]
    told += chance.sample(kinds().common[language], 1)
    made = _ENDS[language].split(vocabulary.sentences(language, WORDS * (number - 1 - len(told))).strip(" ,、。."))
    stop = "。" if language == "ja" else "."
    sentences = [*told, *(each.strip(" ,、。.") + stop for each in made)]
    chance.shuffle(sentences)
    sentences.insert(0, cast.tell(chance.choice(kind.leads), language))
    between = "" if language == "ja" else " "
    size = chance.choice((2, 2, 3))
    return "\n".join(between.join(sentences[at : at + size]) for at in range(0, len(sentences), size))


def written_events() -> list[NewsArticle]:
    """Give the written events as articles of these sites; their numbers are below 0."""
    numbers: dict[str, int] = {}
    found: list[NewsArticle] = []
    for article in articles_of(*FITTED, HELD_OUT):
        number = numbers.setdefault(article.event, -len(numbers) - 1)
        site = len(found) % HOSTS[article.language]
        found.append(NewsArticle(number, article.language, site, article.at, article.title, article.text, ""))
    return found


def event_days(articles: Sequence[NewsArticle], days: int) -> list[datetime.datetime]:
    """Give the days of the stretches of three weeks that have most of these articles, as many as that takes.

    Three weeks, because an article is compared with those of its week and of the weeks around it.
    """
    weeks = Counter(week_of(article.at) for article in articles)
    chosen: set[int] = set()
    while len(chosen) * 7 < days:
        free = [week for week in weeks if not chosen & {week - 1, week, week + 1}]
        best = max(free, key=lambda week: (sum(weeks[week + step] for step in (-1, 0, 1)), -week))
        chosen |= {best - 1, best, best + 1}
    return [week_start(week) + datetime.timedelta(days=day) for week in sorted(chosen) for day in range(1, 8)]
