import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingest", "0002_media"),
    ]

    operations = [
        migrations.CreateModel(
            name="LateStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("project_id", models.CharField(max_length=64)),
                ("payload", models.BinaryField()),
                ("rows", models.PositiveIntegerField()),
                ("bytes", models.PositiveIntegerField()),
                ("is_adrift", models.BooleanField()),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(db_default=0)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["due_at", "id"], name="latestatement_by_due"),
                    models.Index(
                        condition=models.Q(("is_adrift", True)),
                        fields=["project_id"],
                        name="latestatement_adrift",
                    ),
                ],
            },
        ),
        # What it holds is compressed already: Postgres need not try.
        migrations.RunSQL(
            "ALTER TABLE ingest_latestatement ALTER COLUMN payload SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
    ]
