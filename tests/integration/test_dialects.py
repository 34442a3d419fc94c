"""What providers of OpenAI's dialect do in ways of their own; servers at home that are off; lists of models."""

from __future__ import annotations

import time
from typing import Any, Iterator

import openai
import pytest

import answers
from gateway import MASTER_KEY, Gateway, Server, free_port
from scripted_upstream import Answer, Gate, Request, ScriptedUpstream
from setup_config import UPSTREAM_KEY, base_config, deployment

HELLO: Any = [{"role": "user", "content": "hi"}]


@pytest.fixture(scope="module")
def home(shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    url = shared_upstream.url
    with Gateway(base_config([
        deployment("local", "lm_studio/gemma", f"{url}/v1"),
        deployment("or", "openrouter/a/b", f"{url}/api/v1"),
        deployment("gh", "github/openai/gpt-4.1-mini", f"{url}/inference"),
        deployment("llama", "ollama_chat/llama3.1", url, num_ctx=8192, keep_alive="10m"),
    ])) as server:
        yield server


@pytest.fixture
def sdk(home: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{home.url}/v1", api_key=MASTER_KEY, max_retries=0) as client:
        yield client


def stream_of(*deltas: dict[str, Any]) -> Answer:
    parts = [*(answers.chunk(delta) for delta in deltas), answers.chunk({}, "stop")]
    return Answer(stream=[*(answers.frame(part) for part in parts), answers.DONE])


def joined(chunks: Any, member: str) -> str:
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    return "".join(getattr(delta, member, None) or "" for delta in deltas)


@pytest.mark.differs("think-in-streams")
def test_tagged_thoughts_are_the_same_in_a_stream_and_whole(sdk: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=answers.chat("<think>Let me see.</think>Hello.", stats={"ttft": 0.1})))
    whole = sdk.chat.completions.create(model="local", messages=HELLO, extra_body={"ttl": 60})
    assert upstream.last.json["ttl"] == 60
    message: Any = whole.choices[0].message
    assert (message.reasoning_content, message.content) == ("Let me see.", "Hello.")
    assert whole.model == "local" and whole.to_dict()["stats"] == {"ttft": 0.1}
    upstream.play(stream_of(*({"content": part} for part in ("<th", "ink>Let me", " see.</thi", "nk>Hel", "lo."))))
    chunks = list(sdk.chat.completions.create(model="local", messages=HELLO, stream=True))
    assert joined(chunks, "reasoning_content") == "Let me see."
    assert joined(chunks, "content") == "Hello."
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_reasoning_has_both_names(sdk: openai.OpenAI, upstream: ScriptedUpstream) -> None:
    message = {"role": "assistant", "content": "Hello.", "reasoning": "why"}
    upstream.play(Answer(body=answers.chat(message=message)))
    got: Any = sdk.chat.completions.create(model="or", messages=HELLO).choices[0].message
    assert (got.reasoning_content, got.reasoning, got.content) == ("why", "why", "Hello.")
    upstream.play(stream_of({"reasoning": "wh"}, {"reasoning": "y"}, {"content": "Hello."}))
    chunks = list(sdk.chat.completions.create(model="or", messages=HELLO, stream=True))
    assert joined(chunks, "reasoning_content") == joined(chunks, "reasoning") == "why"


def test_a_completion_told_as_a_stream_is_split_too(home: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=answers.chat("<think>why</think>Hello.")))
    text = home.chat("local", stream=True).text
    assert '"reasoning_content":"why"' in text and "<think>" not in text


def test_parameters_of_ollama_may_stand_in_the_deployment(home: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body={"message": {"role": "assistant", "content": "Hello"}, "done": True}))
    assert home.chat("llama", top_k=3).status_code == 200
    sent = upstream.last.json
    assert sent["keep_alive"] == "10m" and sent["options"] == {"top_k": 3, "num_ctx": 8192}


@pytest.mark.differs("github-retired")
def test_github_models_says_that_it_is_gone(home: Server, upstream: ScriptedUpstream) -> None:
    code = "github_models_retirement_brownout"
    upstream.play(answers.error(410, "GitHub Models is being retired.", code=code))
    answer = home.chat("gh")
    assert answer.status_code == 410
    assert "GitHub Models was retired on 30 July 2026" in answer.json()["error"]["message"]
    assert upstream.last.header("x-github-api-version") == "2022-11-28"


def test_limits_of_a_provider_reach_the_client(home: Server, upstream: ScriptedUpstream) -> None:
    told = {"retry-after": "7", "x-ratelimit-remaining-requests": "0", "x-ratelimit-type": "UserByModelByMinute"}
    upstream.play(answers.error(429, "slow down", headers=told))
    answer = home.chat("gh")
    assert answer.status_code == 429
    assert {name: answer.headers.get(name) for name in told} == told


@pytest.mark.differs("home-unreachable")
@pytest.mark.parametrize(("model", "name"), [("lm_studio/m", "LM Studio"), ("ollama_chat/m", "Ollama"), ("hosted_vllm/m", "vLLM")])
def test_a_server_that_is_off_is_named_and_tried_again(model: str, name: str) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}" + ("" if "ollama" in model else "/v1")
    with Gateway(base_config([deployment("home", model, base)])) as server:
        for stream in (False, True):
            begun = time.monotonic()
            answer = server.chat("home", stream=stream)
            assert time.monotonic() - begun < 2
            assert answer.status_code == 503
            error = answer.json()["error"]
            assert error["message"].startswith("litellm.ServiceUnavailableError: ServiceUnavailableError: ")
            assert f"{name} at {base} is not reachable (Connection refused)" in error["message"]
            assert error["type"] == "internal_server_error" and UPSTREAM_KEY not in answer.text
        if "ollama" not in model:
            upstream = ScriptedUpstream(answers.usual, port=port)
            assert server.chat("home").status_code == 200
            upstream.stop()


@pytest.mark.differs("home-unreachable")
def test_a_name_without_an_address_is_unreachable() -> None:
    with Gateway(base_config([deployment("home", "lm_studio/m", "http://studio.invalid:1234/v1")])) as server:
        answer = server.chat("home")
    assert answer.status_code == 503
    assert "LM Studio at http://studio.invalid:1234/v1 is not reachable" in answer.json()["error"]["message"]


def lists(request: Request) -> Answer:
    if request.path == "/v1/models":
        return Answer(body={"object": "list", "data": [{"id": "google/gemma"}, {"id": "chat"}]})
    if request.path == "/api/tags":
        return Answer(body={"models": [{"name": "llama3.1:8b"}]})
    if request.path == "/v1beta/models":
        return Answer(body={"models": [{"name": "models/gemini-x"}]})
    if request.path == "/api/v1/models":
        return Answer(body={"data": [{"id": "vendor/free-one:free"}, {"id": "vendor/paid"}]})
    return answers.usual(request)


def wildcards(url: str, **litellm_settings: Any) -> dict[str, Any]:
    config = base_config([
        deployment("lm_studio/*", "lm_studio/*", f"{url}/v1"),
        deployment("mine/*", "ollama_chat/*", url),
        deployment("gemini/*", "gemini/*", f"{url}/v1beta"),
        deployment("free-*", "openrouter/vendor/free-*", f"{url}/api/v1"),
        deployment("off/*", "lm_studio/*", f"http://127.0.0.1:{free_port()}/v1"),
        deployment("chat", "openai/my-model", f"{url}/v1"),
    ])
    config["litellm_settings"] |= litellm_settings
    return config


def listed(server: Server, query: str = "") -> list[str]:
    return [entry["id"] for entry in server.http.get(f"/v1/models{query}").json()["data"]]


@pytest.mark.differs("wildcard-lists")
def test_wildcards_show_the_models_of_servers_at_home(upstream: ScriptedUpstream) -> None:
    upstream.choose(lists)
    home = ["lm_studio/google/gemma", "lm_studio/chat", "mine/llama3.1:8b"]
    with Gateway(wildcards(upstream.url)) as server:
        assert listed(server) == ["nickname", "chat", *home]
        asked = sorted(request.target for request in upstream.requests)
        assert asked == ["/api/tags", "/v1/models"]
        assert all(request.header("authorization") == f"Bearer {UPSTREAM_KEY}" for request in upstream.requests)
        assert {"lm_studio/*", "free-*"} <= set(listed(server, "?return_wildcard_routes=true"))
        assert len(upstream.requests) == 2  # kept
        upstream.play(Answer(body=answers.chat()))
        assert server.chat("lm_studio/google/gemma").status_code == 200
        assert upstream.last.json["model"] == "google/gemma"


@pytest.mark.differs("wildcard-lists")
def test_public_providers_are_asked_on_demand(upstream: ScriptedUpstream) -> None:
    upstream.choose(lists)
    with Gateway(wildcards(upstream.url, check_provider_endpoint=True)) as server:
        names = listed(server)
        assert "gemini/gemini-x" in names and "free-one:free" in names
        assert not any("paid" in name for name in names)


@pytest.mark.differs("wildcard-lists")
def test_a_provider_that_hangs_or_lies_holds_nothing_up(upstream: ScriptedUpstream) -> None:
    never = Gate()
    upstream.choose(lambda r: Answer(wait=never) if r.path == "/api/tags" else Answer(body="<html>"))
    with Gateway(wildcards(upstream.url)) as server:
        begun = time.monotonic()
        assert listed(server) == ["nickname", "chat"]
        assert time.monotonic() - begun < 3
        assert server.stop() == 0  # although one is still being asked
    never.open()
