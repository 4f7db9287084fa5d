"""What a source's requests carry reaches its own hosts and nobody else, and is written nowhere."""

import base64
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from crawler.config.load import config_of
from crawler.request_options import RequestOptions, request_options
from tests.support.commands import kiji, query
from tests.support.hostile_server import WORDS, HostileServer, answers, article

Seen = list[tuple[str, dict[str, str]]]
SECRETS = ("5ecretToken", "5ecretCookie", "5ecretProxy")


def recording(seen: Seen, then: Callable[[BaseHTTPRequestHandler], None]) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        seen.append((handler.path, dict(handler.headers.items())))
        then(handler)

    return answer


def for_members(handler: BaseHTTPRequestHandler) -> None:
    is_member = "session=5ecretCookie" in (handler.headers.get("Cookie") or "")
    answers(article("The members' story" if is_member else "Please log in", WORDS if is_member else "Log in."))(handler)


@pytest.fixture
def seen() -> Seen:
    return []


@pytest.fixture
def site(seen: Seen) -> Iterator[HostileServer]:
    """A feed with a page for members, one that redirects to another host, and one that sets a cookie on the way."""
    with HostileServer() as site:
        port = site.url.rpartition(":")[2]

        def leave(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(302)
            handler.send_header("Location", f"http://localhost:{port}/elsewhere")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        items = "".join(
            f"<item><link>{site.url}/news/2026/10/05/{name}</link></item>" for name in ("members", "leaves")
        )
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
        pages = {
            "/robots.txt": answers("User-agent: Ours\nDisallow: /closed\nUser-agent: *\nDisallow: /\n", "text/plain"),
            "/feed.xml": answers(feed, "application/rss+xml"),
            "/other.xml": answers(feed, "application/rss+xml"),
            "/news/2026/10/05/members": for_members,
            "/news/2026/10/05/leaves": leave,
            "/elsewhere": answers(article("Elsewhere", WORDS)),
        }
        site.pages = {path: recording(seen, then) for path, then in pages.items()}
        yield site


def config(site: HostileServer, *lines: str) -> str:
    source = [f'start = ["{site.url}/feed.xml"]', "allow_private_addresses = true", "delay = 0.0", *lines]
    return "\n".join(["[[source]]", 'name = "harbor"', *source])


def crawl(folder: Path, text: str, **environment: Any) -> subprocess.CompletedProcess[str]:
    (folder / "kiji.toml").write_text(text, encoding="utf-8")
    return kiji("crawl", "--log-format", "json", folder=folder, **environment)


def written(folder: Path) -> bytes:
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".toml", ".txt")]
    return b"".join(path.read_bytes() for path in files)


def test_headers_cookies_and_user_agent_reach_the_source_and_nobody_else(
    site: HostileServer, seen: Seen, tmp_path: Path
) -> None:
    (tmp_path / "cookies.txt").write_text("session=5ecretCookie\n", encoding="utf-8")
    lines = [
        'cookies = "file:cookies.txt"',
        'headers = { X-Token = "env:HARBOR" }',
        'user_agent = "Ours/1.0 (a@b.example)"',
    ]
    done = crawl(tmp_path, config(site, *lines), HARBOR="5ecretToken")
    assert query(tmp_path, "SELECT title FROM articles") == [("The members' story",)]
    own = [headers for path, headers in seen if path != "/elsewhere"]
    assert {path for path, _ in seen} == {*site.pages} - {"/elsewhere", "/other.xml"}
    assert {headers["User-Agent"] for headers in own} == {"Ours/1.0 (a@b.example)"}
    assert {headers.get("X-Token") for headers in own} == {"5ecretToken"}
    assert {headers.get("Cookie") for headers in own} == {"session=5ecretCookie"}
    shown = kiji("runs", "show", "1", folder=tmp_path)
    told = (done.stdout + done.stderr + shown.stdout + shown.stderr).encode() + written(tmp_path)
    assert [secret for secret in SECRETS if secret.encode() in told] == []


def test_a_redirect_to_another_host_takes_no_secret_along(site: HostileServer, seen: Seen, tmp_path: Path) -> None:
    port = site.url.rpartition(":")[2]
    lines = [
        'headers = { X-Token = "5ecretToken" }',
        'cookies = "session=5ecretCookie"',
        'user_agent = "Ours/1.0 (a@b.example)"',
    ]
    other = (
        f'[[source]]\nname = "other"\nstart = ["http://localhost:{port}/feed.xml"]\nallow_private_addresses = true\n'
    )
    (tmp_path / "kiji.toml").write_text(f"{config(site, *lines)}\n{other}", encoding="utf-8")
    done = kiji("inspect", f"{site.url}/news/2026/10/05/leaves", "--source", "harbor", folder=tmp_path)
    assert done.returncode == 1  # the guard: another source's private host
    by_hand = request_options(config_of(config(site, *lines), "kiji.toml").sources[0])
    assert by_hand is not None
    assert not by_hand.may_hold_secrets(f"http://localhost:{port}/elsewhere")
    assert by_hand.may_hold_secrets(f"{site.url}/x")
    assert [path for path, headers in seen if path == "/elsewhere" and "X-Token" in headers] == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('cookies = "file:gone.txt"', "cookies of harbor: the file gone.txt cannot be read: No such file or directory"),
        ('headers = { X-Token = "env:UNSET" }', "headers of harbor: the environment variable UNSET is not set"),
        ('cookies = "file:old.txt"', "cookies of harbor: every cookie has expired; log in again and export them"),
    ],
)
def test_a_value_that_is_missing_costs_its_own_source_alone(
    line: str, problem: str, site: HostileServer, seen: Seen, tmp_path: Path
) -> None:
    (tmp_path / "old.txt").write_text("# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t1\ta\tb\n", "utf-8")
    other = config(site, 'user_agent = "Ours/1.0 (a@b.example)"').replace("harbor", "other").replace("feed", "other")
    done = crawl(tmp_path, f"{config(site, line)}\n{other}")
    assert done.returncode == 1
    assert query(tmp_path, "SELECT outcome, reason FROM fetches WHERE source = 'harbor'") == [("refused", problem)]
    assert query(tmp_path, "SELECT count(*) FROM fetches WHERE source = 'other' AND reason LIKE 'feed%'") == [(1,)]
    assert {headers["User-Agent"] for _, headers in seen} == {"Ours/1.0 (a@b.example)"}


def test_a_source_is_fetched_through_its_proxy_robots_txt_included(seen: Seen, tmp_path: Path) -> None:
    feed = (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>'
        "<item><link>http://news.example/news/2026/10/05/a</link></item></channel></rss>"
    )
    with HostileServer() as proxy:
        pages = {
            "http://news.example/robots.txt": answers("", "text/plain"),
            "http://news.example/feed.xml": answers(feed, "application/rss+xml"),
            "http://news.example/news/2026/10/05/a": answers(article("Through the proxy", WORDS)),
        }
        proxy.pages = {path: recording(seen, then) for path, then in pages.items()}
        address = proxy.url.replace("//", "//me:5ecretProxy@")
        text = (
            f'[[source]]\nname = "harbor"\nstart = ["http://news.example/feed.xml"]\ndelay = 0.0\nproxy = "{address}"\n'
        )
        done = crawl(tmp_path, text)
    assert query(tmp_path, "SELECT title FROM articles") == [("Through the proxy",)]
    assert set(pages) <= {path for path, _ in seen}
    basic = base64.b64encode(b"me:5ecretProxy").decode()
    assert {headers.get("Proxy-Authorization") for _, headers in seen} == {f"Basic {basic}"}
    told = (done.stdout + done.stderr).encode() + written(tmp_path)
    assert b"5ecretProxy" not in told
    assert basic.encode() not in told


def lies(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\0 no HTTP at all \n\n")


def test_a_proxy_that_lies_is_one_plain_reason(tmp_path: Path) -> None:
    with HostileServer() as proxy:
        proxy.pages = {"http://news.example/feed.xml": lies}
        text = '[[source]]\nname = "harbor"\nstart = ["http://news.example/feed.xml"]\n'
        done = crawl(tmp_path, f'{text}proxy = "{proxy.url.replace("//", "//me:5ecretProxy@")}"\n')
    assert done.returncode == 1
    [(outcome, reason)] = query(tmp_path, "SELECT outcome, reason FROM fetches")
    assert outcome == "failed"
    assert "\n" not in reason
    assert b"5ecretProxy" not in (done.stdout + done.stderr).encode() + written(tmp_path)


def options_of(start: str, line: str) -> RequestOptions:
    text = f'[[source]]\nname = "harbor"\nstart = ["{start}"]\n{line}\n'
    options = request_options(config_of(text, "kiji.toml").sources[0])
    assert options is not None
    return options


def test_cookies_of_a_browser_are_sent_by_domain_path_and_scheme(tmp_path: Path) -> None:
    later = int(time.time()) + 1_000
    rows = [
        (".bbc.co.uk", "TRUE", "/", "FALSE", later, "all", "1"),
        ("#HttpOnly_www.bbc.co.uk", "FALSE", "/news", "TRUE", 0, "news", "2"),
        ("other.example", "FALSE", "/", "FALSE", later, "foreign", "3"),
        (".bbc.co.uk", "TRUE", "/", "FALSE", 1, "old", "4"),
    ]
    path = tmp_path / "cookies.txt"
    path.write_text("# Netscape HTTP Cookie File\n" + "".join("\t".join(map(str, row)) + "\n" for row in rows), "utf-8")
    options = options_of("https://www.bbc.co.uk/feed", f'cookies = "file:{path}"')
    assert options.cookie_header("https://www.bbc.co.uk/news/1") == "all=1; news=2"
    assert options.cookie_header("https://feeds.bbc.co.uk/newsround") == "all=1"
    assert options.cookie_header("http://www.bbc.co.uk/news/1") == ""
    assert options.cookie_header("https://other.example/") == ""
    assert options.cookie_header("https://www.bbc.co.uk/x", "all=9") == "all=9"


def test_no_representation_of_a_source_or_its_requests_holds_a_secret() -> None:
    lines = (
        'headers = { X-Token = "5ecretToken" }\ncookies = "session=5ecretCookie"\nproxy = "http://a:5ecretProxy@h:1"'
    )
    text = f'[[source]]\nname = "harbor"\nstart = ["https://news.example/"]\n{lines}\n'
    source = config_of(text, "kiji.toml").sources[0]
    shown = f"{source!r} {source} {request_options(source)!r} {config_of(text, 'kiji.toml')!r}"
    assert re.findall("5ecret", shown) == []
