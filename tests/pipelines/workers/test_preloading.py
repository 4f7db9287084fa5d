"""A worker starts with all that it reads pages by."""

import subprocess
import sys

_SHOW_EMPTY = """
import sys
import pipelines.workers.preload
modules = [module for name, module in sys.modules.items() if name.startswith("pipelines.")]
cached = {one for module in modules for one in vars(module).values() if hasattr(one, "cache_info")}
tables = [one for one in cached if not one.__wrapped__.__code__.co_argcount]
assert len(tables) > 20, tables
print(*sorted(one.__qualname__ for one in tables if not one.cache_info().currsize))
"""


def test_every_table_of_rules_is_loaded_before_the_first_page() -> None:
    done = subprocess.run([sys.executable, "-c", _SHOW_EMPTY], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["_tldextract"]  # the fallback where the list of suffixes cannot be read


def test_the_module_that_every_worker_imports_again_loads_neither_the_command_line_nor_the_database() -> None:
    # multiprocessing has each worker import the program's main module: with all that it loads, 0.8 s of CPU
    told = "import sys, crawler.__main__; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split()
    assert "crawler.__main__" in loaded
    assert {"crawler.cli", "scrapy", "sqlalchemy", "typer"}.isdisjoint(loaded)
