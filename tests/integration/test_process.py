"""The program itself: its options, how it starts, how it ends."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

import answers
import wire
from gateway import BINARY, MASTER_KEY, Gateway, Server, free_port
from scripted_upstream import Answer, Gate, ScriptedUpstream
from setup_config import chat_config

pytestmark = pytest.mark.differs("own")

GOOD = f"""\
model_list:
  - model_name: chat
    litellm_params:
      model: openai/my-model
      api_base: http://127.0.0.1:1/v1
      api_key: sk-up
general_settings:
  master_key: {MASTER_KEY}
"""


def run(*args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(BINARY), *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, env=env or {})


def check(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    file = folder / "config.yaml"
    file.write_text(text)
    return run("--config", str(file), "--check")


def test_version_and_help() -> None:
    version = run("--version")
    assert version.returncode == 0 and version.stdout.startswith("llm-proxy ")
    usage = run("--help")
    assert usage.returncode == 0
    for option in ("--config", "--host", "--port", "--num_workers", "--check", "--healthcheck", "--version"):
        assert option in usage.stdout


def test_unknown_options_are_refused() -> None:
    done = run("--no-such-option")
    assert done.returncode != 0 and "--no-such-option" in done.stderr


def test_check_of_a_good_file(tmp_path: Path) -> None:
    done = check(tmp_path, GOOD)
    assert done.returncode == 0, done.stderr
    assert MASTER_KEY not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("api_key: sk-up", "api_kye: sk-up", 6, "api_kye"),
        ("openai/my-model", "foobarprov/x", 4, "foobarprov"),
        ("  - model_name: chat", "  - model_nam: chat", 2, "model_name"),
        ("api_key: sk-up", "rpm: abc", 6, "rpm"),
        ("api_key: sk-up", "api_key: os.environ/NOT_SET_ANYWHERE", 6, "NOT_SET_ANYWHERE"),
        ("general_settings:", "general_settings: [", 8, "config.yaml"),
        (f"master_key: {MASTER_KEY}", "master_key: 12345", 8, "master_key"),
        ("openai/my-model\n      api_base: http://127.0.0.1:1/v1", "lm_studio/x", 2, "api_base"),
    ],
    ids=["unknown-key", "unknown-provider", "no-name", "type", "unset", "syntax", "key-type", "no-base"],
)
def test_check_names_the_place(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in GOOD
    done = check(tmp_path, GOOD.replace(old, new))
    output = done.stdout + done.stderr
    lines = [text for text in output.splitlines() if "config.yaml:" in text]
    assert any(said in text for text in lines), output
    numbers = {int(text.split("config.yaml:")[1].split(":")[0]) for text in lines}
    assert numbers & {line, line + 1}, output
    warning_only = said in ("NOT_SET_ANYWHERE", "api_kye")
    assert warning_only or done.returncode == 1


@pytest.mark.parametrize("key", ["", "sk-1234"])
def test_weak_master_keys_are_refused(tmp_path: Path, key: str) -> None:
    done = check(tmp_path, GOOD.replace(MASTER_KEY, f'"{key}"'))
    assert done.returncode == 1 and "master_key" in done.stdout + done.stderr


@pytest.mark.parametrize("text", ["model_list: [", "", "- a\n"], ids=["syntax", "empty", "list"])
def test_a_wrong_file_does_not_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    done = run("--config", str(file), "--port", str(free_port()))
    assert done.returncode not in (0, None)
    assert "config.yaml" in done.stderr and len(done.stderr.splitlines()) < 10


def test_a_missing_file_does_not_start(tmp_path: Path) -> None:
    done = run("--config", str(tmp_path / "none.yaml"), "--port", str(free_port()))
    assert done.returncode != 0 and "none.yaml" in done.stderr


def test_a_busy_port_is_said(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(GOOD)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("--config", str(file), "--host", "127.0.0.1", "--port", port, "--data_dir", str(tmp_path))
    assert done.returncode != 0 and port in done.stderr


def test_healthcheck(upstream: ScriptedUpstream) -> None:
    with Gateway(chat_config(upstream.url)) as gateway:
        assert run("--healthcheck", "--port", str(gateway.port)).returncode == 0
        assert run("--healthcheck", env={"PORT": str(gateway.port)}).returncode == 0
        port = gateway.port
    assert run("--healthcheck", "--port", str(port)).returncode == 1


def test_the_master_key_of_the_environment(upstream: ScriptedUpstream) -> None:
    config = chat_config(upstream.url)
    del config["general_settings"]["master_key"]
    with Gateway(config, {"LITELLM_MASTER_KEY": MASTER_KEY}) as gateway:
        assert gateway.chat().status_code == 200


def test_several_workers(upstream: ScriptedUpstream) -> None:
    with Gateway(chat_config(upstream.url), args=("--num_workers", "2")) as gateway:
        for _ in range(40):
            with gateway.client() as client:
                assert client.get("/v1/models").status_code == 200
        assert gateway.stop() == 0


def start_call(gateway: Server, stream: bool) -> wire.Connection:
    body: dict[str, Any] = {"model": "chat", "messages": [{"role": "user", "content": "hi"}], "stream": stream}
    connection = wire.Connection(gateway.port)
    connection.send(wire.request("POST", "/v1/chat/completions", body, MASTER_KEY))
    return connection


def wait_until_refused(port: int) -> None:
    for _ in range(100_000):
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:  # was waiting to be accepted when the listener closed
            pass
    raise AssertionError("new connections are still accepted")


def test_running_calls_end_well_at_sigterm(upstream: ScriptedUpstream) -> None:
    gates = [Gate(), Gate()]
    frames = answers.chat_frames("first", "second", usage=False)
    with Gateway(chat_config(upstream.url)) as gateway:
        upstream.play(Answer(stream=[*frames[:2], gates[0], *frames[2:]]))
        streaming = start_call(gateway, True)
        events = streaming.events() if streaming.read_head().status == 200 else iter(())
        assert any("first" in event for event in events)
        upstream.play(Answer(wait=gates[1], body=answers.chat()))
        waiting = start_call(gateway, False)
        upstream.wait_for(2)
        idle = wire.Connection(gateway.port)

        gateway.process.child.terminate()
        wait_until_refused(gateway.port)
        assert gateway.process.child.poll() is None
        assert idle.closed_by_peer()
        for gate in gates:
            gate.open()
        assert list(events)[-1] == "data: [DONE]"
        assert waiting.read_response().json["object"] == "chat.completion"
        assert gateway.process.wait() == 0


def test_an_idle_gateway_ends_at_once(upstream: ScriptedUpstream) -> None:
    with Gateway(chat_config(upstream.url)) as gateway:
        gateway.chat()
        assert gateway.stop() == 0
        with pytest.raises(httpx.ConnectError):
            httpx.get(gateway.url + "/health/liveliness", trust_env=False)
