"""Boards that people make themselves."""

urlpatterns: list = []
