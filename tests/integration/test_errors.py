"""Errors: the client's mistakes and the upstream's failures, in LiteLLM's words."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

import answers
from gateway import Server
from scripted_upstream import Answer, ScriptedUpstream

SUFFIX = "\n\nLiteLLM: model group '{}' failed with the error above. No fallback was attempted."
HI = [{"role": "user", "content": "hi"}]


def assert_error(answer: httpx.Response, status: int, message: str, kind: str | None, param: Any = None) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    error = dict(answer.json()["error"])
    error.pop("provider_specific_fields", None)
    assert error == {"message": message, "type": kind, "param": param, "code": str(status)}


@pytest.mark.parametrize("model", ["nope", "", None, "CHAT"], ids=str)
def test_unknown_model(gateway: Server, upstream: ScriptedUpstream, model: str | None) -> None:
    text = "/chat/completions: Invalid model name passed in model={}. " \
        "Call `/v1/models` to view available models for your key."
    assert_error(gateway.chat(model), 400, text.format(model), "invalid_request_error")
    assert not upstream.requests


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("/completions", {"prompt": "x"}),
        ("/embeddings", {"input": "x"}),
        ("/images/generations", {"prompt": "x"}),
        ("/audio/speech", {"input": "x", "voice": "alloy"}),
        ("/moderations", {"input": "x"}),
    ],
)
@pytest.mark.differs("error-shape")
def test_unknown_model_elsewhere(gateway: Server, route: str, body: dict[str, Any]) -> None:
    answer = gateway.http.post("/v1" + route, json={"model": "nope"} | body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    text = ": Invalid model name passed in model=nope. Call `/v1/models` to view available models for your key."
    assert error["message"].endswith(text)
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", None, "400")


@pytest.mark.parametrize(
    ("route", "model", "missing"),
    [("/chat/completions", "chat", "messages"), ("/embeddings", "embed", "input")],
)
def test_missing_parameter(gateway: Server, route: str, model: str, missing: str) -> None:
    answer = gateway.http.post("/v1" + route, json={"model": model})
    text = f"{route}: Missing required parameter: '{missing}'."
    assert_error(answer, 400, text, "invalid_request_error", missing)


def test_model_that_is_no_string(gateway: Server) -> None:
    answer = gateway.http.post("/v1/chat/completions", json={"model": 5, "messages": HI})
    assert_error(answer, 400, "'model' must be a string.", "bad_request_error", "model")


@pytest.mark.parametrize("body", ["{", '{"model": "chat",}', "{'model': 1}", '{"a": tru}'])
def test_broken_json(gateway: Server, upstream: ScriptedUpstream, body: str) -> None:
    answer = gateway.http.post("/v1/chat/completions", content=body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["message"].startswith("Invalid JSON payload")
    assert (error["type"], error["param"]) == ("invalid_request_error", "request_body")
    assert not upstream.requests


@pytest.mark.differs("json-not-object")
@pytest.mark.parametrize("body", ["[]", '"text"', "5", "null", '[{"model": "chat"}]'])
def test_json_that_is_no_object(gateway: Server, upstream: ScriptedUpstream, body: str) -> None:
    answer = gateway.http.post("/v1/chat/completions", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert not upstream.requests


def test_odd_messages_are_the_upstreams_to_judge(gateway: Server, upstream: ScriptedUpstream) -> None:
    for messages in ([], [{"role": "wizard", "content": "x"}]):
        answer = gateway.http.post("/v1/chat/completions", json={"model": "chat", "messages": messages})
        assert answer.status_code == 200
        assert upstream.last.json["messages"] == messages


def test_broken_utf8_is_refused(gateway: Server, upstream: ScriptedUpstream) -> None:
    body = b'{"model": "chat", "messages": [{"role": "user", "content": "\xff\xfe"}]}'
    assert gateway.http.post("/v1/chat/completions", content=body).status_code == 400
    assert not upstream.requests


OPENAI_CASES = [
    (400, "litellm.BadRequestError: OpenAIException - no", "invalid_request_error"),
    (402, "litellm.APIError: APIError: OpenAIException - no", "invalid_request_error"),
    (403, "litellm.APIError: APIError: OpenAIException - no", "permission_error"),
    (404, "litellm.NotFoundError: NotFoundError: OpenAIException - no", "invalid_request_error"),
    (409, "litellm.APIError: APIError: OpenAIException - no", "invalid_request_error"),
    (413, "litellm.APIError: APIError: OpenAIException - no", "invalid_request_error"),
    (429, "litellm.RateLimitError: RateLimitError: OpenAIException - no", "throttling_error"),
    (500, "litellm.InternalServerError: InternalServerError: OpenAIException - no", "internal_server_error"),
    (502, "litellm.BadGatewayError: BadGatewayError: OpenAIException - no", "internal_server_error"),
    (503, "litellm.ServiceUnavailableError: ServiceUnavailableError: OpenAIException - no", "internal_server_error"),
    (529, "litellm.APIError: APIError: OpenAIException - no", "internal_server_error"),
]


@pytest.mark.parametrize(("status", "message", "kind"), OPENAI_CASES, ids=[str(case[0]) for case in OPENAI_CASES])
def test_upstream_status(gateway: Server, upstream: ScriptedUpstream, status: int, message: str, kind: str) -> None:
    upstream.play(answers.error(status, "no"))
    answer = gateway.chat()
    assert_error(answer, status, message + SUFFIX.format("chat"), kind)
    assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    ("model", "prefix"), [("gh", "GithubException"), ("local", "Lm_studioException")], ids=["github", "lm_studio"]
)
def test_the_provider_is_named(gateway: Server, upstream: ScriptedUpstream, model: str, prefix: str) -> None:
    upstream.play(answers.error(400, "no"))
    message = f"litellm.BadRequestError: {prefix} - no" + SUFFIX.format(model)
    assert_error(gateway.chat(model), 400, message, "invalid_request_error")


def test_openrouter_shows_the_raw_body(gateway: Server, upstream: ScriptedUpstream) -> None:
    body = '{"error":{"message":"no credits","code":402},"user_id":"u"}'
    upstream.play(Answer(402, {"content-type": "application/json"}, body=body))
    message = f"litellm.APIError: APIError: OpenrouterException - {body}" + SUFFIX.format("or")
    assert_error(gateway.chat("or"), 402, message, "invalid_request_error")


def test_the_upstreams_param_is_kept(gateway: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(answers.error(400, "too hot", type="invalid_request_error", param="temperature"))
    message = "litellm.BadRequestError: OpenAIException - too hot" + SUFFIX.format("chat")
    assert_error(gateway.chat(), 400, message, "invalid_request_error", "temperature")


def test_context_window(gateway: Server, upstream: ScriptedUpstream) -> None:
    text = "This model's maximum context length is 8192 tokens. You asked for 9000."
    upstream.play(answers.error(400, text, type="invalid_request_error", code="context_length_exceeded"))
    answer = gateway.chat()
    assert answer.status_code == 400
    assert "ContextWindowExceededError" in answer.json()["error"]["message"]
    assert text in answer.json()["error"]["message"]


def test_content_policy(gateway: Server, upstream: ScriptedUpstream) -> None:
    text = "Your request was rejected as a result of our safety system."
    upstream.play(answers.error(400, text, type="invalid_request_error", code="content_policy_violation"))
    message = gateway.chat().json()["error"]["message"]
    assert "ContentPolicyViolationError" in message and text in message


@pytest.mark.parametrize(
    "answer",
    [
        Answer(drop=True),
        Answer(body="<html>hello</html>", headers={"content-type": "text/html"}),
        Answer(body='{"id": "x", "choi', headers={"content-type": "application/json"}),
        Answer(body="", headers={"content-type": "application/json"}),
        Answer(502, body="<html>Bad Gateway</html>", headers={"content-type": "text/html"}),
        Answer(stream=['{"id": "x"'], headers={"content-type": "application/json"}, abort=True),
        Answer(raw=["HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}"], close=True),
        Answer(raw=["nonsense\r\n\r\n"], close=True),
    ],
    ids=["drop", "html", "cut-json", "empty", "html-502", "cut-chunks", "short", "nonsense"],
)
def test_broken_answers(gateway: Server, upstream: ScriptedUpstream, answer: Answer) -> None:
    upstream.choose(lambda _: answer)
    response = gateway.chat()
    assert response.status_code in (500, 502)
    error = response.json()["error"]
    assert error["type"] == "internal_server_error" and error["code"] == str(response.status_code)
    upstream.reset()
    assert gateway.chat().status_code == 200


@pytest.mark.differs("retry-after")
def test_retry_after_reaches_the_client(gateway: Server, upstream: ScriptedUpstream) -> None:
    limits = {"x-ratelimit-limit-requests": "15", "x-ratelimit-remaining-requests": "0"}
    upstream.play(answers.error(429, "slow down", headers={"retry-after": "7"} | limits))
    answer = gateway.chat()
    assert answer.headers["retry-after"] == "7"
    assert limits.items() <= dict(answer.headers).items()


def test_upstream_rate_limit_headers_are_kept(gateway: Server, upstream: ScriptedUpstream) -> None:
    limits = {"x-ratelimit-limit-requests": "15", "x-ratelimit-remaining-requests": "14"}
    upstream.play(Answer(headers=limits, body=answers.chat()))
    assert limits.items() <= dict(gateway.chat().headers).items()


@pytest.mark.differs("upstream-422")
def test_upstream_422(gateway: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(answers.error(422, "no"))
    message = "litellm.BadRequestError: OpenAIException - no" + SUFFIX.format("chat")
    assert_error(gateway.chat(), 422, message, "invalid_request_error")
    assert len(upstream.requests) == 1
