"""SQL on the project's own rows."""

urlpatterns: list = []
