"""Fixtures that the black-box suites share."""

from __future__ import annotations

from typing import Iterator

import pytest

import answers
from gateway import Gateway, LiteLLM, Server
from scripted_upstream import ScriptedUpstream
from setup_config import full_config


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--target", choices=["gateway", "litellm"], default="gateway",
        help="run the integration tests against LiteLLM to prove that they test its behaviour",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """LiteLLM is spared what the gateway does differently or has of its own."""
    if config.getoption("--target") != "litellm":
        return
    for item in items:
        for mark in item.iter_markers("differs"):
            item.add_marker(pytest.mark.skip(reason=f"differs from LiteLLM: {', '.join(mark.args)}"))


@pytest.fixture(scope="session")
def shared_upstream() -> Iterator[ScriptedUpstream]:
    upstream = ScriptedUpstream(answers.usual)
    yield upstream
    upstream.stop()


@pytest.fixture
def upstream(shared_upstream: ScriptedUpstream) -> ScriptedUpstream:
    """The scripted upstream behind every model of the shared configuration, with a clean record."""
    shared_upstream.reset()
    return shared_upstream


@pytest.fixture(scope="session")
def server_type(request: pytest.FixtureRequest) -> type[Server]:
    return LiteLLM if request.config.getoption("--target") == "litellm" else Gateway


@pytest.fixture(scope="session")
def shared_gateway(server_type: type[Server], shared_upstream: ScriptedUpstream) -> Iterator[Server]:
    with server_type(full_config(shared_upstream.url)) as server:
        yield server


@pytest.fixture
def gateway(shared_gateway: Server, upstream: ScriptedUpstream) -> Iterator[Server]:
    """One server for the whole session; its log of this test is shown when the test fails."""
    start = len(shared_gateway.process.lines)
    yield shared_gateway
    print("\n".join(shared_gateway.process.lines[start:]))
