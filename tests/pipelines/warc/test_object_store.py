"""The raw archive in a real S3 store on loopback: sent, read, forgotten, pruned; and a store that is down."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.archive_place import kept_place
from crawler.config.load import config_of
from crawler.config.tables import Archive
from crawler.monitoring.doctor import examine_store, waiting_finding
from crawler.monitoring.retention import prune_pages
from pipelines.raw_page import RawPage
from pipelines.warc.mentions import find_mentions
from pipelines.warc.page_store import PageFiles
from pipelines.warc.place import MARK, ArchivePlace, send_waiting
from pipelines.warc.records import page_in_member
from pipelines.warc.redact import blank_pages
from pipelines.warc.reread import record_bytes
from pipelines.workers.result import record_of
from storage.database.engine import Database
from storage.visit import WarcLocation
from tests.support.object_store import BUCKET, KEY, SECRET, closed_endpoint, empty_bucket, object_names, s3_server

DAY = datetime.timedelta(days=1)
MONDAY = datetime.datetime(2026, 10, 5, 6, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The endpoint of a store."""
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(server: str) -> str:
    """The same, empty."""
    empty_bucket(server)
    return server


def place_at(endpoint: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ArchivePlace:
    """The place of a config with its secrets elsewhere."""
    monkeypatch.setenv("S3_KEY_ID", KEY)
    secret = folder / "secret"
    secret.write_text(SECRET + "\n")
    config = config_of(
        f'[archive]\nremote = "s3://{BUCKET}/kiji"\nendpoint = "{endpoint}"\nkey_id = "env:S3_KEY_ID"\n'
        f'secret = "file:{secret}"\n',
        "kiji.toml",
    )
    return kept_place(config, f"sqlite:///{folder}/kiji.db")


def fill(place: ArchivePlace, day: datetime.datetime, number: int = 2) -> list[WarcLocation]:
    """Keep pages of one day."""
    files = PageFiles(place.folder, now=lambda: day)
    pages = [
        RawPage(url, url, b"<p>ferry <a href=" + url.encode() + b">", 200, day, (("content-type", "text/html"),))
        for url in (f"https://news.example/{day:%d}/{n}" for n in range(number))
    ]
    kept = [location for location in files.keep([record_of(page) for page in pages]) if location is not None]
    files.close()
    return kept


def bodies(place: ArchivePlace, locations: list[WarcLocation]) -> list[str]:
    pages = [page_in_member(record_bytes(place, location)) for location in locations]
    return [page if isinstance(page, str) else page.url for page in pages]


def test_files_of_earlier_days_move_to_the_store_and_are_read_there(
    endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_at(endpoint, tmp_path, monkeypatch)
    old, new = fill(place, MONDAY), fill(place, MONDAY + DAY)
    assert send_waiting(place, MONDAY + DAY) == 1
    assert object_names(endpoint) == [f"kiji/{old[0].file}"]
    assert [path.name for path in place.folder.glob("*.warc.gz")] == [new[0].file]
    assert bodies(place, old + new) == [f"https://news.example/{day}/{n}" for day in ("05", "06") for n in range(2)]
    assert send_waiting(place, MONDAY + DAY) == 0
    page = "https://news.example/05/1"
    assert [mention.page for mention in find_mentions(place, lambda url: url == page)] == [page]


def test_a_file_that_somebody_writes_to_is_not_sent(
    endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_at(endpoint, tmp_path, monkeypatch)
    [location] = fill(place, MONDAY, 1)
    (place.folder / (location.file + MARK)).touch()
    now = datetime.datetime.now(datetime.UTC)
    assert send_waiting(place, now) == 0
    assert send_waiting(place, now + 2 * DAY) == 1  # its process was killed long ago
    assert list(place.folder.glob("kiji-*")) == []


def test_a_store_that_is_down_loses_nothing(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    down = place_at(closed_endpoint(), tmp_path, monkeypatch)
    locations = fill(down, MONDAY)
    with pytest.raises(OSError, match=f"s3://{BUCKET}/kiji: "):
        send_waiting(down, MONDAY + DAY)
    assert bodies(down, locations)[0] == "https://news.example/05/0"
    now = datetime.datetime.now(datetime.UTC)
    assert waiting_finding(down, now).text.startswith("1 files (")
    assert (waiting_finding(down, now).level, waiting_finding(down, now + 3 * DAY).level) == ("ok", "warn")
    up = place_at(endpoint, tmp_path, monkeypatch)
    assert send_waiting(up, MONDAY + DAY) == 1
    with pytest.raises(OSError, match="s3://"):
        record_bytes(down, locations[0])
    assert bodies(up, locations)[1] == "https://news.example/05/1"


def test_forgotten_bytes_leave_the_store_too(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = place_at(endpoint, tmp_path, monkeypatch)
    locations = fill(place, MONDAY)
    send_waiting(place, MONDAY + DAY)
    assert blank_pages(place, [locations[0]], MONDAY + DAY) == []
    assert send_waiting(place, MONDAY + DAY) == 1
    assert list(place.folder.glob("*.warc.gz")) == []
    assert bodies(place, locations[1:]) == ["https://news.example/05/1"]
    assert isinstance(page_in_member(record_bytes(place, locations[0])), str)  # why there is no page


def test_old_files_are_deleted_in_the_store(
    endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    place = place_at(endpoint, tmp_path, monkeypatch)
    fill(place, MONDAY)
    send_waiting(place, MONDAY + DAY)
    now = datetime.datetime.now(datetime.UTC)
    assert prune_pages(database, place, Archive(max_age="30d"), now + 29 * DAY).files == 0
    assert prune_pages(database, place, Archive(max_age="30d"), now + 31 * DAY).files == 1
    assert object_names(endpoint) == []


def test_doctor_tries_the_store_and_no_secret_is_shown(
    endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3_SECRET", SECRET)
    keys = 'key_id = "env:S3_SECRET"\nsecret = "env:S3_SECRET"\n'
    lines = []
    for remote, address, given in (
        (BUCKET, endpoint, keys),
        ("another-bucket", endpoint, keys),
        (BUCKET, closed_endpoint(), keys),
        (BUCKET, endpoint, keys.replace("S3_SECRET", "NOWHERE")),
    ):
        text = f'[archive]\nremote = "s3://{remote}"\nendpoint = "{address}"\n{given}'
        config = config_of(text, "kiji.toml")
        lines += [(found.level, found.text) for found in examine_store(config, f"sqlite:///{tmp_path}/kiji.db")]
    assert [level for level, _ in lines] == ["ok", "fail", "fail", "fail"]
    assert "the environment variable NOWHERE is not set" in lines[3][1]
    assert not any(SECRET in text for _, text in lines)
    assert object_names(endpoint) == []
