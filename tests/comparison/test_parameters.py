"""Which of OpenAI's parameters are refused, left out and passed on, beside LiteLLM."""

from __future__ import annotations

import json
import subprocess
from typing import Any, Iterator

import httpx
import pytest

import outcome
from gateway import ROOT, Gateway, LiteLLM, Server, venv_program
from scripted_upstream import ScriptedUpstream
from setup_config import base_config, deployment

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
# All that LiteLLM looks at, with values that every provider's code can read.
EVERYTHING: dict[str, Any] = {
    "functions": [TOOL["function"]], "function_call": "auto", "temperature": 1, "top_p": 0.5, "n": 2, "stop": ["x"],
    "max_tokens": 5, "max_completion_tokens": 6, "modalities": ["text"], "prediction": {"type": "content", "content": "a"},
    "audio": {"voice": "alloy", "format": "wav"}, "presence_penalty": 0.1, "frequency_penalty": 0.1,
    "logit_bias": {"1": 1}, "user": "u", "response_format": {"type": "json_object"}, "seed": 1, "tools": [TOOL],
    "tool_choice": "auto", "logprobs": True, "top_logprobs": 2, "parallel_tool_calls": True, "reasoning_effort": "low",
    "verbosity": "low", "thinking": {"type": "enabled", "budget_tokens": 10}, "web_search_options": {},
    "safety_identifier": "s", "store": False, "prompt_cache_key": "k", "service_tier": "auto",
}
# What LiteLLM writes under another name, or instead of another, for these providers.
RENAMED = {
    "mistral": {"seed", "max_completion_tokens", "max_tokens"},
    "deepseek": {"reasoning_effort"},
    "hosted_vllm": {"thinking"},
    "github": {"max_completion_tokens"},
}
MODELS = {
    "openai": "openai/my-model", "openai-gpt-4o": "openai/gpt-4o", "openai-gpt-4": "openai/gpt-4",
    "openai-gpt-5": "openai/gpt-5", "openai-gpt-5.1": "openai/gpt-5.1", "openai-o3": "openai/o3", "github": "github/gpt-4o-mini",
    "lm_studio": "lm_studio/x", "openrouter": "openrouter/a/b", "hosted_vllm": "hosted_vllm/x",
    "deepseek": "deepseek/deepseek-chat", "groq": "groq/llama-3.3-70b-versatile",
    "mistral": "mistral/mistral-large-latest", "xai": "xai/grok-3",
    "gemini": "gemini/gemini-2.5-flash", "ollama_chat": "ollama_chat/llama3.1",
}
# Gemini and Ollama have members of their own; LiteLLM fails itself for Groq's and xAI's answers.
INCOMPARABLE = {"gemini", "ollama_chat", "groq", "xai"}


def config(upstream: str) -> dict[str, Any]:
    models = [deployment(name, model, f"{upstream}/v1") for name, model in MODELS.items()]
    models += [
        deployment("strict", "openai/my-model", f"{upstream}/v1", drop_params=False),
        deployment("lenient", "openai/my-model", f"{upstream}/v1", drop_params=True),
        deployment("listed", "openai/my-model", f"{upstream}/v1", additional_drop_params=["seed", "tools[*].function.strict"]),
        deployment("allowing", "openai/my-model", f"{upstream}/v1", allowed_openai_params=["verbosity"]),
        deployment("defaults", "openai/my-model", f"{upstream}/v1", verbosity="low"),
        deployment("embed", "openai/my-embed", f"{upstream}/v1", "embedding"),
        deployment("embed-local", "lm_studio/my-embed", f"{upstream}/v1", "embedding"),
        deployment("embed-mistral", "mistral/mistral-embed", f"{upstream}/v1", "embedding"),
        deployment("paint", "openai/my-image", f"{upstream}/v1", "image_generation"),
        deployment("instruct", "openai/my-instruct", f"{upstream}/v1", "completion"),
    ]
    made = base_config(models)
    del made["litellm_settings"]["drop_params"]
    return made


@pytest.fixture(scope="module")
def litellm(shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    with LiteLLM(config(shared_upstream.url)) as server:
        yield server


@pytest.fixture(scope="module")
def ours(shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    with Gateway(config(shared_upstream.url)) as server:
        yield server


def told(answer: httpx.Response) -> dict[str, Any]:
    """The error in LiteLLM's words, or that there is none."""
    found = outcome.of_answer(answer.status_code, answer.headers["content-type"], answer.text)
    return found if answer.status_code != 200 else {"status": 200}


@pytest.mark.parametrize("name", MODELS)
def test_what_is_not_taken_is_refused(litellm: Server, ours: Server, upstream: ScriptedUpstream, name: str) -> None:
    # For a web search of xAI's, LiteLLM calls another API, which takes an effort.
    given = {key: value for key, value in EVERYTHING.items() if name != "xai" or key != "web_search_options"}
    theirs = told(litellm.chat(name, **given))
    assert theirs["status"] == 400
    assert "UnsupportedParamsError" in theirs["error"]["message"]
    assert told(ours.chat(name, **given)) == theirs
    assert not upstream.requests


def sent(server: Server, upstream: ScriptedUpstream, path: str, body: dict[str, Any]) -> Any:
    """The body that reached the upstream, or the error."""
    upstream.reset()
    answer = server.http.post(path, json=body)
    return upstream.last.json if answer.status_code == 200 else told(answer)


def chat_sent(server: Server, upstream: ScriptedUpstream, name: str, **fields: Any) -> Any:
    body = {"model": name, "messages": [{"role": "user", "content": "hi"}]} | fields
    return sent(server, upstream, "/v1/chat/completions", body)


@pytest.mark.parametrize("name", sorted(set(MODELS) - INCOMPARABLE))
def test_what_is_not_taken_is_left_out(litellm: Server, ours: Server, upstream: ScriptedUpstream, name: str) -> None:
    theirs = chat_sent(litellm, upstream, name, drop_params=True, **EVERYTHING)
    found = chat_sent(ours, upstream, name, drop_params=True, **EVERYTHING)
    renamed = RENAMED.get(name, set())
    assert set(found) & set(EVERYTHING) - renamed == set(theirs) & set(EVERYTHING) - renamed


SAME_BODY: dict[str, tuple[str, dict[str, Any]]] = {
    "request-drops": ("strict", {"verbosity": "low", "seed": 1, "drop_params": True}),
    "request-keeps": ("lenient", {"verbosity": "low", "drop_params": False}),
    "request-null": ("lenient", {"verbosity": "low", "drop_params": None}),
    "request-text": ("strict", {"verbosity": "low", "drop_params": "true"}),
    "deployment-drops": ("lenient", {"verbosity": "low", "seed": 1}),
    "value-null": ("strict", {"seed": 1, "verbosity": None, "drop_params": True}),
    "user": ("strict", {"user": "u"}),
    "one-choice": ("mistral", {"n": 1}),
    "two-choices": ("mistral", {"n": 2}),
    "default": ("defaults", {}),
    "default-dropped": ("defaults", {"drop_params": True}),
    "named": ("strict", {"seed": 1, "top_p": 0.5, "top_k": 3, "additional_drop_params": ["seed", "top_k"]}),
    "named-unsupported": ("strict", {"verbosity": "low", "additional_drop_params": ["verbosity"]}),
    "named-by-deployment": ("listed", {"seed": 1, "top_p": 0.5}),
    "named-by-both": ("listed", {"seed": 1, "top_p": 0.5, "additional_drop_params": ["top_p"]}),
    "named-in-extra-body": ("strict", {"extra_body": {"a": 1, "b": 2}, "additional_drop_params": ["a"]}),
    "named-extra-body": ("strict", {"extra_body": {"a": 1, "b": 2}, "additional_drop_params": ["extra_body"]}),
    "named-within": ("listed", {"tools": [{**TOOL, "function": {**TOOL["function"], "strict": True}}]}),
    "named-index": ("strict", {"tools": [TOOL, TOOL], "additional_drop_params": ["tools[1].function.parameters"]}),
    "named-nowhere": ("strict", {"seed": 1, "additional_drop_params": ["tools[*].x", "seed.y", "model", "messages"]}),
    "allowed": ("strict", {"verbosity": "low", "allowed_openai_params": ["verbosity"]}),
    "allowed-in-part": ("strict", {"verbosity": "low", "thinking": {"type": "x"}, "allowed_openai_params": ["verbosity"]}),
    "allowed-user": ("strict", {"user": "u", "allowed_openai_params": ["user"]}),
    "allowed-by-deployment": ("allowing", {"verbosity": "low"}),
    "allowed-by-both": ("allowing", {"verbosity": "low", "allowed_openai_params": ["thinking"]}),
    "allowed-absent": ("strict", {"allowed_openai_params": ["verbosity", "top_k"]}),
    "limit": ("openai-gpt-5", {"max_tokens": 5}),
    "limits": ("openai-o3", {"max_tokens": 5, "max_completion_tokens": 6}),
    "warm-o-series": ("openai-o3", {"temperature": 0.5}),
    "warm-o-series-dropped": ("openai-o3", {"temperature": 0.5, "drop_params": True}),
    "warm-gpt-5": ("openai-gpt-5", {"temperature": 0.5}),
    "warm-gpt-5.1": ("openai-gpt-5.1", {"temperature": 0.5, "top_p": 0.5}),
    "sampling-gpt-5.1": ("openai-gpt-5.1", {"top_p": 0.5, "reasoning_effort": "low"}),
    "sampling-gpt-5.1-dropped": ("openai-gpt-5.1", {"top_p": 0.5, "reasoning_effort": "low", "drop_params": True}),
    "extra-body-wins": ("strict", {"seed": 1, "extra_body": {"seed": 2, "verbosity": "low"}}),
}


@pytest.mark.parametrize("case", SAME_BODY)
def test_the_upstream_gets_the_same(litellm: Server, ours: Server, upstream: ScriptedUpstream, case: str) -> None:
    name, fields = SAME_BODY[case]
    assert chat_sent(ours, upstream, name, **fields) == chat_sent(litellm, upstream, name, **fields)


OTHER_CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "embed-dimensions": ("/v1/embeddings", {"model": "embed", "input": ["a"], "dimensions": 5}),
    "embed-dimensions-dropped": ("/v1/embeddings", {"model": "embed", "input": ["a"], "dimensions": 5, "drop_params": True}),
    "embed-local": ("/v1/embeddings", {"model": "embed-local", "input": ["a"], "dimensions": 5, "user": "u"}),
    "embed-mistral": ("/v1/embeddings", {"model": "embed-mistral", "input": ["a"], "user": "it's"}),
    "image-style": ("/v1/images/generations", {"model": "paint", "prompt": "x", "style": "vivid"}),
    "image-style-dropped": ("/v1/images/generations", {"model": "paint", "prompt": "x", "style": "vivid", "drop_params": True}),
    "completion": ("/v1/completions", {"model": "instruct", "prompt": "x", "reasoning_effort": "low", "store": True}),
    "completion-user": ("/v1/completions", {"model": "instruct", "prompt": "x", "user": "u", "seed": 1}),
}


@pytest.mark.parametrize("case", OTHER_CALLS)
def test_other_calls(litellm: Server, ours: Server, upstream: ScriptedUpstream, case: str) -> None:
    path, body = OTHER_CALLS[case]
    theirs, found = (sent(server, upstream, path, body) for server in (litellm, ours))
    if "error" in theirs:  # its `type` is the text None on some routes
        assert found["error"]["message"] == theirs["error"]["message"]
        return
    assert {name: found[name] for name in found if name in theirs or name in body} == theirs


def test_the_fixture_is_litellms_table() -> None:
    """The unit tests compare our tables with this file."""
    script = ROOT / "tests/comparison/supported_parameters.py"
    run = subprocess.run([venv_program("litellm", "python"), str(script)], capture_output=True, text=True, check=True)
    fixture = json.loads((ROOT / "tests/fixtures/supported_parameters.json").read_text())
    assert json.loads(run.stdout[run.stdout.index("{"):]) == fixture
