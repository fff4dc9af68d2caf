"""One function per kind of trace: it plays a story out in time, into the spans of a Trace."""

import json
from collections.abc import Callable

from traces.samples.playing import RELEASE, SampleSpan, Trace
from traces.samples.texts import ANSWERS, ERRANDS, FOLLOW_UP, INTENTS, QUERIES, STACK, SYSTEM


def _reply(text: str, **more: str) -> dict:
    return {"parts": [{"type": "text", "content": text}], **more}


def _said(role: str, text: str) -> dict:
    return {"role": role, **_reply(text)}


def rag_answer(trace: Trace) -> None:
    rng = trace.rng
    question, found, answer = rng.choice(ANSWERS)
    if trace.is_after_release:
        answer += FOLLOW_UP
        trace.attributes["langfuse.release"] = RELEASE
    root = trace.open("rag-answer", "chain", input=question)
    trace.attributes |= {"langfuse.trace.tags": ["rag", "docs"], "langfuse.version": "2.4.1"}
    is_found = _retrieve(trace, root, question, found)
    messages = [
        _said("system", f"Answer from the context only.\n\n<context>\n{found}\n</context>"),
        _said("user", question),
    ]
    model = rng.choice(["gpt-4o-mini", "gpt-4o-mini", "claude-sonnet-4-5"])
    reply = _reply(answer, finish_reason="stop")
    generation = trace.generate("answer", root, model, messages, reply)
    version = rng.choice([7, 7, 8])
    generation.attributes |= {
        "langfuse.observation.prompt.name": "rag",
        "langfuse.observation.prompt.version": version,
    }
    trace.close(root, answer)
    usual = 0.9 if version == 7 else 0.94
    _judge_faithfulness(trace, root, generation, usual if is_found else 0.7)


def _retrieve(trace: Trace, root: SampleSpan, question: str, found: str) -> bool:
    """Of the documents that the search finds only the first is about the question; now and then it
    finds none. Whether it found any.
    """
    rng = trace.rng
    retriever = trace.open("retrieve", "retriever", root, input=question)
    embedding = trace.open("embed query", "embedding", retriever, input=question)
    embedding.attributes |= {
        "gen_ai.request.model": "text-embedding-3-small",
        "gen_ai.usage.input_tokens": len(question) // 3 + 1,
    }
    trace.wait(60, 160)
    trace.close(embedding)
    query = json.dumps({"index": "handbook", "k": 4})
    search = trace.open("vector search", "tool", retriever, input=query)
    trace.wait(90, 380)
    if rng.random() < 0.06:
        trace.close(search, {"hits": 0})
        trace.close(retriever, [])
        return False
    documents = [_document(found, "handbook.md", rng.randint(2, 40), rng.uniform(0.78, 0.96))]
    for _number in range(rng.choice([1, 1, 2, 3])):
        other = rng.choice(ANSWERS)[1]
        documents.append(_document(other, "faq.md", rng.randint(1, 9), rng.uniform(0.4, 0.7)))
    trace.close(search, {"hits": len(documents)})
    if len(documents) > 2:
        rerank = trace.open("rerank", "span", retriever)
        trace.wait(40, 120)
        trace.close(rerank)
    trace.close(retriever, documents)
    return True


def _document(text: str, source: str, page: int, score: float) -> dict:
    metadata = {"source": source, "page": page}
    return {"page_content": text, "metadata": metadata, "score": round(score, 3)}


def _judge_faithfulness(
    trace: Trace, root: SampleSpan, generation: SampleSpan, usual: float
) -> None:
    faithful = round(min(1.0, trace.rng.gauss(usual, 0.08)), 2)
    amount = "Every claim is" if faithful > 0.85 else "One claim is not"
    of_call = {"observationId": generation.id}
    trace.score("faithful", faithful, comment=f"{amount} in the context.", **of_call)
    trace.score("hallucination", faithful < 0.72, **of_call)
    if faithful < 0.75:
        root.attributes["langfuse.observation.level"] = "WARNING"
        root.attributes["langfuse.observation.status_message"] = "low faithfulness"


TOOLS = [
    {"name": "lookup_order", "description": "Finds an order or subscription"},
    {"name": "refund_payment", "description": "Refunds a payment"},
]


def support_agent(trace: Trace) -> None:
    rng = trace.rng
    errand, order, amount, ending = rng.choice(ERRANDS)
    root = trace.open("support-agent", "agent", input=errand)
    trace.attributes |= {"langfuse.trace.tags": ["agent"], "langfuse.release": "2026.47"}
    guard = trace.open("input check", "guardrail", root, input=errand)
    trace.wait(60, 140)
    trace.close(guard, {"allowed": True, "categories": []})
    messages = [_said("system", SYSTEM), _said("user", errand)]
    wanted = {"order_id": order, "include": ["items", "last_invoice"]}
    found = {"order_id": order, "status": "paid", "amount": amount, "currency": "USD"}
    found["age_days"] = rng.randint(1, 20)
    for _time in range(rng.choice([1] * 12 + [2, 4])):  # now and then it goes round in a circle
        _act(
            trace, root, messages, step="plan", tool="lookup_order", arguments=wanted, result=found
        )
    failed = ending == "refund" and not _refund(trace, root, messages, order, amount)
    reply = (
        "I am sorry: the refund did not go through just now. A colleague will finish it today."
        if failed
        else f"Done. I have taken care of **{order}**. Is there anything else?"
    )
    said = _reply(reply, finish_reason="stop")
    trace.generate("answer", root, "gpt-4o", messages, said, cached=1200)
    trace.close(root, reply)
    if failed:
        root.error = "tool refund_payment timed out after 5000 ms"
    trace.score("resolved", not failed)
    if rng.random() < 0.4:
        feedback = "wrong" if failed else rng.choice(["helpful", "helpful", "too slow"])
        trace.score("user-feedback", feedback)


def _refund(
    trace: Trace, root: SampleSpan, messages: list[dict], order: str, amount: float
) -> bool:
    """Whether the money went back."""
    result = None
    if trace.rng.random() >= 0.35:
        result = {"refunded": amount, "reference": f"rf_{trace.rng.getrandbits(40):010x}"}
    wanted = {"order_id": order, "amount": amount}
    _act(
        trace,
        root,
        messages,
        step="decide",
        tool="refund_payment",
        arguments=wanted,
        result=result,
    )
    return result is not None


def _act(
    trace: Trace,
    root: SampleSpan,
    messages: list[dict],
    *,
    step: str,
    tool: str,
    arguments: dict,
    result: dict | None,
) -> None:
    """The model asks for a tool, the tool answers; without a result it times out."""
    call = {
        "type": "tool_call",
        "id": f"call_{trace.rng.getrandbits(32):08x}",
        "name": tool,
        "arguments": arguments,
    }
    thought = {
        "type": "reasoning",
        "content": f"The policy needs the facts first, so I call {tool}.",
    }
    reply = {"parts": [thought, call], "finish_reason": "tool_calls"}
    generation = trace.generate(step, root, "gpt-4o", messages, reply, cached=1200)
    generation.attributes["gen_ai.tool.definitions"] = json.dumps(TOOLS)
    span = trace.open(tool, "tool", root, input=json.dumps(arguments))
    span.attributes |= {"gen_ai.tool.call.id": call["id"], "http.request.method": "POST"}
    if result is None:
        _time_out(trace, span)
    else:
        trace.wait(120, 600)
    trace.close(span, result)
    answer = {"error": span.error} if result is None else result
    response = {"type": "tool_call_response", "id": call["id"], "response": answer}
    messages += [
        {"role": "assistant", "parts": [call]},
        {"role": "tool", "parts": [response]},
    ]


def _time_out(trace: Trace, span: SampleSpan) -> None:
    trace.wait(5000, 5003)
    span.error = f"{span.name} timed out after 5000 ms"
    attributes = {
        "exception.type": "ToolTimeout",
        "exception.message": span.error,
        "exception.stacktrace": STACK,
    }
    span.events.append({"name": "exception", "time": trace.clock, "attributes": attributes})


def sql_gen(trace: Trace) -> None:
    question, sql = trace.rng.choice(QUERIES)
    messages = [
        _said("system", "Write one PostgreSQL query. Schema: orders, customers, trials."),
        _said("user", question),
    ]
    reply = _reply(f"```sql\n{sql}\n```", finish_reason="stop")
    model = trace.rng.choice(["claude-sonnet-4-5", "o4-mini"])
    thought = trace.rng.randint(80, 600) if model == "o4-mini" else 0
    trace.generate("sql-gen", None, model, messages, reply, reasoning=thought)
    trace.attributes["langfuse.trace.tags"] = ["sql"]
    trace.score("runs", trace.rng.random() < 0.9)


def classify_intent(trace: Trace) -> None:
    text, intent = trace.rng.choice(INTENTS)
    # One model of the two has no known price.
    model = "acme-intent-7b" if trace.rng.random() < 0.3 else "gpt-4o-mini"
    reply = _reply(json.dumps({"intent": intent, "confidence": 0.98}))
    trace.generate("classify-intent", None, model, [_said("user", text)], reply, speed=400)


def research_agent(trace: Trace) -> None:
    """A long one: rounds of searches and reading, several hundred spans deep and wide."""
    root = trace.open(
        "research-agent", "agent", input="Compare the return policies of our five competitors"
    )
    trace.attributes["langfuse.trace.tags"] = ["agent", "research"]
    for number in range(12):
        step = trace.open(f"step {number + 1}", "chain", root)
        for page in range(8):
            fetch = trace.open(
                "fetch page",
                "tool",
                step,
                input=json.dumps({"url": f"https://example.com/{number}/{page}"}),
            )
            trace.wait(40, 200)
            if trace.rng.random() < 0.03:
                fetch.error = "HTTP 503 from example.com"
            trace.close(fetch, {"bytes": trace.rng.randint(2_000, 90_000)})
            trace.generate(
                "read page",
                step,
                "gpt-4o-mini",
                [_said("user", f"Extract the return policy of page {page}.")],
                _reply("Returns within 30 days, unopened, with receipt."),
                speed=600,
            )
        trace.close(step, f"{number + 1} competitors read")
    trace.close(root, "Four of five allow 30 days; one allows 14. None covers opened items.")


STORIES: tuple[tuple[Callable[[Trace], None], int], ...] = (
    (rag_answer, 46), (support_agent, 28), (sql_gen, 12), (classify_intent, 14),
)  # fmt: skip
