import json

import pytest


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"langfuse.metadata": '{"a": "1", "b": {"c": 2}}'}, {"a": "1", "b": '{"c":2}'}),
        ({"langfuse.observation.metadata": '{"a": "1"}'}, {"a": "1"}),
        ({"langfuse.metadata": {"a": "1"}}, {"a": "1"}),
        ({"langfuse.metadata.kind": "premium"}, {"kind": "premium"}),
        ({"langfuse.observation.metadata.kind": "premium"}, {"kind": "premium"}),
        ({"ai.telemetry.metadata.kind": "premium"}, {"kind": "premium"}),
        ({"langsmith.metadata.kind": "premium"}, {"kind": "premium"}),
        ({"traceloop.association.properties.kind": "premium"}, {"kind": "premium"}),
        ({"langfuse.observation.metadata.a.b": "x"}, {"a.b": "x"}),
        ({"langfuse.observation.metadata.n": 5}, {"n": "5"}),
        ({"langfuse.observation.metadata.list": ["a", 1]}, {"list": '["a",1]'}),
        ({"langfuse.metadata": '{"k": 1}', "langfuse.metadata.k": "single"}, {"k": "single"}),
        ({"langfuse.metadata": "not json"}, {}),
        ({"langfuse.metadata": "[1, 2]"}, {}),
        ({"langfuse.metadata": "{broken"}, {}),
        ({"metadata": '{"a": "1"}'}, {"a": "1"}),
        ({"langfuse.observation.metadata.__proto__": "x"}, {"__proto__": "x"}),
        ({"langfuse.observation.metadata.none": ""}, {"none": ""}),
    ],
)
def test_metadata_of_an_observation(mapped, attributes, expected):
    assert mapped(attributes).metadata == expected


def test_metadata_of_the_trace_holds_for_its_observations(mapped):
    span = mapped(
        {
            "langfuse.trace.metadata": '{"whole": "w"}',
            "langfuse.trace.metadata.tier": "gold",
            "langfuse.observation.metadata.tier": "silver",
            "langfuse.observation.metadata.step": "1",
        }
    )
    assert span.trace_metadata == {"whole": "w", "tier": "gold"}
    assert span.metadata == {"whole": "w", "tier": "gold", "step": "1"}


def test_metadata_of_the_resource_is_every_spans(mapped):
    resource = {"langfuse.metadata": '{"region": "eu"}', "langfuse.metadata.server": "web-1"}
    assert mapped(resource=resource).metadata == {"region": "eu", "server": "web-1"}


@pytest.mark.parametrize(
    ("sdk", "scope", "version", "language", "decodes"),
    [
        (("python", "5.0.4"), "langfuse-sdk", "5.0.4", "python", True),
        (("python", "4.18.0"), "langfuse-sdk", "4.18.0", "python", False),
        (("javascript", "6.0.0"), "langfuse-sdk", "6.0.0", "nodejs", True),
        (("javascript", "5.9.0"), "langfuse-sdk", "5.9.0", "nodejs", False),
        (("", ""), "langfuse-sdk", "5.1.0rc1", "python", True),
        (("", ""), "langfuse-sdk", "3.15.0", "python", False),
        (("", ""), "another", "5.0.0", "python", False),
    ],
)
def test_sdk_5_quotes_every_metadata_value(mapped, sdk, scope, version, language, decodes):
    span = mapped(
        {
            "langfuse.observation.metadata.text": '"plain"',
            "langfuse.trace.metadata.object": '{"a": 1}',
            "langfuse.trace.metadata.number": "7",
        },
        sdk=sdk,
        scope=scope,
        version=version,
        resource={"telemetry.sdk.language": language},
    )
    assert span.metadata == {
        "text": "plain" if decodes else '"plain"',
        "object": '{"a": 1}',
        "number": "7",
    }


def test_what_no_column_took_is_an_attribute(mapped):
    span = mapped({"app.region": "eu", "app.n": 3, "app.ok": True, "app.list": [1], "app.f": 0.5})
    assert span.attributes == {
        "app.region": "eu", "app.n": "3", "app.ok": "true", "app.list": "[1]", "app.f": "0.5",
    }  # fmt: skip


def test_resource_and_scope_are_kept_beside_the_span(mapped):
    span = mapped(
        resource={"service.name": "shop", "telemetry.sdk.name": "opentelemetry", "host.id": 7},
        scope="langfuse-sdk",
        version="4.0.0",
        scope_attributes={"public_key": "pk-lf-1"},
    )
    assert span.resource_attributes == {
        "service.name": "shop", "telemetry.sdk.name": "opentelemetry", "host.id": "7",
    }  # fmt: skip
    assert (span.service_name, span.sdk_name) == ("shop", "opentelemetry")
    assert (span.scope_name, span.scope_version) == ("langfuse-sdk", "4.0.0")
    assert span.scope_attributes == {"public_key": "pk-lf-1"}


def test_experiments(mapped):
    span = mapped(
        {
            "langfuse.experiment.id": "e1",
            "langfuse.experiment.name": "nightly",
            "langfuse.experiment.description": "all",
            "langfuse.experiment.dataset.id": "d1",
            "langfuse.experiment.item.id": "i1",
            "langfuse.experiment.item.version": "2026-01-02T03:04:05Z",
            "langfuse.experiment.item.root_observation_id": "0123456789abcdef",
            "langfuse.experiment.item.expected_output": '{"answer": 42}',
            "langfuse.experiment.metadata": json.dumps({"model": {"name": "m", "size": 1}}),
            "langfuse.experiment.item.metadata.level": "hard",
        }
    )
    assert span.experiment_id == "e1"
    assert span.experiment == {
        "name": "nightly",
        "description": "all",
        "dataset.id": "d1",
        "item.id": "i1",
        "item.version": "2026-01-02T03:04:05Z",
        "item.root_observation_id": "0123456789abcdef",
        "item.expected_output": '{"answer": 42}',
        "metadata.model.name": "m",
        "metadata.model.size": "1",
        "item.metadata.level": "hard",
    }
    assert span.attributes == {}


@pytest.mark.parametrize("version", ["v1", "latest", "7"])
def test_an_item_version_is_a_time(mapped, version):
    span = mapped({"langfuse.experiment.item.version": version})
    assert span.experiment == {}
