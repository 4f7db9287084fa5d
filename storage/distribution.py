"""Name the installed distribution, its version and its extras.

The name differs from the command's: ``kiji`` on the Python Package Index is another project.
"""

import functools
import importlib.metadata

DISTRIBUTION = "kiji-news"


@functools.cache
def kiji_version() -> str:
    """Return the version that is installed."""
    return importlib.metadata.version(DISTRIBUTION)


def install_extra(extra: str) -> str:
    """Say how an extra is installed: from a clone, or from a wheel."""
    wheel = f"{DISTRIBUTION.replace('-', '_')}-{kiji_version()}-py3-none-any.whl"
    return f"run make install in the clone, or pip install '{wheel}[{extra}]'"
