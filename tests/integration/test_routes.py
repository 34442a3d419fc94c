"""Paths, their aliases, methods, and what is said on every answer."""

from __future__ import annotations

import uuid

import pytest

from gateway import Server
from scripted_upstream import ScriptedUpstream
from setup_config import base_config, deployment

CHAT = {"messages": [{"role": "user", "content": "hi"}]}
SECURITY = {
    "x-frame-options": "DENY",
    "content-security-policy": "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}


@pytest.mark.parametrize(
    "path", ["/v1/chat/completions", "/chat/completions", "/v1/chat/completions?a=b"]
)
def test_chat_with_the_model_in_the_body(gateway: Server, upstream: ScriptedUpstream, path: str) -> None:
    assert gateway.http.post(path, json=CHAT | {"model": "chat"}).status_code == 200
    assert upstream.last.target == "/v1/chat/completions"


@pytest.mark.parametrize("model", ["chat", "vendor/chat-2.5"])
@pytest.mark.parametrize("form", ["/engines/{}/chat/completions", "/openai/deployments/{}/chat/completions?api-version=1"])
def test_chat_with_the_model_in_the_path(gateway: Server, upstream: ScriptedUpstream, form: str, model: str) -> None:
    answer = gateway.http.post(form.format(model), json=CHAT | {"model": "nope"})
    assert answer.status_code == 200
    assert upstream.last.json["model"] == {"chat": "my-model"}.get(model, model)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/completions", {"model": "instruct", "prompt": "x"}),
        ("/engines/instruct/completions", {"prompt": "x"}),
        ("/openai/deployments/instruct/completions", {"prompt": "x"}),
        ("/embeddings", {"model": "embed", "input": "x"}),
        ("/engines/embed/embeddings", {"input": "x"}),
        ("/openai/deployments/embed/embeddings", {"input": "x"}),
        ("/images/generations", {"model": "paint", "prompt": "x"}),
        ("/moderations", {"model": "guard", "input": "x"}),
        ("/audio/speech", {"model": "speak", "input": "x", "voice": "alloy"}),
    ],
)
def test_aliases(gateway: Server, path: str, body: dict[str, str]) -> None:
    assert gateway.http.post(path, json=body).status_code == 200


def test_alias_of_transcriptions(gateway: Server) -> None:
    files = {"file": ("a.wav", b"RIFF", "audio/wav")}
    answer = gateway.http.post("/audio/transcriptions", files=files, data={"model": "listen"})
    assert answer.json()["text"] == "spoken words"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [("nickname", "my-model"), ("secret-alias", "my-model"), ("id-chat", "my-model")],
)
def test_other_names_of_models(gateway: Server, upstream: ScriptedUpstream, asked: str, sent: str) -> None:
    answer = gateway.chat(asked)
    assert answer.status_code == 200
    assert upstream.last.json["model"] == sent
    assert answer.json()["model"] == asked


def test_wildcard_names(server_type: type[Server], upstream: ScriptedUpstream) -> None:
    base = f"{upstream.url}/v1"
    models = [deployment("wild/*", "openai/w-*", base), deployment("*", "openai/any-*", base)]
    with server_type(base_config(models)) as server:
        for asked, sent in (("wild/one", "w-one"), ("wild/a/b:c", "w-a/b:c"), ("other", "any-other")):
            answer = server.chat(asked)
            assert answer.status_code == 200
            assert upstream.last.json["model"] == sent
            assert answer.json()["model"] == asked


@pytest.mark.differs("not-found")
@pytest.mark.parametrize("path", ["/nothing", "/v2/chat/completions", "//v1/chat/completions", "/v1/chat"])
def test_unknown_paths(gateway: Server, path: str) -> None:
    with gateway.client(key=None) as client:
        answer = client.request("GET", gateway.url + path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "404"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/chat/completions", "POST"),
        ("DELETE", "/v1/embeddings", "POST"),
        ("POST", "/v1/models", "GET"),
        ("HEAD", "/health/liveliness", "GET"),
        ("HEAD", "/v1/models", "GET"),
        ("PUT", "/health/readiness", "GET"),
    ],
)
def test_wrong_methods(gateway: Server, method: str, path: str, allowed: str) -> None:
    answer = gateway.http.request(method, path)
    assert answer.status_code == 405
    assert allowed in answer.headers["allow"]
    assert method not in answer.headers["allow"].replace(" ", "").split(",")


@pytest.mark.differs("not-found")
def test_the_shape_of_405(gateway: Server) -> None:
    assert gateway.http.get("/v1/chat/completions").json()["error"]["code"] == "405"


def test_trailing_slash(gateway: Server) -> None:
    answer = gateway.http.get("/v1/models/", follow_redirects=False)
    assert answer.status_code == 307
    assert answer.headers["location"].endswith("/v1/models")


@pytest.mark.parametrize("path", ["/health/liveliness", "/health/liveness", "/health/readiness"])
def test_options_on_probes(gateway: Server, path: str) -> None:
    with gateway.client(key=None) as client:
        answer = client.options(path)
    assert answer.status_code == 200 and answer.content == b""
    assert {"GET", "OPTIONS"} <= set(answer.headers["allow"].replace(" ", "").split(","))


def test_cors_preflight(gateway: Server) -> None:
    headers = {
        "origin": "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    with gateway.client(key=None) as client:
        answer = client.options("/v1/chat/completions", headers=headers)
    assert answer.status_code == 200 and answer.text == "OK"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert answer.headers["access-control-max-age"] == "600"


def test_cors_answer(gateway: Server) -> None:
    answer = gateway.http.get("/v1/models", headers={"origin": "https://app.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in gateway.http.get("/v1/models").headers


@pytest.mark.parametrize("path", ["/health/liveliness", "/v1/models", "/nothing"])
def test_headers_on_every_answer(gateway: Server, path: str) -> None:
    answer = gateway.http.get(path)
    assert SECURITY.items() <= dict(answer.headers).items()
    assert "date" in answer.headers and "server" not in answer.headers


def test_headers_of_a_call(gateway: Server) -> None:
    headers = gateway.chat("vendor/chat-2.5").headers
    assert headers["x-litellm-model-id"] == "id-vendor/chat-2.5"
    assert headers["x-litellm-model-group"] == "vendor/chat-2.5"
    assert uuid.UUID(headers["x-litellm-call-id"]).version == 4
    assert float(headers["x-litellm-response-duration-ms"]) > 0
    assert headers["x-litellm-attempted-retries"] == "0"
    assert headers["content-type"] == "application/json"


def test_the_client_may_name_its_call(gateway: Server) -> None:
    body = CHAT | {"model": "chat"}
    for name, kept in (("my-call-1", True), ("x" * 256, True), ("x" * 257, False)):
        answer = gateway.http.post("/v1/chat/completions", json=body, headers={"x-litellm-call-id": name})
        assert (answer.headers["x-litellm-call-id"] == name) == kept
