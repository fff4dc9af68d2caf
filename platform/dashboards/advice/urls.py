"""What could have been saved."""

from django.urls import path

from dashboards.advice.views import cost_advice

urlpatterns: list = [
    path("projects/<str:project_id>/advice", cost_advice, name="cost-advice"),
]
