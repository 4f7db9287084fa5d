"""The examples of docs/extending.md, built, installed and used through the command, and plugins that raise."""

import http.server
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.hostile_server import WORDS, HostileServer, answers, article
from tests.support.installation import CLONE, Installation, install_wheels
from tests.support.near_texts import report

DOCUMENT = (CLONE / "docs/extending.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^\*\*`([^`]+)`\*\*\n\n```\w+\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL))
CONFIG = """[crawl]
delay = 0.0

[rules]
path = "my-rules"

[scrapy]
{scrapy}

[[source]]
name = "harbor"
start = ["{url}/news/2026/10/05/ferry", "{url}/news/2026/10/05/market"]
allow_private_addresses = true
extractor = "newsroom_kiji.sites:harbor"
"""
PRINTED = "The Harbor Herald is printed every {} Saint Anne."
BROKEN = {
    "pyproject.toml": FILES["newsroom/pyproject.toml"]
    .replace("newsroom-kiji", "broken-kiji")
    .replace("newsroom_kiji", "broken_kiji")
    .replace("md =", "bad =")
    .replace("sections =", "bad ="),
    "broken_kiji/__init__.py": "",
    "broken_kiji/exports.py": (
        "from storage.export.exporters import Exporter\n\n"
        "def write(file, relation, rows):\n    raise RuntimeError('no ink')\n\nmarkdown = Exporter(write, True)\n"
    ),
    "broken_kiji/commands.py": "def register(app):\n    raise RuntimeError('no commands')\n",
    "broken_kiji/notices.py": "def write_other(end):\n    raise RuntimeError('nobody listens')\n",
}


@pytest.fixture(scope="module")
def headers() -> list[str]:
    """What the server was sent: the headers of each request for an article."""
    return []


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, headers: list[str]) -> Iterator[Installation]:
    """Kiji, the documented project and a broken one, after a crawl of two articles of which one has no section."""
    folder = tmp_path_factory.mktemp("plugins")
    _write(folder, FILES)
    (folder / "newsroom/newsroom_kiji/__init__.py").touch()
    broken = {name: text.replace("write_status", "write_other") for name, text in BROKEN.items()}
    broken["pyproject.toml"] = broken["pyproject.toml"].replace("status =", "other =")
    _write(folder / "broken", broken)
    wheels = (CLONE, folder / "newsroom", folder / "broken")
    with install_wheels(folder, *wheels) as installation, HostileServer() as server:
        _write(installation.folder, {name: text for name, text in FILES.items() if name.startswith("my-rules/")})
        page = article("The ferry returns", WORDS + PRINTED.format("night on the island of")).replace(
            "<article>", '<p class="kicker">Shipping</p><article>'
        )
        plain = answers(
            article(
                "The market opens",
                report(3).replace(". ", ".\n") + "\n" + PRINTED.format("other Sunday for the readers of"),
            )
        )

        def ferry(handler: http.server.BaseHTTPRequestHandler) -> None:
            headers.append(str(handler.headers))
            answers(page)(handler)

        server.pages = {
            "/news/2026/10/05/ferry": ferry,
            "/news/2026/10/05/market": plain,
        }
        scrapy = re.findall(r"^\[scrapy\]\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)[0]
        config = CONFIG.format(url=server.url, scrapy=scrapy)
        (installation.folder / "kiji.toml").write_text(config, encoding="utf-8")
        (installation.folder / "crawled.log").write_text(
            installation.run(f"{installation.bin}/kiji crawl").stderr, encoding="utf-8"
        )
        yield installation


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def _query(installed: Installation, sql: str) -> list[Any]:
    with sqlite3.connect(installed.folder / "kiji.db") as connection:
        return connection.execute(sql).fetchall()


def test_an_operators_rules_hold_in_the_workers_and_are_part_of_the_version(installed: Installation) -> None:
    assert _query(installed, "SELECT count(*), sum(text LIKE '%is printed every%') FROM articles") == [(2, 0)]
    versions = {str(version) for (version,) in _query(installed, "SELECT extractor_version FROM article")}
    assert all("+rules-" in version for version in versions)


def test_rules_that_changed_correct_articles_in_place(installed: Installation) -> None:
    rules = installed.folder / "my-rules/boilerplate_lines.toml"
    before = rules.read_text(encoding="utf-8")
    rules.write_text("[tail]\npatterns = []\n", encoding="utf-8")
    installed.run("kiji reread")
    assert _query(installed, "SELECT count(*), sum(text LIKE '%is printed every%') FROM articles") == [(2, 2)]
    rules.write_text(before, encoding="utf-8")
    installed.run("kiji reread")
    assert _query(installed, "SELECT count(*), sum(text LIKE '%is printed every%') FROM articles") == [(2, 0)]
    assert _query(installed, "SELECT count(*) FROM revisions") == [(2,)]


def test_an_extractor_improves_the_reading_and_its_name_is_part_of_the_version(installed: Installation) -> None:
    sections = dict(_query(installed, "SELECT title, section FROM articles"))
    assert sections == {"The ferry returns": "Shipping", "The market opens": ""}
    versions = dict(_query(installed, "SELECT title, extractor_version FROM article"))
    assert "+harbor-" in str(versions["The ferry returns"])
    assert "+harbor-" not in str(versions["The market opens"])


def test_an_extractor_that_raises_is_named_and_counted_and_the_page_is_stored(installed: Installation) -> None:
    failed = "site extractor failed: newsroom_kiji.sites:harbor: IndexError"
    reasons = _query(installed, "SELECT outcome, reason FROM fetches WHERE run_id = 1 AND url LIKE '%market'")
    assert [(outcome, str(reason).startswith(failed)) for outcome, reason in reasons] == [("new", True)]
    log = (installed.folder / "crawled.log").read_text(encoding="utf-8")
    assert f"{failed} (pages: 1;" in log


def test_inspect_names_the_extractor_and_its_error(installed: Installation) -> None:
    host = str(_query(installed, "SELECT url FROM articles WHERE title = 'The ferry returns'")[0][0])
    shown = installed.run(f"kiji inspect {host} {host.replace('ferry', 'market')}").stdout
    assert "site extractor: newsroom_kiji.sites:harbor 1\n" in shown
    assert "site extractor: newsroom_kiji.sites:harbor failed: IndexError" in shown
    ferry = json.loads(installed.run(f"kiji inspect --json {host}").stdout)
    assert ferry["site_extractor"] == "newsroom_kiji.sites:harbor 1"


def test_scrapys_settings_and_an_own_middleware_reach_the_requests(installed: Installation, headers: list[str]) -> None:
    assert installed
    assert "X-Newsroom: harbor-desk" in headers[0]
    assert "Accept-Language: en\n" in headers[0]
    assert "application/rss+xml" in headers[0]


def test_an_exporter_of_a_package_writes_its_format(installed: Installation) -> None:
    installed.run("kiji export articles -o articles.md")
    lines = (installed.folder / "articles.md").read_text(encoding="utf-8").splitlines()
    assert sorted(line[:20] for line in lines) == ["- [The ferry returns", "- [The market opens]"]
    assert "- [The ferry" in installed.run("kiji export articles --format md -o -").stdout


def test_an_exporter_that_raises_replaces_nothing(installed: Installation) -> None:
    (installed.folder / "articles.bad").write_text("before", encoding="utf-8")
    refused = installed.run("kiji export articles -o articles.bad", codes=(2,))
    assert "--format bad: its plugin failed: RuntimeError: no ink; nothing was replaced" in refused.stderr
    assert (installed.folder / "articles.bad").read_text(encoding="utf-8") == "before"
    unknown = installed.run("kiji export articles -o articles.odt", codes=(2,)).stderr
    assert all(name in unknown for name in ("csv", "parquet", "md"))


def test_a_command_of_a_package_runs_and_one_that_raises_costs_itself_alone(installed: Installation) -> None:
    done = installed.run("kiji sections")
    assert done.stdout == "1 \n1 Shipping\n"
    assert "plugin bad of kiji.commands left out: RuntimeError: no commands" in done.stderr
    assert "Count the articles of each section" in installed.run("kiji --help").stdout


def test_a_step_after_the_crawl_is_taken_and_one_that_raises_is_named(installed: Installation) -> None:
    status = json.loads((installed.folder / "status.json").read_text(encoding="utf-8"))
    assert status == {"run": 1, "status": "done", "new": 2}
    log = (installed.folder / "crawled.log").read_text(encoding="utf-8")
    assert "after the crawl, other failed: RuntimeError: nobody listens" in log


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[rules]", "[rule]", 'rule: unknown key; did you mean "rules"?'),
        ('"my-rules"', '"no-rules"', "no-rules: no such folder"),
        ('"my-rules"', '"bad-rules"', "boilerplate_lines.toml: boilerplate_lines.tail.paterns: unknown key"),
        ('"my-rules"', '"bad-rules"', "bolierplate.toml: no table of rules has this name; allowed: "),
        (
            "sites:harbor",
            "sites:harbour",
            'source "harbor".extractor: "newsroom_kiji.sites:harbour" cannot be imported',
        ),
        ("sites:harbor", "sites", "not of the form module:function"),
        ("DOWNLOAD_TIMEOUT", "ROBOTSTXT_OBEY", "ROBOTSTXT_OBEY: Kiji sets it"),
        ('"newsroom_kiji.requests.Signature"', '"crawler.middlewares.robots.Robots"', "robots.Robots is not"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(installed: Installation, old: str, new: str, problem: str) -> None:
    _write(
        installed.folder / "bad-rules",
        {"boilerplate_lines.toml": '[tail]\npaterns = []\n[head]\npatterns = ["("]\n', "bolierplate.toml": ""},
    )
    config = (installed.folder / "kiji.toml").read_text(encoding="utf-8")
    assert old in config
    (installed.folder / "wrong.toml").write_text(config.replace(old, new), encoding="utf-8")
    refused = installed.run("kiji crawl --config wrong.toml", codes=(2,))
    assert "wrong.toml: " in refused.stderr
    assert problem in refused.stderr
