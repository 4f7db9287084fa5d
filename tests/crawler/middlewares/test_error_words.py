"""What the web did is said in words, and not in names of classes."""

import gzip

import pytest
from OpenSSL import SSL
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure

from crawler.middlewares.outcomes import verdict_of_error


class ResponseFailed(Exception):
    """As Twisted's, which is in a private module."""

    def __init__(self, *reasons: BaseException) -> None:
        self.reasons = [Failure(reason) for reason in reasons]  # type: ignore[no-untyped-call]  # as Twisted has it
        super().__init__(self.reasons)


def failed(cause: BaseException) -> BaseException:
    """The error that Scrapy makes of a failure within Twisted."""
    response = ResponseFailed(cause)
    error = DownloadFailedError(str(response))
    error.__cause__ = response
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (failed(ConnectionDone()), "the server closed the connection"),
        (failed(ConnectionLost("Connection to the other side was lost.")), "the server closed the connection"),
        (
            failed(SSL.Error([("SSL routines", "", "certificate verify failed")])),
            "the server's certificate is expired, self-signed or for another name (certificate verify failed)",
        ),
        (failed(SSL.Error([("SSL routines", "", "wrong version number")])), "no TLS connection: wrong version number"),
        (failed(SSL.Error()), "no TLS connection: no reason given"),
        (CannotResolveHostError("no results"), "the host's name has no address in DNS"),
        (gzip.BadGzipFile("Not a gzipped file (b'no')"), "the answer's compression is damaged"),
        (TimeoutError(), "no answer in time"),
        (ValueError("some\nother"), "ValueError: some other"),
        (ValueError(), "ValueError"),
    ],
    ids=lambda given: given.partition(" (")[0] if isinstance(given, str) else "",
)
def test_a_failure_of_the_web_is_said_in_words(error: BaseException, words: str) -> None:
    assert verdict_of_error(error) == ("failed", words)
