"""TLS on both sides."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path
from typing import Iterator

import httpx
import pytest

import answers
from gateway import MASTER_KEY, Gateway
from scripted_upstream import ScriptedUpstream
from setup_config import chat_config

pytestmark = pytest.mark.differs("own")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for the loopback address, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-subj", "/CN=gateway.test", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
         "-days", "2", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )
    return certificate, key


def server_context(pair: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*pair)
    return context


@pytest.fixture
def secure_upstream(pair: tuple[Path, Path]) -> Iterator[ScriptedUpstream]:
    upstream = ScriptedUpstream(answers.usual, server_context(pair))
    yield upstream
    upstream.stop()


def test_tls_listener(upstream: ScriptedUpstream, pair: tuple[Path, Path]) -> None:
    options = ("--ssl_certfile_path", str(pair[0]), "--ssl_keyfile_path", str(pair[1]))
    with Gateway(chat_config(upstream.url), args=options) as gateway:
        url = gateway.url.replace("http://", "https://")
        trust = ssl.create_default_context(cafile=str(pair[0]))
        headers = {"authorization": f"Bearer {MASTER_KEY}"}
        with httpx.Client(base_url=url, verify=trust, headers=headers, trust_env=False) as client:
            body = {"model": "chat", "messages": [{"role": "user", "content": "hi"}]}
            assert client.post("/v1/chat/completions", json=body).status_code == 200
            with client.stream("POST", "/v1/chat/completions", json=body | {"stream": True}) as stream:
                assert list(stream.iter_lines())[-2] == "data: [DONE]"
        old = ssl.create_default_context(cafile=str(pair[0]))
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises((httpx.HTTPError, ssl.SSLError)):
            httpx.get(url + "/health/liveliness", verify=old, trust_env=False)
        with pytest.raises(httpx.HTTPError):
            httpx.get(gateway.url + "/health/liveliness", trust_env=False)


def test_an_unknown_certificate_is_refused(secure_upstream: ScriptedUpstream) -> None:
    with Gateway(chat_config(secure_upstream.url)) as gateway:
        answer = gateway.chat()
        assert answer.status_code == 500
        assert "Connection error." in answer.json()["error"]["message"]
    assert not secure_upstream.requests


@pytest.mark.parametrize("how", ["off", "ca-file", "global-off"])
def test_ssl_verify(secure_upstream: ScriptedUpstream, pair: tuple[Path, Path], how: str) -> None:
    if how == "global-off":
        config = chat_config(secure_upstream.url)
        config["litellm_settings"]["ssl_verify"] = False
    else:
        config = chat_config(secure_upstream.url, ssl_verify=False if how == "off" else str(pair[0]))
    with Gateway(config) as gateway:
        for _ in range(3):
            assert gateway.chat().status_code == 200
        assert len({request.connection for request in secure_upstream.requests}) == 1


def test_the_name_is_checked(pair: tuple[Path, Path]) -> None:
    """The certificate is for another address than the one that is called."""
    upstream = ScriptedUpstream(answers.usual, server_context(pair), "127.0.0.2")
    try:
        with Gateway(chat_config(upstream.url, ssl_verify=str(pair[0]))) as gateway:
            assert gateway.chat().status_code == 500
        assert not upstream.requests
        with Gateway(chat_config(upstream.url, ssl_verify=False)) as gateway:
            assert gateway.chat().status_code == 200
    finally:
        upstream.stop()
