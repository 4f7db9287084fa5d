"""Wrong input ends in one line that says what, where and what would be right; nothing is fetched."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from crawler.cli import run
from crawler.cli.application import build_app
from crawler.cli.commands import COMMANDS
from storage.database.open import open_database
from tests.support.commands import kiji

CONFIG = '[[source]]\nname = "mirai"\nstart = ["http://127.0.0.1:1/"]\n'

COMMAND = typer.main.get_command(build_app(dict.fromkeys(module for module, _ in COMMANDS.values())))

Says = Callable[..., tuple[int, str]]


@pytest.fixture
def says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Says:
    """The command in the test's folder: its exit code, and what it says on stderr; nothing may stand on stdout."""
    monkeypatch.chdir(tmp_path)
    for name in ("KIJI_DB", "KIJI_CONFIG"):
        monkeypatch.delenv(name, raising=False)

    def run_here(*arguments: str) -> tuple[int, str]:
        code = run(list(arguments))
        said = capsys.readouterr()
        assert said.out == ""
        return code, said.err

    return run_here


def test_a_typo_in_a_sources_name_names_the_nearest(says: Says, tmp_path: Path) -> None:
    (tmp_path / "kiji.toml").write_text(CONFIG)
    code, line = says("crawl", "miria")
    assert code == 2
    assert 'did you mean "mirai"?' in line
    assert line.count("\n") == 1


@pytest.mark.parametrize(
    ("config", "named"),
    [
        (CONFIG + "dept = 3\n", ('source[1] "mirai".dept', "depth")),
        (CONFIG + "depth = -1\n", ('source[1] "mirai".depth', "-1")),
        ("[[source]]\nname = mirai\n", ("kiji.toml", "line 2")),
        ("[crawl]\ntimezone = 'Asia/Tokio'\n", ("crawl.timezone", "Asia/Tokyo")),
    ],
)
def test_a_wrong_config_names_file_key_and_what_is_allowed(
    says: Says, tmp_path: Path, config: str, named: tuple[str, ...]
) -> None:
    (tmp_path / "kiji.toml").write_text(config)
    code, line = says("crawl")
    assert code == 2
    assert all(name in line for name in ("kiji.toml", *named))
    assert not (tmp_path / "kiji.db").exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("crwal", ("crwal", "kiji --help")),
        ("crawl --refersh", ("--refersh", "kiji crawl --help")),
        ("crawl --max-minutes soon", ("--max-minutes", "number")),
        ("import", ("FILE", "kiji import --help")),
        ("runs show first", ("ID", "integer")),
        ("crawl --db", ("--db", "argument")),
    ],
)
def test_wrong_usage_is_one_line_that_names_what_is_wrong(says: Says, arguments: str, named: tuple[str, ...]) -> None:
    code, line = says(*arguments.split())
    assert code == 2
    assert line.startswith("kiji: ")
    assert line.count("\n") == 1
    assert all(name in line for name in named)


def test_without_a_command_the_help_is_shown(says: Says) -> None:
    code, shown = says()
    assert code == 2
    assert shown.startswith("Usage: kiji")
    assert "crawl" in shown


def test_a_config_that_is_not_there_is_named(says: Says) -> None:
    code, line = says("crawl", "--config", "other.toml")
    assert code == 2
    assert "other.toml" in line
    assert line.count("\n") == 1


def test_nothing_to_crawl_says_how_to_give_something(says: Says) -> None:
    code, line = says("crawl")
    assert code == 2
    assert "[[source]]" in line


@pytest.mark.parametrize(
    "url", ["nonsense", "postgresql+psycopg://nobody@127.0.0.1:1/kiji", "sqlite:////no/such/folder/kiji.db"]
)
def test_an_unreachable_database_is_one_line(says: Says, tmp_path: Path, url: str) -> None:
    (tmp_path / "kiji.toml").write_text(CONFIG)
    code, line = says("crawl", "--db", url)
    assert code == 2
    assert line.count("\n") == 1


def test_an_address_of_another_scheme_is_refused(says: Says) -> None:
    code, line = says("crawl", "file:///etc/passwd")
    assert code == 2
    assert "http://" in line


def commands(group: Any, name: str = "") -> Iterator[str]:
    """Every command's name and those of the groups they stand in, the whole one's, empty, first."""
    yield name
    for below, command in getattr(group, "commands", {}).items():
        yield from commands(command, f"{name} {below}".strip())


def test_there_are_the_commands_that_outside_programs_rely_on() -> None:
    assert {"crawl", "inspect", "import", "runs", "runs show", "db upgrade", "db copy"} <= set(commands(COMMAND))


@pytest.mark.parametrize("command", list(commands(COMMAND)))
def test_help_has_an_example(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run([*command.split(), "--help"]) == 0
    assert f"kiji {command}" in capsys.readouterr().out.partition("Example:")[2]


@pytest.mark.parametrize("command", list(commands(COMMAND)))
@pytest.mark.parametrize("given", ["{}", "--source={}"])
def test_bytes_that_are_no_text_are_one_line_whatever_the_command(says: Says, command: str, given: str) -> None:
    code, line = says(*command.split(), given.format(os.fsdecode(b"caf\xe9")))
    assert (code, line) == (2, 'kiji: "{}": not UTF-8, and no file has this name\n'.format(given.format("caf\\xe9")))


def test_a_database_url_of_bytes_that_are_no_text_is_one_line(says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIJI_DB", os.fsdecode(b"sqlite:///\xff.db"))
    code, line = says("runs")
    assert code == 2
    assert "KIJI_DB: its bytes are not UTF-8" in line
    assert line.count("\n") == 1


def test_the_name_of_a_file_may_be_any_bytes(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.html")
    (tmp_path / name).write_text("<title>Coffee</title>")
    assert kiji("inspect", name, folder=tmp_path).returncode == 0


def test_the_command_itself_ends_with_that_code_and_without_a_traceback(tmp_path: Path) -> None:
    done = kiji("crwal", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("kiji: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["runs"], ["crawl", "http://127.0.0.1:1/"], ["db", "backup"], ["db", "upgrade"]])
def test_a_folder_as_the_database_is_named_as_one(says: Says, tmp_path: Path, command: list[str]) -> None:
    code, line = says(*command, "--db", f"sqlite:///{tmp_path}")
    assert code == 2
    assert f"this is a folder; name a file in it, such as sqlite:///{tmp_path}/kiji.db" in line


def test_a_run_that_is_not_there_is_one_line(says: Says, tmp_path: Path) -> None:
    code, line = says("runs", "show", "7")
    assert (code, "there is no such file" in line) == (2, True)
    open_database(f"sqlite:///{tmp_path}/kiji.db").close()
    code, line = says("runs", "show", "7")
    assert code == 2
    assert "no run 7" in line


HUGE = "99999999999999999999"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["article", HUGE], 2),
        (["runs", "show", HUGE], 2),
        (["runs", "--limit", HUGE], 2),
        (["stories", HUGE], 2),
        (["stories", "--limit", HUGE], 2),
        (["reread", "--since", "0001-01-01"], 2),
        (["db", "prune", "--fetches", "999999d"], 0),
        (["db", "prune", "--max-age", "999999999w"], 0),
    ],
    ids=lambda value: " ".join(value[:3]) if isinstance(value, list) else None,
)
def test_numbers_and_times_beyond_what_can_be_counted_are_no_traceback(
    tmp_path: Path, arguments: list[str], code: int
) -> None:
    open_database(f"sqlite:///{tmp_path}/kiji.db").close()
    done = kiji(*arguments, folder=tmp_path)
    assert done.returncode == code
    assert len(done.stderr.splitlines()) == (1 if code else 0)
    assert "Traceback" not in done.stderr
