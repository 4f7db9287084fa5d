"""Check that the documentation names only files that exist, and reaches every page and package."""

import re
from pathlib import Path

import pytest

from tests.support.commands import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
ROOMS = ("crawler", "pipelines", "storage")
TOP = (*ROOMS, "benchmarks", "docs", "tests")

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(rf"(?:{'|'.join(TOP)})/[\w*./-]*")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def prose(document: Path) -> str:
    """Read a document without its fenced code."""
    return FENCED.sub("", document.read_text(encoding="utf-8"))


def named_paths(document: Path) -> set[str]:
    """Collect the repository paths in a document's inline code, without the rest of a command line."""
    return {path for code in CODE.findall(prose(document)) for path in PATH.findall(code)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    missing = sorted(path for path in named_paths(document) if not any(ROOT.glob(path.rstrip("/."))))
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_links_exists(document: Path) -> None:
    links = {link for link in LINK.findall(prose(document)) if "://" not in link}
    assert sorted(link for link in links if not (document.parent / link).exists()) == []


def test_the_readme_links_every_page_of_the_documentation() -> None:
    links = set(LINK.findall(prose(ROOT / "README.md")))
    pages = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md")} | {"CHANGELOG.md", "CONTRIBUTING.md"}
    assert sorted(pages - links) == []


def test_the_architecture_names_every_package() -> None:
    folders = [path.parent for room in ROOMS for path in ROOT.glob(f"{room}/*/__init__.py")]
    packages = {folder.relative_to(ROOT).as_posix() for folder in folders}
    paths = named_paths(ROOT / "docs" / "architecture.md")
    assert sorted(package for package in packages if not any(path.startswith(f"{package}/") for path in paths)) == []
