"""The pages of prompts, and their APIs."""

urlpatterns: list = []
