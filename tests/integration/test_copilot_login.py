"""GitHub Copilot's login: token files, the exchange, the device flow, and what calls see of them."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any, Callable

import pytest

import answers
import wire
from gateway import BINARY, MASTER_KEY, Gateway
from scripted_upstream import Answer, Gate, Request, ScriptedUpstream
from setup_config import base_config, deployment

pytestmark = pytest.mark.differs("own")

CODE, POLL, EXCHANGE = "/login/device/code", "/login/oauth/access_token", "/copilot_internal/v2/token"
CHAT = "/copilot/chat/completions"
PENDING = Answer(body={"error": "authorization_pending"})
FAR = 9999999999


class GitHub:
    """Plays GitHub and Copilot; the token files lie in a folder of their own."""

    def __init__(self, upstream: ScriptedUpstream, folder: Path) -> None:
        self.upstream = upstream
        self.folder = folder
        self.tokens = 0
        upstream.choose(self.answer)

    def answer(self, request: Request) -> Answer:
        if request.path == CODE:
            return self.code()
        if request.path == POLL:
            return PENDING
        if request.path == EXCHANGE:
            self.tokens += 1
            return Answer(body=self.token(f"tid=exchanged-{self.tokens};sku=x:mac"))
        return answers.usual(request)

    def code(self, user_code: str = "ABCD-1234", **changes: Any) -> Answer:
        body = {"device_code": "device-secret", "user_code": user_code, "expires_in": 899, "interval": 1}
        return Answer(body=body | {"verification_uri": "https://github.com/login/device"} | changes)

    def token(self, token: str, expires: int = FAR, **changes: Any) -> dict[str, Any]:
        endpoints = {"api": f"{self.upstream.url}/copilot", "proxy": "x"}
        return {"token": token, "expires_at": expires, "endpoints": endpoints, "sku": "kept"} | changes

    def keep(self, access_token: str | None = "gho_kept", api_key: dict[str, Any] | None = None) -> None:
        """Writes the files as LiteLLM does."""
        self.folder.mkdir(exist_ok=True)
        if access_token:
            (self.folder / "access-token").write_text(access_token)
        if api_key:
            (self.folder / "api-key.json").write_text(json.dumps(api_key))

    @property
    def env(self) -> dict[str, str]:
        url = self.upstream.url
        return {
            "GITHUB_COPILOT_TOKEN_DIR": str(self.folder),
            "GITHUB_COPILOT_DEVICE_CODE_URL": url + CODE,
            "GITHUB_COPILOT_ACCESS_TOKEN_URL": url + POLL,
            "GITHUB_COPILOT_API_KEY_URL": url + EXCHANGE,
        }

    def config(self, copilot: bool = True) -> dict[str, Any]:
        models = [deployment("chat", "openai/my-model", f"{self.upstream.url}/v1")]
        if copilot:
            models.append({"model_name": "copilot", "litellm_params": {"model": "github_copilot/gpt-4.1"}})
        return base_config(models)

    def gateway(self, *args: str, copilot: bool = True) -> Gateway:
        return Gateway(self.config(copilot), env=self.env, args=args)

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.upstream.requests if request.path == path]

    def bearers(self) -> list[str | None]:
        return [request.header("authorization") for request in self.asked(CHAT)]

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], **self.env}
        return subprocess.run(
            [str(BINARY), "copilot", *words, "--config", "none.yaml"],
            env=environment, cwd=self.folder.parent, capture_output=True, text=True, timeout=30,
        )


@pytest.fixture
def github(upstream: ScriptedUpstream, tmp_path: Path) -> GitHub:
    return GitHub(upstream, tmp_path / "copilot")


def until(gateway: Gateway, good: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first status that is good."""
    deadline = time.monotonic() + 15
    status: dict[str, Any] = {}
    while time.monotonic() < deadline:
        status = gateway.http.get("/copilot/status").json()
        if good(status):
            return status
    raise AssertionError(f"{status}\n{gateway.process.log}")


def state(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda status: status["state"] == name


def message(response: Any, status: int = 400) -> str:
    assert response.status_code == status, response.text
    failure = response.json()["error"]
    assert failure["code"] == str(status)
    return failure["message"]


def test_litellms_files_are_used_as_they_are(github: GitHub) -> None:
    github.keep(" gho_kept\n", github.token("tid=kept;exp=1:mac"))
    with github.gateway() as gateway:
        assert gateway.chat("copilot").status_code == 200
        assert gateway.chat("copilot").status_code == 200
        status = gateway.http.get("/copilot/status").json()
        assert status["state"] == "logged_in" and status["token_expires_at"] == 9_000_000_000
    assert github.bearers() == ["Bearer tid=kept;exp=1:mac"] * 2
    assert len(github.upstream.requests) == 2


def test_a_token_that_has_ended_is_exchanged(github: GitHub) -> None:
    github.keep("gho_kept", github.token("tid=old", int(time.time()) - 1))
    github.upstream.play(Answer(body=github.token("tid=new", unknown={"kept": [1]})), path=EXCHANGE)
    with github.gateway() as gateway:
        assert gateway.chat("copilot").status_code == 200
    assert github.bearers() == ["Bearer tid=new"]
    (exchange,) = github.asked(EXCHANGE)
    sent = {name.lower(): value for name, value in exchange.headers}
    assert sent["authorization"] == "token gho_kept" and sent["user-agent"] == "GithubCopilot/1.155.0"
    assert sent["editor-version"] == "vscode/1.85.1" and sent["accept"] == "application/json"
    kept = github.folder / "api-key.json"
    assert json.loads(kept.read_text()) == github.token("tid=new", unknown={"kept": [1]})
    assert kept.stat().st_mode & 0o777 == 0o600


def test_two_hundred_calls_wait_for_one_exchange(github: GitHub) -> None:
    gate = Gate()
    github.keep()
    github.upstream.play(Answer(body=github.token("tid=one"), wait=gate), path=EXCHANGE)
    body = {"model": "copilot", "messages": [{"role": "user", "content": "hi"}]}
    with github.gateway("--num_workers", "3") as gateway:
        github.upstream.wait_for(1)
        calls = [wire.Connection(gateway.port) for _ in range(200)]
        for call in calls:
            call.send(wire.request("POST", "/v1/chat/completions", body, MASTER_KEY))
        assert gateway.chat("chat").status_code == 200  # others do not wait
        gate.open()
        assert [call.read_response().status for call in calls] == [200] * 200
        for call in calls:
            call.close()
    assert len(github.asked(EXCHANGE)) == 1
    assert github.bearers() == ["Bearer tid=one"] * 200


def test_another_token_is_fetched_before_the_end(github: GitHub) -> None:
    github.keep("gho_kept", github.token("tid=ending", int(time.time()) + 200))
    with github.gateway() as gateway:
        assert gateway.chat("copilot").status_code == 200
        until(gateway, lambda status: status["token_expires_at"] == 9_000_000_000)
        assert gateway.chat("copilot").status_code == 200
    assert github.bearers() == ["Bearer tid=ending", "Bearer tid=exchanged-1;sku=x:mac"]


REFUSED = Answer(401, {"content-type": "text/plain"}, "unauthorized: token expired\n")


def test_a_refused_token_is_exchanged_and_the_call_made_once_more(github: GitHub) -> None:
    github.keep("gho_kept", github.token("tid=revoked"))
    github.upstream.play(REFUSED, path=CHAT)
    with github.gateway() as gateway:
        assert gateway.chat("copilot").status_code == 200
        assert gateway.chat("copilot").status_code == 200
    new = "Bearer tid=exchanged-1;sku=x:mac"
    assert github.bearers() == ["Bearer tid=revoked", new, new]
    assert len(github.asked(EXCHANGE)) == 1


def test_refused_twice_is_nobodys_key(github: GitHub) -> None:
    github.keep("gho_kept", github.token("tid=revoked"))
    github.upstream.play(REFUSED, REFUSED, path=CHAT)
    with github.gateway() as gateway:
        assert "unauthorized: token expired" in message(gateway.chat("copilot"), 502)
        assert gateway.chat("copilot").status_code == 200
    assert len(github.asked(EXCHANGE)) == 1
    assert len(github.asked(CHAT)) == 3


def test_no_token_in_three_exchanges(github: GitHub) -> None:
    github.keep()
    refusal = Answer(body={"error_details": {"message": "no subscription"}})
    github.upstream.play(refusal, refusal, refusal, path=EXCHANGE)
    with github.gateway() as gateway:
        assert message(gateway.chat("copilot")) == (
            "litellm.BadRequestError: GetLLMProvider Exception - litellm.AuthenticationError: Failed to refresh "
            "API key: Failed to refresh API key after maximum retries\n\noriginal model: github_copilot/gpt-4.1"
            "\n\nLiteLLM: model group 'copilot' failed with the error above. No fallback was attempted."
        )
        assert len(github.asked(EXCHANGE)) == 3
        status = gateway.http.get("/copilot/status").json()
        assert status["state"] == "failed" and "no subscription" in status["reason"]


def test_a_token_is_not_sent_to_strange_hosts(github: GitHub) -> None:
    github.keep()
    strange = ScriptedUpstream(answers.usual, host="127.0.0.2")
    try:
        body = github.token("tid=stray", endpoints={"api": f"{strange.url}/copilot"})
        github.upstream.play(Answer(body=body), path=EXCHANGE)
        with github.gateway() as gateway:
            assert "is no https address of GitHub's" in message(gateway.chat("copilot"))
        assert not strange.requests
    finally:
        strange.stop()


def test_the_user_is_led_through_the_login(github: GitHub) -> None:
    gate = Gate()
    login = Answer(body={"access_token": "gho_device", "token_type": "bearer"}, wait=gate)
    github.upstream.play(PENDING, login, path=POLL)
    with github.gateway() as gateway:
        line = gateway.process.wait_for_line("Please visit")
        assert "visit https://github.com/login/device and enter code ABCD-1234" in line
        status = until(gateway, state("waiting_for_user"))
        assert status["verification_uri"] == "https://github.com/login/device"
        assert status["user_code"] == "ABCD-1234" and 880 < status["expires_in"] <= 899
        assert "enter code ABCD-1234" in message(gateway.chat("copilot"))
        assert gateway.chat("chat").status_code == 200
        gate.open()
        until(gateway, state("logged_in"))
        assert gateway.chat("copilot").status_code == 200
        log = gateway.process.log
        text = gateway.http.get("/copilot/status").text
    assert github.asked(CODE)[0].json == {"client_id": "Iv1.b507a08c87ecfe98", "scope": "read:user"}
    assert github.asked(POLL)[0].json == {
        "client_id": "Iv1.b507a08c87ecfe98",
        "device_code": "device-secret",
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
    }
    assert github.asked(EXCHANGE)[0].header("authorization") == "token gho_device"
    kept = github.folder / "access-token"
    assert kept.read_text() == "gho_device" and kept.stat().st_mode & 0o777 == 0o600
    assert github.folder.stat().st_mode & 0o777 == 0o700
    for secret in ("gho_device", "device-secret", "exchanged-1"):
        assert secret not in log and secret not in text


def test_polling_slows_down_when_told(github: GitHub) -> None:
    github.upstream.play(Answer(body={"error": "slow_down"}), path=POLL)
    with github.gateway():
        first, second = [r for r in github.upstream.wait_for(3, timeout=15) if r.path == POLL]
    assert 5.5 < second.received_at - first.received_at < 9


def test_a_code_that_ends_is_replaced(github: GitHub) -> None:
    github.upstream.play(github.code("OLD-1", expires_in=1), path=CODE)
    with github.gateway() as gateway:
        gateway.process.wait_for_line("enter code OLD-1")
        gateway.process.wait_for_line("enter code ABCD-1234")
        assert until(gateway, state("waiting_for_user"))["user_code"] == "ABCD-1234"


def test_a_denied_login_stays_denied_until_somebody_acts(github: GitHub) -> None:
    github.upstream.play(Answer(body={"error": "access_denied"}), path=POLL)
    with github.gateway() as gateway:
        assert "denied" in until(gateway, state("failed"))["reason"]
        assert "denied" in message(gateway.chat("copilot"))
        assert len(github.asked(CODE)) == 1
        github.keep("gho_other")
        until(gateway, state("logged_in"))
        assert gateway.chat("copilot").status_code == 200


@pytest.mark.parametrize("status", [401, 404])
def test_a_login_that_github_forgot_begins_another(github: GitHub, status: int) -> None:
    github.keep("gho_forgotten")
    github.upstream.play(Answer(status, body={"message": "Bad credentials"}), path=EXCHANGE)
    with github.gateway() as gateway:
        gateway.process.wait_for_line("enter code ABCD-1234")
        assert "enter code ABCD-1234" in message(gateway.chat("copilot"))
    assert len(github.asked(EXCHANGE)) == 1


def test_a_login_on_the_command_line_is_noticed(github: GitHub) -> None:
    with github.gateway() as gateway:
        gateway.process.wait_for_line("Please visit")
        assert github.command("status").returncode == 1
        github.upstream.play(*[Answer(body={"access_token": "gho_cli"})] * 2, path=POLL)
        done = github.command("login")
        assert done.returncode == 0, done.stderr
        assert "Please visit https://github.com/login/device and enter code ABCD-1234" in done.stdout
        assert "gho_cli" not in done.stdout + done.stderr
        assert (github.folder / "access-token").read_text() == "gho_cli"
        assert json.loads((github.folder / "api-key.json").read_text())["sku"] == "kept"
        assert github.command("status").returncode == 0
        until(gateway, state("logged_in"))
        assert gateway.chat("copilot").status_code == 200
        assert github.command("logout").returncode == 0
        assert not list(github.folder.iterdir())
        until(gateway, state("waiting_for_user"))
        assert "enter code" in message(gateway.chat("copilot"))


def test_a_login_that_fails_on_the_command_line(github: GitHub) -> None:
    github.upstream.play(Answer(body={"error": "access_denied"}), path=POLL)
    done = github.command("login")
    assert done.returncode == 1 and "denied" in done.stderr
    assert not list(github.folder.glob("*"))
    assert github.command("logout").returncode == 0


def test_a_reload_brings_the_login(github: GitHub) -> None:
    with github.gateway(copilot=False) as gateway:
        assert gateway.http.get("/copilot/status").json()["state"] == "no_login"
        gateway.write_config(github.config())
        until(gateway, state("waiting_for_user"))
        gateway.write_config(github.config(copilot=False))
        until(gateway, state("no_login"))


def test_the_daemon_stops_while_it_waits_for_the_user(github: GitHub) -> None:
    gate = Gate()
    github.upstream.play(Answer(wait=gate), path=POLL)
    gateway = github.gateway()
    gateway.process.wait_for_line("Please visit")
    github.upstream.wait_for(2)
    began = time.monotonic()
    assert gateway.stop() == 0
    assert time.monotonic() - began < 5
    gate.open()


def test_the_status_needs_a_key(gateway: Gateway) -> None:
    with gateway.client(key=None) as stranger:
        assert stranger.get("/copilot/status").status_code == 401
    assert gateway.http.get("/copilot/status").json()["state"] == "no_login"
