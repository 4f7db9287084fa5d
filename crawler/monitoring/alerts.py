"""Send alerts through Apprise, and ping a dead-man's switch.

Problems are returned as lines for the log, and never raised. Addresses are masked there: they hold tokens.
"""

import dataclasses
import importlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from storage.distribution import install_extra

logger = logging.getLogger(__name__)

PING_SECONDS = 10.0

Kind = Literal["failure", "success", "info"]


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """One alert; ``kind`` is ``failure``, ``success`` when trouble is over, or ``info`` for news.

    Services that take no files leave the ``attachment`` out.
    """

    title: str
    body: str
    kind: Kind
    attachment: Path | None = None


def send(message: Message, urls: Sequence[str]) -> list[str]:
    """Send an alert to each address.

    Return the problems, a line each. Blocks, some seconds at most.
    """
    try:
        apprise: Any = importlib.import_module("apprise")
    except ImportError:
        return [f"alerts need the package apprise: {install_extra('alerts')}"]
    # Apprise's own warnings would name addresses. Their content is returned from here.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    problems = []
    for url in urls:
        try:
            service = apprise.Apprise.instantiate(url)
            if service is None:
                problems.append(
                    f"alert to {mask_address(url)}: Apprise knows no such service, or the address is incomplete"
                )
            elif not service.notify(
                body=message.body,
                title=message.title,
                notify_type=message.kind,
                attach=apprise.AppriseAttachment(str(message.attachment)) if message.attachment else None,
            ):
                problems.append(f"alert to {mask_address(url)} was not taken")
        except Exception as error:  # noqa: BLE001 - an error in one plug-in must not stop the other alerts
            problems.append(f"alert to {mask_address(url)}: {type(error).__name__}")
    return problems


def unknown_services(urls: Sequence[str]) -> list[str]:
    """Return a line for each address that Apprise does not know. Needs the package apprise."""
    apprise: Any = importlib.import_module("apprise")
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    return [
        f"{mask_address(url)}: Apprise knows no such service, or the address is incomplete"
        for url in urls
        if apprise.Apprise.instantiate(url, suppress_exceptions=True) is None
    ]


def ping(url: str, *, is_well: bool, summary: str) -> list[str]:
    """Ping a dead-man's switch at the end of a crawl.

    After a failure ``/fail`` is added to the path.

    This is the protocol of healthchecks.io and compatible services. ``summary`` is the body. Returns problems. Blocks.
    """
    import http.client  # both take as long to import as all that a crawl with nothing due computes
    import urllib.error
    import urllib.request

    target = url if is_well else _failure_address(url)
    request = urllib.request.Request(target, data=summary.encode("utf-8"), method="POST")  # noqa: S310 - http(s), by the config
    try:
        with urllib.request.urlopen(request, timeout=PING_SECONDS) as answer:  # noqa: S310 - as above
            answer.read(1024)
    except urllib.error.HTTPError as error:
        error.close()
        return [f"ping to {mask_address(url)}: HTTP {error.code}"]
    except (OSError, ValueError, http.client.HTTPException) as error:
        cause = getattr(error, "reason", error)
        return [f"ping to {mask_address(url)}: {type(cause).__name__}"]
    return []


def _failure_address(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/fail").geturl()


def mask_address(url: str) -> str:
    """Return only an address's scheme: tokens may even replace the host."""
    return f"{urlsplit(url).scheme or 'an address'}://…"
