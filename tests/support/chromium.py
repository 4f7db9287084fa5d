"""The browser of the tests: Debian's headless shell, which renders a page with a quarter of the CPU, else Chromium."""

import shutil

CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
MISSING = f"there is no {CHROMIUM} (apt-get install chromium-headless-shell)"
