"""What the programs with an instrumented `openai` do: the same calls, whoever watches them."""

import openai

QUESTION = "한국의 수도는?"
CITY = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {
    "type": "function",
    "function": {"name": "weather", "description": "Tells the weather.", "parameters": CITY},
}


def make_calls() -> None:
    """A chat, one that asks for a tool, one with its answer, a stream, an embedding, a failure."""
    client = openai.OpenAI(max_retries=0)
    chat = client.chat.completions.create
    chat(
        model="gpt-4o-mini",
        messages=[
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": QUESTION},
        ],
        temperature=0.2,
        max_tokens=50,
    )
    asked = [{"role": "user", "content": "Is it raining in Seoul?"}]
    wants_tool = chat(model="gpt-4o-mini", messages=asked, tools=[TOOL]).choices[0].message
    result = {"role": "tool", "tool_call_id": wants_tool.tool_calls[0].id, "content": "맑음"}
    chat(model="gpt-4o-mini", messages=[*asked, wants_tool, result], tools=[TOOL])
    stream = chat(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": "Stream it."}],
        stream=True,
        stream_options={"include_usage": True},
    )
    assert "서울" in "".join(
        chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices
    )
    client.embeddings.create(model="text-embedding-3-small", input=["hello", "안녕"])
    try:
        chat(model="fails", messages=[{"role": "user", "content": "Fail, please."}])
    except openai.InternalServerError:
        return
    raise AssertionError("the stand-in was to fail")
