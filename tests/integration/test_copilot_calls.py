"""Calls to GitHub Copilot's models through OpenAI's SDK, with a login that LiteLLM left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import openai
import pytest

from gateway import MASTER_KEY, Gateway, Server
from scripted_upstream import Answer, ScriptedUpstream
from setup_config import base_config

TOKEN = "tid=abc;exp=9999999999;sku=x:mac"
MODELS = {
    "plain": "gpt-4.1",
    "codex": "gpt-5.3-codex",
    "claude": "claude-opus-4.8",
    "vectors": "text-embedding-3-small",
}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
USAGE = {"input_tokens": 4, "output_tokens": 2, "total_tokens": 6, "output_tokens_details": {"reasoning_tokens": 1}}


def login(folder: Path, url: str) -> dict[str, str]:
    """The environment of a login that holds."""
    kept = {"token": TOKEN, "expires_at": 9999999999, "endpoints": {"api": f"{url}/copilot"}}
    (folder / "access-token").write_text("gho_kept")
    (folder / "api-key.json").write_text(json.dumps(kept))
    exchange = f"{url}/copilot_internal/v2/token"
    return {"GITHUB_COPILOT_TOKEN_DIR": str(folder), "GITHUB_COPILOT_API_KEY_URL": exchange}


@pytest.fixture(scope="module")
def copilot(shared_upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    env = login(tmp_path_factory.mktemp("copilot"), shared_upstream.url)
    models = [
        {"model_name": name, "litellm_params": {"model": f"github_copilot/{model}"}} for name, model in MODELS.items()
    ]
    with Gateway(base_config(models), env=env) as server:
        yield server


@pytest.fixture
def client(copilot: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{copilot.url}/v1", api_key=MASTER_KEY, max_retries=0) as sdk:
        yield sdk


def hello(**more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]} | more


def completion(text: str) -> Answer:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return Answer(body={"id": "gen-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})


def call_item(arguments: str) -> dict[str, Any]:
    return {"type": "function_call", "id": "fc", "call_id": "call_a", "name": "get_weather", "arguments": arguments}


def said(text: str) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}


def response(*output: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = {"id": "resp_1", "object": "response", "created_at": 7, "model": "m", "status": "completed"}
    return answer | {"output": list(output), "usage": USAGE} | more


def events(*items: tuple[str, dict[str, Any]]) -> Answer:
    frames = [f"event: {name}\ndata: {json.dumps({'type': name} | more)}\n\n" for name, more in items]
    return Answer(headers={"content-type": "text/event-stream"}, stream=frames)


def test_chat(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(completion("Hello"))
    answer = client.chat.completions.create(model="plain", **hello())
    sent = upstream.last
    assert sent.target == "/copilot/chat/completions"
    assert sent.header("authorization") == f"Bearer {TOKEN}"
    assert sent.header("editor-version") and sent.header("x-request-id")
    assert sent.header("x-initiator") == "user" and not sent.header("copilot-vision-request")
    assert sent.json["model"] == "gpt-4.1"
    assert [message["role"] for message in sent.json["messages"]] == ["assistant", "user"]
    assert answer.model == "plain" and answer.choices[0].message.content == "Hello"


def test_images_and_turns_are_marked(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    turns = [{"role": "user", "content": [IMAGE]}, {"role": "assistant", "content": "x"}]
    for model, answer in (("plain", completion("a")), ("codex", Answer(body=response(said("a"))))):
        upstream.play(answer)
        client.chat.completions.create(model=model, messages=turns)
        assert upstream.last.header("x-initiator") == "agent"
        assert upstream.last.header("copilot-vision-request") == "true"


def test_responses(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=response(said("It rains."), call_item('{"a": 1}'))))
    answer = client.chat.completions.create(
        model="codex", tools=[TOOL], max_completion_tokens=30, reasoning_effort="low", **hello()
    )
    sent = upstream.last
    assert sent.target == "/copilot/responses"
    assert sent.json["instructions"] == "Be brief."
    assert sent.json["input"] == [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
    ]
    assert sent.json["max_output_tokens"] == 30 and sent.json["reasoning"] == {"effort": "low"}
    assert sent.json["tools"][0]["name"] == "get_weather"
    choice = answer.choices[0]
    assert answer.model == "codex" and choice.finish_reason == "tool_calls"
    assert choice.message.content == "It rains."
    assert choice.message.tool_calls and choice.message.tool_calls[0].function.arguments == '{"a": 1}'
    assert answer.usage and answer.usage.total_tokens == 6
    assert answer.usage.completion_tokens_details and answer.usage.completion_tokens_details.reasoning_tokens == 1


def test_responses_stream(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    added = {"output_index": 1, "item": call_item("")}
    upstream.play(events(
        ("response.created", {"response": {"id": "resp_1", "created_at": 7}}),
        ("response.output_text.delta", {"output_index": 0, "item_id": "a", "delta": "It "}),
        ("response.output_text.delta", {"output_index": 0, "item_id": "b", "delta": "rains."}),
        ("response.output_item.added", added),
        ("response.function_call_arguments.delta", {"output_index": 1, "delta": '{"a"'}),
        ("response.function_call_arguments.delta", {"output_index": 1, "delta": ": 1}"}),
        ("response.output_item.done", {"output_index": 1, "item": call_item('{"a": 1}')}),
        ("response.completed", {"response": response(said("It rains."), call_item('{"a": 1}'))}),
    ))
    asked = hello(model="codex", tools=[TOOL], stream_options={"include_usage": True})
    with client.chat.completions.stream(**asked) as stream:
        final = stream.get_final_completion()
    assert upstream.last.json["stream"] is True
    choice = final.choices[0]
    assert choice.message.content == "It rains." and choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls and choice.message.tool_calls[0].function.arguments == '{"a": 1}'
    assert final.usage and final.usage.total_tokens == 6


def test_a_stream_that_fails_at_once_has_its_status(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(events(("error", {"code": "rate_limit_exceeded", "message": "slow down"})))
    with pytest.raises(openai.RateLimitError, match="slow down"):
        list(client.chat.completions.create(model="codex", stream=True, **hello()))


@pytest.mark.differs("copilot-claude")
def test_claude_in_anthropics_form(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    blocks = [{"type": "text", "text": "Hi"}, {"type": "tool_use", "id": "t", "name": "get_weather", "input": {}}]
    usage = {"input_tokens": 12, "output_tokens": 7, "cache_read_input_tokens": 3}
    message = {"id": "msg_1", "type": "message", "content": blocks, "stop_reason": "tool_use", "usage": usage}
    upstream.play(Answer(body=message))
    answer = client.chat.completions.create(model="claude", **hello())
    choice = answer.choices[0]
    assert answer.model == "claude" and choice.finish_reason == "tool_calls" and choice.message.content == "Hi"
    assert choice.message.tool_calls and choice.message.tool_calls[0].id == "t"
    assert answer.usage and answer.usage.prompt_tokens == 15 and answer.usage.completion_tokens == 7


def test_claude_in_openais_form(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(completion("Hello"))
    answer = client.chat.completions.create(model="claude", **hello())
    assert answer.id == "gen-1" and answer.choices[0].message.content == "Hello"


def test_embeddings(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    row = {"object": "embedding", "index": 0, "embedding": [0.5]}
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    upstream.play(Answer(body={"object": "list", "model": "m", "data": [row], "usage": usage}))
    answer = client.embeddings.create(model="vectors", input="hello", encoding_format="float")
    assert upstream.last.target == "/copilot/embeddings"
    assert upstream.last.json["input"] == ["hello"]
    assert answer.data[0].embedding == [0.5] and answer.model == "vectors"


@pytest.mark.differs("copilot-advice")
def test_refusals_say_what_to_do(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(403, {"content-type": "text/plain"}, b"access denied\n"))
    with pytest.raises(openai.PermissionDeniedError, match="access denied Check that"):
        client.chat.completions.create(model="plain", **hello())
    upstream.play(Answer(466, body={"error": {"message": "no longer supported\n"}}))
    with pytest.raises(openai.APIStatusError, match="extra_headers") as refused:
        client.chat.completions.create(model="plain", **hello())
    assert refused.value.status_code == 466


def everything() -> dict[str, Any]:
    config = base_config([{"model_name": "github_copilot/*", "litellm_params": {"model": "github_copilot/*"}}])
    config["litellm_settings"]["check_provider_endpoint"] = True
    return config


@pytest.mark.differs("wildcard-lists")
def test_a_wildcard_shows_what_can_be_called(upstream: ScriptedUpstream, tmp_path: Path) -> None:
    models = [
        {"id": "gpt-4.1", "capabilities": {"type": "chat"}, "policy": {"state": "enabled"}},
        {"id": "off", "capabilities": {"type": "chat"}, "policy": {"state": "disabled"}},
        {"id": "text-embedding-3-small", "capabilities": {"type": "embeddings"}},
        {"id": "goldeneye", "capabilities": {"type": "completion"}},
    ]
    upstream.play(Answer(body={"object": "list", "data": models}))
    with Gateway(everything(), env=login(tmp_path, upstream.url)) as server:
        names = [entry["id"] for entry in server.http.get("/v1/models").json()["data"]]
    assert names == ["nickname", "github_copilot/gpt-4.1", "github_copilot/text-embedding-3-small"]
    assert (upstream.last.method, upstream.last.target) == ("GET", "/copilot/models")
    assert upstream.last.header("authorization") == f"Bearer {TOKEN}"
    assert upstream.last.header("copilot-integration-id") == "vscode-chat"


def test_without_a_login_a_wildcard_shows_nothing(upstream: ScriptedUpstream, tmp_path: Path) -> None:
    env = {"GITHUB_COPILOT_TOKEN_DIR": str(tmp_path), "GITHUB_COPILOT_DEVICE_CODE_URL": f"{upstream.url}/login"}
    with Gateway(everything(), env=env) as server:
        answer = server.http.get("/v1/models")
    assert answer.status_code == 200 and [entry["id"] for entry in answer.json()["data"]] == ["nickname"]
    assert all(request.path == "/login" for request in upstream.requests)


def test_other_calls_are_not_served(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    with pytest.raises(openai.NotFoundError, match="does not serve /images/generations"):
        client.images.generate(model="plain", prompt="x")
    assert not upstream.requests
