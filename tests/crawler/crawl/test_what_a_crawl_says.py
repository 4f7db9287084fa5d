"""What a crawl says, and with which exit code it ends."""

import itertools
import json
import subprocess
from pathlib import Path

import pytest

from crawler.cli.runs import COLUMNS
from crawler.sample.server import SampleSite
from tests.support.commands import kiji, query, record_of


@pytest.fixture(scope="module")
def crawled(
    tmp_path_factory: pytest.TempPathFactory, site: SampleSite
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder in which both sample sites were crawled, with what the command said."""
    folder = tmp_path_factory.mktemp("crawled")
    (folder / "kiji.toml").write_text(site.config("sqlite:///kiji.db"), encoding="utf-8")
    return folder, kiji("crawl", folder=folder)


Crawled = tuple[Path, subprocess.CompletedProcess[str]]


def test_piped_there_are_no_colours_and_one_line_per_source(crawled: Crawled) -> None:
    _, done = crawled
    assert "\x1b" not in done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in sorted(lines[:2])] == ["harbor", "mirai"]
    assert lines[2].startswith("run 1 done:")
    assert done.stderr == ""


def test_runs_are_listed_and_shown_whole(crawled: Crawled) -> None:
    folder, done = crawled
    record = next(run for run in json.loads(kiji("runs", "--json", folder=folder).stdout) if run["id"] == 1)
    assert f"{record['articles_new']} new" in done.stdout.splitlines()[2]
    head, first, *_ = kiji("runs", "--limit", "1", folder=folder).stdout.splitlines()
    assert head.split() == [word for title in COLUMNS.values() for word in title.split()]
    assert "…" not in first
    shown = kiji("runs", "show", "1", folder=folder).stdout
    assert "mirai: " in shown
    assert "failed: " in shown
    assert "HTTP 404" in shown
    whole = json.loads(kiji("runs", "show", "1", "--json", folder=folder).stdout)
    assert len(whole["fetches"]) == sum(number for counts in whole["sources"].values() for number in counts.values())


def test_nothing_due_is_success_and_asks_for_nothing(crawled: Crawled, site: SampleSite) -> None:
    folder, _ = crawled
    asked = len(site.requests)
    done = kiji("crawl", "--json", folder=folder)
    assert done.returncode == 0
    assert record_of(done)["requests"] == 0
    assert len(site.requests) == asked


def test_quiet_says_nothing(site: SampleSite, folder: Path) -> None:
    done = kiji("crawl", site.start_urls["article"], "--quiet", folder=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_source_that_gives_nothing_is_named_and_ends_with_1(site: SampleSite, folder: Path) -> None:
    sources = {"one": site.start_urls["article"], "gone": f"{site.main_url}/no/such/feed.xml"}
    tables = [
        f'[[source]]\nname = "{name}"\nstart = ["{url}"]\ndepth = 0\nallow_private_addresses = true\n'
        for name, url in sources.items()
    ]
    (folder / "kiji.toml").write_text("\n".join(tables))
    done = kiji("crawl", "--json", folder=folder)
    assert done.returncode == 1
    assert "source gone gave nothing" in done.stderr
    assert "source one" not in done.stderr
    assert (record_of(done)["status"], record_of(done)["articles_new"]) == ("done", 1)


def test_a_private_address_is_open_to_the_source_that_allows_it_and_to_no_other(site: SampleSite, folder: Path) -> None:
    config = (folder / "kiji.toml").read_text()
    stranger = f'name = "stranger"\nstart = ["{site.main_url}/nobody/links/here"]\n'
    (folder / "kiji.toml").write_text(f"{config}\n[[source]]\n{stranger}")
    assert kiji("crawl", "stranger", folder=folder).returncode == 1
    [(outcome, reason)] = query(folder, "SELECT outcome, reason FROM fetches")
    assert outcome == "refused"
    assert "allow_private_addresses" in reason
    together = folder / "together"
    together.mkdir()
    (together / "kiji.toml").write_text((folder / "kiji.toml").read_text())
    assert kiji("crawl", "stranger", "mirai", folder=together).returncode == 1
    rows = query(together, "SELECT outcome FROM fetches WHERE source = 'stranger'")
    assert rows == [("refused",)]


def test_an_address_is_crawled_with_what_it_relates_to_on_its_host_and_no_further(
    site: SampleSite, folder: Path
) -> None:
    article = site.start_urls["article"]
    done = kiji("crawl", article, "--json", folder=folder)
    assert done.returncode == 0
    related = {
        edge.url for edge in site.truth().edges if edge.page_url == article and edge.url.startswith(site.main_url)
    }
    asked = {url for (url,) in query(folder, "SELECT url FROM fetches")}
    assert related
    assert asked >= {article}
    assert asked <= {article, *related} | {url for (url,) in query(folder, "SELECT url FROM articles")}
    assert all(url.startswith(site.main_url) for url in asked)
    assert query(folder, "SELECT max(depth) FROM claim") == [(1,)]


def test_after_max_minutes_nothing_new_is_taken_up_and_the_rest_waits(folder: Path) -> None:
    config = (folder / "kiji.toml").read_text().replace("delay = 0.0", "delay = 0.5")
    (folder / "kiji.toml").write_text(config)
    done = kiji("crawl", "--max-minutes", "0.07", "--json", folder=folder)
    assert done.returncode in (0, 1)  # 1 where a source had no time to give anything
    assert record_of(done)["status"] == "done"
    assert query(folder, "SELECT count(*) FROM address WHERE state = 'leased'") == [(0,)]
    [(waiting,)] = query(folder, "SELECT count(*) FROM address WHERE state = 'queued'")
    assert waiting > 0
    assert record_of(done)["requests"] < 40


def test_robots_txts_crawl_delay_is_kept_between_requests_to_one_host(site: SampleSite, folder: Path) -> None:
    config = (folder / "kiji.toml").read_text().replace("delay = 0.0", "delay = 0.2")
    (folder / "kiji.toml").write_text(config)
    before = len(site.requests)
    done = kiji("crawl", site.start_urls["article"], "--json", folder=folder)
    assert done.returncode == 0
    times = sorted(request.time for request in site.requests[before:] if request.site == "mirai")
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(times[1:])]
    assert len(gaps) > 3
    assert min(gaps) >= 0.19  # seconds; the clock that stamps a request ticks after the one that sent it


def test_the_database_is_upgraded_by_its_command_and_found_new(folder: Path) -> None:
    done = kiji("db", "upgrade", folder=folder)
    assert done.returncode == 0
    assert "at schema" in done.stdout
    assert query(folder, "SELECT count(*) FROM articles") == [(0,)]
