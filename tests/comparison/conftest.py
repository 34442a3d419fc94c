"""LiteLLM and the gateway side by side, under the same configuration, before the same upstream."""

from __future__ import annotations

from typing import Iterator

import pytest

from gateway import Gateway, LiteLLM, Server
from scripted_upstream import ScriptedUpstream
from setup_config import full_config


@pytest.fixture(scope="session")
def litellm(shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    with LiteLLM(full_config(shared_upstream.url)) as server:
        yield server


@pytest.fixture(scope="session")
def ours(shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    with Gateway(full_config(shared_upstream.url)) as server:
        yield server
