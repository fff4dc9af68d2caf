"""`manage.py reseal`: encrypt every stored secret under the first of SONDE_ENCRYPTION_KEYS, so that
the keys after it can be taken away.
"""

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from accounts.sealing import Unsealable, is_current, seal, unseal


class Command(BaseCommand):
    help = "Encrypt stored secrets anew, under the first of SONDE_ENCRYPTION_KEYS."

    def handle(self, **_) -> None:
        """Models name their sealed fields in `SEALED`, and say by `purpose_of` what for."""
        done = lost = 0
        for model in apps.get_models():
            for name in getattr(model, "SEALED", ()):
                for pk in model.objects.exclude(**{name: ""}).values_list("pk", flat=True):
                    try:
                        done += resealed(model, pk, name)
                    except Unsealable as error:
                        lost += 1
                        self.stderr.write(f"{model._meta.label} {pk}: {error}")
        self.stdout.write(f"{done} secrets encrypted anew.")
        if lost:
            raise CommandError(f"{lost} secrets could not be read: keep the older keys.")


def resealed(model: type[models.Model], pk: object, name: str) -> bool:
    with transaction.atomic():
        row = model.objects.select_for_update().filter(pk=pk).first()
        if row is None or not getattr(row, name) or is_current(getattr(row, name)):
            return False
        purpose = row.purpose_of(name)
        setattr(row, name, seal(unseal(getattr(row, name), purpose), purpose))
        row.save(update_fields=(name,))
    return True
