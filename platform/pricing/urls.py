from django.urls import path

from pricing import views, views_change
from pricing.api.views import ModelDetail, ModelList

prices = "projects/<str:project_id>/settings/models"

urlpatterns = [
    path("api/public/models", ModelList.as_view()),
    path("api/public/models/<path:model_id>", ModelDetail.as_view()),
    path(prices, views.model_prices, name="model-prices"),
    path(f"{prices}/new", views_change.price_create, name="price-create"),
    path(f"{prices}/reprice", views_change.reprice_start, name="reprice-start"),
    path(
        f"{prices}/reprice/<int:run_id>/cancel", views_change.reprice_cancel, name="reprice-cancel"
    ),
    path(f"{prices}/price/<path:price_id>/end", views_change.price_end, name="price-end"),
    path(f"{prices}/price/<path:price_id>/delete", views_change.price_delete, name="price-delete"),
]
