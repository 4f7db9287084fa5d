"""Private parts of libraries are used in one place each, and only in versions that they were read in."""

import ast
import functools
import re
import tomllib
from importlib import metadata

from storage.library_versions import PYTHON, SUPPORTED, fits
from tests.support.commands import ROOT

PRIVATE = {
    "scrapy.core": {"crawler/middlewares/download_slots.py", "crawler/middlewares/header_cap.py"},
    "twisted.web._newclient": {"crawler/middlewares/header_cap.py"},
    "trafilatura.": {
        "pipelines/text/trafilatura_stages.py",
        "pipelines/text/trafilatura_extractor.py",
        "pipelines/text/trafilatura_pruning.py",
    },
    "procrastinate.manager": {"crawler/workers/liveness.py"},
    "procrastinate.worker": {"crawler/workers/liveness.py"},
    "multiprocessing.forkserver": {"pipelines/workers/fork_server.py"},
    "multiprocessing.resource_tracker": {"pipelines/workers/fork_server.py"},
}
"""Modules that no documentation names, and the modules of ours that may import them."""

CHOOSERS = {
    "crawler.middlewares.download_slots": {"crawler/middlewares/pace.py"},
    "crawler.middlewares.header_cap": set[str](),
    "pipelines.text.trafilatura_stages": {"pipelines/text/trafilatura_text.py"},
    "pipelines.text.trafilatura_extractor": {"pipelines/text/trafilatura_stages.py"},
    "pipelines.text.trafilatura_pruning": {"pipelines/text/trafilatura_extractor.py"},
    "crawler.workers.liveness": {"crawler/workers/worker.py"},
}
"""Who may import those modules in turn: what compares versions first."""


@functools.cache
def imports() -> frozenset[tuple[str, str]]:
    """Give each of our modules with each name that it imports."""
    pairs = set()
    for folder in ("crawler", "pipelines", "storage"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    names = [f"{node.module}.{alias.name}" for alias in node.names]
                pairs |= {(path.relative_to(ROOT).as_posix(), name) for name in names}
    return frozenset(pairs)


def importers(name: str) -> set[str]:
    """Tell which of our modules import what begins with this name."""
    return {path for path, imported in imports() if imported.startswith(name)}


def test_private_modules_are_imported_where_their_versions_are_compared_and_nowhere_else() -> None:
    assert {name: importers(name) for name in PRIVATE} == PRIVATE
    assert {name: importers(name) for name in CHOOSERS} == CHOOSERS


def test_the_locked_versions_are_ones_whose_private_parts_are_known() -> None:
    assert [name for name in SUPPORTED if not fits(name)] == []


def test_the_versions_that_may_be_installed_are_those_whose_private_parts_are_known() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    ranges = dict(re.findall(r"^([\w-]+)>=([\d.]+,<[\d.]+)$", one)[0] for one in wanted if ",<" in one)
    for name in SUPPORTED.keys() - {PYTHON, "twisted"}:  # Twisted comes with Scrapy
        assert ranges[name] == f"{SUPPORTED[name].first},<{SUPPORTED[name].below}"
    assert metadata.version("twisted").startswith(SUPPORTED["twisted"].first)
