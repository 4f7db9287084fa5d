"""From an empty folder to a schedule: init, sources, doctor, schedule."""

import json
import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from crawler.monitoring.crontab import Schedule, crontab_line
from tests.support.commands import environment_of, kiji, query
from tests.support.hostile_server import HostileServer
from tests.support.small_site import FIRST


def config(folder: Path) -> str:
    return (folder / "kiji.toml").read_text(encoding="utf-8")


def test_init_makes_a_config_a_database_and_a_first_source_that_can_be_crawled(
    tmp_path: Path, server: HostileServer
) -> None:
    start = f"{server.url}/feed.xml"
    words = ["--name", "harbor", start, "--allow-private-addresses", "--contact", "https://example.com/bot"]
    assert kiji("init", *words, folder=tmp_path).returncode == 0
    assert "# seconds between requests to one host" in config(tmp_path)
    assert '# max_age = "30d"' in config(tmp_path)
    assert tomllib.loads(config(tmp_path))["source"][0]["start"] == [start]
    assert (tmp_path / "kiji.toml").stat().st_mode & 0o077 == 0
    assert kiji("crawl", folder=tmp_path).returncode == 0
    assert query(tmp_path, "SELECT count(*) FROM articles") == [(2,)]
    again = kiji("init", folder=tmp_path)
    assert (again.returncode, "exists already" in again.stderr) == (2, True)


def test_init_leaves_nothing_behind_where_what_it_was_given_is_wrong(tmp_path: Path) -> None:
    wrong = kiji("init", "--name", "harbor", "ftp://news.example/", folder=tmp_path)
    assert wrong.returncode == 2
    assert "neither http:// nor https://" in wrong.stderr
    assert list(tmp_path.iterdir()) == []


FULL_DISK = """
import resource, crawler.cli
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
raise SystemExit(crawler.cli.run())
"""


def test_init_leaves_nothing_behind_where_the_disk_is_full(tmp_path: Path) -> None:
    assert kiji("-c", FULL_DISK, "init", folder=tmp_path).returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_a_config_that_is_edited_keeps_its_comments_and_takes_nothing_wrong(folder: Path) -> None:
    before = config(folder)
    assert (
        kiji("sources", "add", "mirai", "https://news.example/feed", "--follow", "site", folder=folder).returncode == 0
    )
    assert config(folder).startswith(before)
    assert kiji("sources", "disable", "harbor", folder=folder).returncode == 0
    assert tomllib.loads(config(folder))["source"][0]["enabled"] is False
    wrong = kiji("sources", "add", "mirai", "https://other.example/", folder=folder)
    assert (wrong.returncode, "given already" in wrong.stderr) == (2, True)
    assert kiji("sources", "enable", "nobody", folder=folder).returncode == 2
    listed = json.loads(kiji("sources", "list", "--json", folder=folder).stdout)
    assert [(row["name"], row["enabled"]) for row in listed] == [("harbor", False), ("mirai", True)]
    assert kiji("sources", "enable", "harbor", folder=folder).returncode == 0
    assert config(folder).startswith(before)


def test_a_config_that_is_edited_stays_where_and_whose_it_is(folder: Path) -> None:
    theirs = folder / "etc.toml"
    theirs.write_bytes((folder / "kiji.toml").read_bytes().replace(b"\n", b"\r\n"))
    theirs.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(theirs, 4711, 4712)
    before = theirs.stat()
    (folder / "kiji.toml").unlink()
    (folder / "kiji.toml").symlink_to("etc.toml")
    assert kiji("sources", "disable", "harbor", folder=folder).returncode == 0
    assert kiji("sources", "add", "mirai", "https://news.example/feed", folder=folder).returncode == 0
    assert (folder / "kiji.toml").is_symlink()
    after, text = theirs.stat(), theirs.read_bytes()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert b"enabled = false" in text
    assert b"mirai" in text
    assert text.count(b"\n") == text.count(b"\r\n")


def test_a_disabled_source_is_left_out_unless_it_is_named(folder: Path) -> None:
    kiji("sources", "disable", "harbor", folder=folder)
    nothing = kiji("crawl", folder=folder)
    assert (nothing.returncode, "every source is disabled" in nothing.stderr) == (2, True)
    assert kiji("crawl", "harbor", folder=folder).returncode == 0


def test_a_source_is_tried_without_a_trace(folder: Path, server: HostileServer) -> None:
    tried = kiji("sources", "test", "harbor", folder=folder)
    assert tried.returncode == 0
    assert f"feed: {server.url}/feed.xml: feed with 2 entries" in tried.stdout
    assert f"article: {server.url}{FIRST}" in tried.stdout
    assert "1 related links" in tried.stdout
    assert "3 pages tried, 2 would be stored as articles; nothing was stored" in tried.stdout
    assert [path.name for path in folder.iterdir()] == ["kiji.toml"]
    assert kiji("sources", "test", f"{server.url}/nothing-here", folder=folder).returncode == 1


def test_the_doctor_tells_what_is_well_and_what_to_do_about_the_rest(folder: Path, server: HostileServer) -> None:
    well = kiji("doctor", folder=folder)
    assert well.returncode == 0, well.stdout
    for told in ("ok   config:", "ok   database:", "disk:", "ok   source harbor:", "ok   clock:"):
        assert told in well.stdout
    closed = f"{server.url}/closed/feed.xml"
    kiji("sources", "add", "closed", closed, "--allow-private-addresses", folder=folder)
    (folder / "kiji.db").write_bytes(b"no database, and long enough to be told from an empty one" * 40)
    ill = kiji("doctor", folder=folder)
    assert ill.returncode == 1
    assert "fail database:" in ill.stdout
    assert "fail source closed:" in ill.stdout
    assert "kiji sources disable" in ill.stdout


def test_the_crontab_line_quotes_what_cron_and_the_shell_would_take_for_their_own() -> None:
    folder = Path("/srv/it's 100% news")
    line = crontab_line(
        Schedule(folder, ("/opt/k i/kiji",), "/bin", folder / "log", 90, Path("/c.toml"), "sqlite:///a b")
    )
    assert line.startswith("7 */2 * * * { cd '/srv/it'\"'\"'s 100\\% news' && PATH=/bin ")
    assert "'/opt/k i/kiji' crawl --quiet --config /c.toml --db 'sqlite:///a b'; } >> " in line
    assert "%" not in line.replace("\\%", "")


def test_the_crontab_line_crawls_in_an_environment_as_bare_as_crons(folder: Path) -> None:
    line = kiji("schedule", folder=folder).stdout
    times, command = line[:12], line[12:].strip()
    assert times == "*/15 * * * *"
    bare = {"HOME": "/", "LOGNAME": "root", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["/bin/sh", "-c", command.replace("\\%", "%")], cwd="/", env=bare, check=False)
    assert done.returncode == 0
    assert query(folder, "SELECT count(*) FROM articles") == [(2,)]
    assert (folder / "kiji.log").read_text() == ""


def is_crawled(folder: Path) -> bool:
    there = (folder / "kiji.db").exists() and query(folder, "SELECT 1 FROM sqlite_master WHERE name = 'runs'")
    return bool(there and query(folder, "SELECT 1 FROM runs WHERE status = 'done'"))


IN_OWN_CRON = """
mount --bind "$1" /var/spool/cron/crontabs && mount --bind "$2" /etc/cron.d && mount --bind /dev/null /etc/crontab &&
mount -t tmpfs tmpfs /run && exec cron -f
"""


@pytest.mark.skipif(
    shutil.which("cron") is None or shutil.which("unshare") is None or os.geteuid() != 0,
    reason="needs Debian's cron (apt-get install cron), and root for a mount namespace of its own",
)
def test_debians_cron_itself_runs_the_line(folder: Path) -> None:
    spool, empty = folder / "crontabs", folder / "cron.d"
    spool.mkdir(mode=0o730)
    empty.mkdir()
    crontab = spool / "root"
    crontab.write_text(kiji("schedule", "--every", "1", folder=folder).stdout)
    crontab.chmod(0o600)
    command = ["unshare", "--mount", "sh", "-c", IN_OWN_CRON, "sh", str(spool), str(empty)]
    with subprocess.Popen(command, env=environment_of(), stderr=subprocess.PIPE) as cron:
        try:
            for _ in range(900):
                if is_crawled(folder):
                    break
                try:
                    cron.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
                assert cron.stderr is not None
                pytest.skip(f"no mount namespace here: {cron.stderr.read().decode()}")
        finally:
            cron.kill()
    assert query(folder, "SELECT count(*) FROM articles") == [(2,)]
