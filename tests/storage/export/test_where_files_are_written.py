"""``-o`` of exports, snapshots and reports: never over what is read, through links, into pipes and devices."""

import os
import shutil
import socket
import stat
import tempfile
import threading
from pathlib import Path

import pytest

from crawler.cli import run
from storage.atomic_file import replace_file

COMMANDS = (["snapshot"], ["report"], ["export", "articles", "--format", "csv"])


@pytest.fixture
def archive(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive with all that lies beside it, its config, and links to both; the current folder has them."""
    monkeypatch.chdir(tmp_path)
    for name in ("KIJI_DB", "KIJI_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    shutil.copy(sqlite_template, "kiji.db")
    Path("kiji.db.lock").touch()
    Path("kiji.toml").write_text('[database]\nurl = "sqlite:///kiji.db"\n')
    Path("link.db").symlink_to("kiji.db")
    os.link("kiji.db", "hard.db")
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize(
    "output",
    ["kiji.db", "./kiji.db", "link.db", "hard.db", "kiji.db-wal", "kiji.db-shm", "kiji.db.lock", "kiji.toml", ""],
)
def test_what_a_command_reads_is_not_written_over(
    archive: Path, command: list[str], output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    read = {path: path.read_bytes() for path in archive.iterdir()}
    assert run([*command, "-o", output]) == 2
    told = capsys.readouterr().err
    assert told.startswith("kiji: -o ")
    assert told.count("\n") == 1
    assert {path: path.read_bytes() for path in archive.iterdir()} == read


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_link_stays_and_what_it_leads_to_is_new(archive: Path, command: list[str]) -> None:
    (archive / "www").mkdir()
    (archive / "www" / "out").write_text("old")
    Path("out").symlink_to("www/out")
    Path("nothing-yet").symlink_to("www/later")
    for output, written in (("out", "www/out"), ("nothing-yet", "www/later")):
        assert run([*command, "-o", output]) == 0
        assert Path(output).is_symlink()
        assert (archive / written).stat().st_size > 3
    assert sorted(path.name for path in (archive / "www").iterdir()) == ["later", "out"]


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_pipe_and_a_device_stay_what_they_are(command: list[str]) -> None:
    assert run([*command, "-o", "whole"]) == 0
    os.mkfifo("pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(Path("pipe").read_bytes()), daemon=True)
    reader.start()
    assert run([*command, "-o", "pipe"]) == 0
    reader.join(60)
    assert stat.S_ISFIFO(Path("pipe").stat().st_mode)
    assert got[0][:15] == Path("whole").read_bytes()[:15]
    Path("device").symlink_to(os.devnull)
    assert run([*command, "-o", "device"]) == 0
    assert stat.S_ISCHR(Path("device").stat().st_mode)


def test_a_folder_and_a_socket_are_refused(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as listener:
        path = Path(short) / "s"
        listener.bind(str(path))
        for target in (tmp_path, path):
            with pytest.raises(OSError, match=r"Is a directory|neither a file nor a pipe"), replace_file(target):
                pytest.fail("it was given something to write")
        assert stat.S_ISSOCK(path.stat().st_mode)
