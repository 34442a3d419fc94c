"""The beginning of a chat that its client marks, kept at Google for the calls that follow."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Iterator

import httpx
import pytest

from gateway import Gateway, Server
from scripted_upstream import Answer, Gate, Request, ScriptedUpstream
from setup_config import base_config, deployment

LIST = "/v1beta/cachedContents"
CHAT = "/v1beta/models/gemini-2.5-flash:generateContent"
STREAM = "/v1beta/models/gemini-2.5-flash:streamGenerateContent"
NONE = Answer(body={})
GONE = {"error": {"code": 403, "status": "PERMISSION_DENIED",
                  "message": "CachedContent not found (or permission denied)"}}


def said(text: str = "yes") -> Answer:
    part = {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP", "index": 0}
    usage = {"promptTokenCount": 2010, "cachedContentTokenCount": 2000, "candidatesTokenCount": 5}
    return Answer(body={"candidates": [part], "responseId": "r1", "usageMetadata": usage})


def kept(name: str = "cachedContents/1", seconds: int = 300, **more: Any) -> dict[str, Any]:
    ends = time.strftime("%Y-%m-%dT%H:%M:%S.5Z", time.gmtime(time.time() + seconds))
    return {"name": name, "model": "models/gemini-2.5-flash", "expireTime": ends} | more


def body(text: str, question: str = "is it so?", model: str = "flash", **more: Any) -> dict[str, Any]:
    content = [{"type": "text", "text": text + " word" * 2000, "cache_control": {"type": "ephemeral"}}]
    messages = [{"role": "user", "content": content}, {"role": "user", "content": question}]
    return {"model": model, "messages": messages} | more


@pytest.fixture(scope="module")
def keeping(shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    base = f"{shared_upstream.url}/v1beta"
    config = base_config([
        deployment("flash", "gemini/gemini-2.5-flash", base),
        deployment("hasty", "gemini/gemini-2.5-flash", base, timeout=1),
        deployment("pro", "gemini/gemini-2.5-pro", base),
    ])
    with Gateway(config, args=("--num_workers", "1")) as server:
        yield server


def ask(server: Server, text: str, **more: Any) -> httpx.Response:
    answer = server.http.post("/v1/chat/completions", json=body(text, **more))
    assert answer.status_code == 200, answer.text
    return answer


def assert_whole(request: Request, text: str) -> None:
    """The call goes without a context."""
    assert "cachedContent" not in request.json
    assert request.json["contents"][0]["parts"][0]["text"].startswith(text)


def test_kept_once_and_used_again(keeping: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(NONE, Answer(body=kept()), said(), said("still"))
    answer = ask(keeping, "a book")
    assert answer.json()["usage"]["prompt_tokens_details"]["cached_tokens"] == 2000
    assert ask(keeping, "a book", question="and now?").json()["choices"][0]["message"]["content"] == "still"
    listed, made, first, second = upstream.requests
    assert (listed.method, listed.target) == ("GET", LIST + "?pageSize=1000")
    assert (made.method, made.target) == ("POST", LIST)
    assert {r.header("x-goog-api-key") for r in upstream.requests} == {"sk-upstream-1f2e3d4c5b6a"}
    assert made.json["model"] == "models/gemini-2.5-flash" and made.json["ttl"] == "300s"
    assert made.json["contents"][0]["parts"][0]["text"].startswith("a book word")
    for request, question in ((first, "is it so?"), (second, "and now?")):
        assert request.path == CHAT
        assert request.json["cachedContent"] == "cachedContents/1"
        assert request.json["contents"] == [{"role": "user", "parts": [{"text": question}]}]


def test_found_in_the_list(keeping: Server, upstream: ScriptedUpstream) -> None:
    def answer(request: Request) -> Answer:
        if request.path == CHAT:
            return said()
        if request.target.endswith("&pageToken=p%202"):
            return Answer(body={"cachedContents": [kept("cachedContents/9", displayName=name)]})
        return Answer(body={"cachedContents": [kept(displayName="other")], "nextPageToken": "p 2"})

    # Another deployment's first call tells the hash.
    upstream.play(NONE, Answer(body=kept()), said())
    ask(keeping, "a list", model="hasty")
    name = upstream.requests[1].json["displayName"]
    upstream.reset()
    upstream.choose(answer)
    ask(keeping, "a list")
    assert [r.method for r in upstream.requests] == ["GET", "GET", "POST"]
    assert upstream.last.json["cachedContent"] == "cachedContents/9"


def test_one_that_ends_is_not_used(keeping: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(NONE, Answer(body=kept("cachedContents/old", seconds=2)), said(), NONE, Answer(body=kept()), said())
    ask(keeping, "a mayfly")
    ask(keeping, "a mayfly")
    assert [r.path for r in upstream.requests] == [LIST, LIST, CHAT] * 2
    assert upstream.last.json["cachedContent"] == "cachedContents/1"


@pytest.mark.parametrize("stream", [False, True])
def test_one_that_is_gone_is_forgotten(keeping: Server, upstream: ScriptedUpstream, stream: bool) -> None:
    def answer(request: Request) -> Answer:
        if request.path == LIST:
            return NONE if request.method == "GET" else Answer(body=kept())
        if request.json.get("cachedContent"):
            return Answer(403, body=GONE)
        event = b'data: {"candidates":[{"content":{"parts":[{"text":"whole"}]},"finishReason":"STOP"}]}\r\n\r\n'
        return Answer(stream=[event], headers={"content-type": "text/event-stream"}) if stream else said("whole")

    upstream.choose(answer)
    text = f"a lost book {stream}"
    assert "whole" in ask(keeping, text, stream=stream).text
    asked = [STREAM if stream else CHAT] * 2
    assert [r.path for r in upstream.requests] == [LIST, LIST, *asked]
    assert upstream.requests[2].json["cachedContent"]
    assert_whole(upstream.last, text)
    ask(keeping, text, stream=stream)
    assert len(upstream.requests) == 8  # it is made anew


def test_one_that_google_does_not_take_is_left_alone(keeping: Server, upstream: ScriptedUpstream) -> None:
    text = "CachedContent can not be used with GenerateContent request setting tools"
    upstream.play(NONE, Answer(body=kept()), Answer(400, body={"error": {"code": 400, "message": text}}), said(), said())
    ask(keeping, "a strange book")
    assert_whole(upstream.last, "a strange book")
    ask(keeping, "a strange book")
    assert len(upstream.requests) == 5
    assert_whole(upstream.last, "a strange book")


@pytest.mark.parametrize("failures", [
    [Answer(500, body={"error": {"message": "no"}})],
    [Answer(drop=True), Answer(drop=True)],
    [NONE, Answer(400, body={"error": {"code": 400, "message": "Cached content is too small."}})],
    [NONE, Answer(body=b"<html>")],
    [NONE, Answer(body={"name": 7})],
])
def test_without_it_where_it_cannot_be_had(
    keeping: Server, upstream: ScriptedUpstream, failures: list[Answer], request: pytest.FixtureRequest
) -> None:
    text = f"no book {request.node.name}"
    before = len(keeping.process.lines)
    upstream.play(*failures, path=LIST)
    upstream.choose(lambda _: said())
    ask(keeping, text)
    assert_whole(upstream.last, text)
    keeping.process.wait_for_line("flash has no context kept", after=before)
    count = len(upstream.requests)
    ask(keeping, text)  # for a while nothing is tried
    assert len(upstream.requests) == count + 1
    assert_whole(upstream.last, text)


def test_waiting_for_it_ends_in_time(keeping: Server, upstream: ScriptedUpstream) -> None:
    gate = Gate()
    upstream.play(Answer(body={}, wait=gate), path=LIST)
    upstream.play(Answer(body=said().body, delay=0.5))
    ask(keeping, "a slow book", model="hasty")
    gate.open()
    assert_whole(upstream.last, "a slow book")


def test_a_client_that_leaves_ends_the_making(keeping: Server, upstream: ScriptedUpstream) -> None:
    gate = Gate()
    upstream.play(Answer(body={}, wait=gate), path=LIST)
    with keeping.client(timeout=0.3) as client, pytest.raises(httpx.TimeoutException):
        client.post("/v1/chat/completions", json=body("a book left open"))
    assert upstream.wait_for(1)[0].gone.wait(10)
    gate.open()
    upstream.play(NONE, Answer(body=kept()), said())
    ask(keeping, "a book left open")
    assert upstream.last.json["cachedContent"]


def test_others_do_without_while_it_is_made(keeping: Server, upstream: ScriptedUpstream) -> None:
    gate = Gate()
    upstream.play(NONE, Answer(body=kept(), wait=gate), path=LIST)
    upstream.choose(lambda _: said())
    with ThreadPoolExecutor() as pool:
        first = pool.submit(ask, keeping, "a shared book")
        upstream.wait_for(2)
        ask(keeping, "a shared book")
        assert_whole(upstream.last, "a shared book")
        gate.open()
        first.result()
    assert upstream.last.json["cachedContent"]
    assert [r.path for r in upstream.requests] == [LIST, LIST, CHAT, CHAT]


def test_the_least_size_is_the_models(keeping: Server, upstream: ScriptedUpstream) -> None:
    upstream.choose(lambda _: said())
    before = len(keeping.process.lines)
    ask(keeping, "two thousand words", model="pro")
    assert [r.path for r in upstream.requests] == ["/v1beta/models/gemini-2.5-pro:generateContent"]
    assert_whole(upstream.last, "two thousand words")
    keeping.process.wait_for_line("fewer than 2048 tokens", after=before)


def test_it_can_be_turned_off(upstream: ScriptedUpstream) -> None:
    config = base_config([deployment("flash", "gemini/gemini-2.5-flash", f"{upstream.url}/v1beta")])
    config["litellm_settings"]["disable_anthropic_gemini_context_caching_transform"] = True
    with Gateway(config) as server:
        upstream.play(said())
        ask(server, "a book")
        assert_whole(upstream.last, "a book")
