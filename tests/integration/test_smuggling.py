"""Requests made to be read differently by two servers: refused, and the connection closed."""

from __future__ import annotations

import json

import pytest

import wire
from gateway import MASTER_KEY, Server
from scripted_upstream import ScriptedUpstream

BODY = json.dumps({"model": "chat", "messages": [{"role": "user", "content": "hi"}]}).encode()
AUTH = f"authorization: Bearer {MASTER_KEY}\r\n".encode()
LINE = b"POST /v1/chat/completions HTTP/1.1\r\n"
HEAD = LINE + b"host: gateway.test\r\ncontent-type: application/json\r\n" + AUTH
LENGTH = b"content-length: %d\r\n" % len(BODY)
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
SECOND = b"GET /health/liveliness HTTP/1.1\r\nhost: gateway.test\r\n\r\n"

REFUSED = {
    "length and chunked": HEAD + LENGTH + b"transfer-encoding: chunked\r\n\r\n" + CHUNKED,
    "chunked and length": HEAD + b"transfer-encoding: chunked\r\n" + LENGTH + b"\r\n" + CHUNKED,
    "two different lengths": HEAD + LENGTH + b"content-length: 3\r\n\r\n" + BODY,
    "a list of lengths": HEAD + b"content-length: %d, 3\r\n\r\n" % len(BODY) + BODY,
    "a negative length": HEAD + b"content-length: -1\r\n\r\n" + BODY,
    "a signed length": HEAD + b"content-length: +%d\r\n\r\n" % len(BODY) + BODY,
    "a length in hex": HEAD + b"content-length: 0x10\r\n\r\n" + BODY,
    "a huge length": HEAD + b"content-length: 99999999999999999999999\r\n\r\n" + BODY,
    "an unknown coding": HEAD + b"transfer-encoding: xchunked\r\n\r\n" + CHUNKED,
    "chunked twice": HEAD + b"transfer-encoding: chunked, chunked\r\n\r\n" + CHUNKED,
    "two codings in two lines": HEAD + b"transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n" + CHUNKED,
    "chunked in HTTP/1.0": HEAD.replace(b"HTTP/1.1", b"HTTP/1.0") + b"transfer-encoding: chunked\r\n\r\n" + CHUNKED,
    "space before the colon": HEAD + b"transfer-encoding : chunked\r\n\r\n" + CHUNKED,
    "a folded header": HEAD + LENGTH + b"x-a: b\r\n c\r\n\r\n" + BODY,
    "a header without colon": HEAD + LENGTH + b"nonsense\r\n\r\n" + BODY,
    "a control byte in a value": HEAD + LENGTH + b"x-a: b\x00c\r\n\r\n" + BODY,
    "a bare CR in a value": HEAD + LENGTH + b"x-a: b\rc\r\n\r\n" + BODY,
    "bare LF for line ends": (HEAD + LENGTH).replace(b"\r\n", b"\n") + b"\n" + BODY,
    "no host": LINE + AUTH + LENGTH + b"\r\n" + BODY,
    "two hosts": HEAD + b"host: other.test\r\n" + LENGTH + b"\r\n" + BODY,
    "a chunk size too long": HEAD + b"transfer-encoding: chunked\r\n\r\n" + b"f" * 17 + b"\r\n" + BODY,
    "a chunk size of junk": HEAD + b"transfer-encoding: chunked\r\n\r\nxyz\r\n" + BODY,
    "a negative chunk size": HEAD + b"transfer-encoding: chunked\r\n\r\n-5\r\n" + BODY,
    "a chunk longer than said": HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\n" + BODY + b"\r\n0\r\n\r\n",
    "bare LF after a chunk size": HEAD + b"transfer-encoding: chunked\r\n\r\n%x\n%s\r\n0\r\n\r\n" % (len(BODY), BODY),
    "an unknown version": HEAD.replace(b"HTTP/1.1", b"HTTP/9.9") + LENGTH + b"\r\n" + BODY,
    "a space in the target": HEAD.replace(b"/v1/", b"/v1 /") + LENGTH + b"\r\n" + BODY,
    "no request at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


@pytest.mark.differs("strict-http")
@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_refused(gateway: Server, upstream: ScriptedUpstream, data: bytes) -> None:
    with wire.Connection(gateway.port) as connection:
        connection.try_send(data + SECOND)
        answer = connection.read_response()
        assert answer.status in (400, 413, 431, 501, 505)
        assert answer.json["error"]["code"] == str(answer.status)
        assert (answer.header("connection") or "").lower() == "close"
        assert connection.closed_by_peer(), "what followed was taken for a second request"
    assert not upstream.requests


@pytest.mark.differs("strict-http")
def test_the_absolute_form_is_refused_or_read_as_a_path(gateway: Server, upstream: ScriptedUpstream) -> None:
    """RFC 9112 wants it understood; what must not happen is a call to the host it names."""
    data = HEAD.replace(b"/v1/", upstream.url.encode() + b"/v1/") + LENGTH + b"\r\n" + BODY
    answer = wire.exchange(gateway.port, data)
    assert answer.status in (200, 400)
    assert all(request.json["model"] == "my-model" for request in upstream.requests)


@pytest.mark.differs("strict-http")
@pytest.mark.parametrize("target", ["/../v1/models", "/v1/%2e%2e/health", "/v1/models%00", "/%76%31/chat/../models"])
def test_paths_are_not_normalised(gateway: Server, target: str) -> None:
    answer = wire.exchange(gateway.port, wire.request("GET", target, key=MASTER_KEY))
    assert answer.status in (400, 404)


@pytest.mark.differs("strict-http")
def test_a_head_without_end(gateway: Server) -> None:
    with wire.Connection(gateway.port) as connection:
        connection.try_send(LINE + b"".join(b"x-%d: %s\r\n" % (i, b"y" * 1000) for i in range(2000)))
        assert connection.read_response().status in (400, 431)
        assert connection.closed_by_peer()


@pytest.mark.differs("strict-http")
def test_connect_and_trace_are_not_served(gateway: Server) -> None:
    for line in (b"CONNECT example.test:443 HTTP/1.1", b"TRACE /v1/models HTTP/1.1"):
        answer = wire.exchange(gateway.port, line + b"\r\nhost: gateway.test\r\n" + AUTH + b"\r\n")
        assert answer.status in (400, 404, 405, 501)
        assert MASTER_KEY.encode() not in answer.body
