"""The ready-made boards, their panels, and what a reader does with them."""

urlpatterns: list = []
