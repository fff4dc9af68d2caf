"""Make the first organisation, project, person and key pair, if they are missing."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.seed import check, seed


class Command(BaseCommand):
    help = "Make the first organisation, project, person and key pair. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--only-check", action="store_true", help="only say what is wrong with SONDE_INIT_*"
        )

    def handle(self, *args, **options) -> None:
        if options["only_check"]:
            check(settings.INIT)
            return
        result = seed()
        self.stdout.write(f"Organisation  {result.organisation_name}")
        self.stdout.write(f"Project       {result.project_name} ({result.project_id})")
        self.stdout.write(f"Login         {result.email}")
        if result.password:
            self.stdout.write(f"Password      {result.password}")
        self.stdout.write(f"Public key    {result.public_key or 'none: make one in the settings'}")
        if result.secret_key:
            self.stdout.write(f"Secret key    {result.secret_key}")
