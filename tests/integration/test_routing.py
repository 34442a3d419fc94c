"""Which deployment serves, what is tried again, what rests, and where a call falls back to."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from contextlib import contextmanager
from typing import Any, Iterator

import httpx
import pytest

import answers
from gateway import MASTER_KEY, Server
from scripted_upstream import Answer, Gate, Request, ScriptedUpstream
from setup_config import deployment

BROKEN = answers.error(500, "broken")
BAD = "invalid_request_error"
LONG = answers.error(400, "This model's maximum context length is 8 tokens.", type=BAD, code="context_length_exceeded")
POLICY = answers.error(400, "rejected", type=BAD, code="content_policy_violation")
BAD_KEY = answers.error(401, "Incorrect API key provided: sk-up***.", code="invalid_api_key")


class Fleet:
    """A server whose deployments are told apart by the model that they call upstream."""

    def __init__(self, server: Server, upstream: ScriptedUpstream) -> None:
        self.server = server
        self.upstream = upstream
        self.fails: dict[str, Answer] = {}
        upstream.reset()
        upstream.choose(self._answer)

    def _answer(self, request: Request) -> Answer:
        return self.fails.get(request.json["model"]) or answers.usual(request)

    @property
    def called(self) -> list[str]:
        return [request.json["model"] for request in self.upstream.requests if request.method == "POST"]

    def chat(self, model: str = "g", **fields: Any) -> Any:
        headers = fields.pop("headers", {})
        body = {"model": model, "messages": [{"role": "user", "content": "hi"}]} | fields
        return self.server.http.post("/v1/chat/completions", json=body, headers=headers)


@pytest.fixture
def fleet(server_type: type[Server], upstream: ScriptedUpstream) -> Any:
    """Starts a server for `name: params` of deployments; a name `g.1` is of group `g`."""

    @contextmanager
    def start(models: dict[str, dict[str, Any]], **settings: Any) -> Iterator[Fleet]:
        entries = []
        for name, params in models.items():
            info = params.pop("model_info", {})
            entry = deployment(name.split(".")[0], f"openai/{name}", f"{upstream.url}/v1", **params)
            entry["model_info"] = {"id": f"id-{name}"} | info
            entries.append(entry)
        general = {"master_key": MASTER_KEY, "disable_model_info_refresh": True} | settings.pop("general", {})
        config = {"model_list": entries, "router_settings": settings, "general_settings": general}
        with server_type(config) as server:
            yield Fleet(server, upstream)

    return start


def test_simple_shuffle_goes_by_weight(fleet: Any) -> None:
    with fleet({"g.1": {"weight": 9}, "g.2": {"weight": 1}}) as running:
        for _ in range(60):
            assert running.chat().status_code == 200
        shares = Counter(running.called)
        assert shares["g.1"] > 40 and shares["g.2"] > 0


def test_least_busy(fleet: Any) -> None:
    gate = Gate()
    with fleet({"g.1": {}, "g.2": {}}, routing_strategy="least-busy") as running:
        running.fails["g.1"] = Answer(body=answers.chat(), wait=gate)
        first = threading.Thread(target=running.chat)
        first.start()
        running.upstream.wait_for(1)
        for _ in range(3):
            assert running.chat().headers["x-litellm-model-id"] == "id-g.2"
        gate.open()
        first.join()
        running.fails.clear()
        assert running.chat().headers["x-litellm-model-id"] == "id-g.1"


@pytest.mark.parametrize("strategy", ["usage-based-routing", "usage-based-routing-v2"])
def test_usage_based(fleet: Any, strategy: str) -> None:
    with fleet({"g.1": {}, "g.2": {}}, routing_strategy=strategy) as running:
        for _ in range(6):
            running.chat()
        assert Counter(running.called) == {"g.1": 3, "g.2": 3}


def test_latency_based(fleet: Any) -> None:
    with fleet({"g.1": {}, "g.2": {}}, routing_strategy="latency-based-routing") as running:
        running.fails["g.1"] = Answer(body=answers.chat(), delay=0.3)
        for _ in range(6):
            running.chat()
        assert Counter(running.called) == {"g.1": 1, "g.2": 5}


def test_cost_based(fleet: Any) -> None:
    def priced(price: float) -> dict[str, Any]:
        return {"input_cost_per_token": price, "output_cost_per_token": price}

    with fleet({"g.1": priced(2e-6), "g.2": priced(1e-6), "g.3": {}}, routing_strategy="cost-based-routing") as running:
        for _ in range(3):
            running.chat()
        assert running.called == ["g.2"] * 3


@pytest.mark.differs("free-first")
def test_free_first_spills_to_home_and_then_to_paid(fleet: Any) -> None:
    models = {"g.1": {"model_info": {"tier": "paid"}}, "g.2": {}, "g.3": {"model_info": {"tier": "free"}}}
    with fleet(models, routing_strategy="free-first") as running:
        for served in ("g.3", "g.2", "g.1"):
            assert running.chat().headers["x-litellm-model-id"] == f"id-{served}"
            running.fails[served] = BROKEN


@pytest.mark.differs("retry-elsewhere")
def test_a_failed_call_is_tried_at_another_deployment_at_once(fleet: Any) -> None:
    with fleet({"g.1": {}, "g.2": {}, "g.3": {}}) as running:
        running.fails |= {"g.1": BROKEN, "g.2": BROKEN}
        for _ in range(3):
            started = time.monotonic()
            answer = running.chat()
            assert answer.status_code == 200 and answer.headers["x-litellm-model-id"] == "id-g.3"
            assert time.monotonic() - started < 0.45


def test_the_only_deployment_is_tried_again_after_a_pause(fleet: Any) -> None:
    with fleet({"g": {}}) as running:
        running.upstream.play(BROKEN)
        started = time.monotonic()
        answer = running.chat()
        assert answer.status_code == 200
        assert answer.headers["x-litellm-attempted-retries"] == "1"
        assert 0.5 <= time.monotonic() - started < 3


@pytest.mark.differs("no-last-sleep")
def test_nothing_is_waited_for_after_the_last_try(fleet: Any) -> None:
    with fleet({"g": {}}) as running:
        running.fails["g"] = BROKEN
        answer = running.chat(num_retries=1)
        ended = time.monotonic()
        assert answer.status_code == 500 and len(running.called) == 2
        assert ended - running.upstream.last.received_at < 0.45


@pytest.mark.parametrize(
    ("fields", "headers", "calls"),
    [({"num_retries": 0}, {}, 1), ({"num_retries": 3}, {}, 4), ({}, {"x-litellm-num-retries": "1"}, 2)],
    ids=["none", "body", "header"],
)
def test_a_request_says_how_often(fleet: Any, fields: Any, headers: Any, calls: int) -> None:
    with fleet({"g.1": {}, "g.2": {}, "g.3": {}, "g.4": {}}, disable_cooldowns=True, num_retries=2) as running:
        running.fails = {f"g.{i}": BROKEN for i in range(1, 5)}
        assert running.chat(**fields, headers=headers).status_code == 500
        assert len(running.called) == calls


def test_retry_policies_go_by_the_kind_of_failure(fleet: Any) -> None:
    policy = {"BadRequestErrorRetries": 1, "InternalServerErrorRetries": 0}
    with fleet({"g.1": {}, "g.2": {}}, disable_cooldowns=True, retry_policy=policy) as running:
        running.fails = {"g.1": BROKEN, "g.2": BROKEN}
        assert running.chat().status_code == 500 and len(running.called) == 1
        running.upstream.requests.clear()
        running.fails = {"g.1": LONG, "g.2": LONG}
        assert running.chat().status_code == 400 and len(running.called) == 2


@pytest.mark.differs("caller-deadline")
@pytest.mark.parametrize("header", ["x-stainless-read-timeout", "x-litellm-timeout"])
def test_no_retry_comes_after_the_caller_has_given_up(fleet: Any, header: str) -> None:
    with fleet({"g": {}}) as running:
        running.fails["g"] = answers.error(429, "slow down", headers={"retry-after": "30"})
        started = time.monotonic()
        answer = running.chat(headers={header: "5"})
        assert answer.status_code == 429 and time.monotonic() - started < 1
        assert len(running.called) == 1


def test_a_client_that_leaves_ends_the_waiting(fleet: Any) -> None:
    with fleet({"g": {}}) as running:
        running.fails["g"] = answers.error(429, "slow down", headers={"retry-after": "2"})
        with pytest.raises(httpx.ReadTimeout):
            body = {"model": "g", "messages": [{"role": "user", "content": "hi"}]}
            running.server.http.post("/v1/chat/completions", json=body, timeout=0.3)
        running.upstream.requests.clear()
        running.fails.clear()
        assert running.chat().status_code == 200 and len(running.called) == 1


def test_a_rate_limited_deployment_rests(fleet: Any) -> None:
    with fleet({"g.1": {}, "g.2": {}}, cooldown_time=60) as running:
        running.fails["g.1"] = answers.error(429, "slow down")
        for _ in range(12):
            assert running.chat().status_code == 200
        assert running.called.count("g.1") <= 1


@pytest.mark.differs("cooldown-rest")
def test_when_all_rest_the_429_tells_how_long(fleet: Any) -> None:
    with fleet({"g.1": {}, "g.2": {}}, cooldown_time=60, num_retries=1) as running:
        limited = answers.error(429, "slow down", headers={"retry-after": "9"})
        running.fails = {"g.1": limited, "g.2": limited}
        assert running.chat().json()["error"]["message"].startswith("litellm.RateLimitError")
        answer = running.chat()
        assert answer.status_code == 429
        error = answer.json()["error"]
        seconds = int(answer.headers["retry-after"])
        assert 7 <= seconds <= 9 and error["type"] == "all_deployments_in_cooldown"
        assert error["message"].startswith(
            f"No deployments available for selected model, Try again in {seconds} seconds. "
            "All deployments for selected model are in cooldown. Passed model=g."
        )
        assert len(running.called) == 2


def test_allowed_fails(fleet: Any) -> None:
    with fleet({"g": {}}, allowed_fails=1, num_retries=0, cooldown_time=60) as running:
        running.fails["g"] = BROKEN
        assert [running.chat().status_code for _ in range(3)] == [500, 500, 429]


def test_rests_outlive_a_reload(fleet: Any, server_type: type[Server]) -> None:
    with fleet({"g.1": {}, "g.2": {}}, cooldown_time=60) as running:
        running.fails["g.1"] = answers.error(429, "slow down")
        while "g.1" not in running.called:
            running.chat()
        config = json.loads(running.server.config.read_text())
        config["model_list"].reverse()
        running.server.write_config(config)
        running.server.process.wait_for_line("loaded anew")
        running.upstream.requests.clear()
        for _ in range(8):
            running.chat()
        assert set(running.called) == {"g.2"}


@pytest.mark.differs("bad-credential")
def test_a_bad_credential_takes_its_deployment_out(fleet: Any) -> None:
    with fleet({"g.1": {}, "g.2": {}}, cooldown_time=1) as running:
        running.fails["g.1"] = BAD_KEY
        for _ in range(10):
            assert running.chat().status_code == 200
        assert running.called.count("g.1") == 1
        log = running.server.process.log
        assert log.count("refuses its credential") == 1 and "sk-upstream" not in log
        sick = running.server.http.get("/health").json()["unhealthy_endpoints"]
        assert [one["model_id"] for one in sick] == ["id-g.1"]
        assert sick[0]["cooldown"]["bad_credential"] and "Incorrect API key" in sick[0]["cooldown"]["reason"]


@pytest.mark.differs("bad-credential")
def test_a_bad_credential_is_not_the_callers_fault(fleet: Any) -> None:
    with fleet({"g": {}}) as running:
        running.fails["g"] = BAD_KEY
        for calls in (1, 1):
            answer = running.chat()
            error = answer.json()["error"]
            assert answer.status_code == 502 and error["type"] == "internal_server_error"
            assert "credential" in error["message"] and answer.headers["x-should-retry"] == "false"
            assert len(running.called) == calls


def test_fallbacks_are_tried_in_order(fleet: Any) -> None:
    with fleet({"g": {}, "h": {}, "i": {}}, num_retries=0, fallbacks=[{"g": ["h", "i"]}]) as running:
        running.fails = {"g": BROKEN, "h": BROKEN}
        answer = running.chat()
        assert answer.status_code == 200 and running.called == ["g", "h", "i"]
        assert answer.headers["x-litellm-model-group"] == "i"
        assert int(answer.headers["x-litellm-attempted-fallbacks"]) >= 1
        running.fails = {name: BROKEN for name in "ghi"}
        error = running.chat().json()["error"]
        assert error["message"].startswith("litellm.InternalServerError: InternalServerError: OpenAIException - broken")
        assert "model group 'g' failed with the error above. Fallback to h, i also failed: " in error["message"]


def test_a_fallback_has_retries_of_its_own(fleet: Any) -> None:
    with fleet({"g": {}, "h.1": {}, "h.2": {}}, num_retries=1, fallbacks=[{"g": ["h"]}], retry_after=0) as running:
        running.fails = {"g": LONG, "h.1": BROKEN}
        for _ in range(16):
            assert running.chat().status_code == 200
        assert set(running.called) == {"g", "h.1", "h.2"}


@pytest.mark.parametrize(
    ("key", "failure"), [("context_window_fallbacks", LONG), ("content_policy_fallbacks", POLICY)],
    ids=["context", "policy"],
)
def test_special_fallbacks(fleet: Any, key: str, failure: Answer) -> None:
    settings = {key: [{"g": ["h"]}], "num_retries": 0}
    with fleet({"g": {}, "h": {}}, **settings) as running:
        running.fails["g"] = failure
        assert running.chat().headers["x-litellm-model-group"] == "h"
        running.fails["h"] = BROKEN
        assert "fallbacks=None" not in running.chat().json()["error"]["message"]
        running.fails["g"] = BROKEN
        assert running.chat().status_code == 500


def test_default_fallbacks(fleet: Any) -> None:
    with fleet({"g": {}, "h": {}}, num_retries=0, default_fallbacks=["h"]) as running:
        running.fails["g"] = BROKEN
        assert running.chat().headers["x-litellm-model-group"] == "h"
        assert running.chat("unknown").status_code == 400


@pytest.mark.parametrize(
    ("fallbacks", "status", "said"),
    [
        (["h"], 200, "hi"),
        ([{"g": ["h"]}], 200, "hi"),
        ([{"model": "h", "messages": [{"role": "user", "content": "short"}]}], 200, "short"),
        (["nobody"], 500, None),
    ],
    ids=["names", "rules", "members", "unknown"],
)
def test_a_request_names_its_fallbacks(fleet: Any, fallbacks: Any, status: int, said: str | None) -> None:
    with fleet({"g": {}, "h": {}}, num_retries=0) as running:
        running.fails["g"] = BROKEN
        assert running.chat(fallbacks=fallbacks).status_code == status
        if said:
            assert running.called == ["g", "h"]
            sent = running.upstream.last.json
            assert sent["messages"][0]["content"] == said and "fallbacks" not in sent


def test_a_request_may_refuse_fallbacks(fleet: Any) -> None:
    with fleet({"g": {}, "h": {}}, num_retries=0, fallbacks=[{"g": ["h"]}]) as running:
        running.fails["g"] = BROKEN
        assert running.chat(disable_fallbacks=True).status_code == 500
        assert running.called == ["g"]


def test_when_all_rest_a_fallback_serves(fleet: Any) -> None:
    with fleet({"g": {}, "h": {}}, num_retries=0, allowed_fails=0, cooldown_time=60, fallbacks=[{"g": ["h"]}]) as running:
        running.fails["g"] = BROKEN
        assert running.chat().status_code == 200
        assert running.chat().status_code == 200
        assert running.called == ["g", "h", "h"]


def test_the_next_order_serves_when_the_first_has_failed(fleet: Any) -> None:
    with fleet({"g.1": {"order": 1}, "g.2": {"order": 2}}, num_retries=0, disable_cooldowns=True) as running:
        assert {running.chat().headers["x-litellm-model-id"] for _ in range(5)} == {"id-g.1"}
        running.fails["g.1"] = BROKEN
        assert running.chat().headers["x-litellm-model-id"] == "id-g.2"


def test_tags(fleet: Any) -> None:
    models = {"g.1": {"tags": ["fast"]}, "g.2": {"tags": ["default"]}}
    with fleet(models, enable_tag_filtering=True) as running:
        assert running.chat().headers["x-litellm-model-id"] == "id-g.2"
        assert running.chat(tags=["fast"]).headers["x-litellm-model-id"] == "id-g.1"
        assert running.chat(metadata={"tags": ["fast"]}).headers["x-litellm-model-id"] == "id-g.1"
        headers = {"x-litellm-tags": "none, fast"}
        assert running.chat(headers=headers).headers["x-litellm-model-id"] == "id-g.1"
        assert running.chat(tags=["other"]).headers["x-litellm-model-id"] == "id-g.2"


def role_then(*frames: str) -> Answer:
    return Answer(stream=[answers.frame(answers.chunk({"role": "assistant", "content": ""})), *frames])


ERROR_FRAME = answers.frame({"error": {"message": "overloaded", "code": 503}})


@pytest.mark.differs("stream-hold")
@pytest.mark.parametrize(
    "failure",
    [role_then(ERROR_FRAME), role_then(), Answer(stream=[ERROR_FRAME]), Answer(stream=role_then().stream, abort=True)],
    ids=["error", "end", "at-once", "abort"],
)
def test_a_stream_that_fails_before_its_content_falls_back(fleet: Any, failure: Answer) -> None:
    with fleet({"g": {}, "h": {}}, num_retries=0, fallbacks=[{"g": ["h"]}]) as running:
        running.fails["g"] = failure
        answer = running.chat(stream=True)
        assert answer.status_code == 200 and answer.headers["x-litellm-model-group"] == "h"
        assert answer.text.count('"role"') == 1 and answer.text.endswith("data: [DONE]\n\n")
        assert "overloaded" not in answer.text


def test_a_stream_is_not_tried_again_after_its_content(fleet: Any) -> None:
    with fleet({"g": {}, "h": {}}, fallbacks=[{"g": ["h"]}]) as running:
        running.fails["g"] = role_then(answers.frame(answers.chunk({"content": "Hel"})), ERROR_FRAME)
        answer = running.chat(stream=True)
        assert "Hel" in answer.text and "overloaded" in answer.text
        assert running.called == ["g"]


@pytest.mark.parametrize("param", ["fallbacks", "context_fallbacks", "content_policy_fallbacks"])
def test_mocked_failures_fall_back(fleet: Any, param: str) -> None:
    rules = [{"g": ["h"]}]
    settings = {
        "fallbacks": rules, "context_window_fallbacks": rules, "content_policy_fallbacks": rules,
        "general": {"dangerously_allow_mock_testing_request_params": True},
    }
    with fleet({"g": {}, "h": {}}, **settings) as running:
        answer = running.chat(**{f"mock_testing_{param}": True})
        assert answer.headers["x-litellm-model-group"] == "h" and running.called == ["h"]


def test_a_mocked_rate_limit_is_tried_again(fleet: Any) -> None:
    general = {"dangerously_allow_mock_testing_request_params": True}
    with fleet({"g.1": {}, "g.2": {}}, general=general) as running:
        answer = running.chat(mock_testing_rate_limit_error=True)
        assert answer.status_code == 200 and len(running.called) == 1
        assert answer.headers["x-litellm-attempted-retries"] == "1"
