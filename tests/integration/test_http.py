"""HTTP/1.1 as clients use it: connections, bodies of every size and form."""

from __future__ import annotations

import json
from typing import Any

import pytest

import wire
from gateway import MASTER_KEY, Gateway, Server
from scripted_upstream import ScriptedUpstream
from setup_config import chat_config

CHAT: dict[str, Any] = {"model": "chat", "messages": [{"role": "user", "content": "hi"}]}
PATH = "/v1/chat/completions"
CHUNKED = {"transfer-encoding": "chunked"}


def large_body(size: int) -> bytes:
    return json.dumps(CHAT | {"messages": [{"role": "user", "content": "x" * size}]}).encode()


def test_many_requests_on_one_connection(gateway: Server) -> None:
    with wire.Connection(gateway.port) as connection:
        for _ in range(50):
            connection.send(wire.request("POST", PATH, CHAT, MASTER_KEY))
            assert connection.read_response().status == 200


def test_pipelined_requests_are_answered_in_order(gateway: Server) -> None:
    calls = [
        wire.request("GET", "/health/liveliness"),
        wire.request("POST", PATH, CHAT, MASTER_KEY),
        wire.request("GET", "/v1/models", key=MASTER_KEY),
        wire.request("POST", PATH, CHAT | {"stream": True}, MASTER_KEY),
        wire.request("GET", "/health/liveliness"),
    ]
    with wire.Connection(gateway.port) as connection:
        connection.send(b"".join(calls))
        answers = [connection.read_response() for _ in calls]
    assert [answer.status for answer in answers] == [200] * 5
    assert answers[0].body == answers[4].body == b'"I\'m alive!"'
    assert answers[1].json["object"] == "chat.completion"
    assert answers[2].json["object"] == "list"
    assert answers[3].body.endswith(b"data: [DONE]\n\n")


def test_a_request_in_single_bytes(gateway: Server) -> None:
    with wire.Connection(gateway.port) as connection:
        for byte in wire.request("POST", PATH, CHAT, MASTER_KEY):
            connection.send(bytes([byte]))
        assert connection.read_response().status == 200


def test_connection_close(gateway: Server) -> None:
    with wire.Connection(gateway.port) as connection:
        connection.send(wire.request("POST", PATH, CHAT, MASTER_KEY, {"connection": "close"}))
        assert connection.read_response().status == 200
        assert connection.closed_by_peer()


@pytest.mark.parametrize("stream", [False, True])
def test_http_1_0(gateway: Server, stream: bool) -> None:
    call = wire.request("POST", PATH, CHAT | {"stream": stream}, MASTER_KEY).replace(b"HTTP/1.1", b"HTTP/1.0")
    with wire.Connection(gateway.port) as connection:
        connection.send(call)
        answer = connection.read_response()
        assert answer.status == 200 and answer.header("transfer-encoding") is None
        assert (b"[DONE]" in answer.body) == stream
        assert connection.closed_by_peer()


def test_expect_100_continue(gateway: Server) -> None:
    body = json.dumps(CHAT).encode()
    headers = {"expect": "100-continue", "content-length": str(len(body))}
    with wire.Connection(gateway.port) as connection:
        connection.send(wire.request("POST", PATH, key=MASTER_KEY, headers=headers))
        assert connection.read_head().status == 100
        connection.send(body)
        assert connection.read_response().status == 200


@pytest.mark.differs("auth-before-body")
def test_expect_100_continue_without_a_key(gateway: Server) -> None:
    headers = {"expect": "100-continue", "content-length": "1000000"}
    with wire.Connection(gateway.port) as connection:
        connection.send(wire.request("POST", PATH, headers=headers))
        assert connection.read_head().status == 401


@pytest.mark.parametrize("size", [1, 13, 10_000])
def test_chunked_request_bodies(gateway: Server, upstream: ScriptedUpstream, size: int) -> None:
    body = json.dumps(CHAT).encode()
    pieces = [body[i:i + size] for i in range(0, len(body), size)]
    with wire.Connection(gateway.port) as connection:
        connection.send(wire.request("POST", PATH, key=MASTER_KEY, headers=CHUNKED))
        for piece in pieces:
            connection.send(b"%X;ext=1\r\n%s\r\n" % (len(piece), piece))
        connection.send(b"0\r\nx-trailer: 1\r\n\r\n")
        assert connection.read_response().status == 200
        connection.send(wire.request("GET", "/health/liveliness"))
        assert connection.read_response().status == 200
    assert upstream.last.json == {"model": "my-model", "messages": CHAT["messages"]}


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_20_megabytes(gateway: Server, upstream: ScriptedUpstream, chunked: bool) -> None:
    body = large_body(20_000_000)
    content = (body[i:i + 65_536] for i in range(0, len(body), 65_536)) if chunked else body
    assert gateway.http.post(PATH, content=content).status_code == 200
    assert upstream.last.json["messages"][0]["content"] == "x" * 20_000_000


def test_a_large_answer(gateway: Server, upstream: ScriptedUpstream) -> None:
    import answers
    from scripted_upstream import Answer

    upstream.play(Answer(body=answers.chat("y" * 10_000_000)))
    assert len(gateway.chat().json()["choices"][0]["message"]["content"]) == 10_000_000


@pytest.mark.differs("compression")
def test_answers_are_not_compressed(gateway: Server) -> None:
    answer = gateway.http.get("/v1/models", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert int(answer.headers["content-length"]) > 500


def limited(upstream: ScriptedUpstream) -> dict[str, Any]:
    config = chat_config(upstream.url)
    config["general_settings"]["max_request_size_mb"] = 1
    return config


@pytest.mark.differs("request-limit")
def test_too_large(upstream: ScriptedUpstream) -> None:
    with Gateway(limited(upstream)) as gateway:
        assert gateway.http.post(PATH, content=large_body(900_000)).status_code == 200
        upstream.reset()
        headers = {"content-length": "2000000"}
        with wire.Connection(gateway.port) as connection:  # refused by what it announces
            connection.send(wire.request("POST", PATH, key=MASTER_KEY, headers=headers))
            answer = connection.read_response()
            assert answer.status == 413 and answer.json["error"]["code"] == "413"
            assert connection.closed_by_peer()
        with wire.Connection(gateway.port) as connection:  # refused by what it sends
            connection.send(wire.request("POST", PATH, key=MASTER_KEY, headers=CHUNKED))
            for _ in range(20):
                connection.try_send(b"20000\r\n" + b" " * 0x20000 + b"\r\n")
            assert connection.read_response().status == 413
            assert connection.closed_by_peer()
        with wire.Connection(gateway.port) as connection:  # without a key it is not even weighed
            connection.send(wire.request("POST", PATH, headers=headers))
            assert connection.read_response().status == 401
        assert not upstream.requests
