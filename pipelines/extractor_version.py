"""Which rules made a text: stored with every article, so that a better extractor is no revision by the publisher."""

import functools
import importlib.metadata

RULES_VERSION = "5"  # raised whenever a change of ours can change the text that comes out of the same bytes


@functools.cache
def extractor_version() -> str:
    """The version of our rules and of the library beneath, as in ``1+trafilatura-2.3.1``."""
    return f"{RULES_VERSION}+trafilatura-{importlib.metadata.version('trafilatura')}"
