"""How streams travel: frame by frame, whatever their form, with a proper end in every case."""

from __future__ import annotations

import json
from typing import Any

import pytest

import answers
import wire
from gateway import MASTER_KEY, Server
from scripted_upstream import Answer, Gate, ScriptedUpstream

HI = [{"role": "user", "content": "hi"}]


def open_stream(gateway: Server, model: str = "chat", **fields: Any) -> wire.Connection:
    """A connection on which a streamed chat call was sent; the head is not read yet."""
    connection = wire.Connection(gateway.port)
    body = {"model": model, "messages": HI, "stream": True} | fields
    connection.send(wire.request("POST", "/v1/chat/completions", body, MASTER_KEY))
    return connection


def stream(gateway: Server, **fields: Any) -> list[Any]:
    """All events of one streamed call: JSON where it is, else the text after `data: `."""
    with open_stream(gateway, **fields) as connection:
        head = connection.read_head()
        assert head.status == 200
        return [parse(event) for event in connection.events() if not event.startswith(":")]


def parse(event: str) -> Any:
    data = event.removeprefix("data:").strip()
    return data if data == "[DONE]" else json.loads(data)


def text_of(events: list[Any]) -> str:
    deltas = [e["choices"][0]["delta"] for e in events if e != "[DONE]" and e.get("choices")]
    return "".join(delta.get("content") or "" for delta in deltas)


def finishes(events: list[Any]) -> list[str]:
    choices = [e["choices"][0] for e in events if e != "[DONE]" and e.get("choices")]
    return [choice["finish_reason"] for choice in choices if choice.get("finish_reason")]


def test_every_frame_arrives_before_the_next_is_sent(gateway: Server, upstream: ScriptedUpstream) -> None:
    words = [f"word{i}" for i in range(20)]
    gates = [Gate() for _ in words]
    steps: list[Any] = [answers.frame(answers.chunk({"role": "assistant", "content": ""}))]
    for word, gate in zip(words, gates):
        steps += [answers.frame(answers.chunk({"content": word})), gate]
    steps += [answers.frame(answers.chunk({}, "stop")), answers.DONE]
    upstream.play(Answer(stream=steps))
    with open_stream(gateway) as connection:
        assert connection.read_head().status == 200
        waiting = iter(zip(words, gates))
        word, gate = next(waiting)
        for event in connection.events():
            if word in event:  # only now may the upstream go on
                gate.open()
                word, gate = next(waiting, ("", gate))
                if not word:
                    break
        assert not word


def test_head_of_a_stream(gateway: Server) -> None:
    with open_stream(gateway) as connection:
        head = connection.read_head()
    assert head.header("content-type") == "text/event-stream; charset=utf-8"
    assert head.header("cache-control") == "no-cache"
    assert head.header("x-accel-buffering") == "no"
    assert head.header("transfer-encoding") == "chunked"
    assert head.header("content-encoding") is None
    assert head.header("x-litellm-model-id") == "id-chat"
    assert head.header("x-litellm-call-id")


def test_done_ends_a_stream(gateway: Server) -> None:
    events = stream(gateway)
    assert events.count("[DONE]") == 1 and events[-1] == "[DONE]"


def test_done_is_added_when_the_upstream_leaves_it_out(gateway: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(stream=answers.chat_frames("Hello", usage=False)[:-1]))
    events = stream(gateway)
    assert text_of(events) == "Hello" and finishes(events) == ["stop"]
    assert events.count("[DONE]") == 1 and events[-1] == "[DONE]"


def test_usage_is_asked_for_and_stripped(gateway: Server, upstream: ScriptedUpstream) -> None:
    events = stream(gateway)
    assert upstream.last.json["stream_options"] == {"include_usage": True}
    assert not [e for e in events if e != "[DONE]" and e.get("usage")]


def test_usage_is_stripped_when_the_client_refused_it(gateway: Server, upstream: ScriptedUpstream) -> None:
    events = stream(gateway, stream_options={"include_usage": False})
    assert upstream.last.json["stream_options"] == {"include_usage": True}
    assert not [e for e in events if e != "[DONE]" and e.get("usage")]


def test_usage_is_shown_when_the_client_asked(gateway: Server) -> None:
    events = stream(gateway, stream_options={"include_usage": True})
    with_usage = [e for e in events if e != "[DONE]" and e.get("usage")]
    assert len(with_usage) == 1 and with_usage[0] is events[-2]
    assert with_usage[0]["usage"]["total_tokens"] == 18


@pytest.mark.differs("usage-chunk-choices")
def test_usage_chunk_has_no_choices(gateway: Server) -> None:
    events = stream(gateway, stream_options={"include_usage": True})
    assert events[-2]["choices"] == []


@pytest.mark.differs("body-passthrough")
def test_chunks_are_the_upstreams_own(gateway: Server, upstream: ScriptedUpstream) -> None:
    odd = answers.chunk({"content": "x", "reasoning_content": "r"}, logprobs=None, x_extra={"a": [1]})
    upstream.play(Answer(stream=[answers.frame(odd), *answers.chat_frames("y", usage=False)]))
    assert stream(gateway)[0] == odd | {"model": "chat"}


@pytest.mark.parametrize("size", [1, 7, 64])
def test_frames_cut_anywhere(gateway: Server, upstream: ScriptedUpstream, size: int) -> None:
    whole = "".join(answers.chat_frames("Grüße", " 世界", " \\u2603")).encode()
    upstream.play(Answer(stream=[whole[i:i + size] for i in range(0, len(whole), size)]))
    events = stream(gateway)
    assert text_of(events) == "Grüße 世界 \\u2603" and events[-1] == "[DONE]"


def test_crlf_comments_and_missing_space(gateway: Server, upstream: ScriptedUpstream) -> None:
    frames = answers.chat_frames("Hello", " there", usage=False)
    wild = [": PROCESSING\r\n\r\n", *(f.replace("\n", "\r\n").replace("data: ", "data:") for f in frames)]
    upstream.play(Answer(stream=wild))
    events = stream(gateway)
    assert text_of(events) == "Hello there" and finishes(events) == ["stop"]


@pytest.mark.parametrize("chunked", [True, False])
def test_gzip_from_the_upstream(gateway: Server, upstream: ScriptedUpstream, chunked: bool) -> None:
    upstream.play(Answer(stream=answers.chat_frames("Hello", " there"), gzip=True, chunked=chunked))
    assert text_of(stream(gateway)) == "Hello there"
    upstream.play(Answer(body=answers.chat("zipped"), gzip=True))
    assert gateway.chat().json()["choices"][0]["message"]["content"] == "zipped"


def test_gzipped_frames_arrive_one_by_one(gateway: Server, upstream: ScriptedUpstream) -> None:
    gate = Gate()
    frames = answers.chat_frames("first", "second", usage=False)
    upstream.play(Answer(stream=[*frames[:2], gate, *frames[2:]], gzip=True))
    with open_stream(gateway) as connection:
        connection.read_head()
        events = connection.events()
        assert any("first" in event for event in events)
        gate.open()
        assert any("second" in event for event in events)


def test_error_before_the_first_event_is_a_plain_error(gateway: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(answers.error(429, "slow down"))
    answer = gateway.chat(stream=True)
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/json"
    assert "slow down" in answer.json()["error"]["message"]


def test_error_as_the_first_event_is_a_plain_error(gateway: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(stream=[answers.frame({"error": {"message": "model died", "code": 503}}), answers.DONE]))
    answer = gateway.chat(stream=True)
    assert answer.status_code >= 500
    assert answer.headers["content-type"] == "application/json"
    assert "model died" in answer.json()["error"]["message"]


@pytest.mark.differs("done-after-error")
@pytest.mark.parametrize("end", ["event", "abort", "garbage"])
def test_failure_inside_a_stream(gateway: Server, upstream: ScriptedUpstream, end: str) -> None:
    frames = answers.chat_frames("Hello", usage=False)[:2]
    if end == "event":
        frames.append(answers.frame({"error": {"message": "broke", "code": 502}}))
    if end == "garbage":
        frames.append("data: {not json\n\n")
    upstream.play(Answer(stream=frames, abort=end == "abort"))
    *parts, last, done = stream(gateway)
    assert text_of(parts) == "Hello"
    assert done == "[DONE]"
    assert last["error"]["message"] and int(last["error"]["code"]) >= 500


@pytest.mark.differs("stream-eof")
def test_end_without_finish_is_an_error(gateway: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(stream=answers.chat_frames("Hello", usage=False)[:2]))
    *parts, last, done = stream(gateway)
    assert text_of(parts) == "Hello" and not finishes(parts)
    assert "error" in last and done == "[DONE]"


@pytest.mark.differs("stream-empty")
@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"", headers={"content-type": "text/event-stream"}),
        Answer(body="<html>login</html>", headers={"content-type": "text/html"}),
        Answer(body={"object": "chat.completion", "choices": []}),
    ],
    ids=["empty", "html", "json"],
)
def test_success_without_a_stream_is_an_error(gateway: Server, upstream: ScriptedUpstream, answer: Answer) -> None:
    upstream.play(answer)
    response = gateway.chat(stream=True)
    assert response.status_code >= 500
    assert response.json()["error"]["code"] == str(response.status_code)


@pytest.mark.differs("stream-from-json")
def test_a_whole_completion_is_told_as_a_stream(gateway: Server, upstream: ScriptedUpstream) -> None:
    call = answers.tool_call(0, "get_weather", '{"city":"Taipei"}')
    message = {"role": "assistant", "content": "Hello", "tool_calls": [call]}
    upstream.play(Answer(body=answers.chat(message=message, finish_reason="tool_calls")))
    *parts, done = stream(gateway, stream_options={"include_usage": True})
    assert done == "[DONE]"
    assert text_of(parts) == "Hello"
    assert parts[0]["choices"][0]["delta"]["tool_calls"] == [call | {"index": 0}]
    assert finishes(parts) == ["tool_calls"]
    assert parts[-1]["choices"] == [] and parts[-1]["usage"] == answers.USAGE


def test_text_completion_streams(gateway: Server, upstream: ScriptedUpstream) -> None:
    body = {"model": "instruct", "prompt": "Once", "stream": True}
    with gateway.http.stream("POST", "/v1/completions", json=body) as answer:
        events = [parse(line) for line in answer.iter_lines() if line.startswith("data:")]
    assert events[-1] == "[DONE]"
    assert "".join(e["choices"][0].get("text") or "" for e in events[:-1] if e["choices"]) == "Once upon"
    assert {e["model"] for e in events[:-1]} == {"instruct"}


def test_a_slow_reader_holds_the_upstream_back(gateway: Server, upstream: ScriptedUpstream) -> None:
    count = 1000  # 60 MB, more than the socket buffers on the way
    pieces = [answers.frame(answers.chunk({"content": f"{i}" + "x" * 60_000})) for i in range(count)]
    frames = answers.chat_frames("end", usage=False)
    upstream.play(Answer(stream=[frames[0], *pieces, *frames[1:]]))
    with open_stream(gateway) as connection:
        connection.read_head()
        request = upstream.last
        assert request.blocked.wait(20), "the gateway took everything without a reader"
        assert not request.done.is_set()
        assert sum("xxx" in event for event in connection.events()) == count


@pytest.mark.slow
@pytest.mark.differs("stream-keepalive")
def test_silence_is_filled_with_comments(gateway: Server, upstream: ScriptedUpstream) -> None:
    gate = Gate()
    frames = answers.chat_frames("Hello", usage=False)
    upstream.play(Answer(stream=[*frames[:2], gate, *frames[2:]]))
    with wire.Connection(gateway.port, timeout=25) as connection:
        body = {"model": "chat", "messages": HI, "stream": True}
        connection.send(wire.request("POST", "/v1/chat/completions", body, MASTER_KEY))
        connection.read_head()
        events = connection.events()
        assert next(e for e in events if not e.startswith("data:")) == ": keep-alive"
        gate.open()
        assert list(events)[-1] == "data: [DONE]"
