"""Compiles the translations: templates/locale/*/LC_MESSAGES/django.po to the .mo beside it.

Both are committed, so that neither `make up` nor an image needs gettext or a compiler.
"""

from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parents[1] / "templates" / "locale"


def compiled(catalogue: Path) -> bytes:
    """What the .mo file of this catalogue holds. The same catalogue always gives the same bytes."""
    return polib.pofile(str(catalogue), encoding="utf-8").to_binary()


def main() -> None:
    for catalogue in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        catalogue.with_suffix(".mo").write_bytes(compiled(catalogue))


if __name__ == "__main__":
    main()
