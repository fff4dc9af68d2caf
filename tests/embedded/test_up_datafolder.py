"""The data folder: who may use it, its secrets, and what a killed run left in it."""

import os
import shutil
import socket
import subprocess
import sys

import psutil
import pytest

from embedded import datafolder, launch_environment
from embedded.datafolder import end_leftovers, only_user, prepare, read_ports, read_secrets
from embedded.engines import choose_ports
from embedded.launch_screen import welcome
from embedded.supervisor import MARK, StartError

IDLE = [sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()"]


def test_the_folder_is_made_for_its_owner_only(tmp_path):
    prepare(tmp_path / "data")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StartError, match=r"cannot be used .*SONDE_DATA_DIR="):
        prepare(tmp_path / "file" / "data")


def test_a_nearly_full_disk_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(datafolder, "MIN_FREE_BYTES", 2**63)
    with pytest.raises(StartError, match=r"The disk is nearly full: [0-9]+ MiB free"):
        prepare(tmp_path)


def test_a_second_sonde_on_the_same_folder_is_told_who_has_it(tmp_path):
    with (
        only_user(tmp_path),
        pytest.raises(StartError, match=rf"already runs on .*process {os.getpid()}\)"),
        only_user(tmp_path),
    ):
        pass
    with only_user(tmp_path):  # and the first one gave it back
        pass


def test_secrets_are_made_once_and_for_the_owner_only(tmp_path):
    first = read_secrets(tmp_path)
    assert read_secrets(tmp_path) == first
    assert len(first["SONDE_SECRET_KEY"]) >= 50
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_secrets_that_are_missing_beside_data_are_not_made_anew(tmp_path):
    (tmp_path / "postgres").mkdir()
    with pytest.raises(StartError, match=r"secrets\.json is missing.*\(postgres\)"):
        read_secrets(tmp_path)
    assert not (tmp_path / "secrets.json").exists()


def test_what_a_killed_run_left_running_is_ended_and_nobody_else(tmp_path):
    marked = {**os.environ, MARK: str(tmp_path)}
    elsewhere = {**os.environ, MARK: str(tmp_path / "another")}
    with (
        subprocess.Popen(IDLE, env=marked, stdout=subprocess.PIPE) as orphan,
        subprocess.Popen(IDLE, env=elsewhere, stdout=subprocess.PIPE) as bystander,
    ):
        for process in (orphan, bystander):
            assert process.stdout.readline() == b"up\n"
        assert end_leftovers(tmp_path) == 1
        assert psutil.pid_exists(bystander.pid)
        assert bystander.poll() is None
        bystander.kill()


def test_what_a_killed_postgres_left_at_work_on_the_data_is_ended_by_where_it_is(tmp_path):
    """Its children have written titles over their environment, and keep its memory in use."""
    (tmp_path / "postgres").mkdir()
    program = shutil.copy(shutil.which("sleep"), tmp_path / "postgres" / "postgres")
    with (
        subprocess.Popen([program, "60"], cwd=tmp_path / "postgres", env={}) as child,
        subprocess.Popen(["sleep", "60"], cwd=tmp_path / "postgres", env={}) as shell,
    ):
        assert end_leftovers(tmp_path) == 1
        assert not psutil.pid_exists(child.pid)
        assert shell.poll() is None
        shell.kill()


def test_one_that_does_not_end_when_asked_is_killed(tmp_path):
    deaf = "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True)\n"
    deaf += "while True: signal.pause()"
    marked = {**os.environ, MARK: str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", deaf], env=marked, stdout=subprocess.PIPE
    ) as orphan:
        assert orphan.stdout.readline() == b"up\n"
        assert end_leftovers(tmp_path, grace_seconds=0.2) == 1
        assert not psutil.pid_exists(orphan.pid)


def test_engines_keep_their_ports_unless_somebody_took_them(tmp_path):
    ports = choose_ports({})
    assert choose_ports(ports) == ports
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports["valkey"]))
        taken.listen()
        others = choose_ports(ports)
    assert others["valkey"] != ports["valkey"]
    assert others["postgres"] == ports["postgres"]


def test_damaged_ports_are_no_reason_not_to_start(tmp_path):
    (tmp_path / "ports.json").write_text("{")
    assert read_ports(tmp_path) == {}


def test_options_come_from_the_environment_and_from_files(tmp_path):
    (tmp_path / "url").write_text("postgres://db.example.org/sonde\n")
    options = launch_environment.read_options(
        {
            "SONDE_HOST": "0.0.0.0",
            "SONDE_PORT": "9000",
            "DATABASE_URL_FILE": str(tmp_path / "url"),
            "VALKEY_URL": "",
        }
    )
    assert options.base_url == "http://127.0.0.1:9000"
    assert options.wanted_engines == ("CLICKHOUSE_URL", "VALKEY_URL")


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_one_sentence(port):
    with pytest.raises(StartError, match="SONDE_PORT must be a number from 1 to 65535"):
        launch_environment.read_options({"SONDE_PORT": port})


def test_a_secret_file_that_cannot_be_read_is_one_sentence():
    with pytest.raises(StartError, match="DATABASE_URL_FILE cannot be read"):
        launch_environment.read_options({"DATABASE_URL_FILE": "/nowhere"})


def test_a_command_beside_a_running_sonde_finds_its_engines(tmp_path):
    (tmp_path / "ports.json").write_text('{"postgres": 1, "clickhouse": 2, "valkey": 3}')
    made = read_secrets(tmp_path)
    environment = {"SONDE_DATA_DIR": str(tmp_path), "VALKEY_URL": "redis://mine"}
    launch_environment.attach(environment)
    assert environment["SONDE_SECRET_KEY"] == made["SONDE_SECRET_KEY"]
    assert environment["DATABASE_URL"].endswith("@127.0.0.1:1/sonde")
    assert environment["VALKEY_URL"] == "redis://mine"


def test_a_command_finds_the_address_that_sonde_was_started_with(tmp_path):
    read_secrets(tmp_path)
    place = {"SONDE_DATA_DIR": str(tmp_path)}
    options = launch_environment.read_options({**place, "SONDE_PORT": "8223"})
    ports = launch_environment.ports_for_engines(options)
    assert read_ports(tmp_path) == ports
    environment = dict(place)
    launch_environment.attach(environment)
    assert environment["SONDE_BASE_URL"] == "http://127.0.0.1:8223"
    for own in ({"SONDE_PORT": "9"}, {"SONDE_BASE_URL": "http://here"}):
        environment = {**place, **own}
        launch_environment.attach(environment)
        assert environment.get("SONDE_BASE_URL") == own.get("SONDE_BASE_URL")


@pytest.mark.parametrize("asked", [["help", "demo"], ["demo"]])
def test_a_command_before_the_first_start_says_so_in_a_line(tmp_path, asked):
    environment = {"SONDE_DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    command = [sys.executable, str(launch_environment.ROOT / "manage.py"), *asked]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert said.stderr.startswith("SONDE_SECRET_KEY is not set. `make up` makes one")
    assert said.stderr.count("\n") == 1


def test_without_a_data_folder_of_make_up_a_command_gets_nothing(tmp_path):
    environment = {"SONDE_DATA_DIR": str(tmp_path)}
    launch_environment.attach(environment)
    assert environment == {"SONDE_DATA_DIR": str(tmp_path)}


def test_a_secret_is_shown_when_it_was_made_and_later_only_where_it_is_kept(tmp_path):
    seeded = {"email": "a@example.org", "password": "p4ss", "public_key": "pk", "secret_key": "sk"}
    first = welcome("http://127.0.0.1:8000", tmp_path, seeded, 5.0)
    assert "p4ss" in first
    assert "curl http://127.0.0.1:8000/v1/traces -u pk:sk" in first
    (tmp_path / "first-login.txt").write_text(first)
    later = welcome(
        "http://127.0.0.1:8000", tmp_path, {**seeded, "password": None, "secret_key": None}, 2.0
    )
    assert str(tmp_path / "first-login.txt") in later
    assert "p4ss" not in later
