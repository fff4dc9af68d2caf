import json
from pathlib import Path

import pytest

from traces.render.content import contents
from traces.render.messages import messages_of, paired
from traces.render.parts import Part
from traces.render.preview import preview

CALL = Part("tool_call", id="c1", name="lookup", data={"order": 7})


def said(text):
    """Role and parts of each message, results without the name that only some formats give."""
    return [
        (message.role, [(part.kind, part.text or part.data, part.id) for part in message.parts])
        for message in messages_of(json.dumps(text, ensure_ascii=False)) or []
    ]


CONVERSATION = [
    ("system", [("text", "Be kind.", "")]),
    ("user", [("text", "주문 7은요?", "")]),
    ("assistant", [("tool_call", {"order": 7}, "c1")]),
    ("tool", [("tool_result", {"status": "paid"}, "c1")]),
]
PAYLOADS = Path(__file__).resolve().parents[1] / "payloads" / "messages"
# The same conversation, and the same answer, as each maker writes it down (see README.md there).
SAME = json.loads((PAYLOADS / "conversations.json").read_text())
ANSWERS = json.loads((PAYLOADS / "answers.json").read_text())


@pytest.mark.parametrize("name", SAME)
def test_one_conversation_reads_the_same_in_every_dialect(name):
    assert said(SAME[name]) == CONVERSATION


def test_anthropic_puts_results_into_the_users_turn():
    thought = {"type": "thinking", "thinking": "Look."}
    call = {"type": "tool_use", "id": "c1", "name": "lookup", "input": {"order": 7}}
    paid = [{"type": "text", "text": "paid"}]
    result = {"type": "tool_result", "tool_use_id": "c1", "content": paid}
    assert said(
        {
            "system": [{"type": "text", "text": "Be kind."}],
            "messages": [
                {"role": "user", "content": "주문 7은요?"},
                {"role": "assistant", "content": [thought, call]},
                {"role": "user", "content": [result]},
            ],
        }
    ) == [
        ("system", [("text", "Be kind.", "")]),
        ("user", [("text", "주문 7은요?", "")]),
        ("assistant", [("reasoning", "Look.", ""), ("tool_call", {"order": 7}, "c1")]),
        ("user", [("tool_result", "paid", "c1")]),
    ]  # fmt: skip


def test_gemini_names_its_parts_by_their_keys():
    contents_ = [
        {
            "role": "user",
            "parts": [{"text": "Hi"}, {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}],
        },
        {"role": "model", "parts": [{"functionCall": {"name": "lookup", "args": {"order": 7}}}]},
    ]
    [user, model] = messages_of(json.dumps({"contents": contents_}))
    assert [part.kind for part in user.parts] == ["text", "media"]
    assert (user.parts[1].mime, user.parts[1].data) == ("image/png", 4)
    assert (model.role, model.parts[0].name, model.parts[0].data) == (
        "assistant",
        "lookup",
        {"order": 7},
    )


def test_bedrock_names_its_parts_by_their_keys():
    blocks = [
        {"reasoningContent": {"reasoningText": {"text": "Look."}}},
        {"toolUse": {"toolUseId": "c1", "name": "lookup", "input": {}}},
    ]
    [message] = messages_of(
        json.dumps({"output": {"message": {"role": "assistant", "content": blocks}}})
    )
    assert [(part.kind, part.text, part.id) for part in message.parts] == [
        ("reasoning", "Look.", ""),
        ("tool_call", "", "c1"),
    ]


@pytest.mark.parametrize("name", ANSWERS)
def test_one_answer_reads_the_same_in_every_dialect(name):
    assert said(ANSWERS[name]) == [("assistant", [("text", "Done.", "")])]


@pytest.mark.parametrize(
    "value",
    [
        {"order": 7},
        [1, 2],
        [],
        {},
        [{"a": 1}],
        {"messages": "none"},
        [None],
        {"role": 5},
        {"content": {"content": {}}},
    ],
)
def test_what_is_no_conversation_is_not_made_one(value):
    assert not messages_of(json.dumps(value))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        '{"messages": ' * 900 + "1" + "}" * 900,
        '[{"role": "user", "content": ' + "[" * 500 + "]" * 500 + "}]",
        "[" + "9" * 6000 + "]",
        '{"role": {"a": 1}, "content": {"type": {"b": 2}}}',
        '[{"role": "assistant", "tool_calls": [null, 3, "x", {"function": "f"}]}]',
        '[{"role": "user", "content": [{"type": "image_url", "image_url": 5}]}]',
        '{"kwargs": {}, "id": [null]}',
    ],
)
def test_of_hostile_json_something_is_shown(text):
    for type_ in ("GENERATION", "TOOL", "RETRIEVER", "AGENT"):
        assert all(shown.kind != "empty" for shown in contents(type_, text, text))
    assert preview(text, "user")


def test_a_tools_result_is_shown_with_its_call_even_from_the_other_side():
    asked = messages_of(json.dumps(SAME["openai chat"]))
    together = paired(asked, asked)
    assert [message.role for message in together] == ["system", "user", "assistant"]
    [call] = together[-1].parts
    assert call.result.data == {"status": "paid"}


def test_a_result_whose_call_is_not_there_is_shown_by_itself():
    asked = messages_of(json.dumps(SAME["openai chat"][3:]))
    assert [part.kind for part in paired(asked, asked)[0].parts] == ["tool_result"]


def test_a_refusal_and_media_are_marked_as_such():
    [message] = messages_of(json.dumps([{"role": "assistant", "content": None, "refusal": "No."}]))
    assert [(part.kind, part.text) for part in message.parts] == [("refusal", "No.")]
    [message] = messages_of(
        json.dumps(
            [
                {
                    "role": "user",
                    "content": [
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
                    ],
                }
            ]
        )
    )
    assert (message.parts[0].kind, message.parts[0].mime, message.parts[0].text) == (
        "media",
        "image/png",
        "",
    )


def test_a_long_conversation_is_folded_in_its_middle():
    turns = [{"role": "user" if n % 2 else "assistant", "content": f"turn {n}"} for n in range(60)]
    shown, _ = contents("GENERATION", json.dumps(turns), "")
    assert (len(shown.messages), len(shown.folded), len(shown.latest)) == (2, 46, 12)
    assert shown.latest[-1].parts[0].text == "turn 59"


def test_what_a_retriever_found_is_shown_as_documents():
    found = [{"page_content": "IP67", "metadata": {"source": "x200.md"}, "score": 0.914}]
    _, shown = contents("RETRIEVER", "q", json.dumps(found))
    assert (shown.documents[0].text, shown.documents[0].source, shown.documents[0].score) == (
        "IP67",
        "x200.md",
        "0.914",
    )


@pytest.mark.parametrize(
    ("text", "role", "expected"),
    [
        ("plain\n  text", "user", "plain text"),
        ("```sql\nSELECT 2 * 3\n``` is **fast**", "assistant", "SELECT 2 * 3 is fast"),
        (json.dumps(SAME["openai chat"]), "user", "주문 7은요?"),
        (json.dumps(SAME["openai chat"][2]), "assistant", "→ lookup"),
        (json.dumps({"order": 7}), "user", '{"order": 7}'),
        (
            '[{"role": "system", "content": "Be…"}, '
            '{"role": "user", "content": "caf\\u00e9\\n?"}, {"role": "a',
            "user",
            "café ?",
        ),
        ('[{"role": "user", "content": "half a senten', "user", "half a senten"),
    ],
)
def test_a_cell_shows_what_was_said_last(text, role, expected):
    assert preview(text, role) == expected
