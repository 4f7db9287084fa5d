"""Made-up news: events over some days, each told by articles in one language or both."""

import dataclasses
import datetime
import functools
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.archives.sentences import Cast, Sentence, corpus
from storage.stories.term_index import week_of, week_start
from tests.support.generated_words import Vocabulary
from tests.support.story_events import FITTED, HELD_OUT, articles_of

OWN = 14
"""Further sentences that the articles of an event choose from, in each language."""

FOLLOW_UP = 0.12
"""Of the articles of an event, those that appear days later."""

HOSTS = {"ja": 30, "en": 30}
"""Sites of each language; the first ones publish most."""


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
        for article in _event(chance, vocabulary, number * 1_000_000 + events, day, ends):
            written += 1
            yield article


@functools.cache
def _vocabulary() -> Vocabulary:
    return Vocabulary()


def _event(
    chance: random.Random, vocabulary: Vocabulary, event: int, day: datetime.datetime, ends: datetime.datetime
) -> Iterator[NewsArticle]:
    known = corpus()
    told = chance.choice(known.events)
    first = day - datetime.timedelta(minutes=chance.randint(0, 1_439))
    cast = Cast(chance, known, first)
    for sentences in (*told.headlines.values(), *told.leads.values()):
        for sentence in sentences:
            for kind, key in sentence.gaps:
                if kind == "n":
                    cast.own(key)
    own = {language: chance.sample(known.sentences[language], OWN) for language in ("ja", "en")}
    articles = 1 if chance.random() < 0.45 else 2 + min(14, int(chance.expovariate(0.5)))
    either = chance.random() < 0.6  # told in both languages
    for _ in range(articles):
        language = chance.choice(("ja", "en")) if either else "ja" if event % 2 else "en"
        later = chance.expovariate(1 / 240) + (chance.uniform(2_000, 6_000) if chance.random() < FOLLOW_UP else 0)
        at = min(ends, first + datetime.timedelta(minutes=later))
        site = min(int(chance.paretovariate(0.9)) - 1, HOSTS[language] - 1)
        choose = chance.choice
        title = cast.fill(choose(told.headlines[language]))
        text = _text(chance, vocabulary, cast, choose(told.leads[language]), own[language])
        authors = choose(known.names)[language != "ja"] if chance.random() < 0.5 else ""
        yield NewsArticle(event, language, site, at.replace(second=0, microsecond=0), title, text, authors)


def _text(chance: random.Random, vocabulary: Vocabulary, cast: Cast, lead: Sentence, own: list[Sentence]) -> str:
    """Write paragraphs: the lead, sentences of the event, and as many of made-up words.

    The number of sentences is log-normal, with a median of 11: some 1,400 bytes.
    """
    japanese = lead.language == "ja"
    number = max(5, min(60, round(math.exp(chance.gauss(2.4, 0.45)))))
    sentences = [cast.fill(each) for each in chance.sample(own, min(len(own), (number + 1) // 2))]
    while len(sentences) < number - 1:
        made = vocabulary.sentences(lead.language, chance.randint(8, 22)).strip(" ,、。.")
        sentences.append(f"{made}。" if japanese else f"{made}.")
    chance.shuffle(sentences)
    sentences.insert(0, cast.fill(lead))
    between = "" if japanese else " "
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
