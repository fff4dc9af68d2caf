"""What could have been saved."""

urlpatterns: list = []
