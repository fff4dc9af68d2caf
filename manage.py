#!/usr/bin/env python3
"""Django's command line for Sonde."""

import os
import sys
from pathlib import Path


def main() -> None:
    # platform/ holds packages and is no package itself, so that the standard library's is not shadowed.
    sys.path.insert(1, str(Path(__file__).parent / "platform"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
