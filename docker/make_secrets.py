"""Make every secret of a compose deployment, once, each in the folder that only its service mounts.

Run by the `secrets` service before all others. What is there already is kept, so that running it
again changes nothing.
"""

import base64
import hashlib
import os
import secrets
import sys
from pathlib import Path

CLICKHOUSE_USERS = """<clickhouse>
  <users>
    <default remove="remove"/>
    <sonde>
      <password_sha256_hex>{digest}</password_sha256_hex>
      <networks><ip>::/0</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <access_management>0</access_management>
    </sonde>
  </users>
</clickhouse>
"""
VALKEY_CONF = """bind * -::*
requirepass {password}
appendonly yes
appendfsync everysec
maxmemory 160mb
maxmemory-policy noeviction
dir /data
"""


def files() -> dict[str, str]:
    """Relative path → content, of a new deployment."""
    postgres, clickhouse, valkey = (secrets.token_urlsafe(32) for _ in range(3))
    return {
        "postgres/password": postgres,
        "clickhouse/sonde.xml": CLICKHOUSE_USERS.format(
            digest=hashlib.sha256(clickhouse.encode()).hexdigest()
        ),
        "valkey/valkey.conf": VALKEY_CONF.format(password=valkey),
        "valkey/password": valkey,
        "sonde/database_url": f"postgres://sonde:{postgres}@postgres:5432/sonde",
        "sonde/clickhouse_url": f"http://sonde:{clickhouse}@clickhouse:8123/sonde",
        "sonde/valkey_url": f"redis://:{valkey}@valkey:6379/0",
        "sonde/secret_key": secrets.token_urlsafe(50),
        "sonde/encryption_keys": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


def main(root: Path) -> None:
    if (root / "complete").exists():
        return
    for name, content in files().items():
        path = root / name
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        path.chmod(
            0o444
        )  # each folder is mounted read-only into one service, whose user differs by image
    (root / "complete").touch()
    os.sync()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
