"""Validators: what an earlier answer said of its freshness, by which a server tells that nothing has changed."""

from storage.visit import Lease

VALIDATORS = ("If-None-Match", "If-Modified-Since")
"""RFC 9110, 13.1.2 and 13.1.3."""


def validators_of(lease: Lease) -> dict[str, str]:
    """The headers that make a request conditional; none where the last answer gave none."""
    said = zip(VALIDATORS, (lease.etag, lease.last_modified), strict=True)
    return {name: value for name, value in said if value}
