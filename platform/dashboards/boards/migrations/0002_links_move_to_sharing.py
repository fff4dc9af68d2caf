"""Links to boards become share links like those to traces. Their tokens open as before."""

from django.db import migrations

SAME = (
    "project_id",
    "query",
    "token_digest",
    "created_by_id",
    "created_at",
    "expires_at",
    "revoked_at",
    "revoked_by_id",
)


def move(apps, schema_editor):
    old = apps.get_model("boards", "BoardLink").objects.all()
    new = apps.get_model("sharing", "ShareLink")
    rows = (
        new(kind="board", object_id=link.board, **{name: getattr(link, name) for name in SAME})
        for link in old.order_by("pk").iterator()
    )
    new.objects.bulk_create(rows, batch_size=500)


def move_back(apps, schema_editor):
    old = apps.get_model("boards", "BoardLink")
    moved = apps.get_model("sharing", "ShareLink").objects.filter(kind="board")
    rows = (
        old(board=link.object_id, **{name: getattr(link, name) for name in SAME})
        for link in moved.order_by("pk").iterator()
    )
    old.objects.bulk_create(rows, batch_size=500)
    moved.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("boards", "0001_markers_and_links"),
        ("sharing", "0002_links_to_boards_too"),
    ]

    operations = [migrations.RunPython(move, move_back)]
