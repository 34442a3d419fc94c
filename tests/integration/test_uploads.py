"""Multipart bodies go upstream while they come, and are held only as far as the model's name needs."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Iterator

import pytest

import wire
from gateway import MASTER_KEY, Server
from scripted_upstream import ScriptedUpstream
from setup_config import base_config, deployment

pytestmark = pytest.mark.differs("streamed-uploads")

END = b"--b--\r\n"
MODEL = b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\n%s\r\n'
FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
OK = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n{"text":"hi"}'
MEGABYTE = 1 << 20


def field(name: str, value: str) -> bytes:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def head(length: int, path: str = "/v1/audio/transcriptions", **more: str) -> bytes:
    fields = {"content-type": "multipart/form-data; boundary=b", "content-length": str(length)}
    return wire.request("POST", path, key=MASTER_KEY, headers=fields | more)


class Peer(wire.Connection):
    """The upstream's end of one of the gateway's connections."""

    def __init__(self, accepted: socket.socket) -> None:
        accepted.settimeout(10)
        self._socket, self._buffer = accepted, b""

    def read_request(self) -> str:
        """The request's head; its body is left to `take`."""
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        text, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        return text.decode()


class RawUpstream:
    """Accepts connections and leaves every byte to the test."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def accept(self) -> Peer:
        return Peer(self._listener.accept()[0])

    def close(self) -> None:
        self._listener.close()


@pytest.fixture(scope="module")
def raw() -> Iterator[RawUpstream]:
    upstream = RawUpstream()
    yield upstream
    upstream.close()


@pytest.fixture(scope="module")
def server(server_type: type[Server], raw: RawUpstream) -> Iterator[Server]:
    listen = deployment("listen", "openai/my-whisper", f"{raw.url}/v1", "audio_transcription")
    with server_type(base_config([listen])) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[wire.Connection]:
    with wire.Connection(server.port) as connection:
        yield connection


def length_of(request: str) -> int:
    line = next(line for line in request.splitlines() if line.lower().startswith("content-length:"))
    assert "transfer-encoding" not in request.lower()
    return int(line.split(":")[1])


START = MODEL % b"my-whisper" + FILE


@pytest.mark.parametrize("held_back", [1, 3, 5, 9, 1000])
def test_the_file_goes_on_before_it_is_whole(raw: RawUpstream, client: wire.Connection, held_back: int) -> None:
    sound = b"\r\n--" * 500
    body = MODEL % b"listen" + FILE + sound + b"\r\n" + END
    client.send(head(len(body)) + body[:-held_back])
    with raw.accept() as upstream:
        length = length_of(upstream.read_request())
        assert upstream.take(len(START) + 1000) == START + sound[:1000]
        client.send(body[-held_back:])
        rest = sound[1000:] + b"\r\n" + END
        assert upstream.take(length - len(START) - 1000) == rest
        upstream.send(OK)
        assert client.read_response().json == {"text": "hi"}


def test_every_cut_gives_the_same(raw: RawUpstream, client: wire.Connection) -> None:
    late = [b"RIFF\r\n", field("timeout", "3"), field("language", "de"), field("tags", "x"), END]
    start = MODEL % b"listen" + FILE
    body = start + b"".join(late)
    want = START + b"RIFF\r\n" + field("language", "de") + END
    for cut in range(len(start), len(body)):
        client.send(head(len(body)) + start)
        with raw.accept() as upstream:
            length = length_of(upstream.read_request())
            client.send(body[len(start) : cut])
            client.send(body[cut:])
            sent = upstream.take(length)
            assert sent.rstrip(b" ") == want
            upstream.send(OK)
            assert client.read_response().status == 200


def test_memory_stays_bounded_while_the_upstream_takes_nothing(
    raw: RawUpstream, server: Server, client: wire.Connection
) -> None:
    def resident() -> int:
        status = Path(f"/proc/{server.process.child.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024

    before = resident()
    sound = bytes(range(256)) * (40 * MEGABYTE // 256)
    body = MODEL % b"listen" + FILE + sound + b"\r\n" + END
    client.send(head(len(body)) + body[:MEGABYTE])
    with raw.accept() as upstream:
        length = length_of(upstream.read_request())
        client.send_in_background(body[MEGABYTE:])
        for at in range(0, 30 * MEGABYTE, MEGABYTE):
            upstream.take(MEGABYTE)
            assert resident() - before < 4 * MEGABYTE, at
        assert upstream.take(length - 30 * MEGABYTE).endswith(sound[-MEGABYTE:] + b"\r\n" + END)
        upstream.send(OK)
        assert client.read_response().status == 200
        assert resident() - before < 4 * MEGABYTE


def test_a_model_after_the_file_is_waited_for(gateway: Server, upstream: ScriptedUpstream) -> None:
    body = FILE + b"x" * MEGABYTE + b"\r\n" + MODEL % b"listen" + END
    with wire.Connection(gateway.port) as connection:
        connection.send(head(len(body)) + body[:-100])
        connection.send(body[-100:])
        assert connection.read_response().status == 200
    assert upstream.last.body == body.replace(b"\r\nlisten\r\n", b"\r\nmy-whisper\r\n")


def test_a_model_in_the_path_needs_no_field(raw: RawUpstream, client: wire.Connection) -> None:
    rest = b"x\r\n" + MODEL % b"other" + END
    client.send(head(len(FILE + rest), "/openai/deployments/listen/audio/transcriptions") + FILE)
    with raw.accept() as upstream:
        length = length_of(upstream.read_request())
        client.send(rest)
        assert upstream.take(length).rstrip(b" ") == START + b"x\r\n" + END
        upstream.send(OK)
        assert client.read_response().status == 200


def test_a_chunked_upload_is_held(gateway: Server, upstream: ScriptedUpstream) -> None:
    body = MODEL % b"listen" + FILE + b"x" * 1000 + b"\r\n" + END
    answer = gateway.http.post(
        "/v1/audio/transcriptions", content=iter([body[:50], body[50:]]),
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert answer.status_code == 200
    assert upstream.last.header("content-length") == str(len(upstream.last.body))


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_client_that_leaves_ends_the_upload(raw: RawUpstream, client: wire.Connection, how: str) -> None:
    body = MODEL % b"listen" + FILE
    client.send(head(len(body) + 1000) + body)
    with raw.accept() as upstream:
        upstream.read_request()
        assert upstream.take(len(START)) == START
        getattr(client, how)()
        assert upstream.closed_by_peer()


def test_a_client_that_leaves_during_the_answer_ends_it(raw: RawUpstream, client: wire.Connection) -> None:
    body = MODEL % b"listen" + FILE + b"x\r\n" + END
    client.send(head(len(body)) + body[:-4])
    with raw.accept() as upstream:
        length = length_of(upstream.read_request())
        client.send(body[-4:])
        upstream.take(length)
        client.close()
        assert upstream.closed_by_peer()


REFUSAL = (
    b"HTTP/1.1 413 Too Large\r\ncontent-type: application/json\r\ncontent-length: 36\r\n\r\n"
    b'{"error":{"message":"file too big"}}'
)


@pytest.mark.parametrize("interim", [b"", b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"], ids=["plain", "interim"])
def test_an_early_refusal_is_told_at_once(raw: RawUpstream, client: wire.Connection, interim: bytes) -> None:
    body = MODEL % b"listen" + FILE
    client.send(head(len(body) + MEGABYTE) + body)
    with raw.accept() as upstream:
        upstream.read_request()
        assert upstream.take(len(START)) == START
        if interim:
            upstream.send(interim)
            client.send(b"x" * 1000)
            assert upstream.take(1000) == b"x" * 1000
        upstream.send(REFUSAL)
        answer = client.read_response()
        assert answer.status == 413
        assert "file too big" in answer.json["error"]["message"]
        assert answer.header("connection") == "close"
        assert upstream.closed_by_peer()
        assert client.closed_by_peer()


def test_an_early_refusal_ends_an_upload_that_is_stuck(raw: RawUpstream, client: wire.Connection) -> None:
    """The upstream answers and reads no more, while the client is still sending."""
    body = MODEL % b"listen" + FILE + b"x" * 30 * MEGABYTE + b"\r\n" + END
    client.send_in_background(head(len(body)) + body)
    with raw.accept() as upstream:
        upstream.read_request()
        upstream.send(REFUSAL)
        answer = client.read_response()
        assert answer.status == 413
        assert "file too big" in answer.json["error"]["message"]


@pytest.mark.parametrize("name", ["api_base", "base_url"])
def test_a_late_host_refuses_the_call(raw: RawUpstream, client: wire.Connection, name: str) -> None:
    start = MODEL % b"listen" + FILE + b"x"
    rest = b"\r\n" + field(name, "http://other") + END
    client.send(head(len(start + rest)) + start)
    with raw.accept() as upstream:
        upstream.read_request()
        assert upstream.take(len(START) + 1) == START + b"x"
        client.send(rest)
        answer = client.read_response()
        assert answer.status == 401
        assert name in answer.json["error"]["message"]
        with pytest.raises(ConnectionError):
            upstream.take(len(rest))


def test_a_form_without_an_end_is_refused(raw: RawUpstream, client: wire.Connection) -> None:
    start = MODEL % b"listen" + FILE + b"x"
    client.send(head(len(start) + 5) + start)
    with raw.accept() as upstream:
        upstream.read_request()
        client.send(b"\r\n--b")
        assert client.read_response().status == 400


def test_an_unknown_model_is_refused_before_the_file(server: Server, client: wire.Connection) -> None:
    client.send(head(10 * MEGABYTE) + MODEL % b"nobody" + FILE)
    answer = client.read_response()
    assert answer.status == 400
    assert "nobody" in answer.json["error"]["message"]
    assert answer.header("connection") == "close"


@pytest.fixture(scope="module")
def patient(server_type: type[Server], raw: RawUpstream) -> Iterator[Server]:
    """Its deployment is tried three times."""
    listen = deployment("listen", "openai/my-whisper", f"{raw.url}/v1", max_retries=2)
    with server_type(base_config([listen])) as running:
        yield running


BUSY = b'HTTP/1.1 429 Busy\r\nretry-after: 0.01\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'


@pytest.mark.parametrize("model_first", [True, False], ids=["streamed", "held"])
def test_only_what_was_held_is_sent_again(raw: RawUpstream, patient: Server, model_first: bool) -> None:
    name, sound = MODEL % b"listen", FILE + b"x" * 1000 + b"\r\n"
    body = (name + sound if model_first else sound + name) + END
    with wire.Connection(patient.port) as client:
        client.send(head(len(body)) + body[:500])
        if not model_first:
            client.send(body[500:])
        with raw.accept() as upstream:
            length = length_of(upstream.read_request())
            if model_first:
                client.send(body[500:])
            first = upstream.take(length)
            upstream.send(BUSY)
            if model_first:
                assert client.read_response().status == 429
                return
            assert length_of(upstream.read_request()) == length
            assert upstream.take(length) == first
            upstream.send(OK)
            assert client.read_response().status == 200
