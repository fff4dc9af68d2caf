"""A server on loopback that answers as OpenAI's API does, always the same: no key, no network.

    with OpenAIStandIn() as server:
        client = openai.OpenAI(base_url=server.base_url, api_key="any")

Chat completions (whole, streamed, with a tool call), responses and embeddings; the model "fails"
answers 500. `requests` holds what it was asked. `python tests/sdks/openai_stand_in.py` prints its
address and serves until it is stopped.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL = "gpt-4o-mini-2024-07-18"
ANSWER = "Seoul is the capital of Korea. 서울입니다."
CHAT_USAGE = {
    "prompt_tokens": 42,
    "completion_tokens": 17,
    "total_tokens": 59,
    "prompt_tokens_details": {"cached_tokens": 12, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 5, "audio_tokens": 0},
}
RESPONSE_USAGE = {
    "input_tokens": 42,
    "output_tokens": 17,
    "total_tokens": 59,
    "input_tokens_details": {"cached_tokens": 12},
    "output_tokens_details": {"reasoning_tokens": 5},
}
EMBEDDING_USAGE = {"prompt_tokens": 8, "total_tokens": 8}


class OpenAIStandIn:
    """Serves while the context lasts, on a free port."""

    def __init__(self) -> None:
        self.requests: list[dict] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> "OpenAIStandIn":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def chat_completion(asked: dict) -> dict:
    """A call of the first tool, where there are tools and none was called yet; else the answer."""
    last = (asked.get("messages") or [{}])[-1]
    tools = asked.get("tools") or []
    message: dict = {"role": "assistant", "content": ANSWER, "refusal": None}
    reason = "stop"
    if tools and last.get("role") != "tool":
        call = {"name": tools[0]["function"]["name"], "arguments": '{"city": "Seoul"}'}
        message |= {
            "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
        }
        reason = "tool_calls"
    return {
        "id": "chatcmpl-stand-in",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reason}],
        "usage": CHAT_USAGE,
        "service_tier": "default",
        "system_fingerprint": "fp_stand_in",
    }


def chat_chunks(asked: dict) -> list[dict]:
    """The answer word by word, and its usage last if that was asked for."""
    head = {
        "id": "chatcmpl-stand-in",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": MODEL,
    }
    deltas = [{"role": "assistant", "content": ""}]
    deltas += [{"content": f"{word} "} for word in ANSWER.split(" ")]
    chunks = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        for delta in deltas
    ]
    chunks.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if (asked.get("stream_options") or {}).get("include_usage"):
        chunks.append({**head, "choices": [], "usage": CHAT_USAGE})
    return chunks


def response(asked: dict) -> dict:
    text = {"type": "output_text", "text": ANSWER, "annotations": []}
    return {
        "id": "resp_stand_in",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": "completed",
        "model": MODEL,
        "output": [
            {
                "type": "message",
                "id": "msg_1",
                "status": "completed",
                "role": "assistant",
                "content": [text],
            }
        ],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": asked.get("tools") or [],
        "usage": RESPONSE_USAGE,
    }


def embeddings(asked: dict) -> dict:
    given = asked.get("input")
    count = len(given) if isinstance(given, list) else 1
    return {
        "object": "list",
        "model": "text-embedding-3-small",
        "data": [
            {"object": "embedding", "index": index, "embedding": [0.1, 0.2, 0.3]}
            for index in range(count)
        ],
        "usage": EMBEDDING_USAGE,
    }


ANSWERS = {
    "/v1/chat/completions": chat_completion,
    "/v1/responses": response,
    "/v1/embeddings": embeddings,
}


def _handler_of(server: OpenAIStandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = json.loads(self.rfile.read(length) or b"{}")
            server.requests.append(asked)
            answer = ANSWERS.get(self.path.partition("?")[0])
            if answer is None:
                self.send(404, json.dumps({"error": {"message": "unknown path"}}))
            elif asked.get("model") == "fails":
                self.send(500, json.dumps({"error": {"message": "the stand-in was told to fail"}}))
            elif asked.get("stream"):
                lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chat_chunks(asked)]
                self.send(200, "".join([*lines, "data: [DONE]\n\n"]), "text/event-stream")
            else:
                self.send(200, json.dumps(answer(asked)))

        def send(self, status: int, body: str, kind: str = "application/json") -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_) -> None:
            """Quiet."""

    return Handler


if __name__ == "__main__":
    with OpenAIStandIn() as stand_in:
        print(stand_in.base_url, flush=True)  # noqa: T201
        threading.Event().wait()
