import os
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class IngestConfig(AppConfig):
    name = "ingest"

    def __init__(self, *args) -> None:
        super().__init__(*args)
        # prometheus_client decides when it is first imported, by this variable, whether it counts
        # for one process or for several. Django makes the apps before it imports anything else.
        folder = settings.DATA_DIR / "metrics"
        folder = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(folder)))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def ready(self) -> None:
        """Nothing is deleted past rows that wait in Postgres: they would come after it."""
        from ingest import held
        from traces import deletion

        deletion.waits_for.append(held.is_holding)
