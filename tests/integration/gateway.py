"""Starts and stops the servers under test: the gateway, or LiteLLM in its place."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("LLM_PROXY_BINARY", ROOT / "build/release/llm-proxy"))
VENVS = Path(os.environ.get("LLM_PROXY_TEST_VENVS", ROOT / "build/venv"))
MASTER_KEY = "sk-master-4f1b2c9d7e6a5b3c8d9e0f1a2b3c4d5e"


def venv_program(venv: str, program: str) -> str:
    """A program of one of the test environments (see scripts/venv)."""
    return str(VENVS / venv / "bin" / program)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A child process whose output is collected and can be waited for."""

    def __init__(self, command: list[str], env: dict[str, str], cwd: Path) -> None:
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._ended = False
        base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.child = subprocess.Popen(
            command, env=base | env, cwd=cwd, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self) -> None:
        assert self.child.stdout
        for line in self.child.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    @property
    def log(self) -> str:
        return "\n".join(self.lines)

    def wait_for_line(self, text: str, timeout: float = 10, after: int = 0) -> str:
        """The first line with this text, at or after position `after` in the log."""
        def found() -> str | None:
            return next((line for line in self.lines[after:] if text in line), None)

        with self._changed:
            self._changed.wait_for(lambda: found() or self._ended, timeout)
            line = found()
        if line is None:
            raise AssertionError(f"no line with {text!r} in the log:\n{self.log}")
        return line

    def wait(self, timeout: float = 15) -> int:
        return self.child.wait(timeout)

    def stop(self) -> int:
        """Ends the process gracefully, or by force after 15 s; its exit code."""
        if self.child.poll() is None:
            self.child.terminate()
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.child.kill()
            return self.wait()


class Server:
    """A server under test with its own configuration file and port."""

    ready = "listening on"
    start_seconds = 10

    def __init__(
        self, config: dict[str, Any] | str, env: dict[str, str] | None = None, args: tuple[str, ...] = ()
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gateway-test-"))
        self.config = self.folder / "config.yaml"
        self.write_config(config)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command, variables = self.command()
        self.process = Process([*command, *args], variables | (env or {}), self.folder)
        try:
            self.process.wait_for_line(self.ready, self.start_seconds)
        except AssertionError:
            self.stop()
            raise
        self.http = self.client()

    def command(self) -> tuple[list[str], dict[str, str]]:
        options = ["--config", str(self.config), "--host", "127.0.0.1", "--port", str(self.port)]
        return [str(BINARY), *options, "--data_dir", str(self.folder)], {}

    def write_config(self, config: dict[str, Any] | str) -> None:
        """Replaces the configuration file in one step. JSON is YAML."""
        text = config if isinstance(config, str) else json.dumps(config, indent=1)
        new = self.folder / "config.yaml.new"
        new.write_text(text)
        new.rename(self.config)

    def client(self, key: str | None = MASTER_KEY, **options: Any) -> httpx.Client:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        options = {"base_url": self.url, "timeout": 30, "trust_env": False, "verify": False} | options
        return httpx.Client(headers=headers, **options)

    def chat(self, model: str = "chat", **fields: Any) -> httpx.Response:
        """One chat call with the master key."""
        body = {"model": model, "messages": [{"role": "user", "content": "hi"}]} | fields
        return self.http.post("/v1/chat/completions", json=body)

    def signal(self, number: signal.Signals) -> None:
        self.process.child.send_signal(number)

    def stop(self) -> int:
        if hasattr(self, "http"):
            self.http.close()
        code = self.process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        return code

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()


class Gateway(Server):
    """The program this repository builds."""


class LiteLLM(Server):
    """LiteLLM's proxy, to prove the tests and to compare with."""

    ready = "Uvicorn running on"
    start_seconds = 120

    def command(self) -> tuple[list[str], dict[str, str]]:
        options = ["--config", str(self.config), "--host", "127.0.0.1", "--port", str(self.port)]
        variables = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION"}
        return [venv_program("litellm", "litellm"), *options], variables
