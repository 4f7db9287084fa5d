"""Name the version of the extraction rules.

It is stored with every article. So a better extraction is a correction, and no revision by the publisher.
"""

import importlib.metadata

from pipelines.rules.load import overlay_digest, rule_cache

RULES_VERSION = "12"  # raised whenever a change of ours can change the text that comes out of the same bytes
VERSION_LENGTH = 60  # characters of the column


@rule_cache()
def extractor_version() -> str:
    """Return the version of the rules, of trafilatura, and of the operator's own rules.

    As in ``1+trafilatura-2.3.1`` or ``1+trafilatura-2.3.1+rules-0a1b2c3d``.
    """
    version = f"{RULES_VERSION}+trafilatura-{importlib.metadata.version('trafilatura')}"
    digest = overlay_digest()
    return f"{version}+rules-{digest}" if digest else version
