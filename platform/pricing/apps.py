from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PricingConfig(AppConfig):
    name = "pricing"

    def ready(self) -> None:
        post_migrate.connect(import_bundled_prices, sender=self)


def import_bundled_prices(**_: object) -> None:
    """Every `migrate` brings the release's prices in, so that an upgrade needs no step of its
    own.
    """
    from pricing import snapshot

    snapshot.import_snapshot(snapshot.bundled())
