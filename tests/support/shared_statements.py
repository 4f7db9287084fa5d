"""Compile each SQL statement once for all engines of one kind, as one process of a user's does."""

import datetime
import tempfile
from typing import Any

from sqlalchemy import URL, Engine, create_engine

import storage.database.engine
from pipelines.addresses.place import place
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from pipelines.text_rules import PipelineRules
from pipelines.workers.precompute import precompute
from storage.database.crawl_lock import NO_OTHERS
from storage.database.open import open_database
from storage.scope import Scope
from storage.visit import Lease, Visit
from storage.writer.transactions import RunStart, Transactions

_FIRST: dict[tuple[str, str], Engine] = {}


def _create_engine(url: str | URL, **options: Any) -> Engine:
    """Make an engine with the dialect and the compiled statements of the first one of its kind that has connected."""
    engine = create_engine(url, **options)
    first = _FIRST.setdefault((engine.dialect.name, engine.dialect.driver), engine)
    if first.dialect.server_version_info is not None:  # set when it first connects
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine


def share_compiled_statements() -> None:
    """Let the archives of the tests share them: a user's process opens one, each test its own.

    SQLAlchemy compiles a statement once for each dialect object, and makes one for each engine. Compiling was a fifth
    of the CPU of tests that store articles.
    """
    vars(storage.database.engine)["create_engine"] = _create_engine


_HOME = "https://news.example/"
_PAGES = {
    f"{_HOME}news/2026/10/05/{name}": f"""<html lang="en"><head><title>The {name} sails again</title></head><body>
    <article><h1>The {name} sails again</h1><p>5 October 2026</p>
    <p>The {name} between the islands sails from Monday, its owner said on Friday, after a winter in the yard.</p>
    <p>Fares stay as they were, and children still pay half of them. {f"Seats of the {name} are new. " * 9}</p>
    </article><h2>Related articles</h2><ul><li><a href="/news/2026/10/05/{other}">The {other} sails again</a></li></ul>
    </body></html>"""
    for name, other in (("ferry", "lugger"), ("lugger", "ferry"))
}


def compile_statements() -> None:
    """Store two pages twice in a database of no use: forks of this process have the statements of a small crawl."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/kiji.db")
        starts = tuple(place(url) for url in (_HOME, *_PAGES))
        source = Scope("source", starts, hosts=frozenset({starts[0].host}))
        for _ in range(2):
            _crawl(Transactions(database, PipelineRules()), source)
        database.close()


def _crawl(run: Transactions, source: Scope) -> None:
    run.begin(RunStart((source,), {source.name}, "crawl", "0", "here", 1, again=True), NO_OTHERS)
    taken = dict.fromkeys(run.scopes, 0)
    leases = run.lease(taken, {}, window=100, limit=100, requests=0)
    run.store([_visit(lease) for lease in leases])
    run.begin_stories()
    while run.group_stories(100):
        pass
    run.end("done", len(leases), taken, {source.name})


def _visit(lease: Lease) -> Visit:
    now = datetime.datetime.now(datetime.UTC)
    body = _PAGES.get(lease.url, f"<p>{now}</p>").encode()
    return Visit(lease, lease.url, now, 200, precompute(read_page(RawPage(lease.url, lease.url, body, 200, now))))
