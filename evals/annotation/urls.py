from django.urls import URLPattern, URLResolver

from evals.annotation.api.urls import urlpatterns as api

urlpatterns: list[URLPattern | URLResolver] = [*api]
