"""Every key of the config is declared once: messages, the template and the documentation are made from it."""

import re
from pathlib import Path

from crawler.config.edit import new_config
from crawler.config.keys import keys_of, toml_value
from crawler.config.load import config_of
from crawler.config.models import Config
from crawler.config.reference import as_markdown

DOCUMENT = Path(__file__).parents[3] / "docs/configuration.md"
TABLES = {table.name: keys_of(table.table) for table in keys_of(Config).values() if table.table}
KEYS = {f"{table}.{name}": key for table, keys in TABLES.items() for name, key in keys.items()}


def test_every_key_says_what_it_is_and_what_it_allows() -> None:
    assert [name for name, key in KEYS.items() if not (key.description and key.allowed and key.example)] == []


def test_a_type_gives_what_it_allows() -> None:
    assert KEYS["crawl.delay"].allowed == KEYS["source.delay"].allowed == "seconds, a number from 0"
    assert KEYS["source.rereads"].allowed.startswith("a list of growing durations")
    assert KEYS["source.follow"].allowed == '"related", "site" or "none"'
    assert KEYS["source.enabled"].allowed == "true or false"


def test_defaults_are_written_as_an_operator_writes_them() -> None:
    assert KEYS["crawl.rereads"].default == '["1h", "6h", "1d", "1w"]'
    assert KEYS["crawl.poll_min"].default == '"15m"'
    assert toml_value({"keep": ("a", "b")}) == '{ keep = ["a", "b"] }'


def test_keys_that_may_hold_a_password_are_the_tables_that_hold_them_too() -> None:
    secret = {name for name, key in (KEYS | dict(keys_of(Config))).items() if key.is_secret}
    of_a_source = {"source", "source.headers", "source.cookies", "source.proxy"}
    assert secret == {"database", "database.url", "alerts", "alerts.urls", "alerts.ping", "scrapy"} | of_a_source


def test_the_new_config_with_every_comment_taken_away_is_a_config_with_every_key() -> None:
    text = new_config("sqlite:///kiji.db", "https://example.com/bot")
    assert config_of(text, "kiji.toml").sources == ()
    everything = re.sub(r"^# (?=[a-z_]+ = |\[)", "", text, flags=re.MULTILINE)
    config = config_of(everything, "kiji.toml")
    assert {field: getattr(config.crawl, field) for field in ("delay", "timezone", "rereads")} == {
        field: getattr(Config().crawl, field) for field in ("delay", "timezone", "rereads")
    }
    assert config.sources[0].model_fields_set == set(TABLES["source"])


def test_the_documentation_holds_the_keys_as_the_models_declare_them() -> None:
    assert as_markdown() in DOCUMENT.read_text(encoding="utf-8"), "run: make dictionary"
