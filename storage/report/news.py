"""Choose what the report tells of the news: stories once each, and what saved searches matched."""

import dataclasses
import datetime
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, text

from storage.column_types import UTCDateTime
from storage.report.figures import StoryArticle, StoryFigures
from storage.snapshot.local_time import sqlite_value
from storage.web.safe_text import clean_text, title_or_dash, web_address

MOST_TOLD = 8
"""Stories of each list."""

LEAD = 220
"""Characters of a lead."""

MOST_WATCHED = 5
"""Headlines of a watch."""


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
class Watched:
    """A saved search with what it matched since the report's beginning: headlines once each, ``matches`` in all."""

    name: str
    matches: int
    headlines: tuple[StoryArticle, ...]


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


def brief(stories: Sequence[StoryFigures]) -> str:
    """Write the stories as plain text: one line for the headlines of each, one for its first source and address."""
    lines = []
    for told in (each for listed in told_stories(stories).values() for each in listed):
        lines.append(" / ".join(title_or_dash(each.title) for each in told.headlines))
        number = f"{told.story.articles} article{'' if told.story.articles == 1 else 's'}"
        lines.append(f"    {clean_text(told.first.source)} first, {number}: {web_address(told.first.url) or '–'}")
    return "\n".join(lines)


def watched_news(connection: Connection, since: datetime.datetime) -> list[Watched]:
    """Read what the saved searches matched since then, the newest first, the first article of each story."""
    statement = text(
        "SELECT watch, articles.id, articles.story_id, source, language, title, url, matched_at FROM watch_matches"
        " JOIN articles ON articles.id = watch_matches.article_id WHERE matched_at >= :since"
        " ORDER BY watch, matched_at DESC, articles.id DESC"
    ).bindparams(bindparam("since", type_=UTCDateTime()))
    found: dict[str, list[StoryArticle]] = {}
    for row in connection.execute(statement, {"since": since}):
        article = StoryArticle(
            row.id, row.story_id or -row.id, row.source, row.language, row.title, row.url,
            str(sqlite_value(row.matched_at)), fresh=True,
        )  # fmt: skip
        found.setdefault(row.watch, []).append(article)
    watched = []
    for name, matched in found.items():
        once = {each.story_id: each for each in reversed(matched)}
        watched.append(Watched(name, len({each.id for each in matched}), tuple(once.values())[::-1][:MOST_WATCHED]))
    return watched
