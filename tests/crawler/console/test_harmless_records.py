"""Nothing that the web says, and no password, gets through a log line as it is."""

import io
import logging
from collections.abc import Iterator

import pytest

from crawler.console.log_records import sanitize_logs
from crawler.sanitize import sanitize_log_line


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    stream, before = io.StringIO(), logging.getLogRecordFactory()
    handler = logging.StreamHandler(stream)
    logging.getLogger("tests.harmless").addHandler(handler)
    sanitize_logs()
    yield stream
    logging.setLogRecordFactory(before)
    logging.getLogger("tests.harmless").removeHandler(handler)


def test_control_characters_of_an_address_reach_no_terminal_and_start_no_line(told: io.StringIO) -> None:
    hostile = "http://news.example/\x1b]0;owned\x07\r\n2026-10-05 [kiji] ERROR: forged\u202e\x9b2J"
    logging.getLogger("tests.harmless").warning("%s: refused", hostile)
    [line] = told.getvalue().splitlines()
    assert line.isprintable()
    assert line.startswith(r"http://news.example/\x1b]0;owned\x07\r\n2026")


def test_passwords_of_databases_proxies_and_alert_addresses_are_left_out(told: io.StringIO) -> None:
    for address in (
        "postgresql+psycopg://kiji:hunter2@db/kiji",
        "http://me:hunter2@proxy:3128",
        "mailto://a:hunter2@b",
    ):
        logging.getLogger("tests.harmless").error("cannot reach %s", address)
    assert "hunter2" not in told.getvalue()
    assert told.getvalue().count("//…@") == 3
    assert sanitize_log_line("記事 https://news.example/a@b") == "記事 https://news.example/a@b"
