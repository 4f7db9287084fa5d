"""Send what saved searches matched, through the same services as alerts."""

import datetime
import zoneinfo
from collections.abc import Sequence

from crawler.monitoring.alerts import Message, send
from crawler.sanitize import sanitize_line
from storage.database.engine import Database
from storage.watches.matching import Item, Notice, claim_notices, match_new, settle

TRIES = 3
"""Failures of every address after which a call sends nothing more: the rest waits for the next one."""
TITLE = 200
"""Characters of a headline in a message."""


def tell_watches(database: Database, urls: Sequence[str], timezone: str, now: datetime.datetime) -> list[str]:
    """Match what is new, and send the notices that are due; return the problems, a line each.

    A notice that no service took waits for the next call. Without addresses nothing is sent, and matches are kept for
    the feeds. Blocks while services answer.
    """
    with database.writing() as session:
        match_new(session, now)
        notices = claim_notices(session, now) if urls else []
    problems: list[str] = []
    for notice in notices:
        was_taken = False
        if len(problems) < TRIES * len(urls):
            failed = send(_message(notice, zoneinfo.ZoneInfo(timezone)), urls)
            problems += failed
            was_taken = len(failed) < len(urls)
        with database.writing() as session:
            settle(session, notice, now, was_taken=was_taken)
    return problems


def _message(notice: Notice, zone: zoneinfo.ZoneInfo) -> Message:
    lines = [_lines(item, zone) for item in notice.items]
    if notice.held_back:
        lines.append(f"{notice.held_back} more matched today and are not sent. See: kiji watch show {notice.watch}")
    first = notice.items[0]
    headline = "changed: " if first.revision > 1 else ""
    title = headline + sanitize_line(first.title)[:TITLE]
    if notice.is_digest:
        title = f"{len(notice.items)} article{'' if len(notice.items) == 1 else 's'}"
    return Message(f"{notice.watch}: {title}", "\n\n".join(lines), "info")


def _lines(item: Item, zone: zoneinfo.ZoneInfo) -> str:
    changed = f"changed, revision {item.revision}: " if item.revision > 1 else ""
    dated = f"{item.dated_at.astimezone(zone):%Y-%m-%d %H:%M}"
    head = f"{changed}{sanitize_line(item.title)[:TITLE]}"
    return f"{head}\n{sanitize_line(item.source)}, {dated}\n{sanitize_line(item.url)}"
