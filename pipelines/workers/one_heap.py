"""Keep what all threads allocate in one heap."""

import contextlib
import ctypes

_M_ARENA_MAX = -8  # of mallopt(3), in glibc's malloc.h


def share_one_heap() -> None:
    """Let glibc give no thread a heap of its own, here and in processes that are forked later.

    A crawl hands each page through several threads. What one has freed, another did not use: the main process grew by a
    kilobyte a page. Threads of Python seldom allocate at the same time. Does nothing with another C library.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
