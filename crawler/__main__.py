"""Start the command ``kiji``, also as ``python -m crawler``.

Each worker process imports the program's main module again, so this one loads nothing before it runs.
"""

import sys

READING = frozenset({"import", "inspect", "reread"})
"""The commands that always have pages read by worker processes. A crawl starts them if something is due."""


def main() -> None:
    """Run the command and exit with the contract's code."""
    try:
        if READING.intersection(sys.argv[1:2]):
            from pipelines.workers.fork_server import preload_workers

            preload_workers()
        from crawler.cli import run

        code = run()
    except KeyboardInterrupt:
        sys.exit(130)
    _end_process(code)


def _end_process(code: int) -> None:
    """End with this exit code, and do not take down what was imported: that is a third of the CPU of ``kiji runs``.

    What is registered for the end is called, and the streams are flushed. Python ends the process by itself if a thread
    still works, if a stream cannot be written to, and if its ``atexit`` has no such function.
    """
    import atexit
    import os

    threading = sys.modules.get("threading")  # where nobody has imported it there is one thread
    others = [thread for thread in threading.enumerate() if not thread.daemon][1:] if threading else []
    finish = getattr(atexit, "_run_exitfuncs", None)
    if others or finish is None:
        sys.exit(code)
    finish()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except OSError:
        sys.exit(code)
    os._exit(code)


if __name__ == "__main__":
    main()
