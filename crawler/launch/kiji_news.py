"""Start the command ``kiji`` with its own packages, whatever lies beside them.

``crawler``, ``pipelines`` and ``storage`` are names that others use too. A folder of such a name in the current folder
or on PYTHONPATH must not take the place of ours, here or in a process that is started from here; and where another
package has written over ours, one line says so.
"""

import os
import sys

PACKAGES = ("crawler", "pipelines", "storage")
OWNER = "kiji-news"
"""What each of our packages says of itself."""


def main() -> None:
    """Run the command, or end with exit code 2 where its packages are not ours."""
    put_first(home(), sys.path)
    problem = foreign_package()
    if problem:
        sys.stderr.write(f"kiji: {problem}\n")
        sys.exit(2)
    from crawler.__main__ import main as run

    run()


def home() -> str:
    """Return the folder that our packages are in: beside this module if it is installed, two folders up in a clone."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib takes long to import
    installed = os.path.isdir(os.path.join(here, "crawler"))  # noqa: PTH112, PTH118
    return here if installed else os.path.dirname(os.path.dirname(here))  # noqa: PTH120


def put_first(home: str, path: list[str]) -> None:
    """Put our folder before the first entry of a path that holds a package of our names.

    Processes that are started later do the same by their environment: the current folder is not on their path.
    """
    os.environ["PYTHONSAFEPATH"] = "1"
    for place, entry in enumerate(path):
        folder = os.path.abspath(entry)  # noqa: PTH100 - as above
        if folder == home:
            return
        if any(os.path.exists(os.path.join(folder, name + end)) for name in PACKAGES for end in ("", ".py")):  # noqa: PTH110, PTH118
            path.insert(place, home)
            os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH", ""))))
            return


def foreign_package() -> str:
    """Return which package is not ours and whose it is, in one line; "" where all are ours."""
    import importlib

    for name in PACKAGES:
        try:
            module = importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 - whatever another's package raises
            return f"the package {name} cannot be imported ({type(error).__name__}: {error}); {_advice(name)}"
        if getattr(module, "OWNER", "") != OWNER:
            return f"the package {name} in {getattr(module, '__file__', '?')} is not Kiji's; {_advice(name)}"
    return ""


def _advice(name: str) -> str:
    import importlib.metadata

    owners = {
        str(distribution.metadata["Name"])
        for distribution in importlib.metadata.distributions()
        if any(str(file) == f"{name}/__init__.py" for file in distribution.files or ())
    }
    others = ", ".join(sorted(owners - {OWNER}))
    without = f", without {others}" if others else ""
    return f"install Kiji by itself (uv tool install, pipx or a virtual environment of its own){without}"


if __name__ == "__main__":
    main()
