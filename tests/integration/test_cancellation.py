"""A client that leaves takes its upstream call with it, at once."""

from __future__ import annotations

import time

import pytest

import answers
import wire
from gateway import MASTER_KEY, Server
from scripted_upstream import Answer, Gate, Request, ScriptedUpstream

AT_MOST = 0.1  # seconds between the client's leaving and the upstream's seeing it


def chat_request(**fields: object) -> bytes:
    body = {"model": "chat", "messages": [{"role": "user", "content": "hi"}]} | fields
    return wire.request("POST", "/v1/chat/completions", body, MASTER_KEY)


def assert_cancelled(request: Request, left_at: float) -> None:
    assert request.gone.wait(5), "the upstream call went on"
    assert request.disconnected_at is not None
    assert request.disconnected_at - left_at < AT_MOST


@pytest.mark.differs("cancel-on-disconnect")
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("how", ["close", "reset"])
def test_while_waiting_for_the_head(gateway: Server, upstream: ScriptedUpstream, stream: bool, how: str) -> None:
    upstream.play(Answer(wait=Gate()))
    connection = wire.Connection(gateway.port)
    connection.send(chat_request(stream=stream))
    request = upstream.wait_for(1)[0]
    left_at = time.monotonic()
    getattr(connection, how)()
    assert_cancelled(request, left_at)


@pytest.mark.parametrize("how", ["close", "reset"])
def test_inside_a_stream(gateway: Server, upstream: ScriptedUpstream, how: str) -> None:
    upstream.play(Answer(stream=[*answers.chat_frames("Hello")[:2], Gate()]))
    connection = wire.Connection(gateway.port)
    connection.send(chat_request(stream=True))
    connection.read_head()
    assert any("Hello" in event for event in connection.events())
    left_at = time.monotonic()
    getattr(connection, how)()
    assert_cancelled(upstream.last, left_at)


@pytest.mark.differs("cancel-on-disconnect")
def test_inside_a_whole_body(gateway: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(headers={"content-type": "application/json"}, stream=['{"id": "x", ', Gate()]))
    connection = wire.Connection(gateway.port)
    connection.send(chat_request())
    request = upstream.wait_for(1)[0]
    left_at = time.monotonic()
    connection.close()
    assert_cancelled(request, left_at)


def test_while_sending_its_body(gateway: Server, upstream: ScriptedUpstream) -> None:
    connection = wire.Connection(gateway.port)
    head = wire.request("POST", "/v1/chat/completions", key=MASTER_KEY, headers={"content-length": "1000"})
    connection.send(head + b'{"model": "chat", "messages": [')
    connection.reset()
    assert gateway.chat().status_code == 200
    assert [request.json["messages"][0]["content"] for request in upstream.requests] == ["hi"]


def test_the_connection_that_was_cut_is_not_used_again(gateway: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(stream=[*answers.chat_frames("Hello")[:2], Gate()]))
    with wire.Connection(gateway.port) as connection:
        connection.send(chat_request(stream=True))
        connection.read_head()
    cut = upstream.last
    assert cut.gone.wait(5)
    for _ in range(3):
        assert gateway.chat().json()["choices"][0]["message"]["content"] == "Hello from upstream."
    assert cut.connection not in {request.connection for request in upstream.requests[1:]}


def test_a_client_that_only_ends_its_sending_side_is_still_answered(
    gateway: Server, upstream: ScriptedUpstream
) -> None:
    """Many tools send their request, shut their sending side down and read on."""
    with wire.Connection(gateway.port) as connection:
        connection.send(wire.request("GET", "/health/liveliness", headers={"connection": "close"}))
        connection.end_sending()
        assert connection.read_response().body == b'"I\'m alive!"'
