"""Figures for programs."""

urlpatterns: list = []
