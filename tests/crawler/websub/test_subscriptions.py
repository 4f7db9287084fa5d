"""Subscriptions at a real hub: asked for, verified, renewed, left; deliveries checked. On both kinds of databases."""

import contextlib
import datetime
import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from sqlalchemy import func, select

from crawler.config.load import config_of
from crawler.config.models import Config
from crawler.monitoring.doctor import examine_place
from crawler.plan import scope_of
from crawler.websub.hub_requests import ask_hub
from crawler.websub.keeper import keep_subscriptions
from storage.database.engine import Database
from storage.database.open import open_database
from storage.reading import Entry, Hub, Reading
from storage.tables.core import Article, Source
from storage.tables.websub import Subscription
from storage.web.http_headers import answer_hubs, guard_requests
from storage.web.serving import Serving
from storage.websub.callback import MAX_BODY, HubCallback
from storage.websub.subscriptions import HubRequest
from tests.support.commands import kiji
from tests.support.visits import Crawling
from tests.support.web_pages import serving
from tests.support.websub_hub import Hub as HubServer
from tests.support.websub_hub import ask, deliver, news_with_hub, sign

NOW = datetime.datetime(2026, 11, 30, 12, tzinfo=datetime.UTC)


@pytest.fixture
def hub() -> Iterator[HubServer]:
    """The site with its hub."""
    with news_with_hub() as server:
        yield server


@pytest.fixture
def callback(archive_url: str) -> Iterator[str]:
    """The address of an application that answers hubs, behind the guard of the pages and a password."""
    pages = Serving(password="for readers", hubs=HubCallback(lambda: open_database(archive_url, create=False)))  # noqa: S106 - a test's

    async def nothing(*_: object) -> None:
        raise AssertionError("no page is asked for here")

    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            answer_hubs(guard_requests(nothing, lambda: pages), lambda: pages), log_level="error", lifespan="off"
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


def config_with(hub: HubServer, callback: str, *, enabled: bool = True) -> Config:
    """A config with the hub's site."""
    return config_of(config_text(hub, callback) + ("" if enabled else "enabled = false\n"), "kiji.toml")


def config_text(hub: HubServer, callback: str) -> str:
    return (
        f'[websub]\ncallback = "{callback}"\n[crawl]\ndelay = 0.0\n'
        f'[[source]]\nname = "harbor"\nstart = ["{hub.url}/feed.xml"]\nallow_private_addresses = true\n'
    )


def crawl_feed(database: Database, config: Config, hub: HubServer, *, names_hub: bool = True) -> None:
    """Store a visit of the feed, as a crawl does."""
    url = f"{hub.url}/feed.xml"
    named = Hub(f"{hub.url}/hub", url) if names_hub else None
    crawling = Crawling(database, scope_of(config.sources[0]))
    feed = Reading(url=url, canonical_url=url, kind="feed", entries=(Entry(f"{hub.url}/news/0"),), hub=named)
    crawling.store(crawling.lease_url(url), feed)
    crawling.finish()


def subscriptions(database: Database) -> list[Subscription]:
    with database.writing() as session:
        return list(session.scalars(select(Subscription).order_by(Subscription.id)))


def due_at(database: Database) -> datetime.datetime | None:
    with database.reading() as connection:
        return connection.scalar(select(Source.due_at))


def rest(database: Database, until: datetime.datetime) -> None:
    """Let the source have been polled long ago, and be due much later."""
    with database.writing() as session:
        source = session.scalars(select(Source)).one()
        source.polled_at, source.due_at = NOW, until


@pytest.fixture
def subscribed(database: Database, hub: HubServer, callback: str) -> str:
    """The address to which the hub delivers."""
    config = config_with(hub, callback)
    crawl_feed(database, config, hub)
    assert keep_subscriptions(database, config) == 1
    [address] = hub.subscriptions
    return address


@pytest.mark.usefixtures("subscribed")
def test_a_delivery_makes_the_source_due_once(database: Database, hub: HubServer) -> None:
    later = datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(days=1)
    rest(database, later)
    assert hub.publish() == [202]
    soon = due_at(database)
    assert soon is not None
    assert soon < later - datetime.timedelta(hours=23)
    rest(database, later)
    assert hub.publish() == [202]  # the same bytes again: somebody repeats what was heard
    assert due_at(database) == later
    hub.articles += 1
    assert hub.publish() == [202]
    assert due_at(database) != later
    [subscription] = subscriptions(database)
    assert (subscription.state, subscription.deliveries, subscription.rejected) == ("live", 2, 0)


@pytest.mark.parametrize("method", ["sha1", "sha384", "sha512"])
def test_every_method_of_signatures_is_known(hub: HubServer, subscribed: str, method: str) -> None:
    secret = hub.subscriptions[subscribed]["hub.secret"]
    assert deliver(subscribed, b"news", sign(secret, b"news", method)) == 202


def test_what_is_not_the_hubs_makes_nothing_due(database: Database, hub: HubServer, subscribed: str) -> None:
    later = datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(days=1)
    rest(database, later)
    secret = hub.subscriptions[subscribed]["hub.secret"]
    assert deliver(subscribed, b"news") == 403
    assert deliver(subscribed, b"news", "sha256=" + "0" * 64) == 403
    assert deliver(subscribed, b"news", sign(secret, b"other news")) == 403
    assert deliver(subscribed, b"news", "md5=" + sign(secret, b"news", "md5").partition("=")[2]) == 403
    unknown = subscribed[:-43] + "x" * 43
    assert deliver(unknown, b"news", sign(secret, b"news")) == 410
    assert deliver(subscribed + "x", b"news", sign(secret, b"news")) in (404, 410)
    assert due_at(database) == later
    [subscription] = subscriptions(database)
    assert (subscription.deliveries, subscription.rejected) == (0, 4)


def _announced(callback: str, headers: dict[str, str], pieces: Iterator[bytes]) -> int:
    with contextlib.closing(http.client.HTTPConnection(urlsplit(callback).netloc, timeout=30)) as connection:
        connection.putrequest("POST", urlsplit(callback).path)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        with contextlib.suppress(OSError):  # the server hangs up
            for piece in pieces:
                connection.send(piece)
        return connection.getresponse().status


def test_a_delivery_without_end_is_not_read_to_its_end(database: Database, subscribed: str) -> None:
    assert _announced(subscribed, {"Content-Length": str(MAX_BODY + 1)}, iter(())) == 413
    piece = b"%x\r\n" % 1_000_000 + b"x" * 1_000_000 + b"\r\n"
    pieces = (piece for _ in range(MAX_BODY // 1_000_000 + 2))
    assert _announced(subscribed, {"Transfer-Encoding": "chunked"}, pieces) == 413
    assert subscriptions(database)[0].deliveries == 0


def test_nobody_else_confirms_or_ends_a_subscription(database: Database, hub: HubServer, subscribed: str) -> None:
    topic = f"{hub.url}/feed.xml"
    query = {"hub.mode": "subscribe", "hub.topic": topic, "hub.challenge": "abc", "hub.lease_seconds": "60"}
    assert ask(subscribed[:-43] + "x" * 43, query)[0] == 404
    assert ask(subscribed, {**query, "hub.topic": "https://another.example/feed"})[0] == 404
    assert ask(subscribed, {**query, "hub.mode": "unsubscribe"})[0] == 404
    assert ask(subscribed, {**query, "hub.challenge": ""})[0] == 404
    assert ask(subscribed, {**query, "hub.challenge": "x" * 9_000})[0] == 404
    assert subscriptions(database)[0].state == "live"


def test_a_lease_is_renewed_before_its_end_with_the_same_secret(
    database: Database, hub: HubServer, callback: str
) -> None:
    config = config_with(hub, callback)
    crawl_feed(database, config, hub)
    hub.lease = 3_600
    keep_subscriptions(database, config)
    [first] = subscriptions(database)
    assert first.expires_at is not None
    assert keep_subscriptions(database, config, lambda: first.due_at - datetime.timedelta(seconds=1)) == 0
    hub.lease = 86_400
    assert keep_subscriptions(database, config, lambda: first.due_at) == 1
    [renewed] = subscriptions(database)
    assert renewed.expires_at is not None
    assert renewed.expires_at > first.expires_at + datetime.timedelta(hours=20)
    assert [form["hub.secret"] for form in hub.requests] == [first.secret, first.secret]


def test_a_hub_that_fails_is_asked_again_later_and_told(
    database: Database, hub: HubServer, callback: str, caplog: pytest.LogCaptureFixture, archive_url: str
) -> None:
    config = config_with(hub, callback)
    crawl_feed(database, config, hub)
    hub.status = 500
    assert keep_subscriptions(database, config) == 1
    assert f"harbor: the hub {hub.url}/hub: HTTP 500" in caplog.text
    assert keep_subscriptions(database, config) == 0
    [subscription] = subscriptions(database)
    assert (subscription.state, subscription.reason) == ("named", "HTTP 500")
    told = [finding.text for finding in examine_place(config, None, archive_url, NOW) if finding.what == "websub"]
    assert told == [f"0 of 1 subscriptions are live; kiji serve subscribes, and hubs must reach it at {callback}"]
    hub.status = 202
    assert keep_subscriptions(database, config, lambda: subscription.due_at) == 1
    assert subscriptions(database)[0].state == "live"


def test_a_refusal_is_stored_and_holds(database: Database, hub: HubServer, callback: str, subscribed: str) -> None:
    query = {"hub.mode": "denied", "hub.topic": f"{hub.url}/feed.xml", "hub.reason": "too many"}
    assert ask(subscribed, query)[0] == 200
    assert deliver(subscribed, b"news", sign(hub.subscriptions[subscribed]["hub.secret"], b"news")) == 410
    [subscription] = subscriptions(database)
    assert (subscription.state, subscription.reason) == ("refused", "refused by the hub: too many")
    assert keep_subscriptions(database, config_with(hub, callback)) == 0


@pytest.mark.parametrize("why", ["disabled", "not named any more"])
def test_a_hub_is_left_with_its_source(
    database: Database, hub: HubServer, callback: str, subscribed: str, why: str
) -> None:
    config = config_with(hub, callback, enabled=why != "disabled")
    if why != "disabled":
        rest(database, NOW)
        crawl_feed(database, config, hub, names_hub=False)
    assert keep_subscriptions(database, config) == 1
    assert hub.requests[-1]["hub.mode"] == "unsubscribe"
    assert hub.subscriptions == {}
    assert subscriptions(database) == []
    assert deliver(subscribed, b"late", sign("x", b"late")) == 410


@pytest.mark.usefixtures("subscribed")
def test_another_public_address_is_subscribed_anew(database: Database, hub: HubServer, callback: str) -> None:
    moved = callback.replace("127.0.0.1", "localhost")
    assert keep_subscriptions(database, config_with(hub, moved)) == 1
    assert hub.requests[-1]["hub.callback"].startswith(moved)
    assert subscriptions(database)[0].state == "live"


def test_no_hub_is_asked_unless_the_config_says_so(database: Database, hub: HubServer) -> None:
    config = config_with(hub, "")
    crawl_feed(database, config, hub)
    assert keep_subscriptions(database, config) == 0
    assert hub.requests == []


def test_a_private_hub_is_never_asked(hub: HubServer) -> None:
    callback = "https://kiji.example/websub/x"
    request = HubRequest(1, "harbor", "subscribe", f"{hub.url}/hub", "https://news.example/feed", callback, "secret")
    assert ask_hub(request, "Test/1") == "loopback address"
    assert hub.requests == []


def test_news_of_a_hub_are_crawled(hub: HubServer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = tmp_path / "kiji.toml"
    config.write_text(config_text(hub, f"http://127.0.0.1:{port}"))
    assert kiji("crawl", folder=tmp_path).returncode == 0
    options = ("--config", str(config), "--db", f"sqlite:///{tmp_path}/kiji.db")
    with serving("--port", str(port), *options, XDG_CACHE_HOME=str(tmp_path / "cache")):
        assert hub.subscribed.wait(60)
        hub.articles += 1
        assert hub.publish() == [202]
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/kiji.db")) as database:
        with database.writing() as session:
            session.scalars(select(Source)).one().due_at = NOW  # a minute after the last poll, without waiting
        assert kiji("crawl", folder=tmp_path).returncode == 0
        with database.reading() as connection:
            assert connection.scalar(select(func.count()).select_from(Article)) == 2
