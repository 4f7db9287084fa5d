"""Read and check the content of the sample sites."""

import datetime
import functools
import importlib.resources
import re
import tomllib
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

SiteName = Literal["mirai", "harbor"]
Template = Literal["mirai_a", "mirai_b", "harbor_a", "harbor_b", "harbor_c"]
Metadata = Literal["jsonld", "meta", "visible", "era", "none"]
Outcome = Literal["not_article", "refused", "failed", "article", "edge_only", "no_edge"]

SITES: tuple[SiteName, ...] = ("mirai", "harbor")
ARTICLE_FILES = ("mirai_ja.toml", "mirai_en.toml", "other_languages.toml", "harbor.toml")
#: The other two keep their lead in the meta description only.
TEMPLATES_WITH_VISIBLE_LEAD = frozenset({"mirai_a", "mirai_b", "harbor_a"})
TEMPLATES_WITHOUT_PICTURE = frozenset({"harbor_b", "harbor_c"})
JST = datetime.timezone(datetime.timedelta(hours=9))
_MARKS = {"## ": "subheading", "> ": "quotation"}
_INLINE_LINK = re.compile(r"\[\[([^|\]]+)\|([^\]]+)\]\]")


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Run(_Table):
    """A run of words within a paragraph.

    ``to`` names the article that it links to, "" for plain words.
    """

    words: str
    to: str = ""


class Block(_Table):
    """A paragraph, a heading between paragraphs, or a quotation."""

    runs: tuple[Run, ...]
    kind: Literal["paragraph", "subheading", "quotation"] = "paragraph"

    @property
    def words(self) -> str:
        """Return the block's text without markup."""
        return "".join(run.words for run in self.runs)


class Edit(_Table):
    """An editor's changes between edition 1 and 2."""

    title: str
    modified: str
    body: str


class Article(_Table):
    """One article's page.

    ``published`` is ISO 8601: with a time and zone an instant, else a day; "" is nothing.

    ``copy_of`` is the article whose words it has too, ``page_of`` the one whose later page it is.
    """

    key: str
    site: SiteName
    path: str
    template: Template
    metadata: Metadata
    language: str = ""
    title: str = ""
    raw_title: str = ""
    stored_title: str = ""
    alt: str = ""
    lead: str = ""
    body: str = ""
    published: str = ""
    modified: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    section: str = ""
    canonical: str = ""
    amp_path: str = ""
    print_path: str = ""
    pages: int = 1
    ticker: bool = False
    encoding: str = "utf-8"
    content_type: str = "text/html; charset=utf-8"
    meta_charset: str = "utf-8"
    copy_of: str = ""
    page_of: str = ""
    edition2: Edit | None = None

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Return the body's paragraphs in order."""
        return tuple(_block(line) for line in self.body.strip().splitlines() if line.strip())

    @property
    def lead_is_visible(self) -> bool:
        """Return whether the page shows the lead before the body."""
        return self.template in TEMPLATES_WITH_VISIBLE_LEAD

    @property
    def text(self) -> str:
        """Return the article's text: the visible lead, then each paragraph on a line."""
        lead = [self.lead] if self.lead_is_visible else []
        return "\n".join([*lead, *(block.words for block in self.blocks)])

    @property
    def published_precision(self) -> Literal["instant", "day"] | None:
        """Return the precision of the page's publication date."""
        if not self.published:
            return None
        return "instant" if "T" in self.published else "day"

    def in_edition(self, edition: int) -> "Article":
        """Return the article of edition 1 or 2."""
        if edition < 2 or self.edition2 is None:
            return self
        return self.model_copy(update=self.edition2.model_dump())


class Address(_Table):
    """A planted address that is no article's own; see ``content/addresses.toml``."""

    key: str
    outcome: Outcome
    reason: str
    site: SiteName | None = None
    path: str = ""
    url: str = ""
    answer: str = ""
    status: int = 200
    target: str = ""
    hops: int = 0
    article: str = ""
    title: str = ""
    summary: str = ""
    language: str = ""
    linked: bool = True


class Listing(_Table):
    """A start page: a section, a feed or a sitemap index with one gzipped child."""

    name: str
    site: SiteName
    path: str
    kind: Literal["section", "rss", "atom", "sitemap_index"]
    title: str
    articles: tuple[str, ...]
    child: str = ""


class Content(_Table):
    """The content of both sites."""

    articles: Mapping[str, Article]
    addresses: Mapping[str, Address]
    links: Mapping[str, str]
    cards: Mapping[str, tuple[tuple[str, str, str], ...]]
    listings: tuple[Listing, ...]
    ranking: Mapping[SiteName, tuple[str, ...]]
    start: str


def parse_time(value: str) -> datetime.datetime | None:
    """Parse an article's ``published`` into UTC.

    A day is its midnight in Japan, the sample config's zone.
    """
    if not value:
        return None
    moment = datetime.datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=JST)).astimezone(datetime.UTC)


@functools.cache
def load_content() -> Content:
    """Load the content of both sites.

    Raises ``pydantic.ValidationError`` or ``KeyError`` for mistakes in it.
    """
    tables = [table for name in ARTICLE_FILES for table in _read(name)["article"]]
    articles = {table["key"]: Article.model_validate(table) for table in tables}
    for key, article in articles.items():
        if article.copy_of:
            original = articles[article.copy_of]
            words = {name: getattr(original, name) for name in ("language", "title", "lead", "body", "tags")}
            articles[key] = article.model_copy(update=words)
    rest = _read("cards.toml")
    return Content.model_validate(
        {
            "articles": articles,
            "addresses": {table["key"]: table for table in _read("addresses.toml")["address"]},
            "links": rest["links"],
            "cards": rest["cards"],
            "listings": rest["listing"],
            "ranking": rest["ranking"],
            "start": rest["start"],
        }
    )


def _read(name: str) -> dict[str, Any]:
    """Read one file of ``content/``, unchecked."""
    resource = importlib.resources.files("crawler.sample").joinpath("content", name)
    return tomllib.loads(resource.read_text(encoding="utf-8"))


def _block(line: str) -> Block:
    """Split a line of ``body`` at its inline links."""
    kind, words = next(
        ((kind, line.removeprefix(mark)) for mark, kind in _MARKS.items() if line.startswith(mark)), ("paragraph", line)
    )
    parts = _INLINE_LINK.split(words)
    runs = [Run(words=parts[0])] if parts[0] else []
    for to, linked, plain in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        runs.append(Run(words=linked, to=to))
        if plain:
            runs.append(Run(words=plain))
    return Block.model_validate({"runs": runs, "kind": kind})
