"""gunicorn's settings, for `make up` and for the image: `gunicorn -c python:config.gunicorn`."""

import gc
from pathlib import Path

from config import environment as env
from config.arriving import MOST_HEAD_BYTES

_host, _port = env.text("SONDE_HOST", "127.0.0.1"), env.number("SONDE_PORT", 8000)

bind = f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"
worker_class = "config.patient_worker.PatientWorker"
logger_class = "config.patient_worker.WebLogger"
workers = env.number("SONDE_WEB_WORKERS", 2)
threads = env.number("SONDE_WEB_THREADS", 16)
preload_app = (
    True  # one import for all workers: half the start, and a killed worker is back at once
)
timeout = 120  # a worker that does not even answer the master
graceful_timeout = 10
keepalive = 75  # SDKs export every few seconds and keep their connection
backlog = 512
# Both are bounded before gunicorn reads them, by config.arriving, which counts a whole head.
limit_request_line = 0
limit_request_field_size = MOST_HEAD_BYTES
# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
control_socket_disable = True  # it would be a file in the home folder, the same for every Sonde


def post_worker_init(worker: object) -> None:
    """Called in each worker after the fork, where threads stay alive."""
    from ingest import keeper

    # What was imported lives for ever, and a batch of spans is 50,000 objects that die together:
    # looking through all of them every 700 costs a fifth of ingest (67 → 52 µs a span).
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    keeper.start()
