"""/api/v1/alert-rules: rules read, made, changed, switched and deleted."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.models import Project
from alerts.incidents.api.asking import AlertsView
from alerts.rules import changing
from alerts.rules.api.fields import RuleFields, RulesAsked, RuleSent, RulesFields, rule_shape
from alerts.rules.checking import check_answerable, check_named
from alerts.rules.conditions import WrongRule
from alerts.rules.definition import Definition
from alerts.rules.editing.sameness import is_same
from alerts.rules.listing import found, lines
from alerts.rules.models import MAX_ID, Rule
from alerts.rules.stored import read
from prompts.api.asking import project_of
from traces.api.body import object_in
from traces.api.parameters import encoded_cursor
from traces.api.v1.asked import asked, cursor_of
from traces.api.v1.fields import PROBLEMS

TAGS = ["Alerts"]


class RulesView(AlertsView):
    @extend_schema(
        operation_id="list_alert_rules",
        tags=TAGS,
        summary="Alert rules by name, with how each stands",
        parameters=[RulesAsked],
        responses={200: RulesFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> Response:
        wanted = asked(RulesAsked, request)
        project = Project(pk=request.auth.project_id)
        rows = found(project, text=wanted["search"], state=wanted["state"])
        if cursor := cursor_of(wanted, str):
            rows = rows.filter(name__gt=cursor[0])
        page = list(rows.order_by("name")[: wanted["limit"] + 1])
        shown = page[: wanted["limit"]]
        more = encoded_cursor(shown[-1].name) if len(page) > len(shown) else None
        return Response({"data": [rule_shape(one) for one in lines(shown)], "next_cursor": more})

    @extend_schema(
        operation_id="create_alert_rule",
        tags=TAGS,
        summary="Make an alert rule",
        request={"application/json": RuleSent},
        responses={201: RuleFields, **PROBLEMS},
    )
    def post(self, request: HttpRequest) -> Response:
        said = sent(request.data)
        wanted = definition_in(request, said.pop("definition"))
        try:
            rule = changing.made(project_of(request), said.pop("name"), wanted, **said)
        except WrongRule as error:
            raise ValidationError(str(error)) from error
        return Response(shape(rule), status=201)


class RuleView(AlertsView):
    @extend_schema(
        operation_id="get_alert_rule",
        tags=TAGS,
        summary="One alert rule, with how it stands",
        responses={200: RuleFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, rule_id: str) -> Response:
        return Response(shape(own(request, rule_id)))

    @extend_schema(
        operation_id="change_alert_rule",
        tags=TAGS,
        summary="Change an alert rule, switch it on or off",
        description=(
            "What is not sent stays as it is. With another definition, or switched, the rule"
            " begins anew: its open alerts are closed."
        ),
        request={"application/json": RuleSent(partial=True)},
        responses={200: RuleFields, **PROBLEMS},
    )
    def patch(self, request: HttpRequest, rule_id: str) -> Response:
        rule = own(request, rule_id)
        said = sent(request.data, partial=True)
        wanted = definition_in(request, said["definition"]) if "definition" in said else None
        try:
            with transaction.atomic():
                change(rule, said, wanted)
        except WrongRule as error:
            raise ValidationError(str(error)) from error
        return Response(shape(rule))

    @extend_schema(
        operation_id="delete_alert_rule",
        tags=TAGS,
        summary="Delete an alert rule",
        description="Its incidents stay, closed.",
        responses={204: None, **PROBLEMS},
    )
    def delete(self, request: HttpRequest, rule_id: str) -> Response:
        changing.remove(own(request, rule_id))
        return Response(status=204)


def own(request: HttpRequest, rule_id: str) -> Rule:
    rows = Rule.objects.filter(project=request.auth.project_id, pk=rule_id[:MAX_ID])
    if (rule := rows.first()) is None:
        raise Http404("There is no such alert rule.")
    return rule


def shape(rule: Rule) -> dict[str, Any]:
    return rule_shape(lines([rule])[0])


def sent(body: Any, *, partial: bool = False) -> dict[str, Any]:
    """What is sent, checked. Raises ValidationError, also for a field that there is not."""
    told = dict(object_in(body))
    serializer = RuleSent(data=told, partial=partial)
    if unknown := told.keys() - serializer.fields.keys():
        raise ValidationError({str(name): ["There is no such field."] for name in sorted(unknown)})
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def definition_in(request: HttpRequest, told: Any) -> Definition:
    try:
        wanted = read(told)
        check_answerable(wanted)
        check_named(request.auth.project_id, wanted)
    except WrongRule as error:
        raise ValidationError({"definition": [str(error)]}) from error
    return wanted


def change(rule: Rule, said: dict[str, Any], wanted: Definition | None) -> None:
    """Raises WrongRule."""
    words = {name: said.get(name, getattr(rule, name)) for name in ("note", "runbook_url")}
    changing.describe(rule, said.get("name", rule.name), **words)
    if wanted is not None and not _says(rule, wanted):
        changing.redefine(rule, wanted)
    if "is_on" in said:
        changing.switch(rule, said["is_on"])


def _says(rule: Rule, wanted: Definition) -> bool:
    try:
        return is_same(rule.wanted, wanted)
    except WrongRule:
        return False
