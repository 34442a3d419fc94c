"""Anthropic's Python SDK and plain HTTP against the gateway: the Messages API over models of any provider."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import anthropic
import pytest

import answers
from gateway import MASTER_KEY, Gateway, Server
from scripted_upstream import Answer, Gate, ScriptedUpstream
from setup_config import base_config, deployment

pytestmark = pytest.mark.differs("messages-bridge", "messages-signatures", "messages-mock")

HELLO: Any = [{"role": "user", "content": "Say hello"}]
WEATHER: Any = {
    "name": "get_weather", "description": "d",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
SIGNATURE = "Cq4BAdHtim9+/w=="


@pytest.fixture(scope="module")
def home(server_type: type[Server], shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    url = shared_upstream.url
    with server_type(base_config([
        deployment("chat", "openai/my-model", f"{url}/v1"),
        deployment("or", "openrouter/anthropic/claude-sonnet-5", f"{url}/api/v1"),
        deployment("gem", "gemini/gemini-3-flash-preview", f"{url}/v1beta"),
        deployment("mock", "openai/my-model", f"{url}/v1", mock_response="Hello from a mock"),
        deployment("gone", "openai/my-model", "http://127.0.0.1:1/v1"),
    ])) as server:
        yield server


@pytest.fixture
def client(home: Server, upstream: ScriptedUpstream) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=home.url, api_key=MASTER_KEY, max_retries=0) as made:
        yield made


def create(client: anthropic.Anthropic, model: str = "chat", **more: Any) -> anthropic.types.Message:
    message: anthropic.types.Message = client.messages.create(
        **({"model": model, "max_tokens": 50, "messages": HELLO} | more)
    )
    return message


def gemini_call(**part: Any) -> dict[str, Any]:
    call = {"functionCall": {"name": "get_weather", "args": {"city": "Taipei"}}} | part
    return {
        "responseId": "r1",
        "candidates": [{"content": {"role": "model", "parts": [call]}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5},
    }


def test_message(client: anthropic.Anthropic, upstream: ScriptedUpstream) -> None:
    answer = create(
        client, system="Be brief.", stop_sequences=["x"], metadata={"user_id": "u"}, extra_body={"temperature": 0.2},
    )
    assert [block.to_dict() for block in answer.content] == [{"type": "text", "text": "Hello from upstream."}]
    assert (answer.id, answer.model, answer.role, answer.type) == ("chatcmpl-up1", "chat", "assistant", "message")
    assert (answer.stop_reason, answer.stop_sequence) == ("end_turn", None)
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (11, 7)
    sent = upstream.last.json
    assert sent == {
        "model": "my-model", "max_tokens": 50, "temperature": 0.2, "stop": ["x"],
        "messages": [{"role": "system", "content": "Be brief."}, *HELLO],
    }


def test_stream(client: anthropic.Anthropic, upstream: ScriptedUpstream) -> None:
    with client.messages.stream(model="chat", max_tokens=50, messages=HELLO) as stream:
        kinds = [event.type for event in stream if event.type not in ("text", "thinking", "input_json")]
        final = stream.get_final_message()
    assert kinds == [
        "message_start", "content_block_start", "content_block_delta", "content_block_delta",
        "content_block_stop", "message_delta", "message_stop",
    ]
    assert final.content[0].to_dict()["text"] == "Hello there"
    assert (final.model, final.stop_reason) == ("chat", "end_turn")
    assert (final.usage.input_tokens, final.usage.output_tokens) == (11, 7)
    assert upstream.last.json["stream_options"] == {"include_usage": True}


def test_stream_of_parallel_calls(client: anthropic.Anthropic, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(stream=answers.tool_frames()))
    with client.messages.stream(model="chat", max_tokens=50, messages=HELLO, tools=[WEATHER]) as stream:
        final = stream.get_final_message()
    assert [(block.name, block.input) for block in final.content if block.type == "tool_use"] == [
        ("get_weather", {"city": "Taipei"}), ("get_time", {"tz": "UTC"}),
    ]
    assert final.stop_reason == "tool_use"


def test_tools_loop_with_gemini_keeps_the_signature(client: anthropic.Anthropic, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=gemini_call(thoughtSignature=SIGNATURE)), Answer(body=gemini_call()))
    asked = create(client, "gem", tools=[WEATHER], tool_choice={"type": "any"})
    call = asked.content[0]
    assert call.type == "tool_use" and asked.stop_reason == "tool_use"
    result: Any = {"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}
    # As a client that drops what Anthropic does not document.
    said: Any = {"type": "tool_use", "id": call.id, "name": call.name, "input": call.input}
    history = [*HELLO, {"role": "assistant", "content": [said]}, {"role": "user", "content": [result]}]
    create(client, "gem", tools=[WEATHER], messages=history)
    _, model, user = upstream.last.json["contents"]
    assert model["parts"][0]["thoughtSignature"] == SIGNATURE
    assert model["parts"][0]["functionCall"]["args"] == {"city": "Taipei"}
    assert user["parts"][0]["functionResponse"]["response"] == {"content": "sunny"}


def test_a_signature_in_a_stream(client: anthropic.Anthropic, upstream: ScriptedUpstream) -> None:
    event = answers.frame(gemini_call(thoughtSignature=SIGNATURE))
    upstream.play(Answer(headers={"content-type": "text/event-stream"}, stream=[event]))
    with client.messages.stream(model="gem", max_tokens=50, messages=HELLO, tools=[WEATHER]) as stream:
        call = stream.get_final_message().content[0].to_dict()
    assert call["provider_specific_fields"] == {"signature": SIGNATURE}
    assert call["id"].endswith("__thought__Cq4BAdHtim9-_w")


def test_thoughts_and_marks_of_claude(client: anthropic.Anthropic, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=answers.chat(message={"role": "assistant", "content": "Hi", "reasoning": "hm"})))
    marked: Any = [{"type": "text", "text": "Long.", "cache_control": {"type": "ephemeral"}}]
    answer = create(client, "or", system=marked)
    assert [block.type for block in answer.content] == ["thinking", "text"]
    assert upstream.last.json["messages"][0] == {"role": "system", "content": marked}


def test_images_and_documents(client: anthropic.Anthropic, upstream: ScriptedUpstream) -> None:
    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
    blocks: Any = [{"type": "image", "source": source}, {"type": "text", "text": "What is it?"}]
    create(client, messages=[{"role": "user", "content": blocks}])
    image, text = upstream.last.json["messages"][0]["content"]
    assert image == {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    assert text == {"type": "text", "text": "What is it?"}


def test_mock(client: anthropic.Anthropic) -> None:
    assert create(client, "mock").content[0].to_dict()["text"] == "Hello from a mock"
    with client.messages.stream(model="mock", max_tokens=50, messages=HELLO) as stream:
        assert stream.get_final_text() == "Hello from a mock"


@pytest.mark.parametrize(("status", "kind"), [(400, "invalid_request_error"), (429, "rate_limit_error")])
@pytest.mark.parametrize("stream", [False, True])
def test_an_error_of_the_provider(
    home: Server, upstream: ScriptedUpstream, status: int, kind: str, stream: bool
) -> None:
    upstream.play(Answer(status=status, body={"error": {"message": "boom", "type": "x"}}))
    got = home.http.post("/v1/messages", json={"model": "chat", "max_tokens": 5, "messages": HELLO, "stream": stream})
    assert got.status_code == status
    body = got.json()
    assert body["type"] == "error" and body["error"]["type"] == kind and "boom" in body["error"]["message"]


def test_an_error_inside_a_stream(client: anthropic.Anthropic, upstream: ScriptedUpstream) -> None:
    gate = Gate()
    first, last = answers.chunk({"content": "Hel"}), {"error": {"message": "died", "code": 502}}
    upstream.play(Answer(stream=[answers.frame(first), gate, answers.frame(last)]))
    with pytest.raises(anthropic.APIStatusError, match="died") as caught:
        with client.messages.stream(model="chat", max_tokens=50, messages=HELLO) as stream:
            for event in stream:
                if event.type == "text":
                    gate.open()
    assert isinstance(caught.value.body, dict) and caught.value.body["error"]["type"] == "api_error"


def test_mistakes(home: Server, upstream: ScriptedUpstream) -> None:
    def told(body: Any) -> tuple[int, str]:
        got = home.http.post("/v1/messages", json=body)
        error = got.json()["error"]
        return got.status_code, f"{error['type']}: {error['message']}"

    whole = {"model": "chat", "max_tokens": 5, "messages": HELLO}
    assert told(whole | {"model": "nope"})[0] == 400
    for name in ("messages", "max_tokens"):
        status, text = told({key: value for key, value in whole.items() if key != name})
        assert status == 400 and text.startswith("invalid_request_error") and f"'{name}'" in text
    assert told(whole | {"messages": [{"role": "user", "content": 7}]})[0] == 400
    assert upstream.requests == []


def test_keys(home: Server, upstream: ScriptedUpstream) -> None:
    body = {"model": "chat", "max_tokens": 5, "messages": HELLO}
    with home.client(key=None) as client:
        for headers in ({"x-api-key": MASTER_KEY}, {"Authorization": f"Bearer {MASTER_KEY}"}):
            assert client.post("/v1/messages", json=body, headers=headers).status_code == 200
        refused = client.post("/v1/messages", json=body, headers={"x-api-key": "sk-wrong"})
        assert refused.status_code in (400, 401)  # `wrong-key`
        assert "type" not in refused.json() and refused.json()["error"]["code"] == str(refused.status_code)


def test_count_tokens(client: anthropic.Anthropic, home: Server) -> None:
    few = client.messages.count_tokens(model="chat", messages=HELLO).input_tokens
    more = client.messages.count_tokens(model="chat", messages=HELLO, system="Be brief.", tools=[WEATHER]).input_tokens
    assert 0 < few < more
    for body in ({"model": "chat"}, {"messages": HELLO}, {"model": "chat", "messages": []}):
        got = home.http.post("/v1/messages/count_tokens", json=body)
        assert got.status_code == 400 and "parameter is required" in got.json()["error"]["message"]


def test_telemetry_is_dropped(home: Server) -> None:
    assert home.http.post("/api/event_logging/batch", json={"events": []}).json() == {"status": "ok"}


@pytest.mark.parametrize("cut", [1, 7, 50])
def test_a_stream_cut_anywhere_is_the_same(home: Server, upstream: ScriptedUpstream, cut: int) -> None:
    body = {"model": "chat", "max_tokens": 5, "messages": HELLO, "stream": True}
    upstream.play(Answer(stream=answers.tool_frames()))
    whole = home.http.post("/v1/messages", json=body).text
    text = "".join(answers.tool_frames())
    upstream.play(Answer(stream=[text[at:at + cut] for at in range(0, len(text), cut)]))
    pieces = home.http.post("/v1/messages", json=body).text
    assert events_of(pieces) == events_of(whole) and len(events_of(whole)) > 9


def events_of(text: str) -> list[Any]:
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    events[0]["message"].pop("id")
    return events


MESSAGE = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-opus-4.8", "stop_reason": "end_turn",
    "stop_sequence": None, "content": [{"type": "text", "text": "Hi"}],
    "usage": {"input_tokens": 3, "cache_read_input_tokens": 4, "output_tokens": 2},
}


@pytest.fixture(scope="module")
def copilot(shared_upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("copilot")
    token = "tid=abc;exp=9999999999;sku=x:mac"
    kept = {"token": token, "expires_at": 9999999999, "endpoints": {"api": f"{shared_upstream.url}/copilot"}}
    (folder / "access-token").write_text("gho_kept")
    (folder / "api-key.json").write_text(json.dumps(kept))
    own = deployment("own", "hosted_vllm/m", f"{shared_upstream.url}/v1")
    own["model_info"]["supported_endpoints"] = ["/v1/messages"]
    exchange = f"{shared_upstream.url}/copilot_internal/v2/token"
    env = {"GITHUB_COPILOT_TOKEN_DIR": str(folder), "GITHUB_COPILOT_API_KEY_URL": exchange}
    claude = {"model_name": "claude", "litellm_params": {"model": "github_copilot/claude-opus-4.8"}}
    with Gateway(base_config([claude, own]), env=env) as server:
        yield server


@pytest.fixture
def native(copilot: Server, upstream: ScriptedUpstream) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=copilot.url, api_key=MASTER_KEY, max_retries=0) as made:
        yield made


@pytest.mark.parametrize(("model", "path"), [("claude", "/copilot/v1/messages"), ("own", "/v1/messages")])
def test_a_provider_that_speaks_it_gets_it_as_it_is(
    native: anthropic.Anthropic, upstream: ScriptedUpstream, model: str, path: str
) -> None:
    upstream.play(Answer(body=MESSAGE))
    thinking: Any = {"type": "adaptive"}
    beta = {"anthropic-beta": "interleaved-thinking-2025-05-14"}
    answer = create(native, model, thinking=thinking, metadata={"user_id": "u"}, extra_headers=beta)
    assert answer.to_dict() == MESSAGE | {"model": model}
    sent = upstream.last
    assert sent.target == path
    assert {key: value for key, value in sent.json.items() if key != "model"} == {
        "max_tokens": 50, "messages": HELLO, "thinking": thinking, "metadata": {"user_id": "u"},
    }
    headers = {name.lower(): value for name, value in sent.headers}
    if model == "claude":
        assert headers["anthropic-beta"] == beta["anthropic-beta"]
        assert headers["openai-intent"] == headers["x-interaction-type"] == "messages-proxy"
        assert (headers["x-github-api-version"], headers["anthropic-version"]) == ("2026-06-01", "2023-06-01")


def native_events(*more: tuple[str, dict[str, Any]]) -> list[str]:
    start = MESSAGE | {"content": [], "stop_reason": None, "usage": {"input_tokens": 3, "output_tokens": 1}}
    events: list[tuple[str, dict[str, Any]]] = [
        ("message_start", {"message": start}), ("ping", {}),
        ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
        ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": "Hi"}}),
        *more,
    ]
    return [f"event: {name}\ndata: {json.dumps({'type': name} | data)}\n\n" for name, data in events]


def test_its_streams_pass(native: anthropic.Anthropic, upstream: ScriptedUpstream) -> None:
    frames = native_events(
        ("content_block_stop", {"index": 0}),
        ("message_delta", {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}),
        ("message_stop", {}),
    )
    sse = {"content-type": "text/event-stream"}
    upstream.play(Answer(headers=sse, stream=frames))
    with native.messages.stream(model="claude", max_tokens=50, messages=HELLO) as stream:
        final = stream.get_final_message()
    assert (final.model, final.id, final.stop_reason, final.usage.output_tokens) == ("claude", "msg_1", "end_turn", 2)
    # One that breaks off, and one with an error inside, end with an error.
    for cut in ([], [("error", {"error": {"type": "overloaded_error", "message": "Overloaded"}})]):
        upstream.play(Answer(headers=sse, stream=native_events(*cut)))
        with pytest.raises(anthropic.APIStatusError):
            with native.messages.stream(model="claude", max_tokens=50, messages=HELLO) as stream:
                stream.get_final_message()


def test_its_errors_keep_their_status(native: anthropic.Anthropic, upstream: ScriptedUpstream) -> None:
    failure = {"type": "error", "error": {"type": "rate_limit_error", "message": "too fast"}}
    upstream.play(Answer(status=429, body=failure))
    with pytest.raises(anthropic.RateLimitError, match="too fast"):
        create(native, "claude")
