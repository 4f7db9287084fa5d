"""Choose what the report tells of the news: stories once each, and names that rise."""

import dataclasses
import datetime
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, text

from storage.column_types import UTCDateTime
from storage.report.figures import StoryArticle, StoryFigures

MOST_TOLD = 8
"""Stories of each list."""

LEAD = 220
"""Characters of a lead."""

USUAL = datetime.timedelta(days=28)
LEAST_NEW, LEAST_TIMES, MOST_RISING = 3, 3.0, 10
"""Articles of the period that a rising name needs, how many times its usual number they are, and names told."""

KNOWN_FOR = datetime.timedelta(days=7)
"""How old an archive has to be, for its past to say what is usual."""


@dataclasses.dataclass(frozen=True, slots=True)
class TopStory:
    """A story as it is told: the first article of each language, the first of all, and who else reported it."""

    story: StoryFigures
    first: StoryArticle
    headlines: tuple[StoryArticle, ...]
    sources: tuple[str, ...]

    @property
    def lead(self) -> str:
        """The beginning of the first headline's article, cut at a sentence or word."""
        beginning = self.headlines[0].beginning.strip().partition("\n")[0]
        if len(beginning) <= LEAD:
            return beginning
        cut = beginning[:LEAD]
        end = max(cut.rfind("。"), cut.rfind(". "), cut.rfind(" "), LEAD // 2)
        return cut[: end + 1].rstrip() + "…"


@dataclasses.dataclass(frozen=True, slots=True)
class Rising:
    """A name that more articles have than usual: ``usual`` is the number of such a period in the four weeks before."""

    id: int
    name: str
    articles: int
    usual: float


def told_stories(stories: Sequence[StoryFigures]) -> dict[str, list[TopStory]]:
    """Give the stories of most sources in both languages, in Japanese only and in English only; each story once."""
    lists: dict[str, list[TopStory]] = {"both": [], "ja": [], "en": []}
    for story in stories:
        if not any(each.fresh for each in story.members):
            continue
        kind = "both" if story.articles_ja and story.articles_en else "ja" if story.articles_ja else "en"
        if len(lists[kind]) < MOST_TOLD:
            lists[kind].append(_told(story))
    return lists


def _told(story: StoryFigures) -> TopStory:
    first_of = {code: next((each for each in story.members if each.language == code), None) for code in ("ja", "en")}
    headlines = tuple(each for each in first_of.values() if each is not None) or story.members[:1]
    names = tuple(dict.fromkeys(each.source for each in story.members))
    return TopStory(story, story.members[0], headlines, names)


def rising_names(connection: Connection, since: datetime.datetime, now: datetime.datetime) -> list[Rising]:
    """Find the names that rise in the articles that are new since then, against the four weeks before."""
    first = connection.execute(text("SELECT min(first_seen_at) FROM article")).scalar()
    began = datetime.datetime.fromisoformat(first) if isinstance(first, str) else first
    if began is None or since - began < KNOWN_FOR:
        return []
    share = (now - since) / min(USUAL, since - began)
    statement = text(
        "SELECT owner.id, owner.name_ja, owner.name_en,"
        " sum(CASE WHEN article.first_seen_at >= :since THEN 1 ELSE 0 END) AS articles,"
        " sum(CASE WHEN article.first_seen_at < :since THEN 1 ELSE 0 END) AS before"
        " FROM article JOIN article_entity ON article_entity.article_id = article.id"
        " JOIN entity ON entity.id = article_entity.entity_id"
        " JOIN entity AS owner ON owner.id = coalesce(entity.same_as_id, entity.id)"
        " WHERE article.first_seen_at >= :begin AND article.first_seen_at <= :now"
        " GROUP BY owner.id, owner.name_ja, owner.name_en"
    ).bindparams(*(bindparam(name, type_=UTCDateTime()) for name in ("since", "begin", "now")))
    rows = connection.execute(statement, {"since": since, "begin": since - USUAL, "now": now})
    found = []
    for row in rows:
        usual = float(row.before) * share
        if row.articles >= LEAST_NEW and row.articles >= LEAST_TIMES * max(usual, 0.5):
            found.append(Rising(row.id, row.name_ja or row.name_en, int(row.articles), round(usual, 1)))
    return sorted(found, key=lambda each: (-each.articles / max(each.usual, 0.5), -each.articles, each.id))[
        :MOST_RISING
    ]
