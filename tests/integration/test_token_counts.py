"""Tokens that are counted here: the route for it, and answers whose upstream does not count."""

from __future__ import annotations

import json
from typing import Any, Iterator

import httpx
import pytest

import answers
from gateway import Gateway, Server
from scripted_upstream import Answer, ScriptedUpstream
from setup_config import base_config, deployment

HI = [{"role": "user", "content": "hi there, friend"}]
TOOL = {
    "type": "function",
    "function": {
        "name": "f", "description": "d", "parameters": {"type": "object", "properties": {"a": {"type": "string"}}},
    },
}
MANY_SCRIPTS = "敏捷的棕色狐狸跳過了懶狗。臺北市今天天氣如何？"


def count(gateway: Server, **body: Any) -> httpx.Response:
    return gateway.http.post("/utils/token_counter", json=body)


def test_the_answer(gateway: Server, upstream: ScriptedUpstream) -> None:
    assert count(gateway, model="chat", messages=HI).json() == {
        "total_tokens": 11,
        "request_model": "chat",
        "model_used": "my-model",
        "tokenizer_type": "openai_tokenizer",
        "count_source": "local_estimate",
        "original_response": None,
        "error": False,
        "error_message": None,
        "status_code": None,
    }
    assert not upstream.requests


@pytest.mark.parametrize("tokens, body", [
    (2, {"prompt": "some text"}),
    (0, {"prompt": ""}),
    (3, {"messages": []}),
    (2, {"messages": [], "prompt": "some text"}),
    (11, {"messages": HI, "prompt": "not this"}),
    (46, {"messages": HI, "tools": [TOOL], "system": "be nice"}),
    (14, {"prompt": "x", "system": "be nice"}),
    (31, {"prompt": "x", "tools": [{"name": "f"}]}),
    (11, {"messages": HI, "tool_choice": "none"}),
    (76000, {"prompt": MANY_SCRIPTS * 2000}),
])
def test_what_is_counted(gateway: Server, tokens: int, body: dict[str, Any]) -> None:
    assert count(gateway, model="chat", **body).json()["total_tokens"] == tokens


@pytest.mark.parametrize("model, used", [
    ("nope", "nope"), ("gpt-4o", "gpt-4o"), ("nickname", "my-model"), ("id-chat", "my-model"),
    ("local", "google/gemma-3-12b"), ("vendor/chat-2.5", "vendor/chat-2.5"),
])
def test_which_model_counts(gateway: Server, model: str, used: str) -> None:
    answer = count(gateway, model=model, prompt=MANY_SCRIPTS).json()
    assert (answer["request_model"], answer["model_used"]) == (model, used)
    assert answer["total_tokens"] == (22 if model == "gpt-4o" else 38)


@pytest.mark.differs("token-counter-errors")
@pytest.mark.parametrize("status, body", [
    (400, {"model": "chat"}),
    (422, {"messages": HI}),
    (422, {"model": "chat", "messages": "x"}),
    (422, {"model": "chat", "messages": ["x"]}),
    (422, {"model": "chat", "prompt": 5}),
    (422, {"model": "chat", "prompt": "x", "tools": [5]}),
    (400, {"model": "chat", "contents": [{"parts": []}]}),
    (400, {"model": "chat", "messages": [{"role": "user", "content": [{"type": "nope"}]}]}),
    (400, []),
])
def test_what_is_refused(gateway: Server, status: int, body: Any) -> None:
    answer = gateway.http.post("/utils/token_counter", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == str(status)


def test_it_needs_a_key(gateway: Server) -> None:
    assert gateway.client(key=None).post("/utils/token_counter", json={"model": "chat", "prompt": "x"}).status_code == 401


def stream(server: Server, model: str = "chat", path: str = "/v1/chat/completions", **body: Any) -> list[Any]:
    """The chunks of a stream; the last event must be the end's mark."""
    asked = {"model": model, "stream": True, "stream_options": {"include_usage": True}} | body
    text = server.http.post(path, json=asked).text
    *parts, done = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    assert done == "[DONE]"
    return [json.loads(part) for part in parts]


def usage_of(chunks: list[Any]) -> dict[str, Any]:
    counted = [chunk["usage"] for chunk in chunks if chunk.get("usage")]
    assert len(counted) == 1 and chunks[-1].get("usage")
    return counted[0]


def details(reasoning: int, text: int) -> dict[str, Any]:
    return {"reasoning_tokens": reasoning, "text_tokens": text}


@pytest.mark.parametrize("model", ["chat", "local"])
@pytest.mark.parametrize("mark", [True, False])
def test_a_stream_without_usage(gateway: Server, upstream: ScriptedUpstream, model: str, mark: bool) -> None:
    frames = answers.chat_frames("Hello", " there", usage=False)
    upstream.play(Answer(stream=frames if mark else frames[:-1]))
    chunks = stream(gateway, model, messages=HI)
    assert usage_of(chunks) == {
        "completion_tokens": 2, "prompt_tokens": 11, "total_tokens": 13, "completion_tokens_details": details(0, 2),
    }
    assert {name: chunks[-1][name] for name in ("id", "object", "model")} == {
        "id": "chatcmpl-up1", "object": "chat.completion.chunk", "model": model,
    }


def test_thoughts_and_calls_are_counted(gateway: Server, upstream: ScriptedUpstream) -> None:
    said = ({"reasoning_content": "let me think about it"}, {"content": "Hello there"})
    frames = [answers.frame(answers.chunk(delta)) for delta in said]
    upstream.play(Answer(stream=[*frames, answers.frame(answers.chunk({}, "stop")), answers.DONE]))
    counted = usage_of(stream(gateway, "local", messages=HI))
    assert counted["completion_tokens"] == 7 and counted["completion_tokens_details"] == details(5, 2)

    upstream.play(Answer(stream=[frame for frame in answers.tool_frames() if '"usage"' not in frame]))
    counted = usage_of(stream(gateway, "local", messages=HI, tools=[TOOL]))
    assert (counted["prompt_tokens"], counted["completion_tokens"]) == (11, 55)


def test_a_text_completion_without_usage(gateway: Server, upstream: ScriptedUpstream) -> None:
    base = {"id": "cmpl-1", "object": "text_completion", "created": 1700000000, "model": "upstream-instruct"}
    parts = [base | {"choices": [{"index": 0, "text": text, "finish_reason": end}]}
             for text, end in (("Once upon", None), ("", "stop"))]
    upstream.play(Answer(stream=[*map(answers.frame, parts), answers.DONE]))
    counted = usage_of(stream(gateway, "instruct", "/v1/completions", prompt="tell me more"))
    assert (counted["prompt_tokens"], counted["completion_tokens"]) == (10, 2)


@pytest.mark.differs("stream-from-json")
def test_a_whole_completion_told_as_a_stream(gateway: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=answers.chat("Hello there", usage=None)))
    counted = usage_of(stream(gateway, messages=HI))
    assert counted["total_tokens"] == 13


@pytest.mark.differs("usage-not-invented")
def test_a_whole_answer_stays_as_it_came(gateway: Server, upstream: ScriptedUpstream) -> None:
    body = answers.chat("Hello there")
    del body["usage"]
    upstream.play(Answer(body=body))
    assert gateway.http.post("/v1/chat/completions", json={"model": "chat", "messages": HI}).json() == body | {"model": "chat"}


@pytest.fixture(scope="module")
def native(shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    config = base_config([
        deployment("vectors", "gemini/gemini-embedding-001", f"{shared_upstream.url}/v1beta", "embedding"),
        deployment("flash", "gemini/gemini-2.5-flash", f"{shared_upstream.url}/v1beta"),
        deployment("llama", "ollama_chat/llama3.1", shared_upstream.url),
        deployment("old", "ollama/llama3.1", shared_upstream.url),
        deployment("local-vectors", "ollama/nomic", shared_upstream.url, "embedding"),
    ])
    with Gateway(config) as server:
        yield server


def lines(*documents: dict[str, Any]) -> Answer:
    return Answer(headers={"content-type": "application/x-ndjson"}, stream=[json.dumps(d) + "\n" for d in documents])


def test_ollama_without_counts(native: Server, upstream: ScriptedUpstream) -> None:
    message = {"role": "assistant", "content": "Hello there"}
    whole = {"model": "llama3.1", "message": message, "done": True, "done_reason": "stop"}
    asked = {"model": "llama", "messages": HI}
    for known, expected in (({}, (11, 2)), ({"eval_count": 40}, (11, 40)), ({"prompt_eval_count": 30}, (30, 2))):
        upstream.play(Answer(body=whole | known))
        counted = native.http.post("/v1/chat/completions", json=asked).json()["usage"]
        assert (counted["prompt_tokens"], counted["completion_tokens"]) == expected
        assert counted["total_tokens"] == sum(expected)
        upstream.play(lines({"message": message, "done": False}, {"message": {"content": ""}, "done": True} | known))
        counted = usage_of(stream(native, **asked))
        assert (counted["prompt_tokens"], counted["completion_tokens"]) == expected

    upstream.play(lines({"response": "Hello there", "done": False}, {"response": "", "done": True}))
    assert usage_of(stream(native, "old", messages=HI))["total_tokens"] == 13


def test_embeddings_without_counts(native: Server, upstream: ScriptedUpstream) -> None:
    counted = {
        "completion_tokens": 0, "prompt_tokens": 2, "total_tokens": 2,
        "completion_tokens_details": None, "prompt_tokens_details": None,
    }
    upstream.play(Answer(body={"embeddings": [{"values": [0.25]}, {"values": [1.0]}]}))
    body = {"model": "vectors", "input": ["hello", "world"]}
    assert native.http.post("/v1/embeddings", json=body).json()["usage"] == counted
    upstream.play(Answer(body={"model": "nomic", "embeddings": [[0.25], [1.0]]}))
    body["model"] = "local-vectors"
    assert native.http.post("/v1/embeddings", json=body).json()["usage"] == counted


def test_gemini_without_counts(native: Server, upstream: ScriptedUpstream) -> None:
    parts = {"content": {"role": "model", "parts": [{"text": "Hello there"}]}, "finishReason": "STOP"}
    upstream.play(Answer(body={"candidates": [parts]}))
    answer = native.http.post("/v1/chat/completions", json={"model": "flash", "messages": HI}).json()
    assert answer["usage"] == {"completion_tokens": 2, "prompt_tokens": 11, "total_tokens": 13}
