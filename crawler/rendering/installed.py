"""Find the browser that is installed, or say what is missing."""

import functools
import importlib.util
import os
import shutil

from crawler.config.errors import shown
from crawler.config.tables import Browser
from storage.distribution import install_extra

_PROGRAMS = (
    *("chromium-headless-shell", "chrome-headless-shell"),  # a page takes a quarter of the CPU, and half the seconds
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
)


def missing_browser(settings: Browser) -> str:
    """Return what is missing for pages to be rendered, in one line; "" for nothing."""
    if importlib.util.find_spec("playwright") is None:
        return f"pages are rendered with the package playwright: {install_extra('browser')}"
    if not chromium_path(settings):
        return "no Chromium was found: apt install chromium-headless-shell, or name one in [browser] path"
    if settings.path and not shutil.which(settings.path):
        return f"[browser] path: {shown(settings.path)} is not a program"
    if settings.sandbox and os.geteuid() == 0:
        return "Chromium has no sandbox for root: crawl as another user, or set [browser] sandbox = false"
    return ""


@functools.cache
def _found_chromium() -> str:
    return next((path for program in _PROGRAMS if (path := shutil.which(program))), "")


def chromium_path(settings: Browser) -> str:
    """Return the path of the browser's program; "" where there is none."""
    return settings.path or _found_chromium()
