"""The OpenAI Python SDK against the gateway: every kind of call our users make."""

from __future__ import annotations

from typing import Iterator

import openai
import pytest

import answers
from gateway import MASTER_KEY, Server
from scripted_upstream import Answer, ScriptedUpstream

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
HELLO = [{"role": "user", "content": "Say hello in 5 words"}]


@pytest.fixture
def client(gateway: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=MASTER_KEY, max_retries=0) as made:
        yield made


def test_models_are_listed(client: openai.OpenAI) -> None:
    ids = [model.id for model in client.models.list()]
    assert "chat" in ids and "vendor/chat-2.5" in ids


def test_chat(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    answer = client.chat.completions.create(model="chat", messages=HELLO, temperature=0.2, seed=7)
    assert answer.choices[0].message.content == "Hello from upstream."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "chat"
    assert answer.id == "chatcmpl-up1"
    assert answer.usage and answer.usage.total_tokens == 18
    sent = {"model": "my-model", "messages": HELLO, "temperature": 0.2, "seed": 7}
    assert upstream.last.json == sent


def test_stream(client: openai.OpenAI) -> None:
    chunks = list(client.chat.completions.create(model="chat", messages=HELLO, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == "Hello there"
    assert {chunk.model for chunk in chunks} == {"chat"}
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_stream_with_usage(client: openai.OpenAI) -> None:
    options = {"include_usage": True}
    stream = client.chat.completions.create(model="chat", messages=HELLO, stream=True, stream_options=options)
    last = list(stream)[-1]
    assert last.usage and last.usage.total_tokens == 18


def test_tool_round_trip(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    calls = [answers.tool_call(0, "get_weather", '{"city":"Taipei"}')]
    message = {"role": "assistant", "content": None, "tool_calls": calls}
    upstream.play(Answer(body=answers.chat(message=message, finish_reason="tool_calls")))
    asked = client.chat.completions.create(model="chat", messages=HELLO, tools=[WEATHER], tool_choice="auto")
    choice = asked.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls and choice.message.tool_calls[0].function.arguments == '{"city":"Taipei"}'
    assert upstream.last.json["tools"] == [WEATHER]

    history = [
        *HELLO,
        {"role": "assistant", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "call_0", "content": "sunny"},
    ]
    client.chat.completions.create(model="chat", messages=history, tools=[WEATHER])
    assert upstream.last.json["messages"] == history


def test_stream_of_tool_calls(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(stream=answers.tool_frames()))
    collected: dict[int, list[str]] = {}
    for chunk in client.chat.completions.create(model="chat", messages=HELLO, tools=[WEATHER], stream=True):
        for call in (chunk.choices[0].delta.tool_calls or []) if chunk.choices else []:
            name, arguments = collected.setdefault(call.index, ["", ""])
            collected[call.index] = [name + (call.function.name or ""), arguments + (call.function.arguments or "")]
    assert collected == {0: ["get_weather", '{"city":"Taipei"}'], 1: ["get_time", '{"tz":"UTC"}']}


def test_vision_parts_are_untouched(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    image = {"url": "data:image/png;base64," + "QUJD" * 50_000, "detail": "low"}
    content = [{"type": "text", "text": "what is this? 圖片"}, {"type": "image_url", "image_url": image}]
    messages = [{"role": "user", "content": content}]
    client.chat.completions.create(model="chat", messages=messages)
    assert upstream.last.json["messages"] == messages


def test_unknown_fields_pass(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    extra = {"top_k": 40, "chat_template_kwargs": {"enable_thinking": False}}
    client.chat.completions.create(model="chat", messages=HELLO, extra_body=extra)
    assert extra.items() <= upstream.last.json.items()


def test_embeddings_as_floats(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    answer = client.embeddings.create(model="embed", input=["a", "b"], encoding_format="float")
    assert [item.embedding for item in answer.data] == [answers.VECTOR] * 2
    assert upstream.last.json == {"model": "my-embed", "input": ["a", "b"], "encoding_format": "float"}


def test_embeddings_as_base64(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    answer = client.embeddings.create(model="embed", input="a")  # the SDK asks for base64 by itself
    assert answer.data[0].embedding == answers.VECTOR
    assert upstream.last.json["encoding_format"] == "base64"


def test_completions(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    answer = client.completions.create(model="instruct", prompt="Once", max_tokens=5)
    assert answer.choices[0].text == "Once upon"
    assert answer.model == "instruct"
    assert upstream.last.json["prompt"] == "Once"
    chunks = list(client.completions.create(model="instruct", prompt="Once", stream=True))
    assert "".join(getattr(chunk.choices[0], "text", None) or "" for chunk in chunks) == "Once upon"


def test_images(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    answer = client.images.generate(model="paint", prompt="a cat", size="1024x1024")
    assert answer.data and answer.data[0].b64_json == "aGVsbG8="
    assert upstream.last.json == {"model": "my-image", "prompt": "a cat", "size": "1024x1024"}


def test_speech_bytes(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    answer = client.audio.speech.create(model="speak", voice="alloy", input="hello")
    assert answer.content == answers.AUDIO
    assert answer.response.headers["content-type"] == "audio/mpeg"
    sent = upstream.last.json
    assert (sent["model"], sent["voice"], sent["input"]) == ("my-tts", "alloy", "hello")


def test_transcription(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    sound = ("clip.wav", answers.AUDIO, "audio/wav")
    answer = client.audio.transcriptions.create(model="listen", file=sound, language="en")
    assert answer.text == "spoken words"
    assert (upstream.last.header("content-type") or "").startswith("multipart/form-data; boundary=")
    body = upstream.last.body
    assert answers.AUDIO in body and b'filename="clip.wav"' in body
    assert b"my-whisper" in body and b"listen" not in body


def test_moderations(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    answer = client.moderations.create(model="guard", input="bad words")
    assert answer.results[0].flagged
    assert upstream.last.json == {"model": "my-moderation", "input": "bad words"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, openai.BadRequestError),
        (403, openai.PermissionDeniedError),
        (404, openai.NotFoundError),
        (409, openai.ConflictError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
def test_upstream_errors_become_the_right_exception(
    client: openai.OpenAI, upstream: ScriptedUpstream, status: int, expected: type[openai.APIStatusError]
) -> None:
    upstream.play(answers.error(status, "upstream says no"))
    with pytest.raises(expected) as caught:
        client.chat.completions.create(model="chat", messages=HELLO)
    assert type(caught.value) is expected
    assert caught.value.status_code == status
    assert "upstream says no" in caught.value.message
    assert caught.value.code == str(status)


@pytest.mark.differs("upstream-422")
def test_upstream_422(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(answers.error(422, "unprocessable"))
    with pytest.raises(openai.UnprocessableEntityError):
        client.chat.completions.create(model="chat", messages=HELLO)
    assert len(upstream.requests) == 1


def test_error_inside_a_stream_is_raised(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    frames = answers.chat_frames("Hello")[:2] + [answers.frame({"error": {"message": "broke", "code": 500}})]
    upstream.play(Answer(stream=frames))
    seen = []
    with pytest.raises(openai.APIError, match="broke"):
        for chunk in client.chat.completions.create(model="chat", messages=HELLO, stream=True):
            seen.append(chunk.choices[0].delta.content)
    assert seen == ["", "Hello"] or seen == ["Hello"]


def test_sdk_retries_a_429_and_succeeds(gateway: Server, upstream: ScriptedUpstream) -> None:
    headers = {"retry-after-ms": "1"}
    upstream.play(answers.error(429, "slow down", headers=headers))
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=MASTER_KEY, max_retries=1) as client:
        answer = client.chat.completions.create(model="chat", messages=HELLO)
    assert answer.choices[0].message.content == "Hello from upstream."
    assert len(upstream.requests) == 2
