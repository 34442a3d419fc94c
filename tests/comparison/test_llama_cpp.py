"""A real llama.cpp server behind the gateway, and behind LiteLLM, called through the OpenAI SDK."""

from __future__ import annotations

from typing import Iterator

import openai
import pytest

from gateway import MASTER_KEY, ROOT, Gateway, LiteLLM, Process, Server, free_port, venv_program
from setup_config import base_config, deployment

MODEL = ROOT / "tests/fixtures/tiny.gguf"
PYTHON = venv_program("llama", "python")
HELLO = [{"role": "user", "content": "Say hello in 5 words"}]


@pytest.fixture(scope="module")
def llama() -> Iterator[str]:
    port = free_port()
    command = [PYTHON, "-m", "llama_cpp.server", "--model", str(MODEL), "--host", "127.0.0.1", "--port", str(port)]
    process = Process(command, {}, ROOT)
    try:
        process.wait_for_line("Uvicorn running on", 60)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.stop()


@pytest.fixture(scope="module", params=[Gateway, LiteLLM], ids=["gateway", "litellm"])
def client(request: pytest.FixtureRequest, llama: str) -> Iterator[openai.OpenAI]:
    server_type: type[Server] = request.param
    models = [deployment("tiny", "lm_studio/tiny", llama)]
    with server_type(base_config(models)) as server:
        with openai.OpenAI(base_url=f"{server.url}/v1", api_key=MASTER_KEY, max_retries=0) as made:
            yield made


def test_whole_answer(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="tiny", messages=HELLO, max_tokens=12, seed=1)
    print("asked:", HELLO[0]["content"])
    print("answered:", repr(answer.choices[0].message.content), answer.usage)
    assert answer.model == "tiny"
    assert answer.choices[0].message.content
    assert answer.usage and answer.usage.completion_tokens > 0


def test_stream(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(model="tiny", messages=HELLO, max_tokens=12, seed=1, stream=True)
    pieces, finish = [], None
    for chunk in stream:
        pieces.append(chunk.choices[0].delta.content or "")
        finish = chunk.choices[0].finish_reason or finish
    print("streamed:", pieces)
    assert len([piece for piece in pieces if piece]) > 1
    assert finish == "length"


def test_leaving_early_frees_the_server(client: openai.OpenAI) -> None:
    """llama.cpp serves one call at a time: a call that went on would hold the next one up."""
    stream = client.chat.completions.create(model="tiny", messages=HELLO, max_tokens=2000, seed=1, stream=True)
    next(iter(stream))
    stream.close()
    answer = client.chat.completions.create(model="tiny", messages=HELLO, max_tokens=2, timeout=10)
    assert answer.choices[0].finish_reason in ("length", "stop")
