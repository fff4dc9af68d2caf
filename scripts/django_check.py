"""For `make lint`: Django's checks as on a server, and that no migration is missing.

No store is needed: both look at the code only.
"""

import os
import secrets
import sys
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
    from django.core.management import call_command

    django.setup()
    call_command("check", deploy=True, fail_level="WARNING")
    call_command("makemigrations", check=True, dry_run=True)


if __name__ == "__main__":
    main()
