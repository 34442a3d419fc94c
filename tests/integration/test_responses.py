"""The Responses API through OpenAI's SDK: providers that have it themselves, and those that are asked as a chat."""

from __future__ import annotations

import json
from typing import Any, Iterator

import httpx
import openai
import pydantic
import pytest

import answers
from dialects import events, gemini
from gateway import MASTER_KEY, Gateway, Server
from scripted_upstream import Answer, Gate, ScriptedUpstream
from setup_config import base_config, deployment

TOOL: dict[str, Any] = {
    "type": "function", "name": "get_weather", "strict": False,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


class Place(pydantic.BaseModel):
    name: str
    inhabitants: int


def response(text: str = "Hello", **changes: Any) -> dict[str, Any]:
    """A whole response as a provider of the API sends it."""
    content = [{"type": "output_text", "text": text, "annotations": []}]
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}
    usage = {"input_tokens": 4, "output_tokens": 2, "total_tokens": 6, "cost": 0.25}
    return {
        "id": "resp_1", "object": "response", "created_at": 1, "model": "upstream-model", "status": "completed",
        "output": [message], "usage": usage, "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
    } | changes


def native_events(*pieces: str) -> list[dict[str, Any]]:
    """A stream of the API, numbered."""
    part = {"type": "output_text", "text": "", "annotations": []}
    item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "in_progress", "content": []}
    begun = response(status="in_progress", output=[], usage=None)
    place = {"output_index": 0, "content_index": 0}
    told = [
        {"type": "response.created", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.content_part.added", "item_id": "msg_1", "part": part} | place,
        *({"type": "response.output_text.delta", "item_id": "msg_2", "delta": p, "logprobs": []} | place for p in pieces),
        {"type": "response.output_text.done", "item_id": "msg_3", "text": "".join(pieces), "logprobs": []} | place,
        {"type": "response.completed", "response": response("".join(pieces))},
    ]
    return [event | {"sequence_number": number} for number, event in enumerate(told)]


def native_stream(told: list[dict[str, Any]]) -> Answer:
    return Answer(stream=[f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in told])


@pytest.fixture(scope="module")
def served(shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    url = shared_upstream.url
    config = base_config([
        deployment("flash", "gemini/gemini-2.5-flash", f"{url}/v1beta"),
        deployment("pro3", "gemini/gemini-3-pro-preview", f"{url}/v1beta"),
        deployment("studio", "lm_studio/google/gemma-3-12b", f"{url}/v1"),
        deployment("router", "openrouter/openai/gpt-oss-20b", f"{url}/api/v1"),
        deployment("defaults", "openai/my-model", f"{url}/v1", max_tokens=64, temperature=0.5, seed=3),
        deployment("chats", "openai/my-model", f"{url}/v1", use_chat_completions_api=True),
        deployment("mock", "openai/my-model", f"{url}/v1", mock_response="I am a mock."),
    ])
    # Two groups, each with one deployment that has the API and one that has not.
    for group, (first, second) in {"native-first": ("openai", "lm_studio"), "chat-first": ("lm_studio", "openai")}.items():
        for order, provider in enumerate((first, second)):
            entry = deployment(f"{group}-{order}", f"{provider}/my-model", f"{url}/v1", order=order)
            config["model_list"].append(entry | {"model_name": group})
    with Gateway(config) as server:
        yield server


@pytest.fixture
def client(served: Server, upstream: ScriptedUpstream) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{served.url}/v1", api_key=MASTER_KEY, max_retries=0) as sdk:
        yield sdk


def post(server: Server, path: str = "/v1/responses", **body: Any) -> httpx.Response:
    with server.client() as http:
        return http.post(path, json={"model": "flash", "input": "hi"} | body)


@pytest.mark.parametrize("path", ["/v1/responses", "/responses", "/openai/v1/responses"])
def test_paths(served: Server, upstream: ScriptedUpstream, path: str) -> None:
    upstream.play(Answer(body=gemini({"text": "Hello"})))
    assert post(served, path).json()["output"][0]["content"][0]["text"] == "Hello"


def test_bridged(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=gemini({"text": "hmm", "thought": True}, {"text": "Hello"})))
    answer = client.responses.create(
        model="flash", input="hi", instructions="be kind", max_output_tokens=20, reasoning={"effort": "low"},
    )
    assert answer.output_text == "Hello" and answer.status == "completed" and answer.model == "flash"
    assert [item.type for item in answer.output] == ["reasoning", "message"]
    assert answer.usage and (answer.usage.input_tokens, answer.usage.total_tokens) == (4, 6)
    sent = upstream.last.json
    assert sent["contents"] == [{"role": "user", "parts": [{"text": "hi"}]}]
    assert sent["systemInstruction"] == {"parts": [{"text": "be kind"}]}
    assert sent["generationConfig"]["maxOutputTokens"] == 20


def test_bridged_stream(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(events(gemini({"text": "Hel"}, finish=None), gemini({"text": "lo"})))
    with client.responses.stream(model="flash", input="hi") as stream:
        seen = list(stream)
        final = stream.get_final_response()
    assert [event.sequence_number for event in seen] == list(range(len(seen)))
    assert "".join(event.delta for event in seen if event.type == "response.output_text.delta") == "Hello"
    assert final.output_text == "Hello" and final.model == "flash"
    assert final.usage and final.usage.total_tokens == 6


@pytest.mark.parametrize("streams", [False, True])
def test_tools_loop(client: openai.OpenAI, upstream: ScriptedUpstream, streams: bool) -> None:
    """Gemini's thought signature comes back with the call that it belongs to."""
    call = {"functionCall": {"name": "get_weather", "args": {"city": "Taipei"}}, "thoughtSignature": "c2lnbmF0dXJl"}
    replies = [gemini(call), gemini({"text": "Sunny."})]
    upstream.play(*(events(reply) if streams else Answer(body=reply) for reply in replies))
    items: list[Any] = [{"role": "user", "content": "Weather in Taipei?"}]

    def ask() -> Any:
        options: dict[str, Any] = {"model": "pro3", "input": items, "tools": [TOOL]}
        if not streams:
            return client.responses.create(**options)
        with client.responses.stream(**options) as stream:
            return stream.get_final_response()

    asked = ask()
    made = [item for item in asked.output if item.type == "function_call"]
    assert [(item.name, json.loads(item.arguments)) for item in made] == [("get_weather", {"city": "Taipei"})]
    items += [item.model_dump(exclude_none=True) for item in asked.output]
    items += [{"type": "function_call_output", "call_id": made[0].call_id, "output": "sunny"}]
    assert ask().output_text == "Sunny."
    contents = upstream.last.json["contents"]
    assert contents[1]["parts"][0]["thoughtSignature"] == "c2lnbmF0dXJl"
    assert contents[2]["parts"][0]["functionResponse"]["response"] == {"content": "sunny"}


def test_parse(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=gemini({"text": '{"name": "Taipei", "inhabitants": 3}'})))
    parsed = client.responses.parse(model="flash", input="Taipei?", text_format=Place)
    assert parsed.output_parsed == Place(name="Taipei", inhabitants=3)
    assert upstream.last.json["generationConfig"]["responseMimeType"] == "application/json"


def test_bridged_usage_is_counted_where_the_upstream_does_not(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    whole = answers.chat()
    whole.pop("usage")
    upstream.play(Answer(body=whole), Answer(stream=answers.chat_frames("Hello", usage=False)))
    answer = client.responses.create(model="studio", input="hi")
    assert answer.usage and answer.usage.input_tokens == 8 and answer.usage.output_tokens > 0
    last = list(client.responses.create(model="studio", input="hi", stream=True))[-1]
    assert last.type == "response.completed" and last.response.usage and last.response.usage.input_tokens == 8


def test_a_bridged_stream_that_breaks_off_raises(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    frames = answers.chat_frames("Hello")[:2] + [answers.frame({"error": {"message": "broke", "code": 500}})]
    upstream.play(Answer(stream=frames))
    with pytest.raises(openai.APIError, match="broke"):
        list(client.responses.create(model="studio", input="hi", stream=True))


def test_an_answer_cut_short(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=gemini({"text": "Hel"}, finish="MAX_TOKENS")))
    answer = client.responses.create(model="flash", input="hi")
    assert answer.status == "incomplete"
    assert answer.incomplete_details and answer.incomplete_details.reason == "max_output_tokens"


def test_mock(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    assert client.responses.create(model="mock", input="hi").output_text == "I am a mock."
    with client.responses.stream(model="mock", input="hi") as stream:
        assert stream.get_final_response().output_text == "I am a mock."
    assert not upstream.requests


def test_native(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=response()))
    options: dict[str, Any] = {"metadata": {"a": "b"}, "previous_response_id": "resp_0", "extra_body": {"top_k": 4}}
    answer = client.responses.with_raw_response.create(model="router", input="hi", **options)
    parsed = answer.parse()
    assert (parsed.output_text, parsed.model, parsed.id) == ("Hello", "router", "resp_1")
    assert answer.headers["x-litellm-response-cost"] == "0.25"
    sent = {"model": "openai/gpt-oss-20b", "input": "hi", "metadata": {"a": "b"}, "previous_response_id": "resp_0"}
    assert upstream.last.json == sent | {"top_k": 4}
    assert upstream.last.path == "/api/v1/responses"
    assert upstream.last.header("http-referer") is None


def test_native_stream(served: Server, upstream: ScriptedUpstream) -> None:
    """Only the model's name changes, and what follows the last event is not passed on."""
    told = native_events("Hel", "lo")
    upstream.play(Answer(stream=[*native_stream(told).stream, "data: [DONE]\n\n", "data: more\n\n"]))
    text = post(served, model="router", stream=True).text
    assert text.endswith("}\n\ndata: [DONE]\n\n")
    text = text.removesuffix("data: [DONE]\n\n")
    for event in told:
        if "response" in event:
            event["response"]["model"] = "router"
    frames = [frame.split("\n") for frame in text.strip().split("\n\n")]
    assert [json.loads(data.removeprefix("data: ")) for _, data in frames] == told
    assert [name for name, _ in frames] == [f"event: {event['type']}" for event in told]


@pytest.mark.parametrize("model", ["router", "studio"])
def test_a_stream_is_told_as_it_comes(client: openai.OpenAI, upstream: ScriptedUpstream, model: str) -> None:
    gate = Gate()
    told = native_events("Hel", "lo")
    frames = native_stream(told).stream if model == "router" else answers.chat_frames("Hel", "lo")
    begun = 4 if model == "router" else 2  # frames, the first piece of text being the last
    upstream.play(Answer(stream=[*list(frames)[:begun], gate, *list(frames)[begun:]]))
    text = ""
    soon = client.with_options(timeout=10)  # before a comment would drive out what is held
    for event in soon.responses.create(model=model, input="hi", stream=True):
        if event.type == "response.output_text.delta":
            text += event.delta
            gate.open()  # the rest comes once this was read
    assert text == "Hello"


def test_native_stream_through_the_sdk(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(native_stream(native_events("Hel", "lo")))
    with client.responses.stream(model="router", input="hi") as stream:
        assert stream.get_final_response().output_text == "Hello"


@pytest.mark.parametrize("end", [[], [{"type": "error", "code": "500", "message": "it broke", "sequence_number": 3}]])
def test_a_native_stream_that_breaks_off_raises(
    client: openai.OpenAI, upstream: ScriptedUpstream, end: list[dict[str, Any]]
) -> None:
    upstream.play(native_stream(native_events("Hel")[:4] + end))
    with pytest.raises(openai.APIError, match="it broke" if end else "ended before its end"):
        list(client.responses.create(model="router", input="hi", stream=True))


def test_a_failed_response_is_passed_on(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    failure = {"code": "server_error", "message": "it broke"}
    upstream.play(Answer(body=response(status="failed", error=failure, output=[])))
    answer = client.responses.create(model="router", input="hi")
    assert answer.status == "failed" and answer.error and answer.error.message == "it broke"


def test_a_native_refusal_is_an_error(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(answers.error(429, "slow down"))
    with pytest.raises(openai.RateLimitError, match="slow down"):
        client.responses.create(model="router", input="hi")


def test_defaults_of_the_deployment(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    """Those of chats alone stay out."""
    upstream.play(Answer(body=response()))
    client.responses.create(model="defaults", input="hi", temperature=1)
    assert upstream.last.json == {"model": "my-model", "input": "hi", "temperature": 1, "max_output_tokens": 64}


def test_a_deployment_of_chats_alone(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    assert client.responses.create(model="chats", input="hi").output_text == "Hello from upstream."
    assert upstream.last.path == "/v1/chat/completions"


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("group", ["native-first", "chat-first"])
def test_the_next_deployment_may_speak_another_dialect(
    client: openai.OpenAI, upstream: ScriptedUpstream, group: str, streams: bool
) -> None:
    begun = native_stream(native_events()[:1]) if group == "native-first" else Answer(stream=answers.chat_frames()[:1])
    native = native_stream(native_events("Hel", "lo")) if streams else Answer(body=response())
    chat = Answer(stream=answers.chat_frames("Hel", "lo")) if streams else Answer(body=answers.chat("Hello"))
    second = chat if group == "native-first" else native
    upstream.play(begun if streams else answers.error(500, "broke"), second)
    if streams:
        with client.responses.stream(model=group, input="hi") as stream:
            seen = [event.type for event in stream]
            text = stream.get_final_response().output_text
        assert seen.count("response.created") == 1
    else:
        text = client.responses.create(model=group, input="hi").output_text
    assert text == "Hello"
    paths = ["/v1/responses", "/v1/chat/completions"]
    assert [request.path for request in upstream.requests] == (paths if group == "native-first" else paths[::-1])


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"previous_response_id": "resp_1"}, "Send the whole conversation"),
        ({"tools": [{"type": "code_interpreter"}]}, "not available with this model"),
        ({"input": 5}, "'input' must be"),
        ({"input": None}, "Missing required parameter: 'input'"),
        ({"model": "nobody"}, "Invalid model name"),
    ],
)
def test_refusals(served: Server, upstream: ScriptedUpstream, fields: dict[str, Any], text: str) -> None:
    refused = post(served, **fields)
    assert refused.status_code == 400 and text in refused.json()["error"]["message"]
    assert not upstream.requests


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "resp_1"), ("DELETE", "resp_1"), ("POST", "resp_1/cancel"), ("GET", "resp_1/input_items")],
)
def test_nothing_is_kept(served: Server, method: str, path: str) -> None:
    with served.client() as http:
        missing = http.request(method, f"/v1/responses/{path}")
    assert missing.status_code == 404 and "keeps no responses" in missing.json()["error"]["message"]
