"""An embedded ClickHouse: the engine of the wheel chdb, behind ClickHouse's own HTTP interface.

    python -m embedded.clickhouse --path DIR --port N

serves 127.0.0.1:N until SIGTERM. It is ready when GET /ping answers `Ok.`
"""

import argparse
import sys
from pathlib import Path

if not __package__:  # started as a file: the folder above holds the package `embedded`
    sys.path[0] = str(Path(__file__).parents[1])

from embedded.clickhouse_config import Folder, limits_from_environment


def command(path: Path, port: int, password: str) -> list[str]:
    """The argv of a server on `path` for the user `default`; the password is kept in the folder."""
    Folder(path.absolute()).keep_password(password)
    return [sys.executable, __file__, "--path", str(path.absolute()), "--port", str(port)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="embedded.clickhouse")
    parser.add_argument("--path", type=Path, required=True, help="the data folder")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    from embedded.clickhouse_server import serve

    serve(Folder(arguments.path.absolute()), limits_from_environment(), arguments.port)


if __name__ == "__main__":
    main()
