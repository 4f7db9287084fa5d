"""Compile each SQL statement once for all engines of one kind, as one process of a user's does."""

from typing import Any

from sqlalchemy import URL, Engine, create_engine

import storage.database.engine

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
