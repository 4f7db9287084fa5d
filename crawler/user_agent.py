"""Build and check the user agent."""

import functools
import re

from storage.distribution import kiji_version

#: The product token by which robots.txt addresses us where the operator has no name of their own.
PRODUCT = "Kiji"
NO_CONTACT = "no contact given"


@functools.cache
def default_user_agent() -> str:
    """Return the user agent for an operator who set none.

    It states this, and names no contact.
    """
    return f"{PRODUCT}/{kiji_version()} (news crawler; {NO_CONTACT} by its operator)"


def names_a_contact(user_agent: str) -> bool:
    """Return whether a user agent names a contact: a mail or a web address."""
    return "@" in user_agent or "://" in user_agent


def robots_token(user_agent: str) -> str:
    """Return the product token (RFC 9309, 2.2.1): ``Kiji`` of ``Kiji/0.1.0 (…)``.

    For a crawler that claims to be compatible with a browser, like Googlebot, it is the name after that word:
    ``Ours`` of ``Mozilla/5.0 (compatible; Ours/1.0; …)``.
    """
    compatible = re.search(r"\(compatible;\s*([^/\s();]+)", user_agent, re.IGNORECASE)
    return compatible.group(1) if compatible else re.split(r"[/\s(;]", user_agent, maxsplit=1)[0] or user_agent
