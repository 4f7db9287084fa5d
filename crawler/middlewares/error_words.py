"""Say in plain words why a request failed."""

from scrapy.exceptions import IgnoreRequest

_CLOSED = "the server closed the connection"
_NO_ADDRESS = "the host's name has no address in DNS"
_REFUSED = "the server refuses connections"
_CUT = "the answer ended before its end"
PARTIAL = "the server sent only a part of the page (HTTP 206)"
_LATE = "no answer in time"
_WORDS = {
    "DownloadTimeoutError": _LATE,
    "TimeoutError": _LATE,
    "ResponseDataLossError": _CUT,
    "PartialAnswer": PARTIAL,
    "CutAnswer": _CUT,
    "EOFError": _CUT,
    "DownloadCancelledError": "the answer is larger than the download cap",
    "DownloadConnectionRefusedError": _REFUSED,
    "ConnectionRefusedError": _REFUSED,
    "ConnectionDone": _CLOSED,
    "ConnectionLost": _CLOSED,
    "ConnectionAborted": _CLOSED,
    "CannotResolveHostError": _NO_ADDRESS,
    "DNSLookupError": _NO_ADDRESS,
    "NoRouteError": "there is no route to the server",
    "VerificationError": "the server's certificate is for another name",
    "CertificateError": "the server's certificate names no host",
    "BadGzipFile": "the answer's compression is damaged",
    "ParseError": "the answer is not HTTP",
}
"""By the names of the errors' classes in Scrapy, Twisted and Python: some are in modules that are private."""


def words_of_error(error: BaseException) -> str:
    """Return one line on an error. One that is not known keeps the name of its class."""
    cause = _cause_of(error)
    for each in (error, cause):
        known = next((_WORDS[kind.__name__] for kind in type(each).__mro__ if kind.__name__ in _WORDS), "")
        if known:
            return known
    if type(cause).__module__.startswith("OpenSSL"):
        return _words_of_tls(cause)
    message = " ".join(str(cause).split())
    if isinstance(cause, IgnoreRequest) and message:
        return message
    return f"{type(cause).__name__}: {message}" if message else type(cause).__name__


def _words_of_tls(error: BaseException) -> str:
    """Read OpenSSL's own words: the last of the queue of its errors, each (library, function, words)."""
    queue = error.args[0] if error.args else ()
    words = str(queue[-1][-1]) if isinstance(queue, list) and queue and queue[-1] else "no reason given"
    if words == "certificate verify failed":
        return f"the server's certificate is expired, self-signed or for another name ({words})"
    return f"no TLS connection: {words}"


def _cause_of(error: BaseException) -> BaseException:
    """Return the error inside Twisted's ResponseFailed, which holds a list of Failures."""
    reasons = getattr(error.__cause__, "reasons", None)
    cause = getattr(reasons[-1], "value", None) if reasons else None
    return cause if isinstance(cause, BaseException) else error
