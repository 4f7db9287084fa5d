"""kiji.toml: what may stand in it, and what an operator reads where something else does."""

from pathlib import Path

import pytest

from crawler.ad_hoc import ad_hoc_source
from crawler.config.errors import ConfigError
from crawler.config.load import MAX_BYTES, load_config
from crawler.config.models import Config, Source
from crawler.config.reload import ConfigFile
from crawler.settings import settings_from

WHOLE = """
[database]
url = "postgresql+psycopg://kiji@db.example/kiji"

[crawl]
user_agent = "MyBot/2.0 (+https://news.example/bot)"
delay = 2
timezone = "Europe/London"

[[source]]
name = "mirai"
start = ["https://news.example/ja/n/7000", "http://Localhost:8000/feed"]
hosts = ["Cdn.News.example", "日本.example"]
follow = "site"
depth = 0
max_pages = 5
delay = 0.0
allow_private_addresses = true

[[source]]
name = "新聞"
start = ["https://shimbun.example/"]
"""


def load(tmp_path: Path, content: str | bytes) -> Config:
    path = tmp_path / "kiji.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_config(path)


def problems(tmp_path: Path, content: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, content)
    lines = str(caught.value).splitlines()
    assert tuple(lines) == caught.value.problems
    assert all(line.isprintable() for line in lines)
    return [line.replace(f"{tmp_path}/", "") for line in lines]


def a_source(rest: str) -> str:
    return f'[[source]]\nname = "first"\nstart = ["https://a.example/"]\n[[source]]\nname = "mirai"\n{rest}\n'


def test_every_key_of_the_contract_is_read(tmp_path: Path) -> None:
    config = load(tmp_path, WHOLE)
    assert config.database.url == "postgresql+psycopg://kiji@db.example/kiji"
    assert (config.crawl.delay, config.crawl.timezone) == (2.0, "Europe/London")
    mirai, shimbun = config.sources
    assert mirai.start == ("https://news.example/ja/n/7000", "http://Localhost:8000/feed")
    assert mirai.start_hosts == ("news.example", "localhost")
    assert mirai.hosts == ("cdn.news.example", "xn--wgv71a.example")
    assert (mirai.follow, mirai.depth, mirai.max_pages, mirai.effective_delay) == ("site", 0, 5, 0.0)
    assert mirai.private_hosts == ("news.example:443", "localhost:8000")
    assert (shimbun.follow, shimbun.depth, shimbun.max_pages, shimbun.private_hosts) == ("related", 3, 2000, ())


def test_a_source_without_a_delay_has_that_of_the_crawl(tmp_path: Path) -> None:
    config = load(tmp_path, WHOLE)
    assert config.sources[1].delay is None
    assert config.sources[1].effective_delay == 2.0


def test_without_a_file_the_defaults_hold_and_there_are_no_sources() -> None:
    config = load_config(None)
    assert (config.database.url, config.crawl.delay, config.crawl.timezone) == ("sqlite:///kiji.db", 1.0, "Asia/Tokyo")
    assert config.sources == ()


def test_an_empty_file_and_one_with_a_byte_order_mark_are_configs(tmp_path: Path) -> None:
    assert load(tmp_path, b"").sources == ()
    assert load(tmp_path, b"\xef\xbb\xbf[crawl]\r\ndelay = 3.5\r\n").crawl.delay == 3.5


def test_the_default_user_agent_says_that_no_contact_is_given_and_an_own_one_is_recognised(tmp_path: Path) -> None:
    default = load_config(None).crawl
    assert default.user_agent.startswith("Kiji/")
    assert "no contact given" in default.user_agent
    assert not default.names_a_contact
    own = load(tmp_path, WHOLE).crawl
    assert own.names_a_contact
    assert (default.robots_token, own.robots_token) == ("Kiji", "MyBot")


def test_an_unknown_key_is_named_with_its_source_and_the_key_that_was_meant(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, a_source('start = ["https://b.example/"]\ndepht = 2'))
    assert line.startswith('kiji.toml: source[2] "mirai".depht: unknown key; did you mean "depth"?')
    assert "max_pages" in line
    (line,) = problems(tmp_path, "[sources]\n")
    assert 'sources: unknown key; did you mean "source"?' in line
    (line,) = problems(tmp_path, "[crawl]\nqwertz = 1\n")
    assert "crawl.qwertz: unknown key; allowed here: user_agent, delay, timezone" in line
    (line,) = problems(tmp_path, a_source('start = ["https://b.example/"]\nparameters = { kep = ["a"] }'))
    assert 'parameters.kep: unknown key; did you mean "keep"? allowed here: keep, drop' in line


@pytest.mark.parametrize(
    ("given", "where", "shown", "allowed"),
    [
        ("depth = -1", ".depth", "-1", "a whole number from 0"),
        ("depth = 1.0", ".depth", "1.0", "a whole number"),
        ("depth = true", ".depth", "true", "a whole number"),
        ("max_pages = 0", ".max_pages", "0", "a whole number from 1"),
        ('delay = "1"', ".delay", '"1"', "seconds, a number from 0"),
        ("delay = -0.5", ".delay", "-0.5", "seconds, a number from 0"),
        ("delay = inf", ".delay", "inf", "seconds, a number from 0"),
        ("delay = nan", ".delay", "nan", "seconds, a number from 0"),
        ('follow = "all"', ".follow", '"all"', '"related", "site" or "none"'),
        ("allow_private_addresses = 1", ".allow_private_addresses", "1", "true or false"),
        ('hosts = "a.example"', ".hosts", '"a.example"', "a list of host names"),
        ('hosts = ["https://a.example/"]', ".hosts[1]", '"https://a.example/"', "without scheme"),
        ('hosts = ["a.example", "*.b.example"]', ".hosts[2]", '"*.b.example"', "a list of host names"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    tmp_path: Path, given: str, where: str, shown: str, allowed: str
) -> None:
    (line,) = problems(tmp_path, a_source(f'start = ["https://b.example/"]\n{given}'))
    assert line.startswith(f'kiji.toml: source[2] "mirai"{where}: {shown} is not allowed')
    assert f"allowed: {allowed}" in line or allowed in line.partition("; allowed: ")[2]


@pytest.mark.parametrize(
    "start",
    [
        '"https://b.example/"',
        "[]",
        "[3]",
        '["b.example"]',
        '["ftp://b.example/"]',
        '["file:///etc/passwd"]',
        '["http://"]',
        '["http://[::1"]',
        '["http://b.example:99999/"]',
        '["http://b.example:0/"]',
        '["http://b.example/a b"]',
        '["http://b.example/\\n"]',
    ],
)
def test_start_pages_are_a_list_of_web_addresses(tmp_path: Path, start: str) -> None:
    (line,) = problems(tmp_path, a_source(f"start = {start}"))
    assert 'source[2] "mirai".start' in line
    assert "allowed: a list of at least one http:// or https:// address" in line


def test_name_and_start_must_be_given(tmp_path: Path) -> None:
    lines = problems(tmp_path, "[[source]]\n")
    assert lines[0].startswith("kiji.toml: source[1].name: missing")
    assert lines[1].startswith("kiji.toml: source[1].start: missing")


@pytest.mark.parametrize("name", ["", "-a", "a b", "a/b", "https://a.example", "a" * 101, "a\\u001b[31m"])
def test_a_name_that_could_be_an_option_an_address_or_a_terminal_code_is_refused(tmp_path: Path, name: str) -> None:
    (line,) = problems(tmp_path, f'[[source]]\nname = "{name}"\nstart = ["https://a.example/"]')
    assert ".name: " in line


def test_no_two_sources_have_one_name(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, a_source('start = ["https://b.example/"]').replace('"first"', '"mirai"'))
    assert 'source[2] "mirai".name: given already to source[1]' in line


def test_a_time_zone_must_exist_and_a_near_one_is_proposed(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, '[crawl]\ntimezone = "Asia/Tokio"')
    assert 'crawl.timezone: "Asia/Tokio" is not allowed (no such time zone; did you mean "Asia/Tokyo"?)' in line
    for zone in ("Asia", "../../etc/passwd", "", "/etc/localtime"):
        assert len(problems(tmp_path, f'[crawl]\ntimezone = "{zone}"')) == 1


@pytest.mark.parametrize("agent", ["", "Kiji\\nX-Evil: 1", "Kiji\\r", "記事", "Kiji ", "a\\u0000"])
def test_a_user_agent_that_would_not_be_one_header_is_refused(tmp_path: Path, agent: str) -> None:
    (line,) = problems(tmp_path, f'[crawl]\nuser_agent = "{agent}"')
    assert "crawl.user_agent: " in line


def test_all_mistakes_are_listed_one_line_each(tmp_path: Path) -> None:
    lines = problems(tmp_path, '[crawl]\ndelay = "x"\nfoo = 1\n' + a_source('start = ["x"]\ndepth = -1'))
    assert len(lines) == 4


def test_passwords_are_not_repeated_in_messages(tmp_path: Path) -> None:
    for content in (
        '[database]\nurl = " postgresql://kiji:hunter2@db/x"',
        '[database]\nurl = ["hunter2"]',
        'database = "postgresql://kiji:hunter2@db/x"',
        a_source('start = ["https://kiji:hunter2@b.example/"]'),
        'db = "postgresql://kiji:hunter2@db/x"',
    ):
        assert all("hunter2" not in line for line in problems(tmp_path, content))
    assert "kiji@db.example" not in repr(load(tmp_path, WHOLE))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[crawl]\ndelay 3", "not valid TOML: Expected '=' after a key in a key/value pair (at line 2, column 7)"),
        ('a = "\x1b[31m"', "not valid TOML"),
        ("delay = 1\ndelay = 2", "not valid TOML: Cannot overwrite a value"),
        (b"a = 1\nb = '\xff'", "line 2 is not UTF-8"),
        (b"\x00\x01\x02", "not valid TOML"),
        (b"SQLite format 3\x00\x10\x00", "not valid TOML"),
        ("x = " + "[" * 20_000, "nested too deeply"),
        ("[crawl]\ndelay = " + "9" * 5_000, "cannot be read"),
        (b"#" * (MAX_BYTES + 1), "larger than"),
        ("[source]\nname = 'a'", "allowed: tables, one for each source: [[source]]"),
        ("source = 3", "allowed: tables, one for each source: [[source]]"),
        ("crawl = 3", "allowed: a table: [crawl]"),
    ],
)
def test_a_file_that_is_no_config_is_refused_in_one_line(tmp_path: Path, content: str | bytes, said: str) -> None:
    (line,) = problems(tmp_path, content)
    assert line.startswith("kiji.toml: ")
    assert said in line


def test_a_file_that_cannot_be_read_is_refused_in_one_line(tmp_path: Path) -> None:
    for path, said in ((tmp_path, "Is a directory"), (tmp_path / "none.toml", "No such file"), (Path("\0"), "null")):
        with pytest.raises(ConfigError) as caught:
            load_config(path)
        assert said in str(caught.value)
        assert str(caught.value).isprintable()


def test_a_huge_value_makes_a_short_line(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, a_source(f'start = ["{"x" * 500_000}"]'))
    assert len(line) < 400


def test_an_ad_hoc_source_is_a_page_and_one_link(tmp_path: Path) -> None:
    source = ad_hoc_source("https://Other.example:8443/a?b=1", load(tmp_path, WHOLE))
    assert (source.name, source.start) == ("other.example", ("https://Other.example:8443/a?b=1",))
    assert (source.depth, source.follow, source.max_pages) == (1, "related", 2000)
    assert (source.effective_delay, source.private_hosts) == (2.0, ())


def test_an_ad_hoc_source_has_the_pace_and_the_leave_of_the_source_whose_start_page_is_there(tmp_path: Path) -> None:
    config = load(tmp_path, WHOLE)
    source = ad_hoc_source("http://localhost:8000/other", config)
    assert (source.effective_delay, source.private_hosts) == (0.0, ("localhost:8000",))
    assert ad_hoc_source("http://localhost:9000/", config).private_hosts == ()


@pytest.mark.parametrize("url", ["x", "file:///etc/passwd", "http://", "http://u:hunter2@h/", "http://a b/", ""])
def test_an_ad_hoc_target_that_is_no_web_address_is_refused_in_one_line(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ad_hoc_source(url, Config())
    assert "allowed: http:// or https://" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_the_config_becomes_scrapys_settings(tmp_path: Path) -> None:
    config = load(tmp_path, WHOLE)
    settings = settings_from(config, config.sources)
    delays = settings.pop("KIJI_HOST_DELAYS")
    assert isinstance(delays, dict)
    assert (delays["localhost:8000"], delays["shimbun.example"]) == (0.0, 2.0)
    assert settings == {
        "USER_AGENT": "MyBot/2.0 (+https://news.example/bot)",
        "ROBOTSTXT_USER_AGENT": "MyBot",
        "DOWNLOAD_DELAY": 2.0,
        "KIJI_PRIVATE_HOSTS": ["news.example:443", "localhost:8000"],
    }


def test_a_file_is_read_again_when_it_has_changed_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "kiji.toml"
    path.write_text(a_source('start = ["https://b.example/"]'))
    file = ConfigFile(path)
    first = file.config()
    assert file.config() is first
    path.write_text(a_source('start = ["https://changed.example/"]'))
    changed = file.config()
    assert changed.sources[1].start == ("https://changed.example/",)
    path.write_text("nonsense")
    for _ in range(2):  # a mistake is not remembered as a config
        with pytest.raises(ConfigError, match="not valid TOML"):
            file.config()
    path.unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        file.config()


def test_the_pace_of_a_host_is_the_slowest_that_a_source_of_the_config_or_of_the_crawl_gives_it(tmp_path: Path) -> None:
    config = load(tmp_path, a_source('start = ["https://a.example/x", "https://b.example/"]\ndelay = 7.0'))
    slow, fast = (
        Source(name="other", start=("https://b.example/",), delay=delay, hosts=("c.example",)) for delay in (9.0, 0.5)
    )
    assert config.host_delays == {"a.example": 7.0, "b.example": 7.0}
    assert settings_from(config, [slow])["KIJI_HOST_DELAYS"] == {"a.example": 7.0, "b.example": 9.0, "c.example": 9.0}
    assert settings_from(config, [fast])["KIJI_HOST_DELAYS"] == {"a.example": 7.0, "b.example": 7.0, "c.example": 0.5}
