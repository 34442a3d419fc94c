"""Providers in their own dialects, strictly as their references have them, through OpenAI's SDK."""

from __future__ import annotations

import base64
import json
import math
import struct
import subprocess
from pathlib import Path
from typing import Any, Iterator

import openai
import pydantic
import pytest

from dialects import DIALECTS, Dialect, events, gemini, lines
from gateway import MASTER_KEY, ROOT, Gateway, Server
from scripted_upstream import Answer, Request
from setup_config import base_config, deployment
from strict_upstream import StrictUpstream

WEATHER = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "description": "its name"},
        "unit": {"type": "string", "enum": ["c", "f"]},
        "days": {"type": ["integer", "null"]},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["city"],
    "additionalProperties": False,
}
TOOL = {"type": "function", "function": {"name": "get_weather", "description": "Weather", "parameters": WEATHER}}
PCM = bytes(range(200))
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Place(pydantic.BaseModel):
    name: str
    inhabitants: int | None


class Places(pydantic.BaseModel):
    country: str
    places: list[Place]


@pytest.fixture(scope="module")
def strict_upstream() -> Iterator[StrictUpstream]:
    upstream = StrictUpstream()
    yield upstream
    upstream.stop()


@pytest.fixture
def upstream(strict_upstream: StrictUpstream) -> StrictUpstream:
    strict_upstream.reset()
    return strict_upstream


@pytest.fixture(scope="module")
def native(strict_upstream: StrictUpstream) -> Iterator[Server]:
    google, url = f"{strict_upstream.url}/v1beta", strict_upstream.url
    config = base_config([
        deployment("flash", "gemini/gemini-2.5-flash", google),
        deployment("busy", "gemini/gemini-2.5-flash", google),
        deployment("busy-stream", "gemini/gemini-2.5-flash", google),
        deployment("pro3", "gemini/gemini-3-pro-preview", google),
        deployment("voice", "gemini/gemini-2.5-flash-tts", google, "audio_speech"),
        deployment("painter", "gemini/gemini-2.5-flash-image", google, "image_generation"),
        deployment("imagen", "gemini/imagen-4.0-generate-001", google, "image_generation"),
        deployment("llama", "ollama_chat/llama3.1", url),
        deployment("router", "openrouter/google/gemma-3-12b-it", f"{url}/api/v1"),
        deployment("studio", "lm_studio/google/gemma-3-12b", f"{url}/v1"),
        deployment("gemini-vectors", "gemini/gemini-embedding-001", google, "embedding"),
        deployment("ollama-vectors", "ollama/nomic-embed-text", url, "embedding"),
        deployment("openrouter-vectors", "openrouter/openai/text-embedding-3-small", f"{url}/api/v1", "embedding"),
        deployment("lm_studio-vectors", "lm_studio/nomic-embed", f"{url}/v1", "embedding"),
    ])
    with Gateway(config) as server:
        yield server


@pytest.fixture
def client(native: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{native.url}/v1", api_key=MASTER_KEY, max_retries=0) as sdk:
        yield sdk


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return DIALECTS[request.param]


def run(*command: str) -> bytes:
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout


def hello(**more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]} | more


def test_chat(client: openai.OpenAI, upstream: StrictUpstream, dialect: Dialect) -> None:
    upstream.play(dialect.text("Hello"))
    limits = {"temperature": 0.5, "top_p": 0.9, "max_tokens": 50, "stop": ["END"], "seed": 3}
    answer = client.chat.completions.create(model=dialect.model, **hello(**limits))
    assert answer.choices[0].message.content == "Hello" and answer.choices[0].finish_reason == "stop"
    assert answer.model == dialect.model
    assert answer.usage and answer.usage.total_tokens == 6


def test_stream(client: openai.OpenAI, upstream: StrictUpstream, dialect: Dialect) -> None:
    upstream.play(dialect.stream("Hel", "lo"))
    options = {"stream": True, "stream_options": {"include_usage": True}}
    chunks = list(client.chat.completions.create(model=dialect.model, **hello(**options)))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Hello"
    assert [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] == ["stop"]
    assert chunks[-1].usage and chunks[-1].usage.total_tokens == 6
    assert {c.model for c in chunks} == {dialect.model}


def test_tools(client: openai.OpenAI, upstream: StrictUpstream, dialect: Dialect) -> None:
    messages: list[Any] = [{"role": "user", "content": "Weather in Taipei?"}]
    upstream.play(dialect.call("get_weather", {"city": "Taipei"}), dialect.text("Sunny."))
    options: dict[str, Any] = {"model": dialect.model, "messages": messages, "tools": [TOOL]}
    choice = client.chat.completions.create(**options, tool_choice="auto").choices[0]
    assert choice.finish_reason == "tool_calls" and choice.message.tool_calls
    call = choice.message.tool_calls[0]
    assert (call.function.name, json.loads(call.function.arguments)) == ("get_weather", {"city": "Taipei"})
    messages.append(choice.message.to_dict())
    messages.append({"role": "tool", "tool_call_id": call.id, "content": '{"sky": "clear"}'})
    assert client.chat.completions.create(**options).choices[0].message.content == "Sunny."
    assert dialect.sent_result(upstream.last.json) == {"sky": "clear"}


def test_vision(client: openai.OpenAI, upstream: StrictUpstream, dialect: Dialect) -> None:
    upstream.play(dialect.text("A pixel"))
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}", "detail": "low"}}
    messages = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, image]}]
    answer = client.chat.completions.create(model=dialect.model, messages=messages)
    assert answer.choices[0].message.content == "A pixel"
    assert dialect.sent_image(upstream.last.json) == PIXEL


def test_parse(client: openai.OpenAI, upstream: StrictUpstream, dialect: Dialect) -> None:
    found = Places(country="Taiwan", places=[Place(name="Taipei", inhabitants=2_500_000)])
    upstream.play(dialect.text(found.model_dump_json()))
    answer = client.chat.completions.parse(model=dialect.model, response_format=Places, **hello())
    assert answer.choices[0].message.parsed == found
    assert set(dialect.sent_schema(upstream.last.json)["properties"]) == {"country", "places"}


@pytest.mark.parametrize("provider", DIALECTS)
def test_embeddings(client: openai.OpenAI, upstream: StrictUpstream, provider: str) -> None:
    # The SDK asks for base64 and decodes it.
    upstream.play(DIALECTS[provider].embedding([0.25, -0.5], [1.0, 0.0]))
    answer = client.embeddings.create(model=f"{provider}-vectors", input=["a", "b"])
    assert [item.embedding for item in answer.data] == [[0.25, -0.5], [1.0, 0.0]]
    assert answer.model == f"{provider}-vectors"


def test_node_sdk(native: Server, upstream: StrictUpstream, dialect: Dialect) -> None:
    upstream.play(dialect.text("Hello"), dialect.stream("Hel", "lo"))
    run("node", str(ROOT / "tests/node/dialect.mjs"), f"{native.url}/v1", MASTER_KEY, dialect.model)
    assert len(upstream.requests) == 2


def test_what_the_provider_does_not_know_is_refused(
    native: Server, upstream: StrictUpstream, dialect: Dialect
) -> None:
    """So that the tests here would find it."""
    upstream.play(dialect.text("Hello"))
    answer = native.chat(dialect.model, extra_body={"wordcount": 3})
    assert answer.status_code == 400 and "'wordcount' was unexpected" in answer.json()["error"]["message"]


def test_gemini_call(client: openai.OpenAI, upstream: StrictUpstream) -> None:
    upstream.play(Answer(body=gemini({"text": "Hello"})), events(gemini({"text": "Hello"})))
    client.chat.completions.create(model="flash", **hello(temperature=0.5))
    sent: Request = upstream.last
    assert sent.target == "/v1beta/models/gemini-2.5-flash:generateContent"
    assert sent.header("x-goog-api-key") and not sent.header("authorization")
    assert sent.json["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert sent.json["contents"] == [{"role": "user", "parts": [{"text": "Hi"}]}]
    assert sent.json["generationConfig"]["temperature"] == 0.5
    list(client.chat.completions.create(model="flash", **hello(stream=True)))
    assert upstream.last.target == "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"


def test_gemini_tools_carry_their_signatures_over_three_turns(
    client: openai.OpenAI, upstream: StrictUpstream
) -> None:
    messages: list[Any] = [{"role": "user", "content": "Weather?"}]
    for turn in range(3):
        signature = base64.b64encode(b"signature %d" % turn).decode()
        call = {"functionCall": {"name": "get_weather", "args": {"turn": turn}}, "thoughtSignature": signature}
        upstream.play(events(gemini(call)) if turn == 1 else Answer(body=gemini(call)))
        options = {"model": "pro3", "messages": messages, "tools": [TOOL]}
        if turn == 1:
            with client.chat.completions.stream(**options) as stream:
                message = stream.get_final_completion().choices[0].message
        else:
            message = client.chat.completions.create(**options).choices[0].message
        assert message.tool_calls and message.tool_calls[0].function.name == "get_weather"
        calls = [c.model_dump(include={"id", "type", "function"}) for c in message.tool_calls]
        messages.append({"role": "assistant", "tool_calls": calls})
        messages.append({"role": "tool", "tool_call_id": calls[0]["id"], "content": "sunny"})
    upstream.play(Answer(body=gemini({"text": "Sunny."})))
    client.chat.completions.create(model="pro3", messages=messages, tools=[TOOL])
    parts = [part for content in upstream.last.json["contents"] for part in content["parts"] if "functionCall" in part]
    assert [base64.b64decode(part["thoughtSignature"]) for part in parts] == [b"signature %d" % n for n in range(3)]


def test_gemini_errors(native: Server, upstream: StrictUpstream) -> None:
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}
    error = {"code": 429, "message": "Quota exceeded for metric", "status": "RESOURCE_EXHAUSTED", "details": [retry]}
    for name, body, stream in (("busy", {"error": error}, False), ("busy-stream", [{"error": error}], True)):
        upstream.play(Answer(429, body=body))
        answer = native.chat(name, stream=stream)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "37"
        assert "Quota exceeded" in answer.json()["error"]["message"]


@pytest.mark.differs("bad-credential")
def test_gemini_refuses_its_key_with_400(native: Server, upstream: StrictUpstream) -> None:
    upstream.play(Answer(400, body={"error": {"code": 400, "message": "API key not valid. Please pass a valid key."}}))
    assert native.chat("flash").status_code == 502


def spoken(data: bytes, kind: str = "audio/L16;codec=pcm;rate=16000") -> Answer:
    return Answer(body=gemini({"inlineData": {"mimeType": kind, "data": base64.b64encode(data).decode()}}))


def test_gemini_speech_is_a_wave_file(client: openai.OpenAI, upstream: StrictUpstream, tmp_path: Path) -> None:
    upstream.play(spoken(PCM))
    file = tmp_path / "speech.wav"
    request = {"model": "voice", "input": "Hi", "voice": "Kore", "response_format": "wav"}
    with client.audio.speech.with_streaming_response.create(**request) as answer:
        answer.stream_to_file(file)
    assert len(upstream.requests) == 1
    about = {option: run("soxi", option, str(file)).decode().strip() for option in ("-r", "-c", "-b", "-s")}
    assert about == {"-r": "16000", "-c": "1", "-b": "16", "-s": "100"}
    assert run("sox", str(file), "-t", "raw", "-") == PCM


@pytest.mark.parametrize("kind", ["mp3", "flac", "opus"])
def test_gemini_speech_is_encoded(kind: str, client: openai.OpenAI, upstream: StrictUpstream, tmp_path: Path) -> None:
    tone = [round(8000 * math.sin(i / 9)) for i in range(16000 * 3 // 2)]
    upstream.play(spoken(struct.pack(f"<{len(tone)}h", *tone)))
    answer = client.audio.speech.create(model="voice", input="Hi", voice="Kore", response_format=kind)
    types = {"mp3": "audio/mpeg", "flac": "audio/flac", "opus": "audio/opus"}
    assert answer.response.headers["content-type"] == types[kind]
    file = tmp_path / f"speech.{kind}"
    answer.write_to_file(file)
    if kind == "opus":
        about = run("opusinfo", str(file)).decode()
        assert "Playback length: 0m:01.500s" in about and "Original sample rate: 16000 Hz" in about
        return
    assert (run("soxi", "-r", str(file)), run("soxi", "-c", str(file))) == (b"16000\n", b"1\n")
    assert float(run("soxi", "-D", str(file))) == pytest.approx(1.5, abs=0.1 if kind == "mp3" else 0)
    if kind == "flac":
        assert run("sox", str(file), "-t", "raw", "-") == struct.pack(f"<{len(tone)}h", *tone)


def test_gemini_speech_knows_no_aac(client: openai.OpenAI, upstream: StrictUpstream) -> None:
    upstream.play(spoken(PCM))
    answer = client.audio.speech.create(model="voice", input="Hi", voice="Kore", response_format="pcm")
    assert answer.read() == PCM
    with pytest.raises(openai.BadRequestError, match="flac, mp3, opus, pcm, wav"):
        client.audio.speech.create(model="voice", input="Hi", voice="Kore", response_format="aac")


def test_gemini_images(client: openai.OpenAI, upstream: StrictUpstream) -> None:
    picture = {"inlineData": {"mimeType": "image/png", "data": PIXEL}}
    upstream.play(Answer(body=gemini(picture)))
    answer = client.images.generate(model="painter", prompt="a cat", size="1536x1024")
    assert upstream.last.json["generationConfig"]["imageConfig"] == {"aspectRatio": "3:2"}
    assert answer.data and answer.data[0].b64_json == PIXEL
    predictions = [{"mimeType": "image/png", "bytesBase64Encoded": PIXEL}]
    upstream.play(Answer(body={"predictions": predictions * 2}))
    answer = client.images.generate(model="imagen", prompt="a cat", n=2)
    assert upstream.last.target == "/v1beta/models/imagen-4.0-generate-001:predict"
    assert answer.data and [image.b64_json for image in answer.data] == [PIXEL, PIXEL]


def test_gemini_completes_a_text(client: openai.OpenAI, upstream: StrictUpstream) -> None:
    upstream.play(Answer(body=gemini({"text": " upon"})))
    answer = client.completions.create(model="flash", prompt="Once", max_tokens=5)
    assert upstream.last.target == "/v1beta/models/gemini-2.5-flash:generateContent"
    assert upstream.last.json["contents"] == [{"role": "user", "parts": [{"text": "Once"}]}]
    assert (answer.object, answer.model, answer.choices[0].text) == ("text_completion", "flash", " upon")
    assert answer.usage and answer.usage.total_tokens == 6
    upstream.play(events(gemini({"text": " up"}, finish=None), gemini({"text": "on"})))
    chunks = list(client.completions.create(model="flash", prompt="Once", stream=True))
    assert "".join(chunk.choices[0].text for chunk in chunks) == " upon"
    assert [chunk.choices[0].finish_reason for chunk in chunks][-1] == "stop"


@pytest.mark.parametrize("kind", ["events", "array"])
def test_gemini_streams_tell_their_tier(client: openai.OpenAI, upstream: StrictUpstream, kind: str) -> None:
    parts = [gemini({"text": "Hel"}, finish=None), gemini({"text": "lo"})]
    answer = events(*parts) if kind == "events" else Answer(body=parts)
    answer.headers["x-gemini-service-tier"] = "priority"
    upstream.play(answer)
    chunks = list(client.chat.completions.create(model="flash", **hello(stream=True)))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Hello"
    assert {chunk.service_tier for chunk in chunks} == {"priority"}


def test_gemini_transcribes(client: openai.OpenAI, upstream: StrictUpstream) -> None:
    word = {"type": "word_info", "text": "Hello", "start_offset": "0s", "end_offset": "0.5s"}
    text = {"type": "text", "text": "Hello", "annotations": [word]}
    done = {"status": "completed", "steps": [{"content": [text]}]}
    upstream.choose(lambda _: Answer(body=done))
    call = {"model": "flash", "file": ("talk.mp3", PCM), "language": "de"}
    assert client.audio.transcriptions.create(**call).text == "Hello"
    assert upstream.last.target == "/v1beta/interactions"
    assert upstream.last.header("api-revision") and upstream.last.header("x-goog-api-key")
    assert upstream.last.json["input"] == [
        {"type": "audio", "data": base64.b64encode(PCM).decode(), "mime_type": "audio/mpeg"}]
    detailed = client.audio.transcriptions.create(
        **call, response_format="verbose_json", timestamp_granularities=["word"])
    assert detailed.words and (detailed.words[0].word, detailed.words[0].end) == ("Hello", 0.5)
    subtitles = client.audio.transcriptions.create(**call, response_format="srt")
    assert subtitles == "1\n00:00:00,000 --> 00:00:00,500\nHello\n\n"


def test_ollama_stream_tells_two_calls_apart(client: openai.OpenAI, upstream: StrictUpstream) -> None:
    def call(city: str) -> dict[str, Any]:
        function = {"name": "get_weather", "arguments": {"city": city}}
        return {"message": {"role": "assistant", "content": "", "tool_calls": [{"function": function}]}, "done": False}

    end = {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop", "eval_count": 1}
    upstream.play(lines(call("Taipei"), call("Tainan"), end))
    with client.chat.completions.stream(model="llama", **hello(tools=[TOOL])) as stream:
        choice = stream.get_final_completion().choices[0]
    assert choice.finish_reason == "tool_calls"
    assert [json.loads(c.function.arguments)["city"] for c in choice.message.tool_calls or []] == ["Taipei", "Tainan"]


def test_ollama_error_in_a_stream(native: Server, upstream: StrictUpstream) -> None:
    upstream.play(lines({"error": "model 'llama3.1' not found"}))
    answer = native.chat("llama", stream=True)
    assert answer.status_code == 404
