"""A client at the level of bytes, for what HTTP libraries refuse to send or hide."""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import dataclass
from typing import Any, Iterator


@dataclass
class Response:
    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """One TCP connection; reads answers as they come."""

    def __init__(self, port: int, timeout: float = 10) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def reset(self) -> None:
        """Closes with a TCP reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._socket.close()

    def end_sending(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def try_send(self, data: bytes) -> None:
        """Sends what the peer takes; it may close at any point."""
        try:
            self._socket.sendall(data)
        except OSError:
            pass

    def send_in_background(self, data: bytes) -> None:
        """Sends as fast as the peer takes it, while the caller goes on."""
        threading.Thread(target=self.try_send, args=[data], daemon=True).start()

    def closed_by_peer(self) -> bool:
        """Waits for the end of the connection; False when more bytes came instead."""
        try:
            return not self._buffer and self._socket.recv(1) == b""
        except ConnectionError:
            return True

    def read_head(self) -> Response:
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = [line.partition(":") for line in lines]
        return Response(int(first.split(" ")[1]), [(k, v.strip()) for k, _, v in pairs])

    def read_response(self, head_only: bool = False) -> Response:
        """The next answer with its whole body; interim 100s are skipped."""
        response = self.read_head()
        while response.status == 100:
            response = self.read_head()
        if head_only or response.status in (204, 304):
            return response
        if response.header("transfer-encoding") == "chunked":
            response.body = b"".join(self.chunks())
        elif response.header("content-length") is not None:
            response.body = self.take(int(response.header("content-length") or 0))
        else:
            response.body = self.read_to_end()
        return response

    def chunks(self) -> Iterator[bytes]:
        """The chunks of a chunked body, one by one, as they come."""
        while size := int(self._line().split(b";")[0], 16):
            yield self.take(size)
            self._line()
        while self._line():
            pass

    def events(self) -> Iterator[str]:
        """The server-sent events of a chunked body as raw text without the blank line."""
        text = ""
        for data in self.chunks():
            text += data.decode()
            *whole, text = text.replace("\r\n", "\n").split("\n\n")
            yield from whole
        assert not text, f"the stream ended inside an event: {text!r}"

    def take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._fill()
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def read_to_end(self) -> bytes:
        try:
            while True:
                self._fill()
        except ConnectionError:
            taken, self._buffer = self._buffer, b""
            return taken

    def _line(self) -> bytes:
        while b"\r\n" not in self._buffer:
            self._fill()
        line, self._buffer = self._buffer.split(b"\r\n", 1)
        return line

    def _fill(self) -> None:
        data = self._socket.recv(1 << 16)
        if not data:
            raise ConnectionError(f"the peer closed; unread: {self._buffer[:200]!r}")
        self._buffer += data


def request(
    method: str, target: str, body: Any = None, key: str | None = None, headers: dict[str, str] | None = None
) -> bytes:
    """A well-formed request; `body` is bytes or anything that json.dumps takes."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    fields = {"host": "gateway.test"}
    if key:
        fields["authorization"] = f"Bearer {key}"
    if body is not None:
        fields |= {"content-type": "application/json", "content-length": str(len(data))}
    fields |= headers or {}
    lines = [f"{method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + data


def exchange(port: int, data: bytes) -> Response:
    with Connection(port) as connection:
        connection.send(data)
        return connection.read_response()
