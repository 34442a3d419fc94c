"""Where the key is looked for, and what a caller without a good one is told."""

from __future__ import annotations

import hashlib

import pytest

import wire
from gateway import MASTER_KEY, Server
from scripted_upstream import ScriptedUpstream

WRONG = "sk-wrong-0123456789abcdef-wxyz"
BODY = {"model": "chat", "messages": [{"role": "user", "content": "hi"}]}


def call(gateway: Server, headers: dict[str, str]) -> wire.Response:
    return wire.exchange(gateway.port, wire.request("POST", "/v1/chat/completions", BODY, headers=headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {MASTER_KEY}"},
        {"Authorization": f"bearer {MASTER_KEY}"},
        {"Authorization": f"Bearer {MASTER_KEY} "},
        {"Authorization": f"Basic {MASTER_KEY}"},
        {"x-litellm-api-key": MASTER_KEY},
        {"x-litellm-api-key": f"Bearer {MASTER_KEY}"},
        {"API-Key": MASTER_KEY},
        {"x-api-key": MASTER_KEY},
        {"x-goog-api-key": MASTER_KEY},
        {"Ocp-Apim-Subscription-Key": MASTER_KEY},
        {"x-litellm-api-key": MASTER_KEY, "Authorization": f"Bearer {WRONG}"},
        {"Authorization": f"Bearer {MASTER_KEY}", "x-api-key": WRONG},
    ],
    ids=lambda headers: "+".join(f"{k}={v[:6]}" for k, v in headers.items()),
)
def test_accepted(gateway: Server, headers: dict[str, str]) -> None:
    assert call(gateway, headers).status == 200


@pytest.mark.parametrize("path", ["/v1/models", "/health", "/model/info", "/v1/chat/completions"])
def test_no_key(gateway: Server, upstream: ScriptedUpstream, path: str) -> None:
    with gateway.client(key=None) as client:
        answer = client.post(path, json=BODY) if path.endswith("completions") else client.get(path)
    assert answer.status_code == 401
    message = "Authentication Error, No api key passed in."
    assert answer.json() == {"error": {"message": message, "type": "auth_error", "param": "None", "code": "401"}}
    assert not upstream.requests


def test_empty_header(gateway: Server) -> None:
    answer = call(gateway, {"Authorization": ""})
    assert answer.status == 401
    assert answer.json["error"]["message"] == "Authentication Error, No api key passed in."


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", MASTER_KEY, f"Token {MASTER_KEY}"])
def test_malformed_key(gateway: Server, value: str) -> None:
    answer = call(gateway, {"Authorization": value})
    assert answer.status == 401
    message = "Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix."
    assert answer.json == {"error": {"message": message, "type": "auth_error", "param": "None", "code": "401"}}


@pytest.mark.differs("wrong-key")
@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {WRONG}"},
        {"Authorization": f"Bearer  {MASTER_KEY}"},
        {"Authorization": f"Bearer {MASTER_KEY[:-1]}"},
        {"Authorization": f"Bearer {MASTER_KEY}x"},
        {"Authorization": f"Bearer {MASTER_KEY.upper()}"},
        {"Authorization": f"Bearer {WRONG}", "x-api-key": MASTER_KEY},
        {"x-api-key": f"Bearer {MASTER_KEY}"},
        {"x-litellm-api-key": WRONG, "Authorization": f"Bearer {MASTER_KEY}"},
    ],
    ids=range(8),
)
def test_wrong_key(gateway: Server, upstream: ScriptedUpstream, headers: dict[str, str]) -> None:
    answer = call(gateway, headers)
    assert answer.status == 401
    error = answer.json["error"]
    if error["type"] == "auth_error":  # for what does not begin with sk-
        assert error["message"].endswith("expected to start with 'sk-'.")
    else:
        assert error["message"].startswith("Authentication Error, Invalid proxy server token passed.")
        assert (error["type"], error["param"]) == ("token_not_found_in_db", "key")
    assert error["code"] == "401" and not upstream.requests


@pytest.mark.differs("wrong-key")
def test_a_wrong_key_is_not_shown(gateway: Server) -> None:
    answer = call(gateway, {"Authorization": f"Bearer {WRONG}"}).body.decode()
    assert WRONG not in answer and WRONG[3:-4] not in answer
    assert hashlib.sha256(WRONG.encode()).hexdigest() not in answer
    assert WRONG not in gateway.process.log


@pytest.mark.differs("auth-before-body")
def test_the_key_is_checked_before_the_body(gateway: Server) -> None:
    with gateway.client(key=None) as client:
        answer = client.post("/v1/chat/completions", content=b"{broken")
    assert answer.status_code == 401


@pytest.mark.differs("auth-before-body")
def test_no_large_body_is_read_without_a_key(gateway: Server) -> None:
    """The answer comes while most of the announced body was never sent."""
    head = wire.request("POST", "/v1/chat/completions", headers={"content-length": str(50_000_000)})
    with wire.Connection(gateway.port) as connection:
        connection.send(head + b"{" * 1000)
        assert connection.read_response().status == 401
        assert connection.closed_by_peer()


@pytest.mark.parametrize("path", ["/health/liveliness", "/health/liveness", "/health/readiness"])
def test_open_to_everybody(gateway: Server, path: str) -> None:
    with gateway.client(key=None) as client:
        assert client.get(path).status_code == 200


def test_neither_key_reaches_the_log(gateway: Server) -> None:
    gateway.chat()
    assert MASTER_KEY not in gateway.process.log
    assert "sk-upstream" not in gateway.process.log


def test_the_upstream_gets_its_own_key(gateway: Server, upstream: ScriptedUpstream) -> None:
    gateway.chat()
    assert upstream.last.header("authorization") == "Bearer sk-upstream-1f2e3d4c5b6a"
    assert MASTER_KEY not in str(upstream.last.headers) + upstream.last.body.decode()


def test_answers_hold_no_secret(gateway: Server, upstream: ScriptedUpstream) -> None:
    for path in ("/model/info", "/health", "/v1/models", "/health/readiness"):
        text = gateway.http.get(path).text
        assert MASTER_KEY not in text and "sk-upstream" not in text
