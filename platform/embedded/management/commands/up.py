from django.core.management.base import BaseCommand

from embedded import launch


class Command(BaseCommand):
    """manage.py runs `up` before it sets Django up; this shows it in `manage.py help`."""

    help = "Start Sonde with the engines it brings along, and mind them until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args, **options) -> None:
        raise SystemExit(launch.main())
