"""A changed configuration is taken over while running, whole or not at all."""

from __future__ import annotations

import signal
import time
from typing import Any, Callable, Iterator

import pytest

import answers
import wire
from gateway import MASTER_KEY, Gateway, Server
from scripted_upstream import Answer, Gate, ScriptedUpstream
from setup_config import base_config, deployment

pytestmark = pytest.mark.differs("own")


def config(upstream: ScriptedUpstream, *names: str) -> dict[str, Any]:
    return base_config([deployment(name, f"openai/{name}", f"{upstream.url}/v1") for name in ("chat", *names)])


def models(gateway: Server) -> list[str]:
    listed = gateway.http.get("/v1/models").json()["data"]
    return [entry["id"] for entry in listed if entry["id"] != "nickname"]


def hang_up(gateway: Server) -> None:
    gateway.signal(signal.SIGHUP)


def nothing(_: Server) -> None:
    """The file's change is enough."""


def until(gateway: Server, expected: list[str]) -> None:
    """Asks until the answer is the expected one; each question is answered, so nothing is missed."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if models(gateway) == expected:
            return
    raise AssertionError(f"{models(gateway)} instead of {expected}\n{gateway.process.log}")


@pytest.fixture
def running(upstream: ScriptedUpstream) -> Iterator[Server]:
    with Gateway(config(upstream)) as server:
        yield server


@pytest.mark.parametrize("trigger", [hang_up, nothing], ids=["sighup", "file-change"])
def test_new_models_are_served(running: Server, upstream: ScriptedUpstream, trigger: Callable[[Server], None]) -> None:
    running.write_config(config(upstream, "second"))
    trigger(running)
    until(running, ["chat", "second"])
    assert running.chat("second").status_code == 200
    assert upstream.last.json["model"] == "second"
    running.write_config(config(upstream))
    trigger(running)
    until(running, ["chat"])
    assert running.chat("second").status_code == 400


@pytest.mark.parametrize(
    "wrong",
    ["model_list: [", "", "- a\n- b\n", "model_list:\n  - litellm_params: {model: openai/x}\n"],
    ids=["syntax", "empty", "list", "no-name"],
)
def test_a_wrong_file_is_refused(running: Server, upstream: ScriptedUpstream, wrong: str) -> None:
    before = len(running.process.lines)
    running.write_config(wrong)
    hang_up(running)
    running.process.wait_for_line("config.yaml", after=before)
    assert models(running) == ["chat"]
    assert running.chat().status_code == 200
    running.write_config(config(upstream, "third"))
    hang_up(running)
    until(running, ["chat", "third"])


def test_running_streams_are_untouched(running: Server, upstream: ScriptedUpstream) -> None:
    gate = Gate()
    frames = answers.chat_frames("first", "second", usage=False)
    upstream.play(Answer(stream=[*frames[:2], gate, *frames[2:]]))
    body = {"model": "chat", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    with wire.Connection(running.port) as connection:
        connection.send(wire.request("POST", "/v1/chat/completions", body, MASTER_KEY))
        events = connection.events() if connection.read_head().status == 200 else iter(())
        assert any("first" in event for event in events)
        running.write_config(base_config([deployment("other", "openai/other", f"{upstream.url}/v1")]))
        hang_up(running)
        until(running, ["other"])
        gate.open()
        rest = list(events)
    assert "second" in rest[0] and rest[-1] == "data: [DONE]"


def test_the_new_key_counts_at_once(running: Server, upstream: ScriptedUpstream) -> None:
    new_key = "sk-another-5f4e3d2c1b0a99887766554433221100"
    changed = config(upstream)
    changed["general_settings"]["master_key"] = new_key
    running.write_config(changed)
    hang_up(running)
    with running.client(new_key) as client:
        for _ in range(5000):
            if client.get("/v1/models").status_code == 200:
                break
        assert client.get("/v1/models").status_code == 200
    assert running.http.get("/v1/models").status_code == 401
