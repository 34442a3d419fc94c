"""The recorded calls of tests/fixtures/providers, played again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import pytest

import outcome
from gateway import ROOT, Gateway, Server
from scripted_upstream import Answer, ScriptedUpstream

FOLDER = ROOT / "tests/fixtures/providers"
PROVIDERS = ["openai", "openrouter", "github", "lm_studio"]
CASES = sorted(str(path.relative_to(FOLDER)) for name in PROVIDERS for path in (FOLDER / name).iterdir())
MASTER_KEY = "sk-lab-4f1b2c9d7e6a5b3c8d9e0f1a2b3c4d5e"
RECORDED_AT = "http://127.0.0.1:4150"

SUFFIX = "\n\nLiteLLM: model group '{}' failed with the error above. No fallback was attempted."

# case -> (why the gateway differs: an id of docs/differences.md, what it answers instead).
# A value of the expected outcome that is a function is a test of the real one.
DIFFERENCES: dict[str, tuple[str, dict[str, Any]]] = {
    "openai/03-err-422": ("upstream-422", {
        "status": 422,
        "error": {
            "message": "litellm.BadRequestError: OpenAIException - unproc" + SUFFIX.format("oai"),
            "type": "invalid_request_error", "param": None, "code": "422",
        },
    }),
    "openai/03-err-200-no-choices": ("body-passthrough", {"body": {"object": "chat.completion", "choices": []}}),
    "lm_studio/05b-err-ctx": ("string-errors", {
        "status": 400,
        "error": lambda error: "Lm_studioException - Trying to keep the first 5000 tokens" in error["message"],
    }),
    "openrouter/11-tool-call-string-error-body": ("string-errors", {
        "status": 400, "error": lambda error: "plain string error" in error["message"],
    }),
    "openrouter/04b-choice-error": ("body-passthrough", {
        "body": lambda body: body["choices"][0]["finish_reason"] == "error"
        and body["choices"][0]["error"] == {"code": 502, "message": "died"},
    }),
    "openrouter/05b-error-first-chunk": ("openrouter-error-code", {
        "status": lambda status: status >= 500,
        "error": lambda error: "Boom" in error["message"],
    }),
    "openrouter/05d-stream-finish-error": ("openrouter-error-code", {
        "errors": lambda errors: len(errors) == 1 and "Provider disconnected" in errors[0]["message"],
        "done": True,
    }),
    "lm_studio/03f-stream-no-finish": ("stream-eof", {
        "finish": [], "errors": lambda errors: len(errors) == 1, "done": True,
    }),
    "lm_studio/03h-stream-crlf-multiline": ("sse-parsing", {"errors": [], "finish": ["stop"], "done": True}),
}


def load(case: str, name: str) -> Any:
    return json.loads((FOLDER / case / f"{name}.json").read_text())


def server(kind: type[Server], upstream: ScriptedUpstream, drop_params: bool) -> Server:
    text = (FOLDER / "config.yaml").read_text().replace(RECORDED_AT, upstream.url)
    env = {
        "OPENROUTER_API_KEY": "or-key", "GITHUB_API_KEY": "ghp_key",
        "LM_STUDIO_API_BASE": f"{upstream.url}/v1", "LM_STUDIO_API_KEY": "lm-studio",
    }
    return kind(text if drop_params else text.replace("drop_params: true", "drop_params: false"), env)


@pytest.fixture(scope="module")
def dropping(server_type: type[Server], shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    with server(server_type, shared_upstream, True) as running:
        yield running


@pytest.fixture(scope="module")
def keeping(server_type: type[Server], shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    with server(server_type, shared_upstream, False) as running:
        yield running


@pytest.mark.parametrize("case", CASES)
def test_replay(case: str, request: pytest.FixtureRequest, upstream: ScriptedUpstream) -> None:
    running: Server = request.getfixturevalue("keeping" if "/90" in case else "dropping")
    known = ("status", "headers", "body", "stream", "delay", "drop", "abort")
    for recorded_answer in load(case, "upstream-response"):
        answer = Answer(**{name: recorded_answer[name] for name in known if name in recorded_answer})
        upstream.play(answer)
        upstream.choose(lambda _: answer)
    asked = load(case, "request")
    with running.client(key=MASTER_KEY) as client:
        got = client.request(asked["method"], asked["path"], json=asked["body"])
    recorded = load(case, "client-response")
    text = recorded.get("body_text") or json.dumps(recorded.get("body"))
    expected = outcome.of_answer(recorded["status"], recorded["headers"]["content-type"], text)
    found = outcome.of_answer(got.status_code, got.headers["content-type"], got.text)

    differs = DIFFERENCES.get(case) if isinstance(running, Gateway) else None
    assert_answers(found, expected, differs)
    calls = load(case, "upstream-request")
    once = differs and differs[0] == "upstream-422"
    if answer.drop:  # a kept connection that breaks before a byte of the answer is replaced once
        del upstream.requests[1:]
    assert_calls(upstream, calls[:1] if once else calls)


def assert_answers(found: dict[str, Any], expected: dict[str, Any], differs: Any) -> None:
    if not differs:
        assert found == expected
        return
    assert found != expected, f"no longer differs: {differs[0]}"
    expected = expected | differs[1] if "error" not in differs[1] else differs[1]
    for name, value in expected.items():
        if callable(value):
            assert value(found[name]), found
        else:
            assert found[name] == value


def assert_calls(upstream: ScriptedUpstream, calls: list[dict[str, Any]]) -> None:
    """The upstream saw the same calls: method, path, key, body."""
    seen = [(r.method, r.target, r.header("authorization"), call_body(r.json)) for r in upstream.requests]
    expected = [(c["method"], c["path"], dict(c["headers"])["authorization"], call_body(c["body"])) for c in calls]
    assert seen == expected


def call_body(body: dict[str, Any]) -> dict[str, Any]:
    """Without the health probe's random words, and with `stream: false` for its absence."""
    body = {name: value for name, value in body.items() if (name, value) != ("stream", False)}
    if body.get("max_tokens") == 16:
        body["messages"] = "probe"
    return body
