"""POST /api/v1/prompts/{name}/gate: may this version have the label?"""

from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from prompts import labels
from prompts.api.asking import by_key, latest_of, prompt_of, version_of
from prompts.api.v1.asked import sent
from prompts.api.v1.fields import PROBLEMS
from prompts.api.v1.views import TAGS, PromptsV1View
from prompts.gates import asking, formats
from prompts.gates.verdicts import Verdict
from prompts.names import PRODUCTION

VERDICTS = [verdict.value for verdict in Verdict]
MOST_VERSION = 2**31 - 1
TEXTS = {
    "junit": (formats.junit, "application/xml; charset=utf-8"),
    "markdown": (formats.markdown, "text/markdown; charset=utf-8"),
}
ACCEPTED = {"application/xml": "junit", "text/xml": "junit", "text/markdown": "markdown"}


class GateAsked(serializers.Serializer):
    label = serializers.CharField(
        required=False, default=PRODUCTION, help_text="The label that is to move."
    )
    version = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=MOST_VERSION,
        help_text="The version that is to have it; the newest if none is given.",
    )


class CheckFields(serializers.Serializer):
    check = serializers.CharField()
    verdict = serializers.ChoiceField(VERDICTS)
    reason = serializers.CharField()
    figures = serializers.DictField(help_text="What was measured, and the limit.")
    n = serializers.IntegerField(allow_null=True, help_text="Over how many observations.")
    interval = serializers.ListField(
        child=serializers.FloatField(),
        allow_null=True,
        help_text="Of what was measured, two-sided: `level` says with how many percent.",
    )
    level = serializers.IntegerField(
        allow_null=True,
        help_text="95; 90 for max_regression, each of whose bounds holds with 95 % by itself.",
    )


class GateFields(serializers.Serializer):
    prompt = serializers.CharField()
    label = serializers.CharField()
    version = serializers.IntegerField()
    current = serializers.IntegerField(
        allow_null=True, help_text="What the label points at; null where it points nowhere."
    )
    against = serializers.IntegerField(
        allow_null=True,
        help_text="What it was compared with: current, or what the label pointed at last.",
    )
    verdict = serializers.ChoiceField(VERDICTS)
    is_open = serializers.BooleanField(help_text="Whether the label would move now.")
    checks = CheckFields(many=True)
    run = serializers.IntegerField(help_text="Its number in the project's list of runs.")


class GateView(PromptsV1View):
    @extend_schema(
        operation_id="run_prompt_gate",
        tags=TAGS,
        summary="Run a label's gate for a version, without moving the label",
        description=(
            "The answer is 200 whatever the verdict; 404 where the label has no gate. As JUnit's "
            "XML or as markdown with `format`, or by `Accept`."
        ),
        parameters=[
            OpenApiParameter(
                "format", str, enum=["json", *TEXTS], description="json unless told otherwise."
            )
        ],
        request=GateAsked,
        responses={200: GateFields, **PROBLEMS},
    )
    def post(self, request: HttpRequest, name: str) -> HttpResponse:
        kind = format_of(request)
        given = sent(GateAsked, request.data)
        prompt = prompt_of(request, name)
        number = given["version"]
        version = latest_of(prompt) if number is None else version_of(prompt, number)
        try:
            report, kept = asking.asked(prompt, given["label"], version, by_key(request.auth))
        except asking.NoGate as error:
            raise NotFound(str(error)) from error
        if kind in TEXTS:
            write, content_type = TEXTS[kind]
            return HttpResponse(write(prompt.name, report), content_type=content_type)
        current = labels.number_of(prompt, report.label)
        return Response({**formats.shape(prompt.name, report, current), "run": kept.pk})


def format_of(request: HttpRequest) -> str:
    """The query comes before the header."""
    asked = request.GET.get("format", "")
    if asked and asked not in (*TEXTS, "json"):
        raise ValidationError({"format": "Must be json, junit or markdown."})
    accepted = request.headers.get("Accept", "").partition(";")[0].strip().lower()
    return asked or ACCEPTED.get(accepted, "json")
