"""Providers whose dialect is not OpenAI's, through OpenAI's SDK."""

from __future__ import annotations

import base64
import io
import json
import wave
from typing import Any, Iterator

import openai
import pytest

from gateway import MASTER_KEY, Gateway, Server
from scripted_upstream import Answer, Request, ScriptedUpstream
from setup_config import base_config, deployment

TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}}
USAGE = {"promptTokenCount": 4, "candidatesTokenCount": 2, "totalTokenCount": 6}
PCM = bytes(range(200))


def gemini(*parts: dict[str, Any], finish: str | None = "STOP", usage: bool = True) -> dict[str, Any]:
    candidate = {"index": 0, "content": {"role": "model", "parts": list(parts)}} | (
        {"finishReason": finish} if finish else {}
    )
    return {"candidates": [candidate], "responseId": "r1"} | ({"usageMetadata": USAGE} if usage else {})


def events(*answers: dict[str, Any]) -> Answer:
    frames = [f"data: {json.dumps(answer)}\r\n\r\n" for answer in answers]
    return Answer(headers={"content-type": "text/event-stream"}, stream=frames)


def lines(*documents: dict[str, Any]) -> Answer:
    return Answer(headers={"content-type": "application/x-ndjson"}, stream=[json.dumps(d) + "\n" for d in documents])


@pytest.fixture(scope="module")
def native(shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    config = base_config([
        deployment("flash", "gemini/gemini-2.5-flash", f"{shared_upstream.url}/v1beta"),
        deployment("pro3", "gemini/gemini-3-pro-preview", f"{shared_upstream.url}/v1beta"),
        deployment("vectors", "gemini/gemini-embedding-001", f"{shared_upstream.url}/v1beta", "embedding"),
        deployment("voice", "gemini/gemini-2.5-flash-tts", f"{shared_upstream.url}/v1beta", "audio_speech"),
        deployment("llama", "ollama_chat/llama3.1", shared_upstream.url),
    ])
    with Gateway(config) as server:
        yield server


@pytest.fixture
def client(native: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{native.url}/v1", api_key=MASTER_KEY, max_retries=0) as sdk:
        yield sdk


def hello(**more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]} | more


def test_gemini_chat(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=gemini({"text": "Hello"})))
    answer = client.chat.completions.create(model="flash", **hello(temperature=0.5))
    sent: Request = upstream.last
    assert sent.target == "/v1beta/models/gemini-2.5-flash:generateContent"
    assert sent.header("x-goog-api-key") and not sent.header("authorization")
    assert sent.json["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert sent.json["contents"] == [{"role": "user", "parts": [{"text": "Hi"}]}]
    assert sent.json["generationConfig"]["temperature"] == 0.5
    assert answer.model == "flash"
    assert answer.choices[0].message.content == "Hello" and answer.choices[0].finish_reason == "stop"
    assert answer.usage and answer.usage.total_tokens == 6


def test_gemini_stream(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(events(gemini({"text": "Hel"}, finish=None), gemini({"text": "lo"})))
    options = {"stream": True, "stream_options": {"include_usage": True}}
    chunks = list(client.chat.completions.create(model="flash", **hello(**options)))
    assert upstream.last.target == "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Hello"
    assert [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] == ["stop"]
    assert chunks[-1].usage and chunks[-1].usage.total_tokens == 6
    assert {c.model for c in chunks} == {"flash"}


def test_gemini_tools_carry_their_signatures_over_three_turns(
    client: openai.OpenAI, upstream: ScriptedUpstream
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


def test_gemini_errors(native: Server, upstream: ScriptedUpstream) -> None:
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}
    error = {"code": 429, "message": "Quota exceeded for metric", "status": "RESOURCE_EXHAUSTED", "details": [retry]}
    for body, stream in (({"error": error}, False), ([{"error": error}], True)):
        upstream.play(Answer(429, body=body))
        answer = native.chat("flash", stream=stream)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "37"
        assert "Quota exceeded" in answer.json()["error"]["message"]
    upstream.play(Answer(400, body={"error": {"code": 400, "message": "API key not valid. Please pass a valid key."}}))
    assert native.chat("flash").status_code == 401


def test_gemini_embeddings(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    # The SDK asks for base64 and decodes it.
    upstream.play(Answer(body={"embeddings": [{"values": [0.25, -0.5]}, {"values": [1.0, 0.0]}]}))
    answer = client.embeddings.create(model="vectors", input=["a", "b"])
    assert upstream.last.target == "/v1beta/models/gemini-embedding-001:batchEmbedContents"
    assert [item.embedding for item in answer.data] == [[0.25, -0.5], [1.0, 0.0]]


def test_gemini_speech_is_a_wave_file(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    data = {"mimeType": "audio/L16;codec=pcm;rate=16000", "data": base64.b64encode(PCM).decode()}
    upstream.play(Answer(body=gemini({"inlineData": data})))
    answer = client.audio.speech.create(model="voice", input="Hi", voice="Kore", response_format="wav")
    assert len(upstream.requests) == 1
    with wave.open(io.BytesIO(answer.read())) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16000, 1, 2)
        assert sound.readframes(1000) == PCM
    with pytest.raises(openai.BadRequestError):
        client.audio.speech.create(model="voice", input="Hi", voice="Kore", response_format="mp3")


def test_gemini_completes_a_text(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
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
def test_gemini_streams_tell_their_tier(client: openai.OpenAI, upstream: ScriptedUpstream, kind: str) -> None:
    parts = [gemini({"text": "Hel"}, finish=None), gemini({"text": "lo"})]
    answer = events(*parts) if kind == "events" else Answer(body=parts)
    answer.headers["x-gemini-service-tier"] = "priority"
    upstream.play(answer)
    chunks = list(client.chat.completions.create(model="flash", **hello(stream=True)))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Hello"
    assert {chunk.service_tier for chunk in chunks} == {"priority"}


def test_gemini_transcribes(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
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


def test_ollama_chat(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    message = {"role": "assistant", "content": "Hello"}
    upstream.play(Answer(body={
        "model": "llama3.1", "message": message, "done": True, "done_reason": "stop",
        "prompt_eval_count": 4, "eval_count": 2,
    }))
    answer = client.chat.completions.create(model="llama", **hello(max_tokens=5))
    assert upstream.last.target == "/api/chat"
    assert upstream.last.json["options"]["num_predict"] == 5
    assert answer.choices[0].message.content == "Hello" and answer.model == "llama"
    assert answer.usage and answer.usage.total_tokens == 6


def test_ollama_stream_tells_two_calls_apart(client: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    def call(city: str) -> dict[str, Any]:
        function = {"name": "get_weather", "arguments": {"city": city}}
        return {"message": {"role": "assistant", "content": "", "tool_calls": [{"function": function}]}, "done": False}

    end = {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop", "eval_count": 1}
    upstream.play(lines(call("Taipei"), call("Tainan"), end))
    with client.chat.completions.stream(model="llama", **hello(tools=[TOOL])) as stream:
        choice = stream.get_final_completion().choices[0]
    assert choice.finish_reason == "tool_calls"
    assert [json.loads(c.function.arguments)["city"] for c in choice.message.tool_calls or []] == ["Taipei", "Tainan"]


def test_ollama_error_in_a_stream(native: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(lines({"error": "model 'llama3.1' not found"}))
    answer = native.chat("llama", stream=True)
    assert answer.status_code == 404
