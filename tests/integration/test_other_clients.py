"""The OpenAI Node SDK and curl against the gateway."""

from __future__ import annotations

import json
import subprocess

import answers
from gateway import MASTER_KEY, ROOT, Server
from scripted_upstream import Answer, Request, ScriptedUpstream

NODE = ROOT / "tests/node"


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_openai_node_sdk(gateway: Server, upstream: ScriptedUpstream) -> None:
    def tools_or_usual(request: Request) -> Answer:
        is_tools = b"get_weather" in request.body
        return Answer(stream=answers.tool_frames()) if is_tools else answers.usual(request)

    upstream.choose(tools_or_usual)
    output = run("node", str(NODE / "scenario.mjs"), f"{gateway.url}/v1", MASTER_KEY)
    assert output.count("ok ") == 15


def test_curl(gateway: Server, upstream: ScriptedUpstream) -> None:
    """The four calls our users check an installation with."""
    key = ("-H", f"Authorization: Bearer {MASTER_KEY}")
    body = {"model": "chat", "messages": [{"role": "user", "content": "Say hello in 5 words"}]}
    chat = (f"{gateway.url}/v1/chat/completions", *key, "-H", "Content-Type: application/json")
    assert run("curl", "-sf", f"{gateway.url}/health/liveliness") == '"I\'m alive!"'
    models = json.loads(run("curl", "-sf", f"{gateway.url}/v1/models", *key))
    assert models["data"][0]["id"]
    answer = json.loads(run("curl", "-sf", *chat, "-d", json.dumps(body)))
    assert answer["choices"][0]["message"]["content"] == "Hello from upstream."
    stream = run("curl", "-sfN", "--compressed", *chat, "-d", json.dumps(body | {"stream": True}))
    assert stream.startswith("data: {") and stream.endswith("data: [DONE]\n\n")
