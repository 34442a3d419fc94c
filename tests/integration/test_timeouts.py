"""Upstreams that are slow or silent, and who may say how long to wait."""

from __future__ import annotations

import httpx
import pytest

import answers
from gateway import Server
from scripted_upstream import Answer, Gate, ScriptedUpstream


def assert_timeout(answer: httpx.Response, group: str) -> None:
    assert answer.status_code == 408
    error = answer.json()["error"]
    assert error["code"] == "408" and error["type"] == "invalid_request_error"
    assert error["message"].startswith("litellm.Timeout: APITimeoutError - Request timed out.")
    assert f"model group '{group}' failed with the error above" in error["message"]


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_a_silent_upstream(gateway: Server, upstream: ScriptedUpstream, stream: bool) -> None:
    upstream.play(Answer(wait=Gate()))
    assert_timeout(gateway.chat("hasty", stream=stream), "hasty")
    assert upstream.last.gone.wait(5)


@pytest.mark.parametrize("name", ["timeout", "header"])
def test_the_client_may_say_how_long(gateway: Server, upstream: ScriptedUpstream, name: str) -> None:
    upstream.play(Answer(wait=Gate()))
    body = {"model": "chat", "messages": [{"role": "user", "content": "hi"}]}
    headers = {}
    if name == "header":
        headers["x-litellm-timeout"] = "0.5"
    else:
        body["timeout"] = 0.5
    answer = gateway.http.post("/v1/chat/completions", json=body, headers=headers)
    assert_timeout(answer, "chat")
    assert "timeout" not in upstream.last.json
    assert upstream.last.header("x-litellm-timeout") is None


@pytest.mark.differs("done-after-error")
def test_a_stream_that_stalls(gateway: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(stream=[*answers.chat_frames("Hello")[:2], Gate()]))
    body = {"model": "hasty", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    with gateway.http.stream("POST", "/v1/chat/completions", json=body) as answer:
        lines = [line for line in answer.iter_lines() if line]
    assert answer.status_code == 200
    assert "Hello" in lines[-3] and '"error"' in lines[-2] and lines[-1] == "data: [DONE]"
    assert upstream.last.gone.wait(5)


def test_refused_connections(gateway: Server) -> None:
    answer = gateway.chat("gone")
    assert answer.status_code == 500
    message = answer.json()["error"]["message"]
    assert message.startswith("litellm.InternalServerError: InternalServerError: OpenAIException - Connection error.")


def test_an_idle_upstream_connection_that_closed_does_no_harm(gateway: Server, upstream: ScriptedUpstream) -> None:
    for _ in range(5):
        upstream.play(Answer(body=answers.chat(), reset=True))
        assert gateway.chat().status_code == 200
    assert len(upstream.requests) == 5


def test_upstream_connections_are_reused(gateway: Server, upstream: ScriptedUpstream) -> None:
    for _ in range(20):
        assert gateway.chat().status_code == 200
    assert len({request.connection for request in upstream.requests}) <= 2
