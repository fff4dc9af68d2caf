"""What the engine alone does with the same rows: INSERT of a Native file into the same table, with
its text indexes, in its own process.

The product leaves the text indexes to the merges, which run beside its inserts.

    python -m tests.bench.raw_engine rows.native 20000 schema.sql → prints rows a second
"""

import sys
import tempfile
import time
from pathlib import Path

from chdb.session import Session


def measure(rows: Path, count: int, ddl: str, repeats: int = 8) -> float:
    """Rows a second over `repeats` inserts one after the other, merges running beside them."""
    with tempfile.TemporaryDirectory(prefix="sonde-raw-") as folder:
        session = Session(folder)
        session.query("CREATE DATABASE IF NOT EXISTS raw")
        session.query("SET enable_full_text_index = 1")
        session.query(ddl.replace("TABLE_NAME", "raw.spans"))
        began = time.perf_counter()
        for _ in range(repeats):
            session.query(f"INSERT INTO raw.spans FROM INFILE '{rows}' FORMAT Native")
        rate = count * repeats / (time.perf_counter() - began)
        session.close()
    return rate


if __name__ == "__main__":
    print(measure(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]).read_text()))
