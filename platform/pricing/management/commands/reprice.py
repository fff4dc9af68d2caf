"""`manage.py reprice`: price a range of spans again, after a price was added or corrected."""

from argparse import ArgumentParser
from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Project
from pricing.reprice import Progress, reprice
from traces.clickhouse import Unavailable


def moment(text: str) -> int:
    """An ISO date or time, UTC where it names no zone, as nanoseconds since 1970."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return int(time.timestamp()) * 1_000_000_000


class Command(BaseCommand):
    help = "Compute the cost of a range of spans again. What clients sent stays as sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", required=True, help="the project's id")
        parser.add_argument(
            "--since", required=True, type=moment, help="2026-11-01 or 2026-11-01T12:00+09:00"
        )
        parser.add_argument("--until", type=moment, help="the same; by default now")
        parser.add_argument(
            "--model", default="", help="only spans of this model, by its full name"
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what would change")

    def handle(
        self, *, project: str, since: int, until: int | None, model: str, dry_run: bool, **_
    ) -> None:
        if not Project.objects.filter(id=project).exists():
            raise CommandError(f"There is no project {project!r}.")
        until = until or int(datetime.now(UTC).timestamp()) * 1_000_000_000
        if since >= until:
            raise CommandError("--since must be before --until.")
        try:
            progress, told = Progress(0, 0), 0
            for progress in reprice(
                project, since=since, until=until, model=model, dry_run=dry_run
            ):
                if progress.hours_done >= told + 24:
                    told = progress.hours_done
                    self.tell(progress)
        except Unavailable as error:
            raise CommandError(
                f"{error} What is done is done; run it again for the rest."
            ) from error
        would = "would change" if dry_run else "changed"
        self.stdout.write(
            f"{progress.changed} of {progress.seen} spans {would}: "
            f"${progress.before.normalize():f} → ${progress.after.normalize():f}"
        )

    def tell(self, progress: Progress) -> None:
        self.stdout.write(
            f"{progress.hours_done} of {progress.hours} hours, {progress.changed} spans"
        )
