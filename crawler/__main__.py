"""Start the command ``kiji``, also as ``python -m crawler``.

Each worker process imports the program's main module again, so this one loads nothing before it runs.
"""

import sys

READING = frozenset({"crawl", "import", "inspect", "reread"})
"""The commands that have pages read by worker processes."""


def main() -> None:
    """Run the command and exit with the contract's code."""
    try:
        if READING.intersection(sys.argv[1:2]):
            from pipelines.workers.fork_server import preload_workers

            preload_workers()
        from crawler.cli import run

        code = run()
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
