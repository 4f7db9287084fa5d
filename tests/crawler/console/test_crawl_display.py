"""What is seen of a crawl: a live table on a terminal, plain lines at the end elsewhere."""

import io
import re
import threading

from rich.console import Console

from crawler.console.progress import CrawlDisplay


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def piped() -> tuple[Console, io.StringIO]:
    stream = io.StringIO()
    return Console(file=stream, width=40), stream


def on_a_terminal(width: int = 100) -> tuple[Console, io.StringIO]:
    stream = io.StringIO()
    return Console(file=stream, force_terminal=True, width=width, height=40, _environ={"TERM": "xterm"}), stream


def without_codes(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_piped_nothing_is_printed_before_the_end_and_then_one_line_a_source() -> None:
    console, stream = piped()
    clock = Clock()
    display = CrawlDisplay(console, live=False, clock=clock)
    for outcome in ["new"] * 34 + ["copy"] * 4 + ["failed"] * 3 + ["not_article"] * 20 + ["refused"] * 2:
        display.update("mirai", outcome)
    display.update("second", "unchanged")
    clock.now += 5
    display.update("mirai", "new")
    assert stream.getvalue() == ""
    display.close()
    assert stream.getvalue().splitlines() == [
        "mirai: 62 fetched, 35 new, 4 copies, 20 no article, 2 refused, 3 failed, 12.4 pages/s",
        "second: 1 fetched, 0 new, 0 copies, 1 unchanged, 0 refused, 0 failed, 0.0 pages/s",
    ]


def test_piped_lines_hold_no_colours_and_no_wrapping_however_narrow_the_console() -> None:
    console, stream = piped()
    with CrawlDisplay(console, live=False) as display:
        display.update("日本の長い名前の新聞社のサイト" * 4, "new")
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


def test_on_a_terminal_the_table_left_at_the_end_shows_every_source_once() -> None:
    console, stream = on_a_terminal()
    display = CrawlDisplay(console, live=True)
    for _ in range(61):
        display.update("mirai", "new")
    display.update("second", "failed")
    display.close()
    last = without_codes(stream.getvalue()).split("source")[-1]
    rows = [line.split() for line in last.splitlines()[1:] if line.strip()]
    assert [row[:3] for row in rows] == [["mirai", "61", "61"], ["second", "1", "0"]]


def test_a_source_whose_name_holds_terminal_codes_or_markup_is_shown_not_obeyed() -> None:
    console, stream = piped()
    with CrawlDisplay(console, live=False) as display:
        display.update("\x1b[31m[bold]red\n", "new")
    assert stream.getvalue().startswith("?[31m[bold]red : 1 fetched")
    terminal, drawn = on_a_terminal()
    with CrawlDisplay(terminal, live=True) as display:
        display.update("\x1b[31m[bold]red\n", "new")
    assert "?[31m[bold]red" in without_codes(drawn.getvalue())


def test_updates_from_several_threads_are_all_counted() -> None:
    console, stream = piped()
    with CrawlDisplay(console, live=False) as display:

        def many() -> None:
            for _ in range(5_000):
                display.update("mirai", "new")

        threads = [threading.Thread(target=many) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert "mirai: 20000 fetched, 20000 new" in stream.getvalue()


def test_many_updates_redraw_the_terminal_some_times_only() -> None:
    console, stream = on_a_terminal()
    with CrawlDisplay(console, live=True) as display:
        for _ in range(20_000):
            display.update("mirai", "new")
    assert stream.getvalue().count("pages/s") < 20


def test_closing_twice_prints_once_and_a_crawl_of_nothing_prints_nothing() -> None:
    console, stream = piped()
    display = CrawlDisplay(console, live=False)
    display.update("mirai", "new")
    display.close()
    display.close()
    assert stream.getvalue().count("mirai") == 1
    empty, nothing = piped()
    CrawlDisplay(empty, live=False).close()
    assert nothing.getvalue() == ""
