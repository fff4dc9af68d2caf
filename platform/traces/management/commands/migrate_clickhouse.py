"""Brings ClickHouse's tables up to date: `manage.py migrate_clickhouse`."""

from django.core.management.base import BaseCommand, CommandError

from traces import clickhouse


class Command(BaseCommand):
    help = "Creates the ClickHouse database and applies the schema files that it has not seen yet."

    def handle(self, *args, **options) -> None:
        try:
            applied = clickhouse.migrate()
        except (clickhouse.Unavailable, clickhouse.Refused) as error:
            raise CommandError(f"ClickHouse was not migrated. {error}") from error
        if applied:
            self.stdout.write(f"Applied to ClickHouse: {', '.join(applied)}.")
        else:
            self.stdout.write("ClickHouse is up to date.")
