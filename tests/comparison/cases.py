"""The requests that both servers are asked, and what the upstream does meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import answers
from gateway import MASTER_KEY
from scripted_upstream import Answer

HI = [{"role": "user", "content": "hi"}]
KEY = {"authorization": f"Bearer {MASTER_KEY}"}
WRONG = "sk-wrong-0123456789abcdef-wxyz"
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}


@dataclass
class Case:
    name: str
    method: str
    path: str
    body: Any = None  # JSON, or bytes as they are
    headers: dict[str, str] = field(default_factory=lambda: dict(KEY))
    upstream: list[Answer] = field(default_factory=list)
    files: dict[str, Any] | None = None


def post(name: str, path: str, body: Any, **more: Any) -> Case:
    return Case(name, "POST", path, body, **more)


def get(name: str, path: str, **more: Any) -> Case:
    return Case(name, "GET", path, **more)


def chat(name: str, *upstream: Answer, headers: dict[str, str] | None = None, **fields: Any) -> Case:
    body = {"model": "chat", "messages": HI} | fields
    return post(name, "/v1/chat/completions", body, upstream=list(upstream), headers=KEY | (headers or {}))


def stream(name: str, *steps: Any, **fields: Any) -> Case:
    play = [Answer(stream=list(steps))] if steps else []
    return chat(name, *play, stream=True, **fields)


def odd_answers() -> list[Case]:
    calls = [answers.tool_call(0, "get_weather", "{}")]
    tools = {"role": "assistant", "content": None, "tool_calls": calls}
    bare = answers.chat()
    del bare["usage"], bare["system_fingerprint"]
    reasoning = {"role": "assistant", "content": "x", "reasoning_content": "because"}
    return [
        chat("tool-call", Answer(body=answers.chat(message=tools, finish_reason="tool_calls")), tools=[TOOL]),
        chat("no-usage", Answer(body=bare)),
        chat("reasoning", Answer(body=answers.chat(message=reasoning))),
        chat("extra-field", Answer(body=answers.chat(x_extra={"a": 1}))),
        chat("length", Answer(body=answers.chat(finish_reason="length"))),
        chat("broken-json", Answer(body='{"id": ', headers={"content-type": "application/json"})),
        chat("html", Answer(body="<html>", headers={"content-type": "text/html"})),
        chat("drop", Answer(drop=True), Answer(drop=True)),
        chat("gzip", Answer(body=answers.chat(), gzip=True)),
        chat("rate-limit-headers", Answer(body=answers.chat(), headers={"x-ratelimit-remaining-requests": "9"})),
    ]


def success() -> list[Case]:
    sound = {"file": ("a.wav", b"RIFF", "audio/wav")}
    return [
        chat("basic"),
        chat("parameters", temperature=0.5, max_tokens=3, seed=1, stop=["x"]),
        chat("unknown-parameter", top_k=3),
        chat("call-id", headers={"x-litellm-call-id": "my-call"}),
        chat("alias", model="nickname"),
        chat("deployment-id", model="id-chat"),
        chat("slash-name", model="vendor/chat-2.5"),
        chat("openrouter", model="or"),
        chat("github", model="gh"),
        chat("lm-studio", model="local"),
        chat("origin", headers={"origin": "https://app.example"}),
        post("engines", "/engines/chat/chat/completions", {"messages": HI}),
        post("deployments", "/openai/deployments/chat/chat/completions?api-version=1", {"messages": HI}),
        post("without-v1", "/chat/completions", {"model": "chat", "messages": HI}),
        post("completion", "/v1/completions", {"model": "instruct", "prompt": "x"}),
        post("completion-stream", "/v1/completions", {"model": "instruct", "prompt": "x", "stream": True}),
        post("embedding", "/v1/embeddings", {"model": "embed", "input": ["a", "b"]}),
        post("embedding-base64", "/v1/embeddings", {"model": "embed", "input": "a", "encoding_format": "base64"}),
        post("image", "/v1/images/generations", {"model": "paint", "prompt": "x"}),
        post("speech", "/v1/audio/speech", {"model": "speak", "input": "x", "voice": "alloy"}),
        post("moderation", "/v1/moderations", {"model": "guard", "input": "x"}),
        post("transcription", "/v1/audio/transcriptions", {"model": "listen"}, files=sound),
    ]


def costs() -> list[Case]:
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    details = {"prompt_tokens_details": {"cached_tokens": 400}, "completion_tokens_details": {"reasoning_tokens": 40}}
    whole = Answer(body=answers.chat(usage=usage))
    stated = Answer(body=answers.chat(usage=usage | {"cost": 0.0123}))
    image = {"input_tokens": 50, "output_tokens": 4160, "total_tokens": 4210,
             "input_tokens_details": {"text_tokens": 10, "image_tokens": 40}}
    painted = Answer(body={"created": 1700000000, "data": [{"b64_json": "aGVsbG8="}], "usage": image})
    return [
        chat("cost", whole, model="priced"),
        chat("cost-details", Answer(body=answers.chat(usage=usage | details)), model="priced"),
        chat("cost-other-model", Answer(body=answers.chat(usage=usage, model="gpt-4o")), model="priced"),
        chat("cost-tier", Answer(body=answers.chat(usage=usage, service_tier="priority")), model="priced"),
        chat("cost-own-price", whole, model="own-price"),
        chat("cost-stated", stated, model="or"),
        stream("cost-stream", model="priced", stream_options={"include_usage": True}),
        stream("cost-stream-own-price", model="own-price", stream_options={"include_usage": True}),
        post("cost-embedding", "/v1/embeddings", {"model": "priced-embed", "input": "a"}),
        post("cost-speech", "/v1/audio/speech", {"model": "priced-speak", "input": "hello w\u00f6rld", "voice": "alloy"}),
        post("cost-image", "/v1/images/generations", {"model": "priced-paint", "prompt": "x"}, upstream=[painted]),
    ]


def streams() -> list[Case]:
    silent = answers.chat_frames("Hello", usage=False)
    first = silent[:2]
    wrong = answers.frame({"error": {"message": "broke", "code": 502}})
    return [
        stream("stream"),
        stream("stream-usage", stream_options={"include_usage": True}),
        stream("stream-no-usage", *silent, stream_options={"include_usage": True}),
        stream("stream-tools", *answers.tool_frames(), tools=[TOOL]),
        stream("stream-openrouter", model="or"),
        stream("stream-without-done", *answers.chat_frames("Hello", usage=False)[:-1]),
        stream("stream-error-first", wrong),
        stream("stream-error-inside", *first, wrong),
        stream("stream-eof", *first),
        chat("stream-empty", Answer(headers={"content-type": "text/event-stream"}), stream=True),
        chat("stream-from-json", Answer(body=answers.chat()), stream=True),
        chat("stream-status-429", answers.error(429, "slow down"), stream=True),
        chat("stream-status-500", answers.error(500, "no"), stream=True),
    ]


def token_counts() -> list[Case]:
    path = "/utils/token_counter"
    tool = {"name": "f", "input_schema": {"type": "object"}}
    bodies = {
        "messages": {"model": "chat", "messages": HI}, "prompt": {"model": "chat", "prompt": "x"},
        "all": {"model": "chat", "messages": HI, "tools": [TOOL, tool], "system": "y"},
        "unknown": {"model": "nope", "prompt": "x"}, "nothing": {"model": "chat"},
        "no-model": {"messages": HI}, "text": {"model": "chat", "messages": "x"},
        "odd-part": {"model": "chat", "messages": [{"role": "user", "content": [{"type": "nope"}]}]},
        "array": [],
    }
    return [post(f"tokens-{name}", path, body) for name, body in bodies.items()]


def upstream_errors() -> list[Case]:
    statuses = (400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 429, 500, 502, 503, 504, 529)
    context = answers.error(400, "This model's maximum context length is 10 tokens.", code="context_length_exceeded")
    policy = answers.error(400, "no", type="invalid_request_error", code="content_policy_violation")
    return [
        *(chat(f"upstream-{status}", *[answers.error(status, "no")] * 2) for status in statuses),
        chat("upstream-429-retry-after", answers.error(429, "slow down", headers={"retry-after": "3"})),
        chat("upstream-400-param", answers.error(400, "hot", type="invalid_request_error", param="temperature")),
        chat("upstream-context", context),
        chat("upstream-policy", policy),
        chat("upstream-plain-text", Answer(500, body="oops")),
        *(chat(f"openrouter-{status}", answers.error(status, "no"), model="or") for status in (400, 402, 500)),
        chat("refused", model="gone"),
    ]


def client_mistakes() -> list[Case]:
    path = "/v1/chat/completions"
    return [
        chat("unknown-model", model="nope"),
        chat("model-null", model=None),
        chat("model-number", model=5),
        post("no-messages", path, {"model": "chat"}),
        post("no-model", path, {"messages": HI}),
        post("empty-body", path, b""),
        post("broken-body", path, b'{"model": '),
        post("array-body", path, b"[]"),
        chat("empty-messages", messages=[]),
        chat("api-base", api_base="http://127.0.0.1:9"),
        post("embedding-no-input", "/v1/embeddings", {"model": "embed"}),
        post("embedding-unknown", "/v1/embeddings", {"model": "nope", "input": "x"}),
        post("completion-unknown", "/v1/completions", {"model": "nope", "prompt": "x"}),
        post("image-unknown", "/v1/images/generations", {"model": "nope", "prompt": "x"}),
        post("speech-unknown", "/v1/audio/speech", {"model": "nope", "input": "x", "voice": "a"}),
    ]


def access() -> list[Case]:
    path, body = "/v1/chat/completions", {"model": "chat", "messages": HI}
    forms = {
        "none": {}, "wrong": {"authorization": f"Bearer {WRONG}"}, "malformed": {"authorization": "Token x"},
        "basic": {"authorization": f"Basic {MASTER_KEY}"}, "x-api-key": {"x-api-key": MASTER_KEY},
        "api-key": {"api-key": MASTER_KEY}, "goog": {"x-goog-api-key": MASTER_KEY},
        "litellm": {"x-litellm-api-key": MASTER_KEY},
    }
    return [
        *(post(f"key-{name}", path, body, headers=headers) for name, headers in forms.items()),
        get("models-no-key", "/v1/models", headers={}),
        post("broken-body-no-key", path, b"{", headers={}),
    ]


def information() -> list[Case]:
    origin = {"origin": "https://app.example", "access-control-request-method": "POST"}
    return [
        get("models", "/v1/models"),
        get("models-without-v1", "/models"),
        get("model", "/v1/models/chat"),
        get("model-priced", "/v1/models/priced"),
        get("model-unknown", "/v1/models/nope"),
        get("model-slash", "/v1/models/vendor/chat-2.5"),
        get("liveliness", "/health/liveliness", headers={}),
        get("liveness", "/health/liveness", headers={}),
        get("readiness", "/health/readiness", headers={}),
        get("health-one", "/health?model=chat"),
        get("health-unknown", "/health?model=nope"),
        get("not-found", "/nothing"),
        get("wrong-method", "/v1/chat/completions"),
        Case("head", "HEAD", "/health/liveliness"),
        Case("options", "OPTIONS", "/health/liveliness", headers={}),
        Case("preflight", "OPTIONS", "/v1/chat/completions", headers=origin),
        get("trailing-slash", "/v1/models/"),
    ]


ALL = [
    *success(), *costs(), *odd_answers(), *streams(), *token_counts(),
    *upstream_errors(), *client_mistakes(), *access(), *information(),
]
