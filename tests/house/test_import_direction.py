"""Imports follow the data: crawler -> pipelines -> storage, and from higher packages to lower ones in each folder."""

import ast
import functools
from collections.abc import Iterator

from tests.support.commands import ROOT

FOLDERS = ("storage", "pipelines", "crawler")
SCRAPY_IN_PIPELINES = {"pipelines/scrapy_pipelines.py"}

LAYERS: dict[str, tuple[str, ...]] = {
    "storage": (
        "article_fields atomic_file chunks credentials distribution entity_rules errors languages "
        "library_versions queries scripts",
        "body plugins sql signature story_rules text_diff",
        "reading",
        "column_types schedule site_lines visit wanted",
        "text_rules",
        "scope tables",
        "migrations search",
        "database",
        "collections entities warc_index websub",
        "export frontier monitoring stories watches",
        "api articles snapshot",
        "assistant erasure web writer",
        "report",
    ),
    "pipelines": (
        "html models raw_page rules selectors",
        "additions dates extractor_version",
        "duplicates labels language",
        "addresses stories",
        "entities",
        "boilerplate metadata related",
        "feeds",
        "site_extractor site_rules text text_rules",
        "read_page",
        "discovery extraction render_order warc",
        "workers",
        "run_context",
        "scrapy_pipelines",
    ),
    "crawler": (
        "archived_pages hosts sample scrapy_parts user_agent",
        "sanitize",
        "config",
        "ad_hoc console request_options request_signatures settings",
        "plan",
        "archive_place middlewares writer_process",
        "rendering websub",
        "imports spiders",
        "preview",
        "crawl_report monitoring",
        "idle_crawl",
        "run_extension",
        "crawl",
        "workers",
        "cli",
        "__main__",
        "launch",
    ),
}
"""The packages and modules of each folder, lowest first: each imports from lower layers only."""


@functools.cache
def statements(folder: str) -> list[tuple[str, ast.Import | ast.ImportFrom]]:
    """List each module's path from the root with its import statements."""
    return [
        (path.relative_to(ROOT).as_posix(), node)
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def imports(*folders: str) -> Iterator[tuple[str, str]]:
    """Give each module's path from the root, with the dotted name of what it imports."""
    for folder in folders:
        for path, node in statements(folder):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)
            elif not node.level:
                yield from ((path, f"{node.module}.{alias.name}") for alias in node.names)


def package(path: str) -> str:
    """Give the package or module directly in its folder: ``storage/web/plugin.py`` is in ``web``."""
    return path.split("/")[1].removesuffix(".py")


def test_each_folder_imports_from_lower_folders_only() -> None:
    backward = [
        (path, name)
        for path, name in imports(*FOLDERS)
        if (target := name.split(".")[0]) in FOLDERS and FOLDERS.index(target) > FOLDERS.index(path.split("/")[0])
    ]
    assert backward == []


def test_each_package_imports_from_lower_layers_only() -> None:
    ranks = {
        (folder, name): rank
        for folder, layers in LAYERS.items()
        for rank, layer in enumerate(layers)
        for name in layer.split()
    }
    backward = []
    for path, imported in imports(*FOLDERS):
        folder, own = path.split("/")[0], package(path)
        parts = imported.split(".")
        if own == "__init__" or parts[0] != folder or len(parts) < 2 or parts[1] == own:
            continue
        if ranks[folder, parts[1]] >= ranks[folder, own]:
            backward.append((path, imported))
    assert backward == []


def test_every_package_has_its_layer_and_no_layer_names_what_is_gone() -> None:
    for folder, layers in LAYERS.items():
        present = {
            path.stem
            for path in (ROOT / folder).iterdir()
            if path.stem not in ("__init__", "__pycache__") and (path.suffix == ".py" or any(path.glob("*.py")))
        }
        assert set(" ".join(layers).split()) == present


def test_only_storage_imports_sqlalchemy_and_alembic() -> None:
    importers = [
        (path, name)
        for path, name in imports("crawler", "pipelines")
        if name.split(".")[0] in ("sqlalchemy", "alembic")
    ]
    assert importers == []


def test_only_the_scrapy_pipelines_import_scrapy_in_pipelines() -> None:
    importers = {path for path, name in imports("pipelines") if name.split(".")[0] in ("scrapy", "twisted")}
    assert importers == SCRAPY_IN_PIPELINES


def test_no_import_is_relative() -> None:
    relative = [
        path
        for folder in FOLDERS
        for path, node in statements(folder)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_no_test_imports_another_test_a_conftest_or_a_benchmark() -> None:
    importers = [
        (path, name)
        for path, name in imports("tests")
        if (
            name.startswith("benchmarks.")
            and not name.startswith("benchmarks.training.")
            and not path.startswith("tests/benchmarks/")
        )
        or any(part == "conftest" or part.startswith("test_") for part in name.split(".")[:-1])
    ]
    assert importers == []


def test_no_folder_of_the_code_holds_more_than_25_modules() -> None:
    folders = {path.parent for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    sizes = {folder.relative_to(ROOT).as_posix(): len(list(folder.glob("*.py"))) for folder in folders}
    listed = "storage/migrations/versions"  # one file a change of the schema: a list, where nobody looks for a module
    assert {name: size for name, size in sizes.items() if size > 25 and name != listed} == {}


def test_the_folders_of_the_tests_mirror_those_of_the_code() -> None:
    strays = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if not (ROOT / path.parent.relative_to(ROOT / "tests")).is_dir()
        and path.parent.relative_to(ROOT / "tests").as_posix() not in ("house", "packaging", "crawler/crawl")
    ]
    assert strays == []
