"""/api/public/models: Langfuse's model definitions are Sonde's prices."""

from typing import Any

from django.core.exceptions import ValidationError as InvalidRow
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from rest_framework import exceptions, status
from rest_framework.response import Response

from accounts.authentication import require_scope
from pricing import history
from pricing.api.body import Definition, definition_in
from pricing.api.shape import model
from pricing.catalogue import InvalidPrice, price_of
from pricing.models import ModelPrice
from traces.api.body import JsonBody, object_in
from traces.api.clients import knows_attribute_conditions
from traces.api.parameters import page_in
from traces.api.view import LangfuseView

MAX_ID = 300


class Taken(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "A definition of the same name and pattern begins at the same time."


class ModelsView(LangfuseView):
    """Reading needs the scope `read`; a project's prices are settings, so changing them `admin`."""

    parser_classes = (JsonBody,)

    def get_permissions(self) -> list:
        scope = "read" if self.request.method == "GET" else "admin"
        return [require_scope(scope)()]


class ModelList(ModelsView):
    """Prices of models by page, the project's own first; POST adds one."""

    def get(self, request: HttpRequest) -> Response:
        """The project's own first, then the catalogue's of today, each by name."""
        page = page_in(request.GET)
        prices = visible(request).order_by(
            F("project").asc(nulls_last=True), "model_name", "-valid_from", "id"
        )
        total = prices.count()
        shown = prices[page.offset : page.offset + page.limit]
        return Response(
            {"data": [shape(request, price) for price in shown], "meta": page.meta(total)}
        )

    def post(self, request: HttpRequest) -> Response:
        asked = definition_in(object_in(request.data))
        price = price_for(request, history.new_id(asked.model_name, asked.start), asked)
        stored(price)
        return Response(shape(request, price))


class ModelDetail(ModelsView):
    """One price; PUT makes or replaces it, DELETE takes it away."""

    def get(self, request: HttpRequest, model_id: str) -> Response:
        """Also one that holds no more, since past calls name it."""
        own = Q(project_id=request.auth.project_id)
        prices = ModelPrice.objects.filter(own | Q(project=None))
        return Response(shape(request, found(prices, model_id)))

    def put(self, request: HttpRequest, model_id: str) -> Response:
        """Make it, or replace the project's own of that id."""
        if len(model_id) > MAX_ID:
            raise exceptions.ValidationError(f"An id may have {MAX_ID} characters.")
        price = price_for(request, model_id, definition_in(object_in(request.data)))
        with transaction.atomic():
            before = ModelPrice.objects.filter(pk=model_id).first()
            if before:
                changeable(request, before)
                history.delete(before)
                price.created_at = before.created_at
            stored(price)
        return Response(shape(request, price))

    def delete(self, request: HttpRequest, model_id: str) -> Response:
        price = found(ModelPrice.objects.all(), model_id)
        changeable(request, price)
        history.delete(price)
        return Response(status=status.HTTP_204_NO_CONTENT)


def visible(request: HttpRequest) -> QuerySet[ModelPrice]:
    """The project's own, and what the catalogue says today."""
    own = Q(project_id=request.auth.project_id)
    return ModelPrice.objects.filter(own | Q(project=None, valid_to=None))


def found(prices: QuerySet[ModelPrice], model_id: str) -> ModelPrice:
    price = prices.filter(pk=model_id).first()
    if price is None:
        raise not_found(model_id)
    return price


def not_found(model_id: str) -> exceptions.NotFound:
    return exceptions.NotFound(f"Model {model_id} not found within authorized project")


def changeable(request: HttpRequest, price: ModelPrice) -> None:
    """The project's own; another project's is not there, and the catalogue's is nobody's."""
    if price.project_id is None:
        raise exceptions.PermissionDenied(
            "The catalogue's prices cannot be changed. A definition of your own goes before them."
        )
    if price.project_id != request.auth.project_id:
        raise not_found(price.pk)


def price_for(request: HttpRequest, model_id: str, asked: Definition) -> ModelPrice:
    price = ModelPrice(
        id=model_id,
        project_id=request.auth.project_id,
        model_name=asked.model_name,
        match_pattern=asked.match_pattern,
        rates=asked.rates,
        valid_from=asked.start,
        source=f"API key {request.auth.public_key}"[:120],
        definition=asked.said,
    )
    try:
        price_of(price)
        price.clean_fields(exclude=["project"])
    except InvalidPrice as error:
        raise exceptions.ValidationError(str(error)) from error
    except InvalidRow as error:
        raise exceptions.ValidationError(error.messages) from error
    return price


def stored(price: ModelPrice) -> None:
    try:
        history.add(price)
    except history.Taken as error:
        raise Taken from error


def shape(request: HttpRequest, price: ModelPrice) -> dict[str, Any]:
    return model(price, with_attributes=knows_attribute_conditions(request))
