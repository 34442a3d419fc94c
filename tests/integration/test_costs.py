"""What calls cost: in headers, in streams, in what is told of models."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Iterator

import httpx
import pytest

import answers
from gateway import Gateway, Server
from scripted_upstream import Answer, Gate, ScriptedUpstream
from setup_config import base_config, deployment

USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
CUSTOM = {"input_cost_per_token": 1e-6, "output_cost_per_token": "2e-6"}
PREFIX = "x-litellm-response-cost"


def config(url: str) -> dict[str, Any]:
    base = f"{url}/v1"
    based = deployment("based", "openai/my-model", base)
    based["model_info"]["base_model"] = "gpt-4o"
    informed = deployment("informed", "openai/my-model", base)
    informed["model_info"] |= {"input_cost_per_token": 3e-6, "output_cost_per_token": 4e-6}
    return base_config([
        deployment("chat", "openai/gpt-4o-mini", base),
        deployment("custom", "openai/my-model", base, **CUSTOM),
        deployment("free", "openai/my-model", base, input_cost_per_token=0, output_cost_per_token=0),
        deployment("plain", "openai/my-model", base),
        deployment("or", "openrouter/openai/gpt-4o-mini", f"{url}/api/v1"),
        deployment("gem", "gemini/gemini-2.5-flash", url),
        deployment("gh", "github/gpt-4o-mini", base),
        deployment("any/*", "openai/*", base),
        deployment("embed", "openai/text-embedding-3-small", base, "embedding"),
        deployment("paint", "openai/gpt-image-1", base, "image_generation"),
        deployment("speak", "openai/tts-1", base, "audio_speech"),
        deployment("listen", "openai/whisper-1", base, "audio_transcription"),
        deployment("voice", "gemini/gemini-2.5-flash-preview-tts", url, "audio_speech"),
        deployment("ear", "gemini/gemini-3.5-transcribe", url, "audio_transcription", **CUSTOM),
        deployment("mock", "openai/gpt-4o-mini", base, mock_response="Hello there"),
        deployment("mock-custom", "openai/my-model", base, mock_response="Hello there", **CUSTOM),
        based, informed,
    ])


@pytest.fixture(scope="module")
def priced(server_type: type[Server], shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    with server_type(config(shared_upstream.url)) as server:
        yield server


def costs(answer: httpx.Response) -> dict[str, float]:
    """The cost headers without their common beginning; the whole cost is `total`."""
    assert answer.status_code == 200, answer.text
    found = {name: value for name, value in answer.headers.items() if name.startswith(PREFIX)}
    return {name.removeprefix(PREFIX).removeprefix("-") or "total": float(value) for name, value in found.items()}


def ask(server: Server, upstream: ScriptedUpstream, model: str, usage: Any = USAGE, **more: Any) -> httpx.Response:
    upstream.play(Answer(body=answers.chat(usage=usage, **more.pop("answer", {}))))
    return server.chat(model, **more)


def test_a_cost_with_its_parts(priced: Server, upstream: ScriptedUpstream) -> None:
    answer = ask(priced, upstream, "chat")
    assert costs(answer) == pytest.approx({
        "total": 0.00021, "original": 0.00021, "discount-amount": 0, "margin-amount": 0, "margin-percent": 0,
        "input": 0.00015, "output": 0.00006, "tool-usage": 0,
    })


def test_parts_of_cache_and_reasoning(priced: Server, upstream: ScriptedUpstream) -> None:
    usage = USAGE | {"prompt_tokens_details": {"cached_tokens": 400}, "completion_tokens_details": {"reasoning_tokens": 40}}
    found = costs(ask(priced, upstream, "chat", usage))
    assert found["cache-read"] == pytest.approx(0.00003)
    assert found["input"] == pytest.approx(0.00009)
    assert found["reasoning"] == pytest.approx(0.000024)
    assert found["total"] == pytest.approx(0.00018)


@pytest.mark.parametrize(("model", "total"), [
    ("custom", 0.0012), ("informed", 0.0034), ("based", 0.0035), ("gh", 0.00021), ("any/gpt-4o", 0.0035),
])
def test_where_a_price_comes_from(priced: Server, upstream: ScriptedUpstream, model: str, total: float) -> None:
    assert costs(ask(priced, upstream, model))["total"] == pytest.approx(total)


@pytest.mark.parametrize(("model", "total"), [("plain", 0.0035), ("chat", 0.0035), ("custom", 0.0012)])
def test_the_answers_model_is_billed(priced: Server, upstream: ScriptedUpstream, model: str, total: float) -> None:
    answer = ask(priced, upstream, model, answer={"model": "gpt-4o-2024-08-06"})
    assert costs(answer)["total"] == pytest.approx(total)


@pytest.mark.parametrize(("asked", "served", "total"), [
    ("flex", None, 0.000225), (None, "flex", 0.000225), ("flex", "default", 0.00045),
])
def test_a_tier_has_its_own_price(
    priced: Server, upstream: ScriptedUpstream, asked: str | None, served: str | None, total: float
) -> None:
    fields = {"service_tier": asked} if asked else {}
    answer = ask(priced, upstream, "any/gpt-5-mini", answer={"service_tier": served} if served else {}, **fields)
    assert costs(answer)["total"] == pytest.approx(total)


def test_what_is_free_has_parts_but_no_cost(priced: Server, upstream: ScriptedUpstream) -> None:
    found = costs(ask(priced, upstream, "free"))
    assert "total" not in found
    assert set(found.values()) == {0}


@pytest.mark.differs("unpriced")
@pytest.mark.parametrize("model", ["plain", "any/unknown", "or"])
def test_what_has_no_price_has_no_cost(priced: Server, upstream: ScriptedUpstream, model: str) -> None:
    assert costs(ask(priced, upstream, model)) == {}


def test_no_usage_no_cost(priced: Server, upstream: ScriptedUpstream) -> None:
    assert "total" not in costs(ask(priced, upstream, "chat", None))


def test_the_provider_states_the_cost(priced: Server, upstream: ScriptedUpstream) -> None:
    answer = ask(priced, upstream, "or", USAGE | {"cost": 0.0123})
    assert costs(answer) == {"total": 0.0123}
    assert float(answer.headers["llm_provider-" + PREFIX]) == 0.0123


def test_an_error_costs_nothing(priced: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(answers.error(400, "no"))
    assert float(priced.chat("chat").headers[PREFIX]) == 0


def stream_usage(server: Server, upstream: ScriptedUpstream, model: str, usage: Any = USAGE, **fields: Any) -> Any:
    parts = [answers.chunk({"content": "x"}), answers.chunk({}, "stop"), answers.chunk(None, usage=usage)]
    upstream.play(Answer(stream=[answers.frame(part) for part in parts] + [answers.DONE]))
    text = server.chat(model, stream=True, **fields).text
    frames = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
    return next((frame["usage"] for frame in frames if frame.get("usage")), None)


WITH_USAGE = {"stream_options": {"include_usage": True}}


@pytest.mark.parametrize(("model", "cost"), [("chat", 0.00021), ("custom", 0.0012), ("plain", None), ("free", None)])
def test_a_stream_tells_its_cost(priced: Server, upstream: ScriptedUpstream, model: str, cost: float | None) -> None:
    usage = stream_usage(priced, upstream, model, **WITH_USAGE)
    assert usage["prompt_tokens"] == 1000
    assert usage.get("cost") == pytest.approx(cost)


def test_a_stream_hides_its_usage_and_cost(priced: Server, upstream: ScriptedUpstream) -> None:
    assert stream_usage(priced, upstream, "chat") is None


def test_a_streams_stated_cost_stays(priced: Server, upstream: ScriptedUpstream) -> None:
    assert stream_usage(priced, upstream, "or", USAGE | {"cost": 0.0123}, **WITH_USAGE)["cost"] == 0.0123


GEMINI = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "hi"}]}, "finishReason": "STOP", "index": 0}],
    "usageMetadata": {"promptTokenCount": 1000, "candidatesTokenCount": 100, "totalTokenCount": 1100},
    "modelVersion": "gemini-2.5-flash",
}


def test_gemini(priced: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=GEMINI))
    assert costs(priced.chat("gem"))["total"] == pytest.approx(0.00055)
    grounding = {"groundingMetadata": {"webSearchQueries": ["a", "b"], "groundingChunks": []}}
    upstream.play(Answer(body=GEMINI | {"candidates": [GEMINI["candidates"][0] | grounding]}))
    found = costs(priced.chat("gem", tools=[{"googleSearch": {}}]))
    assert found["tool-usage"] == pytest.approx(0.035)
    assert found["total"] == pytest.approx(0.03555)
    upstream.play(Answer(stream=[answers.frame(GEMINI)]))
    text = priced.chat("gem", stream=True, **WITH_USAGE).text
    assert '"cost":0.00055' in text or '"cost":0.0005499' in text


def test_embeddings(priced: Server, upstream: ScriptedUpstream) -> None:
    answer = priced.http.post("/v1/embeddings", json={"model": "embed", "input": "a"})
    assert costs(answer)["total"] == pytest.approx(8e-8)


def test_images(priced: Server, upstream: ScriptedUpstream) -> None:
    details = {"text_tokens": 10, "image_tokens": 40}
    usage = {"input_tokens": 50, "output_tokens": 4160, "total_tokens": 4210, "input_tokens_details": details}
    upstream.play(Answer(body={"created": 1, "data": [{"b64_json": "aGVsbG8="}], "usage": usage}))
    answer = priced.http.post("/v1/images/generations", json={"model": "paint", "prompt": "a"})
    assert costs(answer)["total"] == pytest.approx(0.16685)


def test_speech(priced: Server, upstream: ScriptedUpstream) -> None:
    body = {"model": "speak", "input": "hello w\u00f6rld", "voice": "alloy"}
    assert costs(priced.http.post("/v1/audio/speech", json=body))["total"] == pytest.approx(10 * 1.5e-5)


def test_transcription(priced: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body={"text": "spoken words", "language": "en", "duration": 12.5}))
    sound = {"file": ("a.wav", b"RIFF", "audio/wav")}
    form = {"model": "listen", "response_format": "verbose_json"}
    answer = priced.http.post("/v1/audio/transcriptions", data=form, files=sound)
    assert costs(answer)["total"] == pytest.approx(0.00125)


@pytest.mark.differs("gemini-speech")
def test_speech_by_tokens(priced: Server, upstream: ScriptedUpstream) -> None:
    media = {"inlineData": {"mimeType": "audio/L16;rate=24000", "data": "AQACAA=="}}
    counted = {
        "promptTokenCount": 5, "candidatesTokenCount": 20, "totalTokenCount": 25,
        "candidatesTokensDetails": [{"modality": "AUDIO", "tokenCount": 20}],
    }
    candidate = {"content": {"parts": [media]}, "finishReason": "STOP"}
    upstream.play(Answer(body={"candidates": [candidate], "usageMetadata": counted}))
    answer = priced.http.post("/v1/audio/speech", json={"model": "voice", "input": "hello", "voice": "Kore"})
    assert costs(answer)["total"] == pytest.approx(0.0002025)


@pytest.mark.differs("gemini-transcripts")
def test_a_transcript_that_is_no_json(priced: Server, upstream: ScriptedUpstream) -> None:
    usage = {"total_input_tokens": 10, "total_output_tokens": 5, "total_tokens": 15}
    steps = [{"content": [{"type": "text", "text": "spoken words"}]}]
    upstream.play(Answer(body={"status": "completed", "steps": steps, "usage": usage}))
    form = {"model": "ear", "response_format": "text"}
    answer = priced.http.post("/v1/audio/transcriptions", data=form, files={"file": ("a.wav", b"RIFF", "audio/wav")})
    assert answer.text == "spoken words\n"
    assert costs(answer)["total"] == pytest.approx(0.00002)


def test_a_mocked_answer(priced: Server) -> None:
    assert costs(priced.chat("mock"))["total"] == pytest.approx(0.0000135)
    answer = priced.chat("mock-custom", stream=True, stream_options={"include_usage": True})
    usage = json.loads(answer.text.split("data: ")[-2])["usage"]
    assert usage["completion_tokens"] == 2 and usage["prompt_tokens"] > 0
    assert usage["cost"] == pytest.approx(usage["prompt_tokens"] * 1e-6 + 2 * 2e-6)


def info(server: Server) -> dict[str, dict[str, Any]]:
    data = server.http.get("/model/info").json()["data"]
    return {entry["model_name"]: entry["model_info"] for entry in data}


def test_model_info(priced: Server) -> None:
    found = info(priced)
    expected = {"key": "gpt-4o-mini", "max_input_tokens": 128000, "input_cost_per_token": 1.5e-7, "mode": "chat",
                "supports_vision": True, "litellm_provider": "openai", "pricing_overrides": []}
    assert expected.items() <= found["chat"].items()
    assert found["gem"]["max_output_tokens"] == 65536
    assert found["based"]["key"] == "gpt-4o" and found["based"]["input_cost_per_token"] == 2.5e-6
    assert found["custom"]["input_cost_per_token"] == 1e-6 and found["custom"]["output_cost_per_token"] == 2e-6
    assert found["custom"]["pricing_overrides"] == ["input_cost_per_token", "output_cost_per_token"]
    assert found["plain"]["key"] == "openai/my-model" and found["plain"]["input_cost_per_token"] is None
    assert found["plain"]["supports_vision"] is None and found["chat"]["output_cost_per_image"] is None


def test_model_info_tells_what_a_model_takes(priced: Server) -> None:
    takes = {name: set(one["supported_openai_params"]) for name, one in info(priced).items()}
    # LiteLLM's, but for `max_retries` and `extra_headers`, which are settings of its client.
    assert takes["gem"] == set(
        "frequency_penalty functions include_server_side_tool_invocations logprobs max_completion_tokens max_tokens "
        "modalities n parallel_tool_calls presence_penalty reasoning_effort response_format seed service_tier stop "
        "stream temperature thinking tool_choice tools top_p web_search_options".split()
    )
    assert "user" in takes["chat"] and "user" not in takes["plain"]
    assert "logit_bias" in takes["plain"] and "verbosity" not in takes["plain"]


def test_model_group_info(priced: Server) -> None:
    data = priced.http.get("/model_group/info").json()["data"]
    found = {entry["model_group"]: entry for entry in data}
    expected = {"max_input_tokens": 128000, "output_cost_per_token": 6e-7, "supports_vision": True,
                "supports_reasoning": False, "mode": "chat", "tpm": None}
    assert expected.items() <= found["chat"].items()
    assert "thinking" in found["gem"]["supported_openai_params"]
    assert found["gem"]["tpm"] == 8000000 and found["gem"]["rpm"] == 100000
    assert found["plain"]["input_cost_per_token"] is None


def test_lists_of_models_tell_limits(priced: Server) -> None:
    data = {entry["id"]: entry for entry in priced.http.get("/v1/models").json()["data"]}
    limits = {"mode": "chat", "max_input_tokens": 128000, "max_output_tokens": 16384}
    assert limits.items() <= data["chat"].items()
    assert limits.items() <= data["nickname"].items()
    assert limits.items() <= priced.http.get("/v1/models/chat").json().items()
    assert "max_input_tokens" not in data["plain"]


# Another table in place of the program's own.

def table(models: int = 3000) -> dict[str, Any]:
    entry = {"litellm_provider": "openai", "input_cost_per_token": 1.0, "output_cost_per_token": 0}
    return {"gpt-4o-mini": entry} | {f"model-{n}": entry for n in range(models)}


def until_priced(server: Server, upstream: ScriptedUpstream, total: float) -> None:
    """Asks until a call costs that."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if costs(ask(server, upstream, "chat"))["total"] == pytest.approx(total):
            return
    raise AssertionError(server.process.log)


@pytest.mark.differs("own")
def test_a_table_is_fetched(upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(503), Answer(body=table(), gzip=True), path="/prices.json")
    with Gateway(config(upstream.url), {"LITELLM_MODEL_COST_MAP_URL": f"{upstream.url}/prices.json?x=1"}) as server:
        server.process.wait_for_line("status 503; it is tried again")
        server.process.wait_for_line("price table: 3001 models")
        until_priced(server, upstream, 1000.0)
        assert info(server)["chat"]["input_cost_per_token"] == 1.0
        # A reload begins with the table in force.
        upstream.play(Answer(404), path="/prices.json")
        server.write_config(config(upstream.url) | {"router_settings": {}})
        server.process.wait_for_line("status 404; the prices in force stay")
        until_priced(server, upstream, 1000.0)


@pytest.mark.differs("own")
def test_a_table_that_is_none_is_refused(upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=table(100)), path="/prices.json")
    with Gateway(config(upstream.url), {"LITELLM_MODEL_COST_MAP_URL": f"{upstream.url}/prices.json"}) as server:
        server.process.wait_for_line("price table: it holds 101 models, fewer than half")
        until_priced(server, upstream, 0.00021)


@pytest.mark.differs("own")
def test_a_table_may_be_a_file(upstream: ScriptedUpstream, tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(table()))
    with Gateway(config(upstream.url), {"LITELLM_MODEL_COST_MAP_URL": f"file://{path}"}) as server:
        until_priced(server, upstream, 1000.0)
    local = {"LITELLM_MODEL_COST_MAP_URL": str(path), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    with Gateway(config(upstream.url), local) as server:
        until_priced(server, upstream, 0.00021)


@pytest.mark.differs("own")
def test_a_fetch_holds_nothing_up(upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(wait=Gate()), path="/prices.json")
    with Gateway(config(upstream.url), {"LITELLM_MODEL_COST_MAP_URL": f"{upstream.url}/prices.json"}) as server:
        assert costs(ask(server, upstream, "chat"))["total"] == pytest.approx(0.00021)
        assert server.stop() == 0
