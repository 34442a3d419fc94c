"""LiteLLM's Python SDK as a client of the gateway."""

from __future__ import annotations

import subprocess
from pathlib import Path

from gateway import MASTER_KEY, Server, venv_program


def test_litellm_sdk(ours: Server) -> None:
    script = Path(__file__).with_name("litellm_client.py")
    command = [venv_program("litellm", "python"), str(script), f"{ours.url}/v1", MASTER_KEY]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("ok\n")
