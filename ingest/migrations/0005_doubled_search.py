from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingest", "0004_dead_letter_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="DoubledSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.BigIntegerField()),
                ("due_at", models.DateTimeField()),
            ],
        ),
    ]
