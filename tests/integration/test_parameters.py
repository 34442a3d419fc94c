"""What becomes of OpenAI's parameters that a provider does not take."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from gateway import Server
from scripted_upstream import Answer, ScriptedUpstream
from setup_config import base_config, deployment

GEMINI = {"candidates": [{"content": {"role": "model", "parts": [{"text": "x"}]}, "finishReason": "STOP"}]}
OLLAMA = {"model": "m", "message": {"role": "assistant", "content": "x"}, "done": True, "done_reason": "stop"}


def config(upstream: str, **settings: Any) -> dict[str, Any]:
    made = base_config([
        deployment("plain", "openai/my-model", f"{upstream}/v1"),
        deployment("lenient", "openai/my-model", f"{upstream}/v1", drop_params=True),
        deployment("listed", "openai/my-model", f"{upstream}/v1", additional_drop_params=["seed", "tools[*].function.strict"]),
        deployment("allowing", "openai/my-model", f"{upstream}/v1", allowed_openai_params=["verbosity"]),
        deployment("flash", "gemini/gemini-2.5-flash", f"{upstream}/v1beta"),
        deployment("llama", "ollama_chat/llama3.1", upstream),
    ])
    made["litellm_settings"] = {"num_retries": 0} | settings
    return made


@pytest.fixture(scope="module")
def server(server_type: type[Server], shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    with server_type(config(shared_upstream.url)) as running:
        yield running


def sent(server: Server, upstream: ScriptedUpstream, model: str, **fields: Any) -> dict[str, Any]:
    """What the upstream gets but for the model and the messages."""
    answer = server.chat(model, **fields)
    assert answer.status_code == 200, answer.text
    return {name: value for name, value in upstream.last.json.items() if name not in ("model", "messages")}


def refused(server: Server, upstream: ScriptedUpstream, model: str, **fields: Any) -> str:
    answer = server.chat(model, **fields)
    assert answer.status_code == 400
    assert not upstream.requests
    error = answer.json()["error"]
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", None, "400")
    return error["message"]


def refusal(provider: str, model: str, group: str, names: list[str]) -> str:
    return (
        f"litellm.UnsupportedParamsError: {provider} does not support parameters: {names}, for model={model}. "
        "To drop these, set `litellm.drop_params=True` or for proxy:\n\n`litellm_settings:\n drop_params: true`\n. \n "
        f"If you want to use these params dynamically send allowed_openai_params={names} in your request."
        f"\n\nLiteLLM: model group '{group}' failed with the error above. No fallback was attempted."
    )


def test_unsupported_parameters_are_refused(server: Server, upstream: ScriptedUpstream) -> None:
    message = refused(server, upstream, "plain", thinking={"type": "enabled"}, verbosity="low", seed=1)
    assert message == refusal("openai", "my-model", "plain", ["verbosity", "thinking"])
    message = refused(server, upstream, "flash", logit_bias={"1": 1}, temperature=1, stream=True)
    assert message == refusal("gemini", "gemini-2.5-flash", "flash", ["logit_bias"])
    message = refused(server, upstream, "llama", presence_penalty=0.2, n=2, logprobs=True, user="u")
    assert message == refusal("ollama_chat", "llama3.1", "llama", ["n", "presence_penalty", "logprobs"])


def test_the_request_or_the_deployment_can_say_to_drop(server: Server, upstream: ScriptedUpstream) -> None:
    assert sent(server, upstream, "plain", verbosity="low", seed=1, drop_params=True) == {"seed": 1}
    assert sent(server, upstream, "lenient", verbosity="low", seed=1) == {"seed": 1}
    upstream.reset()
    refused(server, upstream, "lenient", verbosity="low", drop_params=False)


def test_dropped_parameters_do_not_reach_other_dialects(server: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=GEMINI), Answer(body=OLLAMA), Answer(body=OLLAMA))
    found = sent(server, upstream, "flash", logit_bias={"1": 1}, seed=1, drop_params=True)
    assert found["generationConfig"] == {"seed": 1}
    assert sent(server, upstream, "llama", presence_penalty=0.2, seed=1, drop_params=True)["options"] == {"seed": 1}
    found = sent(server, upstream, "llama", presence_penalty=0.2, allowed_openai_params=["presence_penalty"])
    assert found["options"] == {"presence_penalty": 0.2}


def test_named_parameters_are_always_dropped(server: Server, upstream: ScriptedUpstream) -> None:
    tool = {"type": "function", "function": {"name": "f", "strict": True, "parameters": {"type": "object"}}}
    found = sent(server, upstream, "listed", seed=1, top_p=0.5, tools=[tool, tool])
    del tool["function"]["strict"]
    assert found == {"top_p": 0.5, "tools": [tool, tool]}
    found = sent(server, upstream, "plain", seed=1, top_k=2, verbosity="low", additional_drop_params=["top_k", "verbosity"])
    assert found == {"seed": 1}


@pytest.mark.differs("drop-lists")
@pytest.mark.parametrize("names", ["seed", [1], ["tools[x].y"], ["a."]], ids=str)
def test_names_that_are_none_are_refused(server: Server, upstream: ScriptedUpstream, names: Any) -> None:
    assert "'additional_drop_params'" in refused(server, upstream, "plain", seed=1, additional_drop_params=names)


def test_allowed_parameters_pass(server: Server, upstream: ScriptedUpstream) -> None:
    assert sent(server, upstream, "allowing", verbosity="low") == {"verbosity": "low"}
    assert sent(server, upstream, "plain", user="u", allowed_openai_params=["user"]) == {"user": "u"}
    upstream.reset()
    refused(server, upstream, "allowing", verbosity="low", allowed_openai_params=[])


def test_habits_are_left_out_without_a_word(server: Server, upstream: ScriptedUpstream) -> None:
    assert sent(server, upstream, "plain", user="u", verbosity=None) == {}


def test_a_coding_agents_parameters_are_dropped(server: Server, upstream: ScriptedUpstream) -> None:
    body = {"model": "plain", "messages": [{"role": "user", "content": "hi"}], "verbosity": "low"}
    agent = {"user-agent": "codex_cli_rs/0.1.2 (Linux)"}
    assert server.http.post("/v1/chat/completions", json=body, headers=agent).status_code == 200
    assert "verbosity" not in upstream.last.json


def test_the_command_line_can_say_to_drop(server_type: type[Server], upstream: ScriptedUpstream) -> None:
    with server_type(config(upstream.url, drop_params=False), args=("--drop_params",)) as running:
        assert sent(running, upstream, "plain", verbosity="low", seed=1) == {"seed": 1}


@pytest.mark.parametrize("modify", [True, False])
def test_a_cache_of_gemini_can_stand_alone(server_type: type[Server], upstream: ScriptedUpstream, modify: bool) -> None:
    system = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    fields = {"messages": system, "tools": [tool], "tool_choice": "auto", "cached_content": "cachedContents/x"}
    upstream.play(Answer(body=GEMINI))
    with server_type(config(upstream.url, modify_params=modify)) as running:
        found = sent(running, upstream, "flash", **fields)
    assert found["cachedContent"] == "cachedContents/x"
    kept = {"system_instruction", "systemInstruction", "tools", "toolConfig"} & set(found)
    assert bool(kept) != modify
