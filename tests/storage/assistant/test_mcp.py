"""The tools of an assistant, by themselves and through a real client of the official SDK."""

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from storage.assistant.tools import MOST_CHARACTERS, MOST_HITS, MOST_ROWS, Tools
from storage.database.engine import Database
from storage.errors import DatabaseError
from tests.support.commands import ROOT
from tests.support.searchable import Given, store

KOREA = Given("韓国の関税", "韓国が関税を下げる。", language="ja", source="mirai", copies=(("harbor", "exact"),))


def test_each_answer_is_bounded_and_cites_addresses_and_dates(database: Database) -> None:
    [first, *_] = store(database, KOREA, *(Given(f"Tariff {number}", "word " * 9_000) for number in range(60)))
    tools = Tools(database, "Asia/Tokyo")
    hits = tools.search("tariff", limit=10_000)
    assert (hits["total"], len(hits["hits"])) == (60, MOST_HITS)
    assert hits["hits"][0]["url"].startswith("https://n.example/")
    assert hits["hits"][0]["dated_at"].endswith("Z")
    assert len(tools.search("tariff", page=2, limit=50)["hits"]) == 10
    long = tools.article(hits["hits"][0]["id"])
    assert (len(long["text"]), long["text_is_cut"]) == (MOST_CHARACTERS, True)
    assert tools.article(first)["copies"][0]["source"] == "harbor"
    assert tools.timeline("関税")["rows"] == [{"period": "2026-10-09", "language": "ja", "articles": 1}]
    assert {each["source"] for each in tools.sources()["sources"]} == {"harbor", "mirai"}
    assert set(tools.compare_coverage()) == {
        *("since", "counts", "who_takes_from_whom", "in_both", "only_japanese", "only_english")
    }
    many = tools.sql("SELECT 1 FROM articles AS a, articles AS b")
    assert (len(many["rows"]), many["is_cut"]) == (MOST_ROWS, True)
    json.dumps([hits, long, many])


def test_what_cannot_be_answered_is_one_line(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    store(database, KOREA)
    tools = Tools(database, "Asia/Tokyo")
    monkeypatch.setattr("storage.assistant.tools.SECONDS", 0.2)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    asked: list[tuple[Callable[[], object], str]] = [
        (lambda: tools.article(99), "there is no article 99"),
        (lambda: tools.article(10**30), "there is no article 10{30}"),
        (lambda: tools.story(-(10**30)), "there is no story -10{30}"),
        (lambda: tools.timeline("関税", by="hour"), 'by: "hour" is not allowed; allowed: day, month, year'),
        (lambda: tools.search("関税", sort="best"), 'sort: "best" is not allowed; allowed: relevance, newest, oldest'),
        (lambda: tools.search("x" * 30_000), "at most 2,000"),
        (lambda: tools.search("a", source="nobody"), "there are: harbor, mirai"),
        (lambda: tools.sql("UPDATE article SET title = ''"), "refused|only SELECT"),
        (lambda: tools.sql(endless), "longer than 0.2 s"),
        (lambda: tools.compare_coverage("soon"), "no day"),
    ]
    for ask, line in asked:
        with pytest.raises(DatabaseError, match=line):
            ask()
    assert tools.similar(10**30)["similar"] == tools.search("関税", page=10**30)["hits"] == []


def test_a_real_client_asks_over_stdin(database: Database, archive_url: str) -> None:
    store(database, KOREA)

    # Imported here, because each process of the tests collects this file: it is an eighth of that time.
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    async def session() -> tuple[set[str], Any, Any]:
        server = StdioServerParameters(
            command=sys.executable, args=["-m", "crawler", "mcp", "--db", archive_url], cwd=str(ROOT)
        )
        async with stdio_client(server) as (read, write), ClientSession(read, write) as client:
            await client.initialize()
            tools = await client.list_tools()
            found = await client.call_tool("search", {"query": "関税"})
            refused = await client.call_tool("sql", {"query": "DELETE FROM article"})
            return {tool.name for tool in tools.tools}, found, refused

    names, found, refused = asyncio.run(asyncio.wait_for(session(), 120))
    assert names == {
        "search",
        "article",
        "similar",
        "story",
        "timeline",
        "compare_coverage",
        "entities",
        "sources",
        "sql",
    }
    assert json.loads(found.content[0].text)["hits"][0]["title"] == KOREA.title
    assert refused.is_error
    assert "\n" not in refused.content[0].text
