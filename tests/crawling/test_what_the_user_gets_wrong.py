"""Wrong input ends in one line that says what, where and what would be right; nothing is fetched."""

from pathlib import Path

import pytest

from tests.crawling.conftest import kiji

CONFIG = '[[source]]\nname = "mirai"\nstart = ["http://127.0.0.1:1/"]\n'


def says(folder: Path, *arguments: str) -> tuple[int, str]:
    done = kiji(*arguments, folder=folder)
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_a_typo_in_a_sources_name_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "kiji.toml").write_text(CONFIG)
    code, line = says(tmp_path, "crawl", "miria")
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
def test_a_wrong_config_names_file_key_and_what_is_allowed(tmp_path: Path, config: str, named: tuple[str, ...]) -> None:
    (tmp_path / "kiji.toml").write_text(config)
    code, line = says(tmp_path, "crawl")
    assert code == 2
    assert all(name in line for name in ("kiji.toml", *named))
    assert not (tmp_path / "kiji.db").exists()


def test_a_config_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, line = says(tmp_path, "crawl", "--config", "other.toml")
    assert code == 2
    assert "other.toml" in line
    assert line.count("\n") == 1


def test_nothing_to_crawl_says_how_to_give_something(tmp_path: Path) -> None:
    code, line = says(tmp_path, "crawl")
    assert code == 2
    assert "[[source]]" in line


@pytest.mark.parametrize(
    "url", ["nonsense", "postgresql+psycopg://nobody@127.0.0.1:1/kiji", "sqlite:////no/such/folder/kiji.db"]
)
def test_an_unreachable_database_is_one_line(tmp_path: Path, url: str) -> None:
    (tmp_path / "kiji.toml").write_text(CONFIG)
    code, line = says(tmp_path, "crawl", "--db", url)
    assert code == 2
    assert line.count("\n") == 1


def test_an_address_of_another_scheme_is_refused(tmp_path: Path) -> None:
    code, line = says(tmp_path, "crawl", "file:///etc/passwd")
    assert code == 2
    assert "http://" in line


@pytest.mark.parametrize("command", ["", "crawl", "inspect", "runs", "runs show", "db upgrade", "demo", "sample"])
def test_help_has_an_example(tmp_path: Path, command: str) -> None:
    done = kiji(*command.split(), "--help", folder=tmp_path)
    assert done.returncode == 0
    assert f"kiji {command}" in done.stdout


def test_a_run_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    code, line = says(tmp_path, "runs", "show", "7")
    assert code == 2
    assert "no run 7" in line
