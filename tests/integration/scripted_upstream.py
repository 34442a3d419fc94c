"""A scripted HTTP/1.1 upstream: plays prepared answers and records every request exactly.

It runs on an event loop of its own thread, so tests stay plain functions. A script may wait for a
`Gate` that the test opens, which is how tests order events without sleeping.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
import threading
import time
import zlib
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Union


class Gate:
    """A point that a script waits at until the test opens it. Safe from any thread."""

    def __init__(self) -> None:
        self._opened: Future[None] = Future()

    def open(self) -> None:
        if not self._opened.done():
            self._opened.set_result(None)

    async def passed(self) -> None:
        await asyncio.shield(asyncio.wrap_future(self._opened))


Step = Union[bytes, str, float, Gate]  # a raw write, a pause in seconds, or a gate


@dataclass
class Answer:
    """What the upstream does with one request."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = b""  # bytes, str, or anything that json.dumps takes
    stream: Iterable[Step] | None = None  # each write is one chunk
    chunked: bool = True  # for `stream`; else the body ends with the connection
    wait: Gate | None = None  # before the head
    delay: float = 0  # seconds before the head
    drop: bool = False  # close before a byte
    abort: bool = False  # end the stream without its last chunk
    gzip: bool = False
    close: bool = False  # `Connection: close` after this answer
    reset: bool = False  # close silently after this answer, as an idle timeout would
    raw: Iterable[Step] | None = None  # written as it is, in place of head and body


@dataclass
class Request:
    """One request as it came, with what became of its connection."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    head: bytes
    connection: int
    body: bytes = b""
    received_at: float = 0
    disconnected_at: float | None = None  # set when the peer left before the answer was complete
    bytes_written: int = 0

    def __post_init__(self) -> None:
        self.gone = threading.Event()  # the peer left
        self.blocked = threading.Event()  # the peer stopped reading
        self.done = threading.Event()  # the answer was written

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[-1] if values else None


Chooser = Callable[[Request], Answer]


class ScriptedUpstream:
    """Listens on a port of a loopback address, a free one if none is given, until `stop`."""

    def __init__(
        self, default: Chooser | None = None, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._default = default or (lambda _: Answer(404, body={"error": {"message": "no script"}}))
        self._queues: dict[str | None, deque[Answer]] = {}
        self._chooser: Chooser | None = None
        self._changed = threading.Condition()
        self._live: set[_Connection] = set()
        self._tls = tls
        self._host = host
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._run(self._listen())
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"

    def play(self, *answers: Answer, path: str | None = None) -> None:
        """Queues answers for the next requests, of one path or of any."""
        self._queues.setdefault(path, deque()).extend(answers)

    def choose(self, chooser: Chooser) -> None:
        """Answers every request without a queued answer by this function."""
        self._chooser = chooser

    def reset(self) -> None:
        with self._changed:
            self.requests.clear()
        self._queues.clear()
        self._chooser = None

    def wait_for(self, count: int = 1, timeout: float = 10) -> list[Request]:
        """The requests so far, once there are `count`."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.requests) >= count, timeout):
                raise AssertionError(f"{len(self.requests)} of {count} requests came")
            return list(self.requests)

    @property
    def last(self) -> Request:
        return self.requests[-1]

    def stop(self) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def answer_for(self, request: Request) -> Answer:
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        for queue in (self._queues.get(request.path), self._queues.get(None)):
            if queue:
                return queue.popleft()
        return (self._chooser or self._default)(request)

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> asyncio.Server:
        make = lambda: _Connection(self)
        return await self._loop.create_server(make, self._host, self._port, ssl=self._tls, backlog=1024)

    async def _close(self) -> None:
        self._server.close()
        tasks = [connection.task for connection in self._live]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Connection(asyncio.Protocol):
    """One accepted connection: reads requests one after the other and plays their answers."""

    def __init__(self, upstream: ScriptedUpstream) -> None:
        self._upstream = upstream
        self._buffer = bytearray()
        self._more = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._current: Request | None = None

    def connection_made(self, transport: Any) -> None:
        self._upstream.connections += 1
        self._upstream._live.add(self)
        self._number = self._upstream.connections
        self._transport = transport
        self.task = asyncio.get_running_loop().create_task(self._serve())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._more.set()

    def eof_received(self) -> None:
        self._peer_left()

    def connection_lost(self, _: Exception | None) -> None:
        self._peer_left()
        self._upstream._live.discard(self)

    def pause_writing(self) -> None:
        self._writable.clear()
        if self._current:
            self._current.blocked.set()

    def resume_writing(self) -> None:
        self._writable.set()

    def _peer_left(self) -> None:
        request = self._current
        if request and request.disconnected_at is None:
            request.disconnected_at = time.monotonic()
            request.gone.set()
        self.task.cancel()

    async def _serve(self) -> None:
        try:
            while await self._serve_one():
                pass
        except asyncio.CancelledError:
            pass
        finally:
            self._transport.close()

    async def _serve_one(self) -> bool:
        request = await self._read_request()
        self._current = request
        keep = await self._play(request, self._upstream.answer_for(request))
        self._current = None
        request.done.set()
        return keep

    async def _read_request(self) -> Request:
        head = await self._take_until(b"\r\n\r\n")
        lines = head[:-4].decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        pairs = [(name, value.strip()) for name, _, value in (x.partition(":") for x in lines[1:])]
        request = Request(method, target, pairs, head, self._number)
        if (request.header("expect") or "").lower() == "100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if (request.header("transfer-encoding") or "").lower() == "chunked":
            request.body = await self._take_chunks()
        else:
            request.body = await self._take(int(request.header("content-length") or 0))
        request.received_at = time.monotonic()
        return request

    async def _take_chunks(self) -> bytes:
        body = b""
        while size := int((await self._take_until(b"\r\n")).split(b";")[0], 16):
            body += (await self._take(size + 2))[:-2]
        while await self._take_until(b"\r\n") != b"\r\n":
            pass
        return body

    async def _take_until(self, mark: bytes) -> bytes:
        while (end := self._buffer.find(mark)) < 0:
            await self._wait_for_more()
        return self._cut(end + len(mark))

    async def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            await self._wait_for_more()
        return self._cut(size)

    async def _wait_for_more(self) -> None:
        self._more.clear()
        await self._more.wait()

    def _cut(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    async def _play(self, request: Request, answer: Answer) -> bool:
        if answer.wait:
            await answer.wait.passed()
        await asyncio.sleep(answer.delay)
        if answer.drop:
            return False
        if answer.raw is not None:
            await self._steps(request, answer.raw, lambda data: data)
            return not answer.close
        if answer.stream is not None:
            await self._play_stream(request, answer)
            return answer.chunked and not (answer.close or answer.abort or answer.reset)
        body, kind = _encode(answer.body)
        headers = {"content-type": kind} | answer.headers
        if answer.gzip:
            body, headers["content-encoding"] = gzip.compress(body), "gzip"
        headers.setdefault("content-length", str(len(body)))
        if request.method == "HEAD":
            body = b""
        await self._write(request, _head(answer, headers) + body)
        return not (answer.close or answer.reset)

    async def _play_stream(self, request: Request, answer: Answer) -> None:
        headers = {"content-type": "text/event-stream"} | answer.headers
        if answer.gzip:
            headers["content-encoding"] = "gzip"
        if answer.chunked:
            headers["transfer-encoding"] = "chunked"
        await self._write(request, _head(answer, headers))
        frame = _chunk if answer.chunked else (lambda data: data)
        packer = zlib.compressobj(wbits=31)

        def pack(data: bytes) -> bytes:
            if answer.gzip:
                data = packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)
            return frame(data)

        await self._steps(request, answer.stream or [], pack)
        tail = frame(packer.flush()) if answer.gzip else b""
        if answer.chunked and not answer.abort:
            tail += b"0\r\n\r\n"
        await self._write(request, tail)

    async def _steps(self, request: Request, steps: Iterable[Step], pack: Any) -> None:
        for step in steps:
            if isinstance(step, Gate):
                await step.passed()
            elif isinstance(step, (int, float)):
                await asyncio.sleep(step)
            else:
                data = step.encode() if isinstance(step, str) else step
                await self._write(request, pack(data))

    async def _write(self, request: Request, data: bytes) -> None:
        self._transport.write(data)
        request.bytes_written += len(data)
        await self._writable.wait()


def _head(answer: Answer, headers: dict[str, str]) -> bytes:
    if answer.close or (answer.stream is not None and not answer.chunked):
        headers["connection"] = "close"
    lines = [f"HTTP/1.1 {answer.status} Scripted"] + [f"{k}: {v}" for k, v in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _encode(body: Any) -> tuple[bytes, str]:
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        return body.encode(), "text/plain"
    return json.dumps(body).encode(), "application/json"
