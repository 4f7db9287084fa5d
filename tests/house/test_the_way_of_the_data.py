"""Imports follow the data, crawler -> pipelines -> storage, and never turn back."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("storage", "pipelines", "crawler")
SCRAPY_IN_PIPELINES = {"pipelines/scrapy_pipelines.py"}


def imports() -> Iterator[tuple[str, str, str]]:
    """Each module's room and path, with the name of what it imports."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    names = [node.module or ""]
                else:
                    continue
                for name in names:
                    yield room, path.relative_to(ROOT).as_posix(), name


def test_imports_never_turn_back() -> None:
    turned = [
        (path, name)
        for room, path, name in imports()
        if name.split(".")[0] in ROOMS and ROOMS.index(name.split(".")[0]) > ROOMS.index(room)
    ]
    assert turned == []


def test_storage_alone_knows_sqlalchemy_and_alembic() -> None:
    known = [
        (path, name)
        for room, path, name in imports()
        if room != "storage" and name.split(".")[0] in ("sqlalchemy", "alembic")
    ]
    assert known == []


def test_pipelines_know_scrapy_only_where_its_pipeline_classes_stand() -> None:
    known = {
        path for room, path, name in imports() if room == "pipelines" and name.split(".")[0] in ("scrapy", "twisted")
    }
    assert known == SCRAPY_IN_PIPELINES


def test_relative_imports_which_this_check_would_not_see_are_not_used() -> None:
    relative = [
        path
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []
