"""What of a client's request may reach the upstream, and what never does."""

from __future__ import annotations

from typing import Any

import pytest

import wire
from gateway import MASTER_KEY, Server
from scripted_upstream import ScriptedUpstream
from setup_config import UPSTREAM_KEY

HI = [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize("name", ["api_base", "base_url"])
def test_a_client_cannot_choose_the_host(gateway: Server, upstream: ScriptedUpstream, name: str) -> None:
    answer = gateway.chat(**{name: "http://127.0.0.1:9/v1"})
    assert answer.status_code == 401
    error = answer.json()["error"]
    assert error["type"] == "auth_error"
    assert error["message"].startswith(f"Authentication Error, Rejected Request: {name} is not allowed in request body.")
    assert not upstream.requests


@pytest.mark.differs("client-credentials")
@pytest.mark.parametrize(
    "fields",
    [
        {"api_key": "sk-of-client"},
        {"headers": {"x-evil": "1", "authorization": "Bearer sk-of-client"}},
        {"extra_headers": {"x-evil": "1", "authorization": "Bearer sk-of-client"}},
        {"custom_llm_provider": "anthropic"},
        {"organization": "org-of-client", "api_version": "9"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_client_cannot_choose_key_or_headers(
    gateway: Server, upstream: ScriptedUpstream, fields: dict[str, Any]
) -> None:
    assert gateway.chat(**fields).status_code == 200
    assert upstream.last.header("authorization") == f"Bearer {UPSTREAM_KEY}"
    assert upstream.last.header("x-evil") is None
    assert upstream.last.json == {"model": "my-model", "messages": HI}


@pytest.mark.parametrize(
    "fields",
    [
        {"metadata": {"a": "b"}},
        {"tags": ["a"]},
        {"num_retries": 0},
        {"timeout": 5},
        {"stream_options": {"include_usage": True}},
        {"mock_response": "never"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_fields_meant_for_the_gateway(gateway: Server, upstream: ScriptedUpstream, fields: dict[str, Any]) -> None:
    answer = gateway.chat(**fields)
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"] == "Hello from upstream."
    assert upstream.last.json == {"model": "my-model", "messages": HI}


def test_client_headers_stay_here(gateway: Server, upstream: ScriptedUpstream) -> None:
    mine = {
        "x-mine": "1", "cookie": "a=b", "http-referer": "https://x.example", "x-forwarded-for": "1.2.3.4",
        "openai-organization": "org-x", "x-litellm-tags": "t", "proxy-authorization": "Basic x",
    }
    body = {"model": "chat", "messages": HI}
    assert gateway.http.post("/v1/chat/completions", json=body, headers=mine).status_code == 200
    assert not [name for name, _ in upstream.last.headers if name.lower() in mine]


@pytest.mark.differs("upstream-headers")
def test_headers_sent_upstream(gateway: Server, upstream: ScriptedUpstream) -> None:
    gateway.chat()
    sent = {name.lower(): value for name, value in upstream.last.headers}
    assert sent["user-agent"].startswith("llm-proxy/")
    assert sent["content-type"] == "application/json"
    assert sent["host"] == upstream.url.removeprefix("http://")
    assert not [name for name in sent if name.startswith("x-stainless")]
    assert len(sent) == len(upstream.last.headers)


def test_headers_of_the_deployment_are_sent(gateway: Server, upstream: ScriptedUpstream) -> None:
    gateway.chat("headers")
    assert upstream.last.header("x-team") == "blue"


def test_defaults_of_the_deployment(gateway: Server, upstream: ScriptedUpstream) -> None:
    gateway.chat("defaults", max_tokens=5)
    assert upstream.last.json == {"model": "my-model", "messages": HI, "temperature": 0.5, "max_tokens": 5}


def test_extra_body_is_merged(gateway: Server, upstream: ScriptedUpstream) -> None:
    gateway.chat(extra_body={"top_k": 3, "model": "stolen"})
    assert upstream.last.json == {"model": "my-model", "messages": HI, "top_k": 3}


def test_the_last_of_duplicate_keys_wins(gateway: Server, upstream: ScriptedUpstream) -> None:
    body = b'{"model": "nope", "model": "chat", "messages": [], "messages": [{"role": "user", "content": "hi"}]}'
    assert gateway.http.post("/v1/chat/completions", content=body).status_code == 200
    assert upstream.last.json == {"model": "my-model", "messages": HI}
    assert b"nope" not in upstream.last.body and b'"chat"' not in upstream.last.body


def test_an_escaped_key_is_the_same_key(gateway: Server, upstream: ScriptedUpstream) -> None:
    body = b'{"mo\\u0064el": "chat", "messages": [{"role": "user", "content": "hi"}], "api\\u005fbase": "http://x"}'
    assert gateway.http.post("/v1/chat/completions", content=body).status_code == 401
    assert not upstream.requests


@pytest.mark.differs("body-passthrough")
def test_the_rest_of_the_body_is_sent_byte_for_byte(gateway: Server, upstream: ScriptedUpstream) -> None:
    rest = '"messages" : [{"content":"h\\u00e9 \\ud83d\\ude00","role":"user"}],"temperature":1.10,"x":12345678901234567890'
    content = '{"model":"chat",' + rest + "}"
    assert gateway.http.post("/v1/chat/completions", content=content.encode()).status_code == 200
    assert rest.encode() in upstream.last.body


@pytest.mark.parametrize("kind", ["text/plain", "application/json; charset=utf-8", ""])
def test_the_content_type_of_json_does_not_matter(gateway: Server, upstream: ScriptedUpstream, kind: str) -> None:
    body = {"model": "chat", "messages": HI}
    call = wire.request("POST", "/v1/chat/completions", body, MASTER_KEY, {"content-type": kind})
    assert wire.exchange(gateway.port, call).status == 200


@pytest.mark.parametrize("value", ["a\r\nx-evil: 1", "a\nx-evil: 1", "a\rb"])
def test_line_breaks_do_not_reach_a_header(gateway: Server, upstream: ScriptedUpstream, value: str) -> None:
    """The model's name and call id are echoed in headers."""
    answer = gateway.chat(value)
    assert answer.status_code == 400
    assert "x-evil" not in answer.headers
    assert gateway.http.get("/v1/models/" + value.replace("\r", "%0d").replace("\n", "%0a")).status_code == 404
