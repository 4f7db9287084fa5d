"""Find the words of the other language for a query: listed ones, names, else from stories and links across languages.

The articles of a query are in stories; what other languages report in the same stories is compared with the rest of the
archive. A word is offered where it and the query occur in the same stories: 関税 and tariff.
"""

import dataclasses
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text

from storage.scripts import HAN_BLOCK, KATAKANA
from storage.search.counterparts import counterparts, key_of, query_key
from storage.search.finder import Filters
from storage.search.folding import fold, stem
from storage.search.nodes import Query, Word
from storage.search.parse import parse_query
from storage.search.query import count_candidates, newest_candidates

LOOKED_AT = 200
"""Newest articles of a query, or of a word, that are looked at."""

SIBLINGS = 200
"""Articles in the other language whose words are compared."""

SAMPLE = 300
"""Newest articles in the other language that show how frequent a word is anywhere."""

BEGINNING = 300
"""Characters of a text whose words are compared."""

LEAST_STORIES = 3
LEAST_SHARE = 0.3
"""Of the stories in both languages, the share that has the word."""

LEAST_OVERLAP = 0.6
"""Of the stories in both languages that have the query or the word, the share that has both, twice counted (Dice).
Chosen on the written events that stories are fitted by."""

LEAST_EVIDENCE = 2.25
"""Stories with both, times the overlap: few stories have to agree better."""

LEAST_WHOLE = 1 / 3
"""The share of a Japanese word's stories that have it as a run of its own, and not only within a longer one."""

LEAST_LIFT = 3.0
"""How many times as often as in the archive the stories have the word."""

COMPARED, OFFERED = 5, 3

MOST_WORDS, MOST_LEARNT_WORDS = 5, 2
"""Words of a query that is looked up, and of one whose counterpart stories show."""

_ENGLISH = re.compile(r"[a-z][a-z'-]{2,}")
_JAPANESE = re.compile(f"[{HAN_BLOCK}々]{{2,8}}|[{KATAKANA}]{{2,16}}")
_OKURIGANA = frozenset("いえきけげしせちてびべみめりれ")  # with which a noun of kanji ends: 利上げ, 取引
_OTHER = {"ja": "en", "en": "ja"}

# Written so that no database begins with the index by language, which holds half of all articles.
_IN_STORIES = """
SELECT theirs.story_id AS unit, theirs.id AS article_id
FROM articles AS theirs
WHERE coalesce(theirs.language, '') = :other AND theirs.story_id IN (
    SELECT mine.story_id FROM articles AS mine WHERE mine.id IN :ids AND coalesce(mine.language, '') = :own)"""
_BY_LINKS = """
SELECT -theirs.id AS unit, theirs.id AS article_id
FROM related_links AS link
JOIN articles AS mine ON mine.id = link.{mine} AND coalesce(mine.language, '') = :own
JOIN articles AS theirs ON theirs.id = link.{theirs} AND coalesce(theirs.language, '') = :other
WHERE link.{mine} IN :ids"""
_SIBLINGS = " UNION ".join(
    (
        _IN_STORIES,
        _BY_LINKS.format(mine="article_id", theirs="related_article_id"),
    )
)
_WITH_WORDS = f"""
SELECT sibling.unit, articles.title, substr(articles.text, 1, :beginning) AS text
FROM (SELECT unit, article_id FROM ({_SIBLINGS}) AS known ORDER BY article_id DESC, unit LIMIT :most) AS sibling
JOIN articles ON articles.id = sibling.article_id"""  # noqa: S608 - our own words
# Without stories, SQLite's statistics advise a scan for each article: none may be looked up that is in no story.
_SHARED_STORIES = """
SELECT DISTINCT story_id FROM articles AS mine WHERE mine.id IN :ids AND mine.story_id IS NOT NULL
AND EXISTS (
    SELECT 1 FROM articles AS theirs
    WHERE theirs.story_id = mine.story_id AND coalesce(theirs.language, '') = :other)"""
_LANGUAGE = re.compile(r"coalesce\((\w+\.language), ''\)")
"""It keeps SQLite from going through all articles of a language. PostgreSQL takes one in 200 to have the language then,
and compares each article of it with each link: over 100 s for a common word in 100,000 articles."""


@dataclasses.dataclass(frozen=True, slots=True)
class OtherWord:
    """A word of the other language; ``articles`` is how many have it at most.

    ``origin`` is ``list`` or ``name`` for a word that means the same for certain, else ``stories``.
    """

    words: str
    language: str
    articles: int
    stories: int
    overlap: float
    origin: str = "stories"


def other_words(connection: Connection, query: Query, timezone: str) -> list[OtherWord]:
    """Find at most three words of the other language for a query of a few words, the surest first.

    Where a list or a name of the archive gives words, these. Else the one that stories show, for a query of one or two
    words: the surest one, if the query's word is the surest one for it. Reads at most 200 of the newest articles of the
    query, of its word, and of five words for each then.
    """
    if not 1 <= len(query.words) <= MOST_WORDS or any(not isinstance(part, Word) for part in query.parts):
        return []
    if known := _known(connection, query, timezone):
        return known
    if len(query.words) > MOST_LEARNT_WORDS or not (learnt := _learnt(connection, query, timezone)):
        return []
    back = _learnt(connection, parse_query(f'"{learnt[0].words}"', timezone), timezone)
    there, here = query_key(query), key_of(back[0].words) if back else ""
    return learnt[:1] if here and (here in there or there in here) else []


def _learnt(connection: Connection, query: Query, timezone: str) -> list[OtherWord]:
    """Give the words of the other language that occur in the same stories as a query, the surest first."""
    ids = newest_candidates(connection, query, Filters(), LOOKED_AT)
    own = _language(connection, ids)
    if own is None:
        return []
    other = _OTHER[own]
    units = _words_by_unit(connection, ids, own, other)
    if len(units) < LEAST_STORIES:
        return []
    known = _stories(connection, ids, other)
    offered: list[OtherWord] = []
    for words, _ in _telling(connection, units, other)[:COMPARED]:
        asked = parse_query(f'"{words}"', timezone)
        theirs = newest_candidates(connection, asked, Filters(language=other), LOOKED_AT)
        stories = _stories(connection, theirs, own)
        both = len(known & stories)
        overlap = 2 * both / (len(known) + len(stories)) if both else 0.0
        if overlap >= LEAST_OVERLAP and both * overlap >= LEAST_EVIDENCE:
            number = count_candidates(connection, asked, Filters(language=other))
            offered.append(OtherWord(words, other, number, both, round(overlap, 2)))
    return sorted(offered, key=lambda word: (-word.overlap, -word.articles, word.words))


def _known(connection: Connection, query: Query, timezone: str) -> list[OtherWord]:
    """Give the words that mean the same for certain, and that articles have; those in most articles first."""
    found: dict[str, OtherWord] = {}
    for words, language, origin in counterparts(connection, query):
        exact = parse_query(f'"{words}"', timezone)
        number = count_candidates(connection, exact, Filters(language=language))
        if number and words.casefold() not in found:
            found[words.casefold()] = OtherWord(words, language, number, 0, 1.0, origin)
    return sorted(found.values(), key=lambda word: (-word.articles, word.words))[:OFFERED]


def _language(connection: Connection, ids: Sequence[int]) -> str | None:
    """Give the language that most of these articles have; None where it is neither Japanese nor English."""
    counted = Counter(row.language for row in _rows(connection, "SELECT language FROM articles WHERE id IN :ids", ids))
    most = max(counted, key=lambda language: counted[language], default="")
    return most if most in _OTHER else None


def _stories(connection: Connection, ids: Sequence[int], other: str) -> set[int]:
    """Give the stories of articles that are in the other language too."""
    return {row.story_id for row in _rows(connection, _SHARED_STORIES, ids, other=other)}


def _rows(connection: Connection, query: str, ids: Sequence[int], **values: Any) -> Sequence[Any]:
    if not ids:
        return []
    if connection.dialect.name != "sqlite":
        query = _LANGUAGE.sub(r"\1", query)
    statement = text(query).bindparams(bindparam("ids", list(ids), expanding=True))
    return connection.execute(statement, values).all()


def _words_by_unit(connection: Connection, ids: Sequence[int], own: str, other: str) -> dict[int, dict[str, bool]]:
    """Give the words in the other language by story or linked article, and whether each stands by itself."""
    units: dict[int, dict[str, bool]] = {}
    values = {"own": own, "other": other, "beginning": BEGINNING, "most": SIBLINGS}
    for row in _rows(connection, _WITH_WORDS, ids, **values):
        words = units.setdefault(row.unit, {})
        for word, is_whole in words_of(f"{row.title}\n{row.text}", other):
            words[word] = words.get(word, False) or is_whole
    return units


def words_of(beginning: str, language: str) -> Iterable[tuple[str, bool]]:
    """Give the words and parts of runs of a text, and whether each stands by itself; other languages as English."""
    folded = fold(beginning)
    if language != "ja":
        words = _ENGLISH.findall(folded)
        pairs = (f"{one} {two}" for one, two in itertools.pairwise(words))
        yield from ((word, True) for word in (*words, *(pair for pair in pairs if pair in folded)))
        return
    for match in _JAPANESE.finditer(folded):
        run = match[0]
        yield run, True
        ending = folded[match.end() : match.end() + 1]
        if ending in _OKURIGANA:
            yield run[-2:] + ending, True
        if len(run) > 2 and not re.match(f"[{KATAKANA}]", run):
            yield from ((run[at : at + size], False) for size in (2, 3, 4) for at in range(len(run) - size + 1))


def _telling(connection: Connection, units: Mapping[int, Mapping[str, bool]], language: str) -> list[tuple[str, float]]:
    """Give the words that these stories have far more often than the archive, the most telling first."""
    forms: dict[str, Counter[str]] = {}
    counts: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for words in units.values():
        whole.update(word for word, is_whole in words.items() if is_whole)
        by_stem: dict[str, str] = {}
        for word in words:
            key = " ".join(map(stem, word.split(" "))) if language == "en" else word
            by_stem[key] = min(by_stem.get(key, word), word, key=lambda form: (len(form), form))
        counts.update(by_stem.keys())
        for key, form in by_stem.items():
            forms.setdefault(key, Counter())[form] += 1
    least = max(LEAST_STORIES, LEAST_SHARE * len(units))
    frequent = [key for key, number in counts.most_common(200) if number >= least]
    apart = [key for key in frequent if not _is_part(key, counts[key], frequent, counts)]
    if language == "ja":
        apart = [key for key in apart if whole[key] >= LEAST_WHOLE * counts[key]]
    sample = _sample(connection, language)
    scored = []
    for key in apart[: 4 * COMPARED]:
        form = forms[key].most_common(1)[0][0]
        usual = (sum(form in beginning for beginning in sample) + 0.5) / (len(sample) + 1)
        lift = counts[key] / len(units) / usual
        if lift >= LEAST_LIFT:
            scored.append((form, counts[key] * math.log(lift)))
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))


def _sample(connection: Connection, language: str) -> list[str]:
    """Read the beginnings of the newest articles in a language, folded."""
    rows = connection.execute(
        text(
            "SELECT articles.title, substr(articles.text, 1, :beginning) AS text FROM search_document"
            " JOIN articles ON articles.id = search_document.article_id WHERE search_document.language = :language"
            " ORDER BY search_document.dated_at DESC LIMIT :sample"
        ),
        {"language": language, "beginning": BEGINNING, "sample": SAMPLE},
    )
    return [fold(f"{row.title}\n{row.text}") for row in rows]


def _is_part(key: str, number: int, keys: Iterable[str], counts: Mapping[str, int]) -> bool:
    """Tell whether a word occurs only within a longer one of the list."""
    return any(key != other and key in other and counts[other] >= number for other in keys)
