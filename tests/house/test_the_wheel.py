"""Kiji installed from its wheel, in an environment without the clone."""

import json
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from crawler.sample.server import SampleSite
from storage.database.open import open_database
from tests.support.commands import query
from tests.support.installation import CLONE, Installation, install_wheels

_BLOCKS = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_KIJI = re.compile(r"^(?:\.venv/bin/)?(kiji .*)", re.MULTILINE)
_SERVES = ("kiji serve", "kiji sample")
"""Commands that run until they are stopped."""

COMMANDS = tuple(
    dict.fromkeys(
        command.partition("  #")[0].strip()
        for block in _BLOCKS.findall((CLONE / "README.md").read_text(encoding="utf-8"))
        for command in _KIJI.findall(block)
    )
)
MORE = (
    "kiji --help",
    "kiji runs show 1",
    "kiji sources list",
    "kiji health",
    "kiji doctor",
    "kiji stories",
    "kiji article 1",
    "kiji export related -o related.xlsx",
    "kiji export articles -o articles.parquet",
    "kiji import kiji.warc/*.warc.gz --db sqlite:///imported.db",
    "kiji inspect kiji.warc/*.warc.gz --json",
    "kiji reread --dry-run",
    "kiji db upgrade",
    "kiji db check",
    "kiji db backup",
    "kiji schedule",
    "kiji init --config own.toml --db sqlite:///own.db --contact mailto:desk@newsroom.example",
    "SCRAPY_SETTINGS_MODULE=crawler.settings python -m scrapy list",
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The wheel after ``kiji demo`` beside an archive of the operator's, with the sample sites served."""
    with install_wheels(tmp_path_factory.mktemp("wheel"), CLONE) as installation, SampleSite() as site:
        open_database(f"sqlite:///{installation.folder}/theirs.db").close()
        theirs = "KIJI_DB=sqlite:///theirs.db KIJI_CONFIG=theirs.toml"
        (installation.folder / "demo.txt").write_text(
            installation.run(f"{theirs} {installation.bin}/kiji demo").stdout, encoding="utf-8"
        )
        (installation.folder / "kiji.toml").write_text(site.config("sqlite:///kiji.db"), encoding="utf-8")
        (installation.folder / "article").write_text(site.start_urls["article"], encoding="utf-8")
        yield installation


def test_no_code_comes_from_the_clone(installed: Installation) -> None:
    places = installed.run('python -c "import crawler, pipelines, storage, sys; print(crawler.__path__, sys.path)"')
    assert str(CLONE) not in re.sub(rf"{re.escape(str(CLONE))}/\.venv/[^']*", "", places.stdout)
    assert str(installed.bin.parent) in places.stdout


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(installed: Installation) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "crawler", "pipelines", "storage"],
        cwd=CLONE,
        capture_output=True,
        text=True,
        check=True,
    )
    site_packages = next((installed.bin.parent / "lib").glob("python*/site-packages"))
    packaged = {
        str(path.relative_to(site_packages))
        for name in ("crawler", "pipelines", "storage")
        for path in (site_packages / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    } | {path.name for path in site_packages.glob("kiji_news.py")}
    moved = {"crawler/launch/kiji_news.py": "kiji_news.py"}  # a top-level module once it is installed
    assert packaged == {moved.get(name, name) for name in tracked.stdout.split() if (CLONE / name).exists()}


def test_a_demo_leaves_the_operators_archive_alone(installed: Installation) -> None:
    told = (installed.folder / "demo.txt").read_text(encoding="utf-8")
    assert query(installed.folder, "SELECT count(*) FROM articles") == [(39,)]
    assert "articles        39: " in told
    assert " search 韓国 --config kiji.toml --db sqlite:///kiji.db " in told
    database = open_database(f"sqlite:///{installed.folder}/theirs.db")
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM runs")).scalar() == 0
    database.close()


@pytest.mark.parametrize("command", [command for command in (*COMMANDS, *MORE) if not command.startswith(_SERVES)])
def test_a_command_runs_outside_the_clone(installed: Installation, command: str) -> None:
    article = (installed.folder / "article").read_text(encoding="utf-8")
    installed.run(re.sub(r"https://news\.example/\S*", article, command))


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("kiji serve")])
def test_the_pages_are_served_outside_the_clone(installed: Installation, command: str) -> None:
    serving = [str(installed.bin / "kiji"), *command.split()[1:], "--port", "0"]
    with subprocess.Popen(
        serving, cwd=installed.folder, env=installed.environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        try:
            for path, text in {"": "Kiji", "-/kiji/kiji.css": "font", "queries": "SELECT"}.items():
                with urllib.request.urlopen(f"{address.rstrip('/')}/{path}") as response:  # noqa: S310 - our own server
                    assert text in response.read().decode(), path
        finally:
            process.send_signal(signal.SIGINT)


def test_the_readmes_commands_are_found() -> None:
    assert {"kiji search", "kiji report", "kiji serve", "kiji inspect", "kiji crawl", "kiji snapshot"} <= {
        " ".join(command.split()[:2]) for command in COMMANDS
    }


def test_the_files_of_the_commands_hold_something(installed: Installation) -> None:
    installed.run("kiji report -o shown.html && kiji snapshot -o shown.sqlite && kiji runs --json > runs.json")
    sizes = [(installed.folder / name).stat().st_size for name in ("shown.html", "shown.sqlite")]
    assert min(sizes) > 20_000
    runs = [json.loads(line) for line in (installed.folder / "runs.json").read_text(encoding="utf-8").splitlines()]
    assert runs
    assert Path(installed.folder, "kiji.warc").is_dir()
