"""``python -m crawler`` is the command ``kiji``."""

from crawler.cli import main

if __name__ == "__main__":
    main()
