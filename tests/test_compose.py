"""What docker-compose.yml promises, as far as it can be told without a Docker engine."""

import importlib.util
import re
import runpy
import shlex
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[1]
SECRETS = runpy.run_path(str(ROOT / "docker" / "make_secrets.py"))


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_only_the_web_port_is_published(compose):
    published = [name for name, service in compose["services"].items() if "ports" in service]
    assert published == ["web"]


def test_every_service_that_stays_up_has_a_health_check_and_a_memory_limit(compose):
    lasting = {name for name in compose["services"] if name not in ("setup", "secrets")}
    for name in lasting:
        assert "healthcheck" in compose["services"][name], name
        assert "mem_limit" in compose["services"][name], name


def test_the_whole_of_it_fits_into_four_gibibytes(compose):
    limits = [service.get("mem_limit", "0m") for service in compose["services"].values()]
    assert sum(int(limit.removesuffix("m")) for limit in limits) <= 4096


def test_a_worker_process_is_left_while_judges_and_experiments_wait_for_models(compose):
    from django.conf import settings

    from embedded.launch import app
    from embedded.launch_environment import read_options

    commands = [compose["services"]["worker"]["command"]]
    commands += [one.argv for one in app(read_options({})) if one.name == "worker"]
    waiting = settings.JUDGE_MOST_WORKERS + settings.EXPERIMENT_MOST_WORKERS
    for command in commands:
        assert int(command[command.index("--concurrency") + 1]) > waiting


def test_every_store_has_a_named_volume(compose):
    for store in ("postgres", "clickhouse", "valkey"):
        sources = [
            volume.partition(":")[0] if isinstance(volume, str) else volume["source"]
            for volume in compose["services"][store]["volumes"]
        ]
        assert store in sources
        assert store in compose["volumes"]


def test_no_secret_stands_in_the_file_and_each_service_sees_its_own_folder_only(compose):
    for name, service in compose["services"].items():
        for key in service.get("environment", {}):
            from_env_file = key.startswith(("SONDE_INIT", "SONDE_SMTP"))
            assert not key.endswith(("PASSWORD", "SECRET_KEY")) or from_env_file, key
        if name == "secrets":
            continue
        folders = [
            volume["volume"]["subpath"]
            for volume in service["volumes"]
            if isinstance(volume, dict) and volume["source"] == "secrets"
        ]
        assert folders == [name if name in ("postgres", "clickhouse", "valkey") else "sonde"]


def test_images_are_pinned_to_a_version(compose):
    for service in compose["services"].values():
        assert ":" in service["image"]
        assert not service["image"].endswith(":latest")


def test_secrets_are_made_once_and_never_again(tmp_path):
    SECRETS["main"](tmp_path)
    first = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    SECRETS["main"](tmp_path)
    assert first == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len({content for content in first.values() if content}) == len(first) - 1  # one is empty
    password = (tmp_path / "postgres" / "password").read_text()
    assert f":{password}@postgres" in (tmp_path / "sonde" / "database_url").read_text()


def test_what_compose_mounts_is_what_the_secrets_step_makes(compose, tmp_path):
    SECRETS["main"](tmp_path)
    named = {
        value.rpartition("/")[2]
        for service in ("web", "postgres")
        for value in compose["services"][service]["environment"].values()
        if value.startswith("/run/sonde/")
    }
    assert named <= {path.name for path in tmp_path.rglob("*")}


def image_files(dockerfile):
    """Where the image has what the Dockerfile copies from this repository → its path here."""
    copied = {}
    for line in dockerfile.split("WORKDIR /app")[1].splitlines():
        if line.startswith("COPY ") and "--from=" not in line:
            source, target = line.split()[1:]
            copied[source if target == "./" else target] = source
    return copied


def commands_of(compose):
    """Every program that a container of our own image runs, as its words."""
    ours = [
        service for service in compose["services"].values() if service["image"] == "sonde:local"
    ]
    for service in ours:
        for words in (service.get("command"), service.get("healthcheck", {}).get("test")):
            if words is None:
                continue
            words = words[1:] if words[0] == "CMD" else words
            shell = {"sh": 2, "CMD-SHELL": 1}.get(words[0])
            lines = words[shell].split("&&") if shell else [shlex.join(words)]
            yield from (shlex.split(line) for line in lines)


def test_every_script_that_a_container_runs_is_in_the_image(compose):
    copied = image_files((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    scripts = {word for words in commands_of(compose) for word in words if word.endswith(".py")}
    assert scripts == {"manage.py", "docker/make_secrets.py"}
    assert scripts <= set(copied)
    for source in copied.values():
        assert (ROOT / source).exists(), source


def test_what_the_image_takes_is_not_kept_out_of_its_build():
    taken = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for line in dockerfile.splitlines():
        if line.startswith("COPY ") and "--from=" not in line:
            assert f"!{line.split()[1]}" in taken, line


def test_every_program_and_command_that_a_container_runs_exists(compose):
    programs = {script.name for script in entry_points(group="console_scripts")}
    required = (ROOT / "requirements-server.txt").read_text(encoding="utf-8")
    for words in commands_of(compose):
        assert words[0] in programs | {"python", "test"}, words
        if words[0] in programs:
            assert re.search(rf"(?m)^{words[0]}==", required), words
        if "manage.py" in words:
            assert words[2] in get_commands(), words


def test_what_gunicorn_and_celery_are_pointed_at_can_be_imported():
    for module in ("config.gunicorn", "config.wsgi", "config.settings"):
        assert importlib.util.find_spec(module), module
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert 'CMD ["gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]' in dockerfile


def test_every_app_of_ours_is_in_the_image(settings):
    copied = image_files((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    origins = [Path(importlib.util.find_spec(app).origin) for app in settings.INSTALLED_APPS]
    own = [
        path.relative_to(ROOT)
        for path in origins
        if path.is_relative_to(ROOT) and ".venv" not in path.parts
    ]
    assert own
    assert {path.parts[0] for path in own} <= set(copied)


def test_every_folder_that_compose_mounts_from_here_exists(compose):
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            if isinstance(volume, str) and volume.startswith("./"):
                assert (ROOT / volume.split(":")[0]).is_dir(), volume
