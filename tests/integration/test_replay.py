"""The recorded calls of tests/fixtures/providers, played again."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any, Iterator

import httpx
import pytest

import outcome
from gateway import ROOT, Gateway, Server
from replay_differences import DIFFERENCES, NOT_SERVED, Calls, Difference, answer_of_gateway
from scripted_upstream import Answer, Request, ScriptedUpstream

FOLDER = ROOT / "tests/fixtures/providers"
PROVIDERS = ("gemini", "github", "github_copilot", "lm_studio", "ollama", "openai", "openrouter")
CASES = sorted(str(path.relative_to(FOLDER)) for name in PROVIDERS for path in (FOLDER / name).iterdir())
CASES.remove("github_copilot/30-device-flow")  # no call of a client
MASTER_KEY = "sk-lab-4f1b2c9d7e6a5b3c8d9e0f1a2b3c4d5e"
RECORDED_AT = "http://127.0.0.1:4150"
FAR = 9999999999  # when a token expires that holds
AUDIO = b"RIFF....WAVE"  # what was recorded of a file is its size alone

# Their answers are put into OpenAI's form by the gateway, not passed on: they are compared exactly.
TRANSLATED = ("gemini/", "ollama/")

# What a case of GitHub Copilot starts from, if not from a login that holds.
LOGINS = {
    "github_copilot/08-err-401": "refused",
    "github_copilot/20-token-refresh": "expired",
    "github_copilot/22-token-refresh-no-token-field": "expired",
    "github_copilot/24-no-login": "none",
}

# Headers that another HTTP client sends otherwise.
TRANSPORT = re.compile(r"host|accept|accept-encoding|connection|content-length|user-agent|x-stainless-.*|x-request-id")

# Headers of an answer that are the same for both, where LiteLLM sends them.
KEPT = re.compile(
    r"x-litellm-(model-api-base|attempted-retries)|llm_provider-(content-type|retry-after|x-ratelimit-.*)"
)

# Members of Google's messages below which the names are the client's own.
FREE = ("args", "response", "responseJsonSchema", "response_json_schema")


class Case:
    """One recorded call, its addresses those of the upstream that runs now."""

    def __init__(self, name: str, upstream: ScriptedUpstream) -> None:
        self.name = name
        self._url = upstream.url
        self.translated = name.startswith(TRANSLATED) and "/95-" not in name
        self.asked = self._load("request")
        self.calls: Calls = self._load("upstream-request")
        self.client = self._load("client-response")
        self.answers = [self._answer(recorded) for recorded in self._load("upstream-response")]

    def _load(self, part: str) -> Any:
        return json.loads((FOLDER / self.name / f"{part}.json").read_text().replace(RECORDED_AT, self._url))

    @staticmethod
    def _answer(recorded: dict[str, Any]) -> Answer:
        known = ("status", "headers", "body", "stream", "delay", "drop", "abort")
        answer = Answer(**{name: recorded[name] for name in known if name in recorded})
        if isinstance(answer.body, dict) and "expires_at" in answer.body:
            answer.body["expires_at"] = FAR
        if "body_base64" in recorded:
            answer.body = base64.b64decode(recorded["body_base64"])
        return answer

    def send(self, running: Server) -> httpx.Response:
        body = self.asked["body"] or {}
        form = body.get("multipart") if isinstance(body, dict) else None
        content: dict[str, Any] = {"json": self.asked["body"]}
        if form:
            files = {name: (file, AUDIO, kind) for name, (file, kind, _) in form["files"].items()}
            content = {"data": form["fields"], "files": files}
        with running.client(key=MASTER_KEY) as client:
            return client.request(self.asked["method"], self.asked["path"], **content)

    def expected(self) -> dict[str, Any]:
        content = self.client.get("body_text", "").encode() or base64.b64decode(self.client.get("body_base64", ""))
        content = content or json.dumps(self.client.get("body")).encode()
        return self.outcome(self.client["status"], self.client["headers"]["content-type"], content)

    def expected_calls(self, differs: Difference | None) -> Calls:
        calls = [call_of(c["method"], c["path"], c["headers"], c["body"]) for c in self.calls]
        return differs.calls(calls) if differs and differs.calls else calls

    def outcome(self, status: int, content_type: str, content: bytes) -> dict[str, Any]:
        if content_type.startswith("audio/"):
            return {"status": status, "type": content_type, "bytes": content}
        of_answer = outcome.of_translated_answer if self.translated else outcome.of_answer
        return {"type": content_type} | of_answer(status, content_type, content.decode())


def copilot_login(folder: Path, url: str, state: str) -> dict[str, str]:
    """The environment of a login that holds, or is refused, of one whose token has expired, or of none."""
    if state != "none":
        token = {"token": "tid=abc;exp=9999999999;sku=x:mac", "endpoints": {"api": f"{url}/copilot"}}
        expires = 1 if state == "expired" else FAR
        (folder / "access-token").write_text("gho_test")
        (folder / "api-key.json").write_text(json.dumps(token | {"expires_at": expires}))
    return {
        "GITHUB_COPILOT_TOKEN_DIR": str(folder),
        "GITHUB_COPILOT_API_KEY_URL": f"{url}/copilot_internal/v2/token",
        "GITHUB_COPILOT_DEVICE_CODE_URL": f"{url}/login/device/code",
        "GITHUB_COPILOT_ACCESS_TOKEN_URL": f"{url}/login/oauth/access_token",
    }


def server(
    kind: type[Server], upstream: ScriptedUpstream, folder: Path, drop_params: bool = True, login: str = "holds"
) -> Server:
    text = (FOLDER / "config.yaml").read_text().replace(RECORDED_AT, upstream.url)
    env = {
        "OPENROUTER_API_KEY": "or-key", "GITHUB_API_KEY": "ghp_key",
        "LM_STUDIO_API_BASE": f"{upstream.url}/v1", "LM_STUDIO_API_KEY": "lm-studio",
        "GEMINI_API_BASE": f"{upstream.url}/v1beta", "GEMINI_API_KEY": "gm-key",
        "OLLAMA_API_BASE": upstream.url,
    } | copilot_login(folder, upstream.url, login)
    return kind(text if drop_params else text.replace("drop_params: true", "drop_params: false"), env)


@pytest.fixture(scope="module")
def dropping(
    server_type: type[Server], shared_upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with server(server_type, shared_upstream, tmp_path_factory.mktemp("login")) as running:
        yield running


@pytest.fixture(scope="module")
def keeping(
    server_type: type[Server], shared_upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with server(server_type, shared_upstream, tmp_path_factory.mktemp("login"), drop_params=False) as running:
        yield running


@pytest.fixture
def running(
    name: str, request: pytest.FixtureRequest, server_type: type[Server], upstream: ScriptedUpstream, tmp_path: Path
) -> Iterator[Server]:
    """The server for a case; one of its own where the login is not as usual."""
    if name in LOGINS:
        if LOGINS[name] == "expired":  # another token is fetched at once
            case = Case(name, upstream)
            for call, answer in zip(case.calls, case.answers, strict=True):
                upstream.play(answer, path=call["path"])
        with server(server_type, upstream, tmp_path, login=LOGINS[name]) as own:
            yield own
    else:
        yield request.getfixturevalue("keeping" if "/90" in name else "dropping")


MARKS = {
    # LiteLLM's part of them is a stack trace.
    "gemini/95-health-google_gemini-tts": pytest.mark.differs("health-fields"),
    "github_copilot/95-health-copilot_codex": pytest.mark.differs("health-fields"),
    # LiteLLM starts only with a login that holds.
    "github_copilot/20-token-refresh": pytest.mark.differs("copilot-login"),
    "github_copilot/22-token-refresh-no-token-field": pytest.mark.differs("copilot-login"),
    "github_copilot/24-no-login": pytest.mark.differs("copilot-login"),
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=MARKS.get(name, ())) for name in CASES])
def test_replay(name: str, running: Server, upstream: ScriptedUpstream) -> None:
    case = Case(name, upstream)
    differs = DIFFERENCES.get(name) if isinstance(running, Gateway) else None
    # With fewer calls than LiteLLM makes, the last answers are the ones that count.
    calls = case.expected_calls(differs)
    if isinstance(running, Gateway) and name.startswith("github/"):  # `github-host`
        for call in calls:
            call["headers"]["x-github-api-version"] = "2022-11-28"
    if LOGINS.get(name) != "expired":
        upstream.play(*case.answers[-len(calls):])
    if case.answers:
        upstream.choose(lambda _: case.answers[-1])
    if LOGINS.get(name) == "refused":
        token = {"token": "tid=new", "expires_at": FAR, "endpoints": {"api": f"{upstream.url}/copilot"}}
        upstream.play(Answer(body=token), path="/copilot_internal/v2/token")
    got = case.send(running)

    if isinstance(running, Gateway) and name in NOT_SERVED:
        assert got.status_code == NOT_SERVED[name] and not upstream.requests
        return
    expected = case.expected()
    if isinstance(running, Gateway):
        expected = answer_of_gateway(expected)
    found = case.outcome(got.status_code, got.headers["content-type"], got.content)
    assert_answers(found, expected, differs)
    if not differs or not differs.client:
        kept = {name: value for name, value in case.client["headers"].items() if KEPT.fullmatch(name)}
        if isinstance(running, Gateway) and name.startswith("github_copilot/"):
            kept.pop("x-litellm-model-api-base", None)  # `copilot-base`
        assert {name: got.headers.get(name) for name in kept} == kept
    if case.answers and case.answers[-1].drop:
        # A kept connection that breaks before a byte of the answer is replaced once.
        del upstream.requests[1:]
    seen = [seen_call(request) for request in upstream.wait_for(len(calls))]
    if not isinstance(running, Gateway):  # LiteLLM asks about Ollama's models whenever it likes
        seen, calls = ([call for call in both if call["path"] != "/api/show"] for both in (seen, calls))
    assert seen == calls


def test_differences_are_documented() -> None:
    rows = (ROOT / "docs/differences.md").read_text()
    assert [d.why for d in DIFFERENCES.values() if f"| `{d.why}` |" not in rows] == []


def assert_answers(found: dict[str, Any], expected: dict[str, Any], differs: Difference | None) -> None:
    if not differs or not differs.client:
        assert found == expected
        return
    assert found != expected, f"no longer differs: {differs.why}"
    if {"error", "body"} & set(differs.client):  # an error for an answer, or the other way about
        expected = {name: expected[name] for name in ("status", "type")}
    for name, value in (expected | differs.client).items():
        if callable(value):
            assert value(found[name]), found
        else:
            assert found[name] == value


def seen_call(request: Request) -> dict[str, Any]:
    body = request.json if request.body else None
    return call_of(request.method, request.target, request.headers, body)


def call_of(method: str, path: str, headers: list[Any], body: Any) -> dict[str, Any]:
    sent = {name.lower(): value for name, value in headers}
    own = {name: value for name, value in sent.items() if not TRANSPORT.fullmatch(name)}
    own.pop("content-type", None)  # `ollama-request`; JSON all the same
    return {"method": method, "path": path, "headers": own, "body": body_of(path, body)}


def body_of(path: str, body: Any) -> Any:
    """Without the health probe's random words, and without what two spellings leave the same."""
    if not isinstance(body, dict):
        return body
    if "/models/" in path:
        return camel_case(body)
    if path not in ("/api/chat", "/api/generate"):  # those stream unless they are told not to
        body = {name: value for name, value in body.items() if (name, value) != ("stream", False)}
    if body.get("max_tokens") == 16:
        body["messages"] = "probe"
    if (body.get("options") or {}).get("num_predict") == 16:
        body["prompt"] = "probe"
    return body


def camel_case(value: Any) -> Any:
    """Google takes its names in snake case as well; LiteLLM mixes both, the gateway sends camel case."""
    if isinstance(value, list):
        return [camel_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        re.sub(r"_(\w)", lambda letter: letter[1].upper(), name): item if name in FREE else camel_case(item)
        for name, item in value.items()
    }
