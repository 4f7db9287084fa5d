"""The figures of an archive, as text that a strict reader of OpenMetrics takes, on both kinds of databases."""

import json
import re
from pathlib import Path

import pytest

from crawler.config.errors import ConfigError
from crawler.config.load import config_of
from crawler.plan import database_url
from storage.database.engine import Database
from storage.monitoring.metrics import HeldAnswer, read_metrics
from storage.monitoring.openmetrics import Family, write_openmetrics
from tests.support.commands import ROOT, kiji
from tests.support.sample_requests import fetch
from tests.support.visits import FIRST_DAY, Crawling, article, scope
from tests.support.web_pages import serving

LABEL = r'[a-z_]+="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"(?P<name>[a-z_]+)(?:{{{LABEL}(?:,{LABEL})*}})? (?P<value>-?[\d.e+]+)\Z")


def parsed(text: str) -> dict[str, float]:
    """Read samples by name and labels; fail for what the format does not allow."""
    assert text.endswith("# EOF\n")
    samples: dict[str, float] = {}
    kinds: dict[str, str] = {}
    for line in text.splitlines()[:-1]:
        if line.startswith("# "):
            word, name, rest = line[2:].split(" ", 2)
            assert word in ("TYPE", "UNIT", "HELP")
            assert word != "UNIT" or name.endswith(f"_{rest}")
            if word == "TYPE":
                assert name not in kinds
                kinds[name] = rest
            continue
        match = SAMPLE.match(line)
        assert match, line
        name = match["name"].removesuffix("_total")
        assert match["name"].endswith("_total") == (kinds[name] == "counter"), line
        key = line.rpartition(" ")[0]
        assert key not in samples
        samples[key] = float(match["value"])
    return samples


def test_figures_of_an_archive(database: Database, tmp_path: Path) -> None:
    (tmp_path / "kiji-1.warc.gz").write_bytes(b"x" * 100)
    assert parsed(read_metrics(database, None))['kiji_runs_total{status="done"}'] == 0
    url = "https://news.example/2026/10/05/ferry"
    crawling = Crawling(database, scope(url))
    [lease] = crawling.lease()
    crawling.store(lease, article(url))
    crawling.finish()
    samples = parsed(read_metrics(database, tmp_path))
    assert samples['kiji_runs_total{status="done"}'] == 1
    assert samples['kiji_fetches_total{outcome="new"}'] == 1
    assert samples["kiji_articles"] == 1
    assert samples["kiji_archive_size_bytes"] == 100
    assert samples["kiji_database_size_bytes"] > 10_000
    [newest] = [value for key, value in samples.items() if "newest_article" in key]
    assert newest >= FIRST_DAY.timestamp()


def test_names_of_sources_cannot_break_the_text() -> None:
    hostile = 'a"} 1\n# EOF\\'
    text = write_openmetrics([Family("kiji_x", "gauge", "Words\nof \\ two.", (({"source": hostile}, 1.5),))])
    assert list(parsed(text).values()) == [1.5]
    assert write_openmetrics([Family("kiji_x", "gauge", "None.", ())]) == "# EOF\n"


def test_an_answer_is_held_for_a_while() -> None:
    asked: list[int] = []

    def read() -> str:
        asked.append(1)
        return "figures"

    held = HeldAnswer(read)
    assert {held() for _ in range(5)} == {"figures"}
    assert len(asked) == 1


def test_they_are_served_and_written_for_node_exporter(tmp_path: Path, sqlite_template: Path) -> None:
    (tmp_path / "kiji.db").write_bytes(sqlite_template.read_bytes())
    written = kiji("metrics", "-o", "kiji.prom", folder=tmp_path)
    assert written.returncode == 0, written.stderr
    assert "kiji_articles" in parsed((tmp_path / "kiji.prom").read_text())
    assert kiji("metrics", "-o", "kiji.db", folder=tmp_path).returncode == 2
    database = f"sqlite:///{tmp_path}/kiji.db"
    with serving("--metrics", "--db", database, XDG_CACHE_HOME=str(tmp_path)) as address:
        answer = fetch(f"{address}/metrics")
        assert answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
        assert "kiji_articles" in parsed(answer.body.decode())
        healthy = fetch(f"{address}/healthz")
        assert (healthy.status, healthy.body) == (200, b"ok\n")
    with serving("--db", database, XDG_CACHE_HOME=str(tmp_path)) as address:
        assert [fetch(f"{address}{path}").status for path in ("/metrics", "/healthz")] == [404, 200]


def test_the_dashboard_and_the_rules_use_figures_that_exist(database: Database, tmp_path: Path) -> None:
    (tmp_path / "kiji-1.warc.gz").write_bytes(b"x")
    source = (ROOT / "storage/monitoring/metrics.py").read_text(encoding="utf-8")
    dashboard = json.loads((ROOT / "docs/monitoring/kiji-dashboard.json").read_text(encoding="utf-8"))
    rules = (ROOT / "docs/monitoring/kiji-alerts.yml").read_text(encoding="utf-8")
    words = " ".join([*(target["expr"] for panel in dashboard["panels"] for target in panel["targets"]), rules])
    names = {name.removesuffix("_total") for name in re.findall(r"kiji_[a-z_]+", words)}
    assert names
    assert [name for name in names if f'"{name}"' not in source] == []
    assert read_metrics(database, tmp_path)


def test_the_databases_address_may_be_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "db-url"
    secret.write_text("postgresql://kiji:5ecret@db/kiji\n", encoding="utf-8")
    config = config_of("", "kiji.toml")
    assert database_url(None, config, {"KIJI_DB_FILE": str(secret)}) == "postgresql://kiji:5ecret@db/kiji"
    assert database_url(None, config, {"KIJI_DB_FILE": str(secret), "KIJI_DB": "sqlite:///a.db"}) == "sqlite:///a.db"
    with pytest.raises(ConfigError, match=r"KIJI_DB_FILE: the file .* cannot be read: No such file"):
        database_url(None, config, {"KIJI_DB_FILE": str(tmp_path / "gone")})
