"""Files that a client names by URL: fetched, bounded, and never from where it must not look."""

from __future__ import annotations

import base64
import time
from typing import Any, Iterator

import httpx
import pytest

import wire
from gateway import MASTER_KEY, Gateway, Server
from scripted_upstream import Answer, Gate, ScriptedUpstream
from setup_config import base_config, deployment

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
GEMINI = "/v1beta/models/gemini-2.5-flash:generateContent"
REFUSED = "The proxy could not resolve this host or its URL policy rejected it"


def said() -> Answer:
    part = {"content": {"role": "model", "parts": [{"text": "a pixel"}]}, "finishReason": "STOP", "index": 0}
    return Answer(body={"candidates": [part], "responseId": "r1"})


def image(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def body(*urls: str, model: str = "flash", **more: Any) -> dict[str, Any]:
    content = [{"type": "text", "text": "what"}, *map(image, urls)]
    return {"model": model, "messages": [{"role": "user", "content": content}]} | more


def assert_refused(answer: httpx.Response, text: str) -> str:
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error" and error["code"] == "400"
    assert error["message"].startswith("litellm.BadRequestError: Error: ") and text in error["message"]
    return error["message"]


@pytest.fixture(scope="module")
def private() -> Iterator[ScriptedUpstream]:
    """A server that no client may reach through the gateway."""
    server = ScriptedUpstream(lambda _: Answer(body=b"secret", headers={"content-type": "image/png"}))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def looking(shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    config = base_config([
        deployment("flash", "gemini/gemini-2.5-flash", f"{shared_upstream.url}/v1beta"),
        deployment("hasty", "gemini/gemini-2.5-flash", f"{shared_upstream.url}/v1beta", timeout=0.5),
        deployment("llava", "ollama_chat/llava", shared_upstream.url),
    ])
    config["litellm_settings"]["user_url_allowed_hosts"] = [f"127.0.0.1:{shared_upstream.port}"]
    with Gateway(config, env={"MAX_IMAGE_URL_DOWNLOAD_SIZE_MB": "0.5"}) as server:
        yield server


def ask(server: Server, *urls: str, **more: Any) -> httpx.Response:
    return server.http.post("/v1/chat/completions", json=body(*urls, **more))


def test_an_allowed_host(looking: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=PNG, headers={"content-type": "image/png"}), said())
    answer = ask(looking, f"{upstream.url}/img.png?size=1#top")
    assert answer.status_code == 200, answer.text
    fetched, asked = upstream.requests
    assert (fetched.method, fetched.target) == ("GET", "/img.png?size=1")
    assert fetched.header("host") == f"127.0.0.1:{upstream.port}"
    assert not fetched.header("x-goog-api-key") and not fetched.header("authorization")
    assert asked.json["contents"][0]["parts"][1]["inlineData"] == {
        "mimeType": "image/png", "data": base64.b64encode(PNG).decode()}


def test_images_for_ollama(looking: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=PNG), path="/img.png")
    upstream.play(Answer(body={"message": {"role": "assistant", "content": "x"}, "done": True}), path="/api/chat")
    assert ask(looking, f"{upstream.url}/img.png", model="llava").status_code == 200
    assert upstream.last.json["messages"][0]["images"] == [base64.b64encode(PNG).decode()]


def test_many_are_fetched_together_and_each_once(looking: Server, upstream: ScriptedUpstream) -> None:
    gates = [Gate() for _ in range(4)]
    for number, gate in enumerate(gates):
        upstream.play(Answer(body=b"%d" % number, headers={"content-type": "image/png"}, wait=gate), path=f"/{number}")
    for number in range(4, 20):
        upstream.play(Answer(body=b"%d" % number, headers={"content-type": "image/png"}), path=f"/{number}")
    upstream.play(said(), path=GEMINI)
    urls = [f"{upstream.url}/{number}" for number in range(20)]
    connection = wire.Connection(looking.port)
    connection.send(wire.request("POST", "/v1/chat/completions", body(*urls, urls[0]), MASTER_KEY))
    upstream.wait_for(4)
    for gate in gates:
        gate.open()
    assert connection.read_head().status == 200
    data = [part["inlineData"]["data"] for part in upstream.last.json["contents"][0]["parts"][1:]]
    assert [base64.b64decode(item) for item in data] == [b"%d" % n for n in [*range(20), 0]]
    assert len(upstream.requests) == 21


def test_more_than_twenty(looking: Server, upstream: ScriptedUpstream) -> None:
    urls = [f"{upstream.url}/{number}" for number in range(21)]
    assert_refused(ask(looking, *urls), "at most 20 files")
    assert not upstream.requests


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"])
def test_a_private_address(looking: Server, upstream: ScriptedUpstream, private: ScriptedUpstream, host: str) -> None:
    private.reset()
    before = private.connections
    message = assert_refused(ask(looking, f"http://{host}:{private.port}/key?token=hidden"), REFUSED)
    assert "hidden" not in message
    assert private.connections == before and not upstream.requests


def test_the_refusal_tells_nothing_of_the_network(looking: Server, private: ScriptedUpstream) -> None:
    known = assert_refused(ask(looking, f"http://localhost:{private.port}/"), REFUSED)
    unknown = assert_refused(ask(looking, "http://no-such-host.invalid/"), REFUSED)
    assert known.replace(f"localhost:{private.port}", "x") == unknown.replace("no-such-host.invalid", "x")
    assert "127.0.0.1" not in known


def test_redirects(looking: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(302, headers={"location": "../b?x=1"}), path="/a/a")
    upstream.play(Answer(307, headers={"location": f"{upstream.url}/c"}), path="/b")
    upstream.play(Answer(body=PNG, headers={"content-type": "image/png"}), path="/c")
    upstream.play(said(), path=GEMINI)
    assert ask(looking, f"{upstream.url}/a/a").status_code == 200
    assert [request.target for request in upstream.requests] == ["/a/a", "/b?x=1", "/c", GEMINI]


@pytest.mark.parametrize("to", ["http://127.0.0.1:{port}/key", "//127.0.0.1:{port}/key", "file:///etc/passwd"])
def test_a_redirect_to_where_it_must_not_go(
    looking: Server, upstream: ScriptedUpstream, private: ScriptedUpstream, to: str
) -> None:
    private.reset()
    upstream.play(Answer(302, headers={"location": to.format(port=private.port)}))
    assert_refused(ask(looking, f"{upstream.url}/img.png"), REFUSED)
    assert not private.requests and len(upstream.requests) == 1


def test_endless_redirects(looking: Server, upstream: ScriptedUpstream) -> None:
    upstream.choose(lambda _: Answer(302, headers={"location": "/again"}))
    assert_refused(ask(looking, f"{upstream.url}/img.png"), REFUSED)
    assert len(upstream.requests) == 6


@pytest.mark.parametrize("stream", [False, True], ids=["told", "untold"])
def test_too_large(looking: Server, upstream: ScriptedUpstream, stream: bool) -> None:
    piece = b"x" * 65536
    many = Answer(headers={"content-type": "image/png"}, stream=[piece] * 9 + [Gate()])
    upstream.play(many if stream else Answer(body=piece * 9))
    message = assert_refused(ask(looking, f"{upstream.url}/img.png"), "exceeds maximum allowed size (0.5MB)")
    assert "Error: Image size (0.5" in message
    assert len(upstream.requests) == 1
    assert not stream or upstream.last.gone.wait(5)


def test_too_large_once_unpacked(looking: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=b"\0" * 5_000_000, gzip=True))
    assert_refused(ask(looking, f"{upstream.url}/img.png"), "exceeds maximum allowed size (0.5MB)")


def test_too_large_together(looking: Server, upstream: ScriptedUpstream) -> None:
    upstream.choose(lambda _: Answer(body=b"x" * 400_000, headers={"content-type": "image/png"}))
    urls = [f"{upstream.url}/{number}" for number in range(3)]
    assert_refused(ask(looking, *urls), "exceed the maximum allowed size (1.0MB) together")


@pytest.mark.parametrize("status", [404, 302, 500])
def test_no_file(looking: Server, upstream: ScriptedUpstream, status: int) -> None:
    upstream.play(Answer(status))
    assert_refused(ask(looking, f"{upstream.url}/img.png"), f"Unable to fetch image from URL. Status code: {status}, url=")
    assert len(upstream.requests) == 1


def test_a_broken_connection_is_tried_three_times(looking: Server, upstream: ScriptedUpstream) -> None:
    upstream.choose(lambda _: Answer(drop=True))
    ask(looking, f"{upstream.url}/img.png")  # uses up the connections kept for others
    upstream.requests.clear()
    assert_refused(ask(looking, f"{upstream.url}/img.png"), "Unable to fetch image from URL after 3 attempts. url=")
    assert len(upstream.requests) == 3
    upstream.reset()
    upstream.play(Answer(drop=True), Answer(body=PNG, headers={"content-type": "image/png"}), said())
    assert ask(looking, f"{upstream.url}/img.png").status_code == 200


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "file:///etc/passwd"])
def test_other_schemes(looking: Server, url: str) -> None:
    answer = ask(looking, url)
    assert answer.status_code == 400 and "Invalid image received - " in answer.json()["error"]["message"]


def test_user_information_is_not_passed_on(looking: Server, upstream: ScriptedUpstream) -> None:
    message = assert_refused(ask(looking, f"http://user:hidden@127.0.0.1:{upstream.port}/x"), REFUSED)
    assert "hidden" not in message and not upstream.requests


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_server_that_hangs_ends_with_the_calls_time(looking: Server, upstream: ScriptedUpstream, where: str) -> None:
    hanging = Answer(wait=Gate()) if where == "head" else Answer(stream=[PNG, Gate()])
    upstream.play(hanging)
    answer = ask(looking, f"{upstream.url}/img.png", model="hasty")
    assert answer.status_code == 408 and "Request timed out" in answer.json()["error"]["message"]
    assert upstream.last.gone.wait(5)


def test_the_time_for_files_is_the_calls(looking: Server, upstream: ScriptedUpstream) -> None:
    upstream.play(Answer(body=PNG, headers={"content-type": "image/png"}, delay=0.35), Answer(wait=Gate()))
    began = time.monotonic()
    assert ask(looking, f"{upstream.url}/img.png", model="hasty").status_code == 408
    assert time.monotonic() - began < 0.8


def test_a_client_that_leaves_takes_its_files_with_it(looking: Server, upstream: ScriptedUpstream) -> None:
    upstream.choose(lambda _: Answer(wait=Gate()))
    connection = wire.Connection(looking.port)
    urls = [f"{upstream.url}/{number}" for number in range(6)]
    connection.send(wire.request("POST", "/v1/chat/completions", body(*urls), MASTER_KEY))
    waiting = upstream.wait_for(4)
    connection.close()
    assert all(request.gone.wait(5) for request in waiting)
    assert len(upstream.requests) == 4


def test_one_that_fails_ends_the_others(looking: Server, upstream: ScriptedUpstream) -> None:
    gate = Gate()
    upstream.play(Answer(404, wait=gate), path="/bad")
    upstream.choose(lambda _: Answer(wait=Gate()))
    connection = wire.Connection(looking.port)
    urls = [f"{upstream.url}/{name}" for name in ("bad", "slow")]
    connection.send(wire.request("POST", "/v1/chat/completions", body(*urls), MASTER_KEY))
    requests = upstream.wait_for(2)
    gate.open()
    assert connection.read_head().status == 400
    slow = next(request for request in requests if request.target == "/slow")
    assert slow.gone.wait(5)


def test_settings_that_allow_all_and_nothing(shared_upstream: ScriptedUpstream, upstream: ScriptedUpstream) -> None:
    config = base_config([deployment("flash", "gemini/gemini-2.5-flash", f"{shared_upstream.url}/v1beta")])
    config["litellm_settings"]["user_url_validation"] = False
    with Gateway(config) as server:
        upstream.play(Answer(body=PNG, headers={"content-type": "image/png"}), said())
        assert ask(server, f"http://localhost:{upstream.port}/img.png").status_code == 200
    with Gateway(config, env={"MAX_IMAGE_URL_DOWNLOAD_SIZE_MB": "0"}) as server:
        upstream.reset()
        assert_refused(ask(server, f"{upstream.url}/img.png"), "Image URL download is disabled")
        assert not upstream.requests
