from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("boards", "0002_links_move_to_sharing")]

    operations = [migrations.DeleteModel("BoardLink")]
