"""The upstream's usual answers, in OpenAI's shapes."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

from scripted_upstream import Answer, Request

USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
VECTOR = [0.25, -0.5, 1.0]
AUDIO = bytes(range(256)) * 40


def chat(content: str | None = "Hello from upstream.", **changes: Any) -> dict[str, Any]:
    """A whole chat completion; `message` and `finish_reason` replace those of its choice."""
    message = changes.pop("message", {"role": "assistant", "content": content, "refusal": None})
    finish = changes.pop("finish_reason", "stop")
    return {
        "id": "chatcmpl-up1",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "upstream-model-2024",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": USAGE,
        "system_fingerprint": "fp_test",
    } | changes


def tool_call(index: int, name: str, arguments: str) -> dict[str, Any]:
    return {"id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": arguments}}


def chunk(delta: dict[str, Any] | None, finish: str | None = None, **changes: Any) -> dict[str, Any]:
    """One chat chunk; a delta of None makes the usage chunk's empty choices."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {
        "id": "chatcmpl-up1",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": "upstream-model-2024",
        "choices": choices,
    } | changes


def frame(data: dict[str, Any] | str) -> str:
    return f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n"


DONE = frame("[DONE]")


def chat_frames(*words: str, usage: bool = True) -> list[str]:
    """A whole chat stream, one frame per write."""
    first = chunk({"role": "assistant", "content": ""})
    parts = [first, *(chunk({"content": word}) for word in words), chunk({}, "stop")]
    if usage:
        parts.append(chunk(None, usage=USAGE))
    return [frame(part) for part in parts] + [DONE]


def tool_frames() -> list[str]:
    """A stream of two parallel tool calls, their arguments in pieces."""
    def piece(index: int, arguments: str, **more: Any) -> dict[str, Any]:
        function = {"arguments": arguments} | ({"name": more.pop("name")} if "name" in more else {})
        return chunk({"tool_calls": [{"index": index, "function": function} | more]})

    parts = [
        chunk({"role": "assistant", "content": None}),
        piece(0, "", name="get_weather", id="call_0", type="function"),
        piece(0, '{"city":'),
        piece(0, '"Taipei"}'),
        piece(1, "", name="get_time", id="call_1", type="function"),
        piece(1, '{"tz":"UTC"}'),
        chunk({}, "tool_calls"),
        chunk(None, usage=USAGE),
    ]
    return [frame(part) for part in parts] + [DONE]


def error(status: int, message: str, **more: Any) -> Answer:
    """An upstream failure in OpenAI's shape."""
    body = {"message": message, "type": None, "param": None, "code": None}
    headers = more.pop("headers", {})
    return Answer(status, headers, body={"error": body | more})


def packed(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def _embeddings(body: dict[str, Any]) -> dict[str, Any]:
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    vector = packed(VECTOR) if body.get("encoding_format") == "base64" else VECTOR
    data = [{"object": "embedding", "index": i, "embedding": vector} for i in range(len(texts))]
    usage = {"prompt_tokens": 4, "total_tokens": 4}
    return {"object": "list", "data": data, "model": "upstream-embed", "usage": usage}


def _moderation() -> dict[str, Any]:
    result = {"flagged": True, "categories": {"violence": True}, "category_scores": {"violence": 0.9}}
    return {"id": "modr-1", "model": "omni-moderation", "results": [result]}


def _completion(body: dict[str, Any]) -> Answer:
    base = {"id": "cmpl-1", "object": "text_completion", "created": 1700000000, "model": "upstream-instruct"}
    choice = lambda text, finish: {"index": 0, "text": text, "logprobs": None, "finish_reason": finish}
    if not body.get("stream"):
        return Answer(body=base | {"choices": [choice("Once upon", "stop")], "usage": USAGE})
    parts = [base | {"choices": [choice(text, end)]} for text, end in (("Once", None), (" upon", None), ("", "stop"))]
    if (body.get("stream_options") or {}).get("include_usage"):
        parts.append(base | {"choices": [], "usage": USAGE})
    return Answer(stream=[frame(part) for part in parts] + [DONE])


def usual(request: Request) -> Answer:
    """The answer of a healthy upstream to any of OpenAI's calls."""
    route = request.path.rsplit("/v1", 1)[-1]
    if route.endswith("/chat/completions"):
        body = request.json
        if not body.get("stream"):
            return Answer(body=chat())
        wants = (body.get("stream_options") or {}).get("include_usage", False)
        return Answer(stream=chat_frames("Hello", " there", usage=wants))
    if route == "/completions":
        return _completion(request.json)
    if route == "/embeddings":
        return Answer(body=_embeddings(request.json))
    if route == "/images/generations":
        return Answer(body={"created": 1700000000, "data": [{"b64_json": "aGVsbG8="}]})
    if route == "/audio/speech":
        return Answer(headers={"content-type": "audio/mpeg"}, stream=[AUDIO[:5000], AUDIO[5000:]])
    if route == "/audio/transcriptions":
        return Answer(body={"text": "spoken words", "language": "en", "duration": 1.5})
    if route == "/moderations":
        return Answer(body=_moderation())
    return error(404, f"no such route {request.target}")
