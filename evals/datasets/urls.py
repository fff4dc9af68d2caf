"""Langfuse's API of datasets, Sonde's own, and the pages."""

from django.urls import include, path

from evals.datasets.api.langfuse import DatasetDetail, DatasetList, ItemDetail, ItemList
from evals.datasets.api.v1.views import DatasetsView, DatasetView, ItemsView

urlpatterns = [
    path("api/public/v2/datasets", DatasetList.as_view()),
    path("api/public/v2/datasets/<path:name>", DatasetDetail.as_view()),
    path("api/public/dataset-items", ItemList.as_view()),
    path("api/public/dataset-items/<path:item_id>", ItemDetail.as_view()),
    path("api/v1/datasets", DatasetsView.as_view()),
    path("api/v1/datasets/<path:name>/items", ItemsView.as_view()),
    path("api/v1/datasets/<path:name>", DatasetView.as_view()),
    path("", include("evals.datasets.views.urls")),
]
