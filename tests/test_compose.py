"""What docker-compose.yml promises, as far as it can be told without a Docker engine."""

import runpy
from pathlib import Path

import pytest
import yaml

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
            assert not key.endswith(("PASSWORD", "SECRET_KEY")) or key.startswith("SONDE_INIT"), key
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
