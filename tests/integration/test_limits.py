"""Limits hold to the request: what is answered 429, with which words and headers, and what is kept."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

import answers
from gateway import Gateway, Server
from scripted_upstream import Answer, Gate, ScriptedUpstream
from setup_config import base_config, chat_config, deployment

pytestmark = pytest.mark.differs("own")


def statuses(server: Server, count: int, model: str = "chat") -> list[int]:
    return [server.chat(model).status_code for _ in range(count)]


def limited(upstream: ScriptedUpstream, **params: Any) -> dict[str, Any]:
    return chat_config(upstream.url, **params)


def test_a_loop_of_25_requests_gets_exactly_rpm(upstream: ScriptedUpstream) -> None:
    with Gateway(limited(upstream, rpm=18)) as server:
        assert statuses(server, 25) == [200] * 18 + [429] * 7
    assert len(upstream.requests) == 18


def test_requests_at_once_get_exactly_rpm_too(upstream: ScriptedUpstream) -> None:
    with Gateway(limited(upstream, rpm=18)) as server, ThreadPoolExecutor(25) as pool:
        seen = list(pool.map(lambda _: server.chat().status_code, range(60)))
    assert sorted(seen) == [200] * 18 + [429] * 42
    assert len(upstream.requests) == 18


def test_the_429_says_which_limit_and_when_it_frees(upstream: ScriptedUpstream) -> None:
    with Gateway(limited(upstream, rpm=1)) as server:
        first = server.chat()
        refused = server.chat()
    assert first.headers["x-ratelimit-limit-requests"] == "1"
    assert first.headers["x-ratelimit-remaining-requests"] == "0"
    assert first.headers["x-ratelimit-reset-requests"].endswith("s")
    error = refused.json()["error"]
    assert error["code"] == "429" and error["type"] == "throttling_error"
    assert "Rate limit exceeded for model chat: the limit of 1 requests per minute (rpm) is reached" in error["message"]
    assert 58 <= int(refused.headers["retry-after"]) <= 60
    assert 57_000 <= int(refused.headers["retry-after-ms"]) <= 60_000
    assert refused.headers["x-ratelimit-remaining-requests"] == "0"
    assert "x-should-retry" not in refused.headers


def test_a_day_limit_tells_sdks_not_to_try_again(upstream: ScriptedUpstream) -> None:
    with Gateway(limited(upstream, rpd=2)) as server:
        assert statuses(server, 2) == [200, 200]
        refused = server.chat()
    assert refused.status_code == 429
    assert refused.headers["x-should-retry"] == "false"
    assert "retry-after" not in refused.headers
    assert "requests per day (rpd)" in refused.json()["error"]["message"]


def test_a_day_limit_holds_over_restarts_and_kills(upstream: ScriptedUpstream, tmp_path: Path) -> None:
    config = limited(upstream, rpd=5)
    seen: list[int] = []
    for ends in (signal.SIGTERM, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM):
        with Gateway(config, args=("--data_dir", str(tmp_path))) as server:
            seen += statuses(server, 2)
            server.signal(ends)
            server.process.wait()
    assert seen == [200] * 5 + [429] * 3
    assert len(upstream.requests) == 5


def test_a_minute_holds_over_a_kill(upstream: ScriptedUpstream, tmp_path: Path) -> None:
    config = limited(upstream, rpm=18)
    with Gateway(config, args=("--data_dir", str(tmp_path))) as server:
        assert statuses(server, 11) == [200] * 11
        server.signal(signal.SIGKILL)
        server.process.wait()
    with Gateway(config, args=("--data_dir", str(tmp_path))) as server:
        assert statuses(server, 14) == [200] * 7 + [429] * 7
    assert len(upstream.requests) == 18


def test_counts_go_on_when_the_limits_and_the_place_in_the_file_change(upstream: ScriptedUpstream) -> None:
    with Gateway(limited(upstream, rpm=3)) as server:
        assert statuses(server, 2) == [200, 200]
        other = deployment("other", "openai/other", f"{upstream.url}/v1")
        changed = limited(upstream, rpm=5)
        changed["model_list"].insert(0, other)
        server.write_config(changed)
        server.signal(signal.SIGHUP)
        server.process.wait_for_line("loaded anew")
        assert statuses(server, 4) == [200] * 3 + [429]


def test_deployments_of_a_quota_group_share_its_limits(upstream: ScriptedUpstream) -> None:
    base = f"{upstream.url}/v1"
    models = [
        deployment("one", "openai/one", base, rpm=3, quota_group="project"),
        deployment("two", "openai/two", base, rpm=5, quota_group="project"),
    ]
    with Gateway(base_config(models)) as server:
        assert statuses(server, 2, "one") + statuses(server, 2, "two") == [200, 200, 200, 429]


def test_what_never_reached_the_upstream_is_given_back(upstream: ScriptedUpstream) -> None:
    config = base_config([deployment("gone", "openai/x", "http://127.0.0.1:1/v1", rpm=1)])
    with Gateway(config) as server:
        assert statuses(server, 3, "gone") == [500] * 3


def test_another_deployment_of_the_group_serves_when_one_is_full(upstream: ScriptedUpstream) -> None:
    base = f"{upstream.url}/v1"
    models = [deployment("chat", f"openai/m{i}", base, rpm=2) for i in range(2)]
    for i, model in enumerate(models):
        model["model_info"]["id"] = f"id-{i}"
    with Gateway(base_config(models)) as server:
        assert statuses(server, 5) == [200] * 4 + [429]
    assert sorted(request.json["model"] for request in upstream.requests) == ["m0", "m0", "m1", "m1"]


def test_tokens_are_reserved_and_settled_with_the_real_usage(upstream: ScriptedUpstream) -> None:
    with Gateway(limited(upstream, tpm=1000)) as server:
        first = server.chat(max_tokens=900)
        assert first.status_code == 200
        # 18 tokens were used of more than 900 reserved; the next fits again.
        second = server.chat(max_tokens=900)
        assert second.status_code == 200
        assert second.headers["x-ratelimit-limit-tokens"] == "1000"
        third = server.http.post("/v1/chat/completions", json={
            "model": "chat", "messages": [{"role": "user", "content": "x" * 8000}]})
        # More than the limit alone: it has its place only in an empty minute.
        assert third.status_code == 429
        assert "tokens per minute (tpm)" in third.json()["error"]["message"]


def test_a_slot_is_held_for_the_whole_answer_and_the_next_waits_for_it(upstream: ScriptedUpstream) -> None:
    gate = Gate()
    upstream.play(Answer(body=answers.chat(), wait=gate), Answer(body=answers.chat()))
    with Gateway(limited(upstream, max_parallel_requests=1)) as server, ThreadPoolExecutor(2) as pool:
        first = pool.submit(server.chat)
        upstream.wait_for(1)
        second = pool.submit(server.chat)
        refused = server.http.post(
            "/v1/chat/completions", headers={"x-litellm-max-queue-wait": "0"},
            json={"model": "chat", "messages": [{"role": "user", "content": "hi"}]})
        assert refused.status_code == 429
        assert "max_parallel_requests" in refused.json()["error"]["message"]
        assert len(upstream.requests) == 1
        gate.open()
        assert [first.result().status_code, second.result().status_code] == [200, 200]


def test_a_client_that_leaves_the_line_frees_its_place_in_it(upstream: ScriptedUpstream) -> None:
    gate = Gate()
    upstream.play(Answer(body=answers.chat(), wait=gate), Answer(body=answers.chat()))
    with Gateway(limited(upstream, max_parallel_requests=1)) as server, ThreadPoolExecutor(3) as pool:
        first = pool.submit(server.chat)
        upstream.wait_for(1)

        def impatient() -> None:
            with pytest.raises(httpx.ReadTimeout):
                with server.client(timeout=0.5) as client:
                    client.post("/v1/chat/completions", json={
                        "model": "chat", "messages": [{"role": "user", "content": "leaves"}]})

        pool.submit(impatient).result()
        last = pool.submit(server.chat)
        gate.open()
        assert [first.result().status_code, last.result().status_code] == [200, 200]
    assert [request.json["messages"][0]["content"] for request in upstream.requests] == ["hi", "hi"]
