"""Remove passwords from what is shown, logged or stored."""

import re

# A password may hold a slash where its user does not look like a host with a port: //host:8080/path@x is none.
_USER = re.compile(r"//(?:[^/@\s]{1,500}|[^/@\s:]{1,100}:(?!\d{1,5}/)[^@\s]{1,500})@")
# libpq and SQLAlchemy take a password as a parameter, too.
_PARAMETER = re.compile(
    r"((?:[?&;\s]|^)(?:password|passwd|pwd|sslpassword|passphrase)=)[^&;\s'\"]{1,500}", re.IGNORECASE
)


def remove_credentials(text: str) -> str:
    """Replace the passwords in a text: ``//user:password@`` and ``password=…``."""
    if "@" in text:
        text = _USER.sub("//…@", text)
    return _PARAMETER.sub(r"\1…", text) if "=" in text else text
