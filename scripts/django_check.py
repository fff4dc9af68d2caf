"""For `make lint`: Django's checks as on a server, and that no migration is missing.

No store is needed: both look at the code only.
"""

import os
import secrets
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SERVER = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SONDE_SECRET_KEY": secrets.token_urlsafe(50),
    "SONDE_BASE_URL": "https://sonde.example.org",
}


def main() -> None:
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    os.environ.update(SERVER)
    import django
    from django.core.management import CommandError, call_command

    django.setup()
    # There is no database here, which makemigrations mentions and does not need.
    warnings.filterwarnings("ignore", "Got an error checking a consistent migration history")
    try:
        call_command("check", deploy=True, fail_level="WARNING")
    except CommandError as error:
        sys.exit(str(error))
    call_command("makemigrations", check=True, dry_run=True)


if __name__ == "__main__":
    main()
