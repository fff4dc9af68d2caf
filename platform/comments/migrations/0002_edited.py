from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comments", "0001_initial")]

    operations = [
        migrations.AddField(
            "comment",
            "edited_at",
            models.DateTimeField(editable=False, null=True, verbose_name="edited"),
        )
    ]
