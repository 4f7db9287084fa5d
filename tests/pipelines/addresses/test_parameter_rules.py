"""What an operator says of a site's query parameters holds wherever an address of that site is met."""

import http.server
import json
from pathlib import Path

import pytest

from crawler.config.errors import ConfigError
from crawler.config.load import load_config
from pipelines.addresses.normalize import address_key, clean_url
from pipelines.addresses.parameters import ParameterRules, SiteParameters, temporary_rules
from tests.support.commands import kiji, query
from tests.support.hostile_server import HostileServer, answers, article
from tests.support.near_texts import report

RULES = ParameterRules(
    [
        SiteParameters(frozenset({"one.example"}), keep=("fbclid", "utm_id*"), drop=("v", "from_*")),
        SiteParameters(frozenset({"two.example"}), keep=("id",), drop=("*",)),
    ]
)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://one.example/a?fbclid=7&utm_source=x", "one.example/a?fbclid=7"),
        ("https://www.one.example/a?utm_id2=1&V=abc&from_home=1", "one.example/a?utm_id2=1"),
        ("https://news.one.example:8080/a?v=1", "news.one.example:8080/a"),
        ("https://notone.example/a?v=1&fbclid=7", "notone.example/a?v=1"),
        ("https://two.example/a?id=3&page=2&sid=x", "two.example/a?id=3"),
        ("https://three.example/a?v=1&fbclid=7", "three.example/a?v=1"),
    ],
)
def test_the_rules_of_a_site_hold_there_and_nowhere_else(url: str, key: str) -> None:
    assert address_key(url, RULES) == key
    assert address_key(clean_url(url, rules=RULES) or "", RULES) == key


def test_the_plain_key_stays_what_it_is_everywhere() -> None:
    assert address_key("https://one.example/a?fbclid=7&v=1") == "one.example/a?v=1"
    with temporary_rules(RULES):
        assert address_key("https://one.example/a?fbclid=7&v=1") == "one.example/a?fbclid=7"
        assert clean_url("/a?v=1&fbclid=7", "https://one.example/") == "https://one.example/a?fbclid=7"
    assert address_key("https://one.example/a?fbclid=7&v=1") == "one.example/a?v=1"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ('{ keep = ["a b"] }', "not a parameter's name"),
        ('{ keep = ["a*b"] }', "not a parameter's name"),
        ('{ drop = [""] }', "not a parameter's name"),
        ('{ drop = "sid" }', "is not allowed"),
        ('{ keep = ["Ref"], drop = ["ref"] }', "ref is both kept and dropped"),
        ('{ leave = ["ref"] }', "parameters"),
        ('["ref"]', "is not allowed"),
    ],
)
def test_a_mistake_in_the_config_is_one_clear_line(tmp_path: Path, given: str, told: str) -> None:
    file = tmp_path / "kiji.toml"
    file.write_text(f'[[source]]\nname = "mirai"\nstart = ["https://one.example/"]\nparameters = {given}\n')
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    [line] = caught.value.problems
    assert 'source[1] "mirai".parameters' in line
    assert told in line


def test_rules_of_several_sources_on_one_host_add_up_and_keep_wins(tmp_path: Path) -> None:
    file = tmp_path / "kiji.toml"
    file.write_text(
        '[[source]]\nname = "a"\nstart = ["https://news.example.com/"]\nparameters = { drop = ["v", "w"] }\n'
        '[[source]]\nname = "b"\nstart = ["https://example.com/b"]\nhosts = ["cdn.example"]\n'
        'parameters = { keep = ["V"] }\n'
    )
    rules = load_config(file).parameter_rules
    assert address_key("https://example.com/x?v=1&w=2", rules) == "example.com/x?v=1"
    assert address_key("https://cdn.example/x?v=1&w=2", rules) == "cdn.example/x?v=1&w=2"


def test_a_crawl_an_import_and_forgetting_go_by_the_rules(tmp_path: Path) -> None:
    def story(handler: http.server.BaseHTTPRequestHandler) -> None:
        asked = handler.path
        seed = 2 if "second" in asked else 1
        answers(article(f"The ferry returns, part {seed}", report(seed).replace(". ", ".\n")))(handler)

    with HostileServer() as server:
        path = "/news/2026/10/05/ferry-returns"
        links = [f"{path}?fbclid=first&v=1", f"{path}?fbclid=second&v=2", f"{path}?v=3&fbclid=first"]
        start = "/news/2026/10/05/harbour-front-page"
        entry = f"<item><title>Ferry</title><link>{server.url}{path}?v=4&amp;fbclid=second</link></item>"
        server.pages = {
            path: story,
            start: answers(article("The harbour today", report(3).replace(". ", ".\n"), related=links)),
            "/feed": answers(f'<rss version="2.0"><channel>{entry}</channel></rss>', "application/rss+xml"),
        }
        (tmp_path / "kiji.toml").write_text(
            f'[[source]]\nname = "harbor"\nstart = ["{server.url}{start}?v=0", "{server.url}/feed"]\ndelay = 0.0\n'
            'allow_private_addresses = true\nparameters = { keep = ["fbclid"], drop = ["v"] }\n'
        )
        assert kiji("crawl", folder=tmp_path).returncode == 0
        first, second = (f"{server.url}{path}?fbclid={name}" for name in ("first", "second"))
        stored = [(url,) for url in sorted([server.url + start, first, second])]
        assert query(tmp_path, "SELECT url FROM articles ORDER BY url") == stored
        assert query(tmp_path, "SELECT url FROM copies") == []
        assert query(tmp_path, "SELECT count(*) FROM address WHERE url LIKE '%ferry%'") == [(2,)]
        line = {"url": f"{first}&v=9", "title": "The ferry returns, part 1", "text": report(1).replace(". ", ".\n")}
        (tmp_path / "given.jsonl").write_text(json.dumps(line), encoding="utf-8")
        assert kiji("import", "given.jsonl", folder=tmp_path).returncode == 0
        assert query(tmp_path, "SELECT url FROM articles ORDER BY url") == stored
        assert kiji("forget", f"{second}&v=7", folder=tmp_path).returncode == 0
        assert query(tmp_path, "SELECT url FROM articles ORDER BY url") == [
            each for each in stored if each != (second,)
        ]
