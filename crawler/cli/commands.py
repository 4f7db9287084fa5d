"""Name the commands with their modules and purposes, and write the help.

Imports nothing, so that ``kiji --help`` takes as long as a start of Python.
"""

SUMMARY = "Crawl news in Japanese and English: follow related articles, store the text of articles only."
EXAMPLES = ("kiji demo", "kiji crawl https://news.example/ja/n/7000")

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("setup", "Make a config with comments, a database, and a first source."),
    "doctor": (
        "setup",
        "Check config, database, disk and clock, and fetch one page of every source under its robots.txt.",
    ),
    "schedule": ("setup", "Print a crontab line for kiji crawl that works in cron's environment."),
    "sources": ("sources", "List, find, try, add, import, export and switch sources."),
    "crawl": ("crawl", "Crawl the due addresses, or the named sources, or one address with its related articles."),
    "runs": ("runs", "List the newest runs, or show one in full."),
    "health": ("health", "Judge every source by its history: dead, silent, changed, blocked or ok."),
    "import": (
        "imports",
        "Import raw pages (.warc, .warc.gz) or extracted articles (.jsonl, .jsonl.gz, .json) from other programs.",
    ),
    "inspect": (
        "inspection",
        "Show what Kiji reads from pages: addresses, HTML files, or all responses in WARC files.",
    ),
    "reread": ("reread", "Read the raw archive again with this version, and correct the stored rows in place."),
    "article": ("articles", "Show one article with its copies and links, or with --revisions its changes."),
    "forget": ("erasure", "Erase addresses with their articles, copies and archived bytes."),
    "stories": (
        "stories",
        "List the newest stories with several articles, or show one with its articles and evidence.",
    ),
    "coverage": (
        "analysis.coverage",
        "Compare what the languages and sources report: only in one language, who was first, who takes from whom.",
    ),
    "entities": (
        "analysis.entities",
        "List the persons, organisations and places that articles name, or the articles that name one.",
    ),
    "search": ("search", 'Find articles with all words and "exact phrases", and without -excluded words.'),
    "export": (
        "export",
        "Write articles, their links and images, related links, other lists, stories or copies into a CSV, Excel, JSON "
        "lines or Parquet file.",
    ),
    "watch": ("analysis.watch", "Keep saved searches, and send what they match after each crawl."),
    "collect": ("analysis.collect", "Keep collections of articles with notes and tags, and export them."),
    "mcp": ("analysis.mcp", "Answer an assistant's questions by the Model Context Protocol, read-only and bounded."),
    "snapshot": (
        "publication",
        "Write the archive into one indexed, read-only SQLite file with local times beside UTC.",
    ),
    "serve": ("publication", "Serve the archive as web pages: search, articles, stories, sources, SQL."),
    "report": ("publication", "Write the morning report: one HTML file with charts and tables, to mail or to serve."),
    "metrics": (
        "publication",
        "Write the archive's figures as OpenMetrics text, for Prometheus: runs, outcomes, queue, sources, sizes.",
    ),
    "db": ("database", "Upgrade, copy, check and back up the database."),
    "demo": ("demo", "Crawl the sample news sites twice over loopback, and count the stored rows."),
    "sample": ("demo", "Serve the sample news sites until Ctrl-C, to crawl them from another terminal."),
    "signature": ("setup", "Print the public key of signed requests, for your site to serve."),
    "completion": ("shell.commands", "Print a script that completes commands and options in bash, zsh or fish."),
    "manual": ("shell.commands", "Print the manual page, for man."),
    "worker": ("workers", "Crawl due sources together with other workers on any machine, until stopped."),
    "jobs": ("workers", "List the groups of sources that workers crawl now, and those that wait."),
}
"""The module in this package that registers a command, and the first sentence of the command's help."""


def purpose(command: str) -> str:
    """Return the first sentence of a command's help."""
    return COMMANDS[command][1]


OPTIONS = {"--version": "Print the version.", "-h, --help": "Show this help."}


def format_help(width: int, added: dict[str, str]) -> str:
    """Return the help of ``kiji``, in lines of at most ``width`` characters; ``added`` are commands of packages."""
    lines = ["Usage: kiji [OPTIONS] COMMAND [ARGS]...", ""]
    lines += [f"  {line}" for line in _wrap(SUMMARY, width - 2)]
    lines += ["", "  Example:", *(f"    {example}" for example in EXAMPLES)]
    lines += ["", "Options:", *_format_table(OPTIONS, width)]
    purposes = {name: purpose for name, (_, purpose) in COMMANDS.items()}
    lines += ["", "Commands:", *_format_table(purposes | added, width)]
    return "\n".join(lines) + "\n"


def _format_table(rows: dict[str, str], width: int) -> list[str]:
    column = max(map(len, rows)) + 4
    lines = []
    for name, text in rows.items():
        first, *rest = _wrap(text, max(width - column, 20))
        lines += [f"  {name}".ljust(column) + first, *(" " * column + line for line in rest)]
    return lines


def _wrap(text: str, width: int) -> list[str]:
    """Break a text between words; a longer word has a line of its own."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return lines
