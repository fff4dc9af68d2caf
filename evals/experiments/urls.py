from django.urls import include, path

urlpatterns = [
    path("", include("evals.experiments.api.urls")),
    path("", include("evals.experiments.views.urls")),
]
