"""Give storage the parts of an address that it stores."""

import functools

from pipelines.addresses import normalize as addresses
from pipelines.addresses.parameters import ParameterRules
from storage.text_rules import Place


@functools.lru_cache(4096)  # pages of one site list the same addresses over and over
def place(url: str, rules: ParameterRules | None = None) -> Place:
    """Return the host, domain and key of an absolute address, and its clean form."""
    return Place(
        url=addresses.clean_url(url, rules=rules) or url,
        key=addresses.address_key(url, rules),
        host=addresses.host_of(url),
        domain=addresses.registered_domain(url),
    )
