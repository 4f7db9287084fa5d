"""Titles and addresses from the web reach a terminal as words, through every command that shows them."""

import unicodedata
from pathlib import Path

import pytest

from crawler.cli import run
from crawler.sanitize import sanitize_line, sanitize_lines, sanitize_log_line
from tests.support.commands import kiji
from tests.support.hostile_server import WORDS, HostileServer, answers, article

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\x90q\u202egnp.exe\u2066\u2069\u200f\ufeff\u2028\U000e0041"
TITLE = f"Ferry [bold red]returns[/] {ESCAPES} today"
PATH = "/news/2026/10/05/ferry"
CONFIG = """
[[source]]
name = "harbor"
start = ["{start}"]
allow_private_addresses = true
delay = 0.0
"""


def obeyed(text: str) -> list[str]:
    """The characters in a text that a terminal would obey, or that turn the writing round."""
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"}
    return [c for c in text if unicodedata.category(c) in kinds and c not in "\n\t"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of a page whose title, author, cards and redirects are hostile; the page itself as a file."""
    folder = tmp_path_factory.mktemp("hostile-words")
    head = f'<meta name="author" content="{ESCAPES}A. Writer"><meta name="description" content="{TITLE}">'
    card = f'<h2>Related stories</h2><ul><li><a href="/2026/10/06/{ESCAPES}x">{TITLE}</a></li></ul>'
    page = article(TITLE, WORDS, [f"/news/2026/10/06/{ESCAPES}"], head).replace("</article>", f"</article>{card}")
    with HostileServer() as server:
        server.pages = {PATH: answers(page)}
        (folder / "kiji.toml").write_text(CONFIG.format(start=server.url + PATH), encoding="utf-8")
        (folder / "page.html").write_text(page, encoding="utf-8")
        crawl = kiji("crawl", folder=folder)
        tried = kiji("sources", "test", "harbor", folder=folder)
    assert crawl.returncode == 0, crawl.stderr
    for done in (crawl, tried):
        assert obeyed(done.stdout + done.stderr) == []
    assert "[bold red]returns[/]" in tried.stdout
    return folder


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (["runs"], "done"),
        (["runs", "show", "1"], "failed (2 pages): "),
        (["search", "ferry"], "[bold red]returns[/]"),
        (["search", ESCAPES + "nothing"], "no article has"),
        (["article", "1"], "[bold red]returns[/]"),
        (["article", "1", "--revisions"], "[bold red]returns[/]"),
        (["stories", "1"], "[bold red]returns[/]"),
        (["inspect", "page.html", "--verbose"], "[bold red]returns[/]"),
        (["sources", "list"], "harbor"),
        (["health"], "harbor"),
    ],
    ids=lambda given: " ".join(given[:2]) if isinstance(given, list) and ESCAPES not in given[-1] else None,
)
def test_what_a_command_shows_of_the_web_is_inert(
    folder: Path, command: list[str], shown: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert run(command) == 0
    told = capsys.readouterr()
    assert shown in told.out
    assert obeyed(told.out + told.err) == []


def test_a_line_stays_as_long_as_it_was_and_scripts_keep_their_spaces_and_joiners() -> None:
    assert sanitize_line(TITLE).startswith("Ferry [bold red]returns[/] ?]0;owned??[2J?31m?q?gnp.exe")
    assert len(sanitize_line(TITLE)) == len(TITLE)
    assert sanitize_line("一行\n二行\t終\x1b") == "一行 二行 終?"
    assert sanitize_lines("一行\n二行\t終\x1b\r") == "一行\n二行\t終??"
    for plain in ("全角\u3000空白", "no\u00a0break", "家族👨\u200d👩", "می\u200cخواهم"):
        assert sanitize_line(plain) == sanitize_log_line(plain) == plain
    assert sanitize_log_line("a\x1b\u202e\n") == r"a\x1b\u202e\n"
