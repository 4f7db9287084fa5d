"""Make requests conditional, with the validators of the last answer."""

from storage.visit import Lease

VALIDATORS = ("If-None-Match", "If-Modified-Since")
"""RFC 9110, 13.1.2 and 13.1.3."""


def validators_of(lease: Lease) -> dict[str, str]:
    """Return the headers of a conditional request.

    There are none if the last answer had no validators.
    """
    values = zip(VALIDATORS, (lease.etag, lease.last_modified), strict=True)
    return {name: value for name, value in values if value}
