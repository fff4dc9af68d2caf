"""The OpenAPI schema of /api/v1/, and the page that shows it."""

import json
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator

from accounts.views.home import last_project
from traces.api.v1.fields import REFUSALS
from traces.api.v1.langfuse_paths import ERRORS, langfuse_paths

OURS = "/api/v1/"
OTLP = "/api/v1/otlp/"
IN_PATHS = {
    "name": "The name; slashes in it as they are, or as %2F.",
    "label": "The label's name.",
    "number": "The version's number.",
    "trace_id": "The trace's id, as its sender made it.",
    "webhook_id": "The webhook's id.",
    "run_id": "The run's id.",
    "budget_id": "The budget's id.",
    "marker_id": "The marker's id.",
    "rule_id": "The alert rule's id.",
    "incident_id": "The incident's id.",
    "silence_id": "The silence's id.",
    "monitor_id": "The drift monitor's id.",
    "verdict_id": "The verdict's id.",
}


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """An API key, as a pair or by its secret alone."""

    target_class = "accounts.authentication.ApiKeyAuthentication"
    name = ["basic", "bearer"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [{"type": "http", "scheme": "basic"}, {"type": "http", "scheme": "bearer"}]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list]]:
        """Either of them."""
        return [{name: []} for name in self.name]


def ours_only(endpoints: list[tuple]) -> list[tuple]:
    """What is Sonde's own: other paths are other people's protocols, which they describe."""
    return [one for one in endpoints if one[0].startswith(OURS) and not one[0].startswith(OTLP)]


def paths_explained(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """What stands in a path, in words: its type alone says little."""
    for methods in result["paths"].values():
        for operation in methods.values():
            for one in operation.get("parameters", ()):
                if one["in"] == "path":
                    one["description"] = IN_PATHS[one["name"]]
    return result


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    first = request.build_absolute_uri("/api/v1/traces?limit=10")
    context = {
        "project": last_project(request),
        "sections": sections(),
        "example": f'curl -u "$PUBLIC_KEY:$SECRET_KEY" "{first}"',
        "refusals": [
            (status, HTTPStatus(status).phrase, told.description, told.examples[0].value)
            for status, told in REFUSALS.items()
        ],
        "problem": json.dumps(REFUSALS[400].examples[0].value, indent=2),
        "langfuse_paths": langfuse_paths(),
        "langfuse_errors": [
            (status, json.dumps(example, ensure_ascii=False)) for status, example in ERRORS.items()
        ],
    }
    return render(request, "traces/api_docs.html", context)


@lru_cache(maxsize=1)
def sections() -> list[dict[str, Any]]:
    """The operations by tag, as the page shows them; the code does not change while it runs."""
    schema = SchemaGenerator().get_schema(public=True)
    by_tag: dict[str, list] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "id": operation["operationId"],
                    "summary": operation["summary"],
                    "description": operation.get("description", ""),
                    "parameters": [
                        *(parameter(one) for one in operation.get("parameters", ())),
                        *sent_in(schema, operation),
                    ],
                    "fields": fields_of(schema, answer_of(operation)),
                }
            )
    return [{"tag": tag, "operations": found} for tag, found in by_tag.items()]


def parameter(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": told["name"],
        "in": told["in"],
        "type": type_of(told["schema"]),
        "description": told.get("description", "") or told["schema"].get("description", ""),
        "default": told["schema"].get("default", ""),
    }


def sent_in(schema: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of the body, where one is sent as JSON."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return []
    told = resolved(schema, content["schema"])
    return [
        parameter({"name": name, "in": "body", "schema": resolved(schema, one) | one})
        for name, one in told.get("properties", {}).items()
    ]


def answer_of(operation: dict[str, Any]) -> dict[str, Any]:
    """What a call that succeeds is answered with, if it is JSON."""
    for status, told in operation["responses"].items():
        if status.startswith("2"):
            return told.get("content", {}).get("application/json", {}).get("schema", {})
    return {}


def fields_of(
    schema: dict[str, Any], shape: dict[str, Any], prefix: str = ""
) -> list[dict[str, Any]]:
    """The fields of an object, those of objects inside it among them."""
    shape = resolved(schema, shape)
    found = []
    for name, told in shape.get("properties", {}).items():
        inner = resolved(schema, told.get("items", told))
        found.append(
            {
                "name": prefix + name,
                "type": type_of(told if "items" in told else inner | told),
                "description": told.get("description", ""),
            }
        )
        if "properties" in inner:
            dots = "[]." if "items" in told else "."
            found += fields_of(schema, inner, f"{prefix}{name}{dots}")
    return found


def resolved(schema: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    """The shape that a reference names, also one with something beside it."""
    for one in (shape, *shape.get("allOf", ()), *shape.get("oneOf", ())):
        if "$ref" in one:
            return schema["components"]["schemas"][one["$ref"].rpartition("/")[2]]
    return shape


def type_of(shape: dict[str, Any]) -> str:
    if "enum" in shape:
        return " | ".join(str(one) for one in shape["enum"])
    kind = shape.get("type", "object")
    if kind == "array":
        items = shape["items"]
        return f"{type_of(items)}[]" if "$ref" not in items else "object[]"
    words = shape.get("format") or kind
    return f"{words} | null" if shape.get("nullable") else words
