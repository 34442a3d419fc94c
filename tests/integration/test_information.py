"""What the gateway tells of itself: models, health."""

from __future__ import annotations

from urllib.parse import quote

import pytest

import answers
from gateway import Server
from scripted_upstream import ScriptedUpstream

NAMES = ["chat", "vendor/chat-2.5", "or", "gh", "local", "instruct", "embed"]


@pytest.mark.parametrize("path", ["/v1/models", "/models"])
def test_list_of_models(gateway: Server, path: str) -> None:
    body = gateway.http.get(path).json()
    assert body["object"] == "list"
    ids = [entry["id"] for entry in body["data"]]
    assert len(ids) == len(set(ids))
    assert ids[0] == "nickname" and "secret-alias" not in ids  # aliases first, then the file's order
    assert ids[1:1 + len(NAMES)] == NAMES
    constant = {"object": "model", "created": 1677610602, "owned_by": "openai"}
    assert all(constant.items() <= entry.items() for entry in body["data"])


def test_one_model(gateway: Server) -> None:
    entry = gateway.http.get("/v1/models/chat").json()
    assert entry["id"] == "chat" and entry["object"] == "model"


@pytest.mark.differs("model-id-slash")
@pytest.mark.parametrize("form", ["/v1/models/vendor/chat-2.5", "/v1/models/vendor%2Fchat-2.5", "/models/vendor%2fchat-2.5"])
def test_one_model_with_a_slash(gateway: Server, form: str) -> None:
    assert gateway.http.get(form).json()["id"] == "vendor/chat-2.5"


@pytest.mark.differs("not-found")
def test_one_unknown_model(gateway: Server) -> None:
    answer = gateway.http.get("/v1/models/nope")
    assert answer.status_code == 404
    assert "The model `nope` does not exist" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/model/info", "/v1/model/info"])
def test_model_info(gateway: Server, path: str) -> None:
    data = gateway.http.get(path).json()["data"]
    by_name = {entry["model_name"]: entry for entry in data}
    chat = by_name["chat"]
    assert set(chat) >= {"model_name", "litellm_params", "model_info"}
    assert chat["litellm_params"]["model"] == "openai/my-model"
    assert "api_key" not in chat["litellm_params"]
    assert chat["model_info"]["id"] == "id-chat"
    assert chat["model_info"]["db_model"] is False
    assert by_name["embed"]["model_info"]["mode"] == "embedding"


def test_model_info_of_one(gateway: Server) -> None:
    data = gateway.http.get("/model/info", params={"litellm_model_id": "id-embed"}).json()["data"]
    assert [entry["model_name"] for entry in data] == ["embed"]
    assert gateway.http.get("/model/info", params={"litellm_model_id": "nope"}).status_code == 400


@pytest.mark.parametrize("path", ["/health/liveliness", "/health/liveness"])
def test_liveness(gateway: Server, path: str) -> None:
    with gateway.client(key=None) as client:
        answer = client.get(path)
    assert answer.content == b'"I\'m alive!"'
    assert answer.headers["content-type"] == "application/json"


def test_readiness(gateway: Server) -> None:
    with gateway.client(key=None) as client:
        assert client.get("/health/readiness").json() == {"status": "healthy", "db": "Not connected"}


def test_health_of_one_model(gateway: Server, upstream: ScriptedUpstream) -> None:
    answer = gateway.http.get("/health", params={"model": "chat"})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["healthy_count"], body["unhealthy_count"], body["unhealthy_endpoints"]) == (1, 0, [])
    healthy = body["healthy_endpoints"][0]
    assert healthy["model"] == "openai/my-model" and healthy["model_id"] == "id-chat"
    probe = upstream.last
    assert probe.path == "/v1/chat/completions" and probe.json["max_tokens"] == 16


def test_health_of_a_sick_model(gateway: Server, upstream: ScriptedUpstream) -> None:
    upstream.choose(lambda _: answers.error(500, "sick"))
    answer = gateway.http.get("/health", params={"model": "chat"})
    assert answer.status_code == 503
    body = answer.json()
    assert (body["healthy_count"], body["unhealthy_count"]) == (0, 1)
    assert "sick" in body["unhealthy_endpoints"][0]["error"]
    assert gateway.http.get("/health", params={"model": "nope"}).status_code == 503


def test_health_of_all(gateway: Server, upstream: ScriptedUpstream) -> None:
    answer = gateway.http.get("/health")
    assert answer.status_code == 200
    body = answer.json()
    sick = {entry["model_id"] for entry in body["unhealthy_endpoints"]}
    well = {entry["model_id"] for entry in body["healthy_endpoints"]}
    assert "id-gone" in sick
    assert {"id-chat", "id-embed", "id-local"} <= well
    assert body["healthy_count"] == len(well) and body["unhealthy_count"] == len(sick)


def test_probes_follow_the_mode(gateway: Server, upstream: ScriptedUpstream) -> None:
    gateway.http.get("/health", params={"model": "embed"})
    assert upstream.last.path == "/v1/embeddings"
    assert upstream.last.json["model"] == "my-embed"


def test_quoted_names_in_queries(gateway: Server) -> None:
    answer = gateway.http.get(f"/health?model={quote('vendor/chat-2.5', safe='')}")
    assert answer.json()["healthy_count"] == 1
