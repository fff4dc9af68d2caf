from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingest", "0003_late"),
    ]

    operations = [
        migrations.AddField(
            model_name="deadletter",
            name="digest",
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddConstraint(
            model_name="deadletter",
            constraint=models.UniqueConstraint(
                fields=("project_id", "digest"), name="deadletter_once"
            ),
        ),
    ]
