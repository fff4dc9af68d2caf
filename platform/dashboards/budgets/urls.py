"""Budgets, what they will come to, and what was unusual."""

urlpatterns: list = []
