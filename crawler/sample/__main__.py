"""Serve the sample sites until Ctrl-C: ``python -m crawler.sample``."""

import argparse
import contextlib
import threading
from pathlib import Path

from crawler.sample.server import SampleSite


def main() -> None:
    """Serve both sites until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m crawler.sample", description=main.__doc__)
    parser.add_argument("--edition", type=int, choices=(1, 2), default=1, help="2: the sites after the edit")
    parser.add_argument("--config", type=Path, default=Path("kiji-sample.toml"), help="where the config is written")
    parser.add_argument("--db", default="sqlite:///kiji-sample.db", help="the database that the config names")
    options = parser.parse_args()
    with SampleSite(options.edition) as site:
        options.config.write_text(site.config(options.db), encoding="utf-8")
        for name, url in {
            "main site": f"{site.main_url}/",
            "second site": f"{site.second_url}/",
            **site.start_urls,
        }.items():
            print(f"{name:15} {url}")
        print(f"\nCrawl them with:  kiji crawl --config {options.config}\nCtrl-C ends this.", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
