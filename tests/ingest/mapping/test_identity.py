import pytest


@pytest.mark.parametrize(
    "key",
    [
        "langfuse.user.id",
        "user.id",
        "langfuse.observation.metadata.langfuse_user_id",
        "langfuse.trace.metadata.langfuse_user_id",
        "ai.telemetry.metadata.userId",
        "traceloop.association.properties.user_id",
        "langwatch.user.id",
    ],
)
def test_the_user(mapped, key):
    span = mapped({key: "user-1"})
    assert span.user_id == "user-1"
    assert key not in span.attributes


@pytest.mark.parametrize(
    "key",
    [
        "langfuse.session.id",
        "session.id",
        "gen_ai.conversation.id",
        "langfuse.observation.metadata.langfuse_session_id",
        "langfuse.trace.metadata.langfuse_session_id",
        "ai.telemetry.metadata.sessionId",
        "traceloop.association.properties.session_id",
        "traceloop.association.properties.conversation_id",
        "langwatch.thread.id",
    ],
)
def test_the_session(mapped, key):
    assert mapped({key: "session-1"}).session_id == "session-1"


def test_earlier_sources_win_and_later_ones_stay_to_be_read(mapped):
    span = mapped(
        {
            "gen_ai.conversation.id": "third",
            "session.id": "second",
            "langfuse.session.id": "first",
        }
    )
    assert span.session_id == "first"
    assert span.attributes == {"gen_ai.conversation.id": "third", "session.id": "second"}


def test_an_empty_source_is_passed_over(mapped):
    assert mapped({"langfuse.user.id": "", "user.id": "ada"}).user_id == "ada"


def test_a_user_that_is_a_number_is_kept_as_text(mapped):
    assert mapped({"user.id": 42}).user_id == "42"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("langfuse.tags", "2", ["2"]),
        ("langfuse.tags", ["2"], ["2"]),
        ("langfuse.tags", '["2"]', ["2"]),
        ("langfuse.tags", "2,3,4", ["2", "3", "4"]),
        ("langfuse.trace.tags", ["b", "a", "b"], ["b", "a"]),
        ("tag.tags", "llamaindex", ["llamaindex"]),
        ("tag.tags", ["llamaindex", "rag"], ["llamaindex", "rag"]),
        ("tag.tags", '["llamaindex", "rag", "production"]', ["llamaindex", "rag", "production"]),
        ("tag.tags", "llamaindex, rag, production", ["llamaindex", "rag", "production"]),
        ("ai.telemetry.metadata.tags", ["x"], ["x"]),
        ("langfuse.observation.metadata.langfuse_tags", "tag3,tag4", ["tag3", "tag4"]),
        ("langfuse.trace.metadata.langfuse_tags", "tag1,tag2", ["tag1", "tag2"]),
        ("langfuse.tags", "[no json", ["[no json"]),
        ("langfuse.tags", 7, []),
        ("langfuse.tags", [1, True], ["1", "true"]),
    ],
)
def test_tags_come_in_many_forms(mapped, key, value, expected):
    assert mapped({key: value}).tags == expected


@pytest.mark.parametrize(
    ("attributes", "resource", "expected"),
    [
        ({}, {}, "default"),
        ({"langfuse.environment": "test"}, {}, "test"),
        ({"deployment.environment.name": "test"}, {}, "test"),
        ({"deployment.environment": "test"}, {}, "test"),
        ({}, {"langfuse.environment": "test"}, "test"),
        ({}, {"deployment.environment.name": "test"}, "test"),
        ({"langfuse.environment": "span"}, {"langfuse.environment": "resource"}, "span"),
        ({"deployment.environment": "span"}, {"langfuse.environment": "resource"}, "resource"),
        ({"langfuse.environment": "span"}, {"deployment.environment": "resource"}, "span"),
        ({"gen_ai.environment": "openlit"}, {}, "openlit"),
        ({"gen_ai.environment": "openlit"}, {"deployment.environment": "prod"}, "prod"),
        ({"langfuse.environment": "Langfuse-Langfuse_Prod"}, {}, "prod"),
        ({"langfuse.environment": "has spaces"}, {}, "default"),
        ({"langfuse.environment": "x" * 60}, {}, "x" * 40),
        ({"langfuse.environment": "운영"}, {}, "default"),
    ],
)
def test_the_environment(mapped, attributes, resource, expected):
    assert mapped(attributes, resource=resource).environment == expected


def test_release_and_version(mapped):
    resource = {"service.version": "1.0.5", "langfuse.release": "r1"}
    span = mapped(resource=resource)
    assert (span.version_label, span.release) == ("1.0.5", "r1")
    span = mapped({"langfuse.version": "v2", "langfuse.release": "r2"}, resource=resource)
    assert (span.version_label, span.release) == ("v2", "r2")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), ("true", True), ("false", False), ("yes", False), (1, False)],
)
def test_only_true_is_public(mapped, value, expected):
    assert mapped({"langfuse.public": value}).public is expected
    assert mapped({"langfuse.trace.public": value}).public is expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, "work"),
        ({"logfire.msg": "right name"}, "right name"),
        ({"gen_ai.tool.name": "roulette", "logfire.msg": "running tool: roulette"}, "roulette"),
        ({"gen_ai.tool.name": "asked for", "gen_ai.operation.name": "chat"}, "work"),
        ({"genkit:name": "menuFlow"}, "menuFlow"),
        ({"ai.toolCall.name": "myTool", "ai.operationId": "ai.toolCall"}, "myTool"),
        ({"ai.operationId": "ai.generateText"}, "ai.generateText"),
        ({"ai.operationId": "ai.x", "ai.telemetry.functionId": "f"}, "f:ai.x"),
        ({"ai.telemetry.functionId": "f"}, "work"),
    ],
)  # fmt: skip
def test_the_name(mapped, attributes, expected):
    assert mapped(attributes).name == expected


def test_a_trace_is_named_only_by_who_names_it(mapped):
    assert mapped({"langfuse.trace.name": "checkout"}).trace_name == "checkout"
    assert mapped().trace_name == ""


def test_roots(mapped):
    assert mapped().is_root
    assert not mapped(parent=b"12345678").is_root
    child = mapped({"langfuse.internal.as_root": True}, parent=b"12345678")
    assert child.is_root and child.parent_span_id == b"12345678".hex()
    assert mapped({"langfuse.internal.is_app_root": "true"}, parent=b"12345678").is_app_root


def test_a_parent_of_eight_zero_bytes_is_none(mapped):
    assert mapped(parent=bytes(8)).is_root
