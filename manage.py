#!/usr/bin/env python3
"""Django's command line for Sonde."""

import os
import sys
from pathlib import Path


def main() -> None:
    # platform/ holds packages and is none itself: it must not shadow the standard library's.
    sys.path.insert(1, str(Path(__file__).parent / "platform"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from embedded import launch, launch_environment

    if sys.argv[1:2] == ["up"]:  # before Django, whose settings need what it makes
        sys.exit(launch.main())
    launch_environment.attach(os.environ)
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
