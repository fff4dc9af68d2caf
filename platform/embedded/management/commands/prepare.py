import fcntl
import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from accounts.seed import check, seed
from ingest.metrics import forget_earlier_runs

# REST framework's own pages, which Sonde does not show, and what only developers of the rest open.
UNUSED = ["rest_framework", "*.map", "*.md"]


class Command(BaseCommand):
    """One Django start for all that has to happen before web and worker may run.

    Safe to run again; counters of earlier runs begin at zero. Writes the first login as JSON to
    stdout, and everything else to stderr.
    """

    requires_system_checks: list[str] = []  # half a second; `make lint` makes them
    help = "Migrate both stores, make the first organisation, project, user and key, collect files."

    def handle(self, *args, **options) -> None:
        check(settings.INIT)  # what is wrong there is told before migrations take their time
        forget_earlier_runs()
        call_command("migrate", interactive=False, stdout=self.stderr)
        call_command("migrate_clickhouse", stdout=self.stderr)
        self.collect_static_files()
        self.stdout.write(json.dumps(asdict(seed())))

    def collect_static_files(self) -> None:
        """Compressing them takes seconds, so it is done only when one of them has changed.

        Older ones stay: a page that is open, or another process, may still ask for them.
        """
        folder = Path(settings.STATIC_ROOT)
        folder.mkdir(parents=True, exist_ok=True)
        stamp, wanted = folder / ".collected", fingerprint_of_static_files()
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if stamp.exists() and stamp.read_text() == wanted:
                return
            stamp.unlink(missing_ok=True)
            call_command(
                "collectstatic",
                interactive=False,
                ignore_patterns=UNUSED,
                stdout=self.stderr,
            )
            stamp.write_text(wanted)


def fingerprint_of_static_files() -> str:
    """Changes with the name, size or time of any file that would be collected."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            digest.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
