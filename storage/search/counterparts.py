"""Look up the words of the other language for a query: in a list of words of news, and among the archive's names."""

import functools
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, text

from storage.search.folding import Piece, fold, split_pieces
from storage.search.nodes import Query, Word
from storage.search.variants import fold_variants

MOST_NAMES = 50
"""Names that begin like the query and are compared with it."""


def counterparts(connection: Connection, query: Query) -> Iterator[tuple[str, str, str]]:
    """Give the words of the other language, their language, and where they are from: ``list`` or ``name``."""
    pieces = _pieces(query)
    key = _key(pieces)
    in_english, in_japanese = _listed()
    yield from ((word, "en", "list") for word in in_english.get(key, ()))
    yield from ((word, "ja", "list") for word in in_japanese.get(key, ()))
    own, other, language = ("name_ja", "name_en", "en") if pieces[0].is_run else ("name_en", "name_ja", "ja")
    for name in _names(connection, own, other, pieces[0].text, key):
        yield name, language, "name"


def _names(connection: Connection, own: str, other: str, beginning: str, key: str) -> Iterator[str]:
    """Give the other names of what is named like the query, those in most articles first."""
    escaped = beginning.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    asked = text(
        f"SELECT {own} AS own, {other} AS other FROM entities"  # noqa: S608 - columns of our own
        f" WHERE lower({own}) LIKE :name ESCAPE '!' AND {other} IS NOT NULL ORDER BY articles DESC LIMIT {MOST_NAMES}"
    )
    yield from (row.other for row in connection.execute(asked, {"name": f"{escaped}%"}) if key_of(row.own) == key)


@functools.cache
def _listed() -> tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]:
    """Read the list, by the keys of Japanese and of English words."""
    file = Path(__file__).with_name("counterparts.toml")
    words: Mapping[str, Sequence[str]] = tomllib.loads(file.read_text(encoding="utf-8"))["words"]
    in_english = {key_of(japanese): english[:1] for japanese, english in words.items()}
    in_japanese: dict[str, list[str]] = {}
    for japanese, english in words.items():
        for word in english:
            in_japanese.setdefault(key_of(word), []).append(japanese)
    return in_english, in_japanese


def query_key(query: Query) -> str:
    """Give the key of a query's words."""
    return _key(_pieces(query))


def _pieces(query: Query) -> list[Piece]:
    return [piece for part in query.parts if isinstance(part, Word) for piece in part.forms[0].pieces]


def key_of(words: str) -> str:
    """Give the key of a word or name as it is written: its pieces, as the index has them."""
    return _key(piece for piece, _, _ in split_pieces(fold_variants(fold(words))[0]))


def _key(pieces: Iterable[Piece]) -> str:
    return " ".join(piece.text for piece in pieces)
