"""Where the embedded ClickHouse keeps its things, what it may use, and who may ask it what."""

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

MEBIBYTE = 1024 * 1024
DEFAULT_SECONDS = 300
MAX_SECONDS = 3600

# What a statement may do. No file, URL, S3, other server, backup, user or function of its own.
GRANTS = (
    "GRANT CHECK, SHOW, SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW, "
    "DROP DATABASE, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE, KILL QUERY, SYSTEM MERGES, "
    "SYSTEM FLUSH, SYSTEM DROP CACHE ON *.*"
)
# What a strictly read-only request may do (`readonly=1`, as for the SQL that people write): nothing
# but read, and not the engine's own tables.
READER = "reader"
WRITER = "writer"
READER_GRANTS = (
    "GRANT SELECT ON *.*",
    *(f"REVOKE SELECT ON {name}.*" for name in ("system", "information_schema")),
    "REVOKE SELECT ON INFORMATION_SCHEMA.*",
)
ENGINES = (
    *(f"{kind}MergeTree" for kind in ("", "Replacing", "Summing", "Aggregating", "Coalescing")),
    *("CollapsingMergeTree", "VersionedCollapsingMergeTree"),
    *("Buffer", "Join", "Log", "Memory", "Merge", "Null", "Set", "StripeLog", "TinyLog"),
    *("View", "MaterializedView"),
)


@dataclass(frozen=True)
class Limits:
    """Bounds that keep one client from taking the machine from the others."""

    memory_bytes: int = 1536 * MEBIBYTE
    query_memory_bytes: int = 768 * MEBIBYTE
    max_body_bytes: int = 512 * MEBIBYTE
    max_result_bytes: int = 64 * MEBIBYTE
    running_queries: int = 32
    wait_for_slot_seconds: float = 30.0


def limits_from_environment() -> Limits:
    """SONDE_CLICKHOUSE_MEMORY_MIB bounds the engine; one query may take half of it."""
    memory = int(os.environ.get("SONDE_CLICKHOUSE_MEMORY_MIB", "1536")) * MEBIBYTE
    return Limits(memory_bytes=memory, query_memory_bytes=memory // 2)


@dataclass(frozen=True)
class Folder:
    """The data folder: the engine's own files beside what this program needs."""

    path: Path

    @property
    def engine(self) -> Path:
        return self.path / "engine"

    @property
    def spool(self) -> Path:
        return self.path / "spool"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def password(self) -> Path:
        return self.path / "password"

    def prepare(self) -> None:
        for folder in (self.path, self.engine, self.spool):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def clear_spool(self) -> None:
        """Remove what a killed server left behind. Only for the one that holds the lock."""
        for leftover in self.spool.iterdir():
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()

    def keep_password(self, password: str) -> None:
        """Write it for the owner's eyes only: a command line is seen by everyone on the host."""
        self.prepare()
        draft = self.path / f"password.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(password)
        draft.replace(self.password)

    def write_config(self, limits: Limits) -> Path:
        config, users = self.path / "config.xml", self.path / "users.xml"
        users.write_text(users_xml(limits))
        config.write_text(config_xml(limits, users, self.spool))
        return config


def config_xml(limits: Limits, users: Path, files: Path) -> str:
    settings = {
        "users_config": str(users),
        "user_files_path": f"{files}/",
        "timezone": "UTC",
        "max_server_memory_usage": limits.memory_bytes,
        "mark_cache_size": 64 * MEBIBYTE,
        "index_mark_cache_size": 16 * MEBIBYTE,
        "primary_index_cache_size": 64 * MEBIBYTE,
        "uncompressed_cache_size": 0,
        "index_uncompressed_cache_size": 0,
        "vector_similarity_index_cache_size": MEBIBYTE,
        "query_condition_cache_size": 16 * MEBIBYTE,
        "mmap_cache_size": 64,
        "background_pool_size": 2,
        "background_schedule_pool_size": 8,
        "background_fetches_pool_size": 1,
        "background_move_pool_size": 1,
        "background_common_pool_size": 2,
        "max_thread_pool_size": 1000,
    }
    return elements("clickhouse", settings)


def users_xml(limits: Limits) -> str:
    profile = {
        "max_memory_usage": limits.query_memory_bytes,
        # Spilled to disk it takes twice the time; a million and a half traces fit in as much.
        "max_bytes_before_external_group_by": limits.query_memory_bytes * 3 // 4,
        "max_bytes_before_external_sort": limits.query_memory_bytes // 2,
        "max_execution_time": DEFAULT_SECONDS,
        "async_insert": 0,
    }
    bounds = (
        f"<max_memory_usage><max>{limits.query_memory_bytes}</max></max_memory_usage>"
        f"<max_execution_time><min>0.001</min><max>{MAX_SECONDS}</max></max_execution_time>"
    )
    grants = [GRANTS, *(f"GRANT TABLE ENGINE ON {engine}" for engine in ENGINES)]
    return (
        f"<clickhouse><roles>{role(WRITER, grants)}{role(READER, READER_GRANTS)}</roles><profiles>"
        + elements("default", profile, f"<constraints>{bounds}</constraints>")
        + "</profiles><quotas><default/></quotas><users><default><password/>"
        "<networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>"
        f"<grants><query>GRANT {WRITER}, {READER}</query></grants>"
        "</default></users></clickhouse>\n"
    )


def role(name: str, grants: Iterable[str]) -> str:
    queries = "".join(f"<query>{grant}</query>" for grant in grants)
    return f"<{name}><grants>{queries}</grants></{name}>"


def elements(root: str, values: Mapping[str, object], more: str = "") -> str:
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in values.items())
    return f"<{root}>{inner}{more}</{root}>\n"
