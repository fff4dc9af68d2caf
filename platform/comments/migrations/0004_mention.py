import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table of who is mentioned where becomes a model of its own, which knows what was read."""

    dependencies = [
        ("comments", "0003_where"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Mention",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("comment", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to="comments.comment", verbose_name="comment")),
                        ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to=settings.AUTH_USER_MODEL, verbose_name="mentioned")),
                    ],
                    options={
                        "verbose_name": "mention",
                        "verbose_name_plural": "mentions",
                        "db_table": "comments_comment_mentioned",
                        "unique_together": {("comment", "user")},
                    },
                ),
                migrations.AlterField(
                    "comment",
                    "mentioned",
                    models.ManyToManyField(related_name="mentioned_in", through="comments.Mention", to=settings.AUTH_USER_MODEL, verbose_name="mentioned"),
                ),
            ],
        ),
        migrations.AlterModelTable("mention", None),
        migrations.AddField("mention", "read_at", models.DateTimeField(editable=False, null=True, verbose_name="read")),
    ]
