"""Links open boards too: what is opened gets a kind and a state."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sharing", "0001_initial")]

    operations = [
        migrations.RenameField("sharelink", "trace_id", "object_id"),
        migrations.AlterField(
            "sharelink",
            "object_id",
            models.CharField(max_length=800, verbose_name="what it opens"),
        ),
        migrations.AddField(
            "sharelink",
            "kind",
            models.CharField(
                choices=[("trace", "Trace"), ("board", "Board")],
                default="trace",
                max_length=8,
                verbose_name="kind",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "sharelink",
            "query",
            models.CharField(blank=True, default="", max_length=8000, verbose_name="state"),
            preserve_default=False,
        ),
    ]
