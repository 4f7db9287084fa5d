"""Ask a served page for its status, headers and text."""

import contextlib
import http.client
from urllib.parse import urlsplit


def get(address: str, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Ask once; give status, headers in lower case, and body."""
    place = urlsplit(address)
    with contextlib.closing(http.client.HTTPConnection(place.hostname or "", place.port, timeout=120)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()
