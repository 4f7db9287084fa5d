"""Operators of queries, each against the truth by plain Python: the same on both databases."""

import datetime
import re
from collections.abc import Callable

import pytest

from storage.database.engine import Database
from storage.search.finder import POOL, Filters
from storage.search.names import check_names
from storage.search.nodes import QueryError
from storage.search.parse import parse_query
from storage.search.query import count_candidates, find_ids
from tests.support.searchable import NOW, Given, found, store, titles

TARIFF = Given("Tariffs on rice rise", "The U.S. raised tariffs by 10%.", source="harbor", age=1, authors="Jane Doe")
US = Given("A letter to us", "Ten readers wrote to us, 10 of them twice.", source="harbor", age=2)
KOREA = Given("韓国と関税", "韓国の首相は関税を話し合った。", language="ja", source="mirai", age=3, authors="山田 太郎")
TAIWAN = Given(
    "台湾の選挙", "台湾で選挙があり、遠く離れた韓国も関税とともに見守った。", language="ja", source="mirai", age=4
)
RICE = Given("コメの値段", "コメは10％上がった。", language="ja", source="minato", age=5, copies=(("harbor", "exact"),))
COMMENT = Given("コメントなし", "首相はコメントを避けた。", language="ja", source="minato", age=40)
RATES = Given(
    "Bank holds rates", "The rate decision: interest rates stay.", source="wire", age=6, authors="Jane Roe; Ed Poe"
)
RATED = Given("A rated film", "Interest in high rates of it is small. It cost 110%.", source="wire", age=400)
ALL = (TARIFF, US, KOREA, TAIWAN, RICE, COMMENT, RATES, RATED)


def body(each: Given) -> str:
    return f"{each.title}\n{each.text}"


def has(pattern: str, flags: int = re.IGNORECASE) -> Callable[[Given], bool]:
    return lambda each: re.search(pattern, body(each), flags) is not None


def titled(pattern: str) -> Callable[[Given], bool]:
    return lambda each: re.search(pattern, each.title, re.IGNORECASE) is not None


korea, taiwan, tariff, rates = has("韓国"), has("台湾"), has("関税"), has(r"\brate")
TRUTHS: dict[str, Callable[[Given], bool]] = {
    "韓国 OR tariff": lambda each: korea(each) or has("tariff")(each),
    "韓国 | 台湾": lambda each: korea(each) or taiwan(each),
    "韓国 OR 台湾 関税": lambda each: (korea(each) or taiwan(each)) and tariff(each),
    "関税 (韓国 OR 台湾) -選挙": lambda each: tariff(each) and not has("選挙")(each),
    "(rates film) OR 関税": lambda each: (rates(each) and has("film")(each)) or tariff(each),
    "-(韓国 OR rates)": lambda each: not (korea(each) or rates(each)),
    "-(interest bank)": lambda each: not (has("interest")(each) and has("bank")(each)),
    "関*": has("関"),
    "tarif*": has(r"\btarif"),
    "rat*": has(r"\brat"),
    "tarif* OR コメ": lambda each: has(r"\btarif|コメ")(each),
    "title:関税": titled("関税"),
    "title:rate": titled(r"\brate"),
    "-title:関税 関税": lambda each: tariff(each) and not titled("関税")(each),
    'title:"bank holds"': titled("bank holds"),
    "title:韓国 OR title:台湾": titled("韓国|台湾"),
    "source:mirai": lambda each: each.source == "mirai",
    "source:harbor": lambda each: each.source == "harbor" or each is RICE,
    "関税 -source:mirai": lambda each: tariff(each) and each.source != "mirai",
    "source:wire OR 台湾": lambda each: each.source == "wire" or taiwan(each),
    'source:wire OR "コメ"': lambda each: each.source == "wire" or each is RICE,
    "lang:ja": lambda each: each.language == "ja",
    "lang:en -rates": lambda each: each.language == "en" and not rates(each),
    "site:n.example": lambda _: True,
    "site:example 関税": tariff,
    "-site:n.example": lambda _: False,
    "author:doe": lambda each: each is TARIFF,
    'author:"Jane Roe"': lambda each: each is RATES,
    "author:山田": lambda each: each is KOREA,
    "author:Jane -author:Poe": lambda each: each is TARIFF,
    "after:2026-10-06": lambda each: each.age is not None and each.age <= 4,
    "before:2026-10": lambda each: each.age is not None and each.age > 9,
    "after:2026-08-15 before:2026-10": lambda each: each is COMMENT,
    "after:10d": lambda each: each.age is not None and each.age <= 10,
    "U.S.": has(r"\bU\.S\.|\bUS\b", 0),
    "US": has(r"\bU\.S\.|\bUS\b", 0),
    "us": has(r"\bus\b"),
    "10%": lambda each: each in (TARIFF, RICE),
    "10": lambda each: each in (TARIFF, US, RICE),
    '"コメ"': lambda each: each is RICE,
    "コメ": has("コメ"),
    '"rates"': has(r"\brates\b"),
    '"interest rates"': has("interest rates"),
    '"Tariff"': lambda _: False,
    "韓国 NEAR/8 関税": lambda each: each in (KOREA, TAIWAN),
    "韓国 NEAR/0 関税": lambda _: False,
    "関税 NEAR/1 韓国": lambda each: each in (KOREA, TAIWAN),
    "interest NEAR/1 rates": lambda each: each is RATES,
    "interest NEAR rates": lambda each: each in (RATES, RATED),
    "-(interest NEAR/1 rates) rates": lambda each: rates(each) and each is not RATES,
    "韓国 AND 関税": lambda each: korea(each) and tariff(each),
}  # fmt: skip


def test_every_operator_finds_what_plain_python_finds(database: Database) -> None:
    ids = dict(zip(store(database, *ALL), ALL, strict=True))
    wrong = {}
    for words, truth in TRUTHS.items():
        expected = sorted(each.title for each in ALL if truth(each))
        query = parse_query(words, now=NOW)
        for sort in ("relevance", "newest", "oldest"):
            if sorted(each.title.text for each in found(database, query, sort=sort)) != expected:
                wrong[words, sort] = sorted(each.title.text for each in found(database, query, sort=sort))
        with database.reading() as connection:
            if sorted(ids[each].title for each in find_ids(connection, query)) != expected:
                wrong[words, "ids"] = expected
            if count_candidates(connection, query) < len(expected):
                wrong[words, "count"] = expected
    assert wrong == {}


def test_days_are_those_of_the_readers_time_zone() -> None:
    [part] = parse_query("after:2026-10-05", "Asia/Tokyo").parts
    assert getattr(part, "value", None) == datetime.datetime(2026, 10, 4, 15, tzinfo=datetime.UTC)


def test_every_hit_is_reached_once_by_pages(database: Database) -> None:
    store(
        database,
        *(Given(f"Tariff {number}", "A tariff. " * (number % 7 + 1), age=number / 50) for number in range(POOL + 60)),
    )
    for words in ("tariff", '"a tariff"'):
        for sort in ("relevance", "newest", "oldest"):
            pages = [found(database, words, limit=100, offset=first, sort=sort) for first in (0, 100, 200, 300)]
            ids = [hit.id for page in pages for hit in page]
            assert len(ids) == len(set(ids)) == POOL + 60
            assert ids == [hit.id for hit in found(database, words, limit=1_000, sort=sort)]


def test_several_sources_and_the_oldest_first(database: Database) -> None:
    store(database, *ALL)
    assert titles(database, "-nothing", Filters(sources=("wire", "minato")), sort="oldest") == [
        RATED.title, COMMENT.title, RATES.title, RICE.title,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("source:nobody 関税", 'no article has the source "nobody"; there are: harbor, minato, mirai, wire'),
        ("関税 OR -lang:jp", 'no article has the language "jp"; there are: en, ja'),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(database: Database, words: str, line: str) -> None:
    store(database, *ALL)
    with database.reading() as connection, pytest.raises(QueryError) as raised:
        check_names(connection, parse_query(words))
    assert str(raised.value) == line
