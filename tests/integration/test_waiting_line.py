"""Two hundred clients at once on a group that serves sixty a minute."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import openai
import pytest

from gateway import MASTER_KEY, Gateway, Server
from scripted_upstream import ScriptedUpstream
from setup_config import chat_config

pytestmark = pytest.mark.differs("own")

CLIENTS = 200
LEAVING = 7  # in the line when this one goes


async def ask_all(server: Server) -> list[Any]:
    """One client each, started one after the other; the one that leaves has no patience."""

    async def ask(number: int) -> Any:
        patience = 5 if number == 60 + LEAVING else 300
        async with openai.AsyncOpenAI(
            base_url=f"{server.url}/v1", api_key=MASTER_KEY, max_retries=0, timeout=patience
        ) as client:
            return await client.chat.completions.create(
                model="chat", messages=[{"role": "user", "content": str(number)}])

    running = []
    for number in range(CLIENTS):
        running.append(asyncio.create_task(ask(number)))
        await asyncio.sleep(0.03)  # so that their order is known
    return await asyncio.gather(*running, return_exceptions=True)


def test_all_are_served_in_order_and_none_twice(upstream: ScriptedUpstream) -> None:
    config = chat_config(upstream.url, rpm=60, max_queue_wait=300)
    with Gateway(config) as server:
        seen = asyncio.run(ask_all(server))
    left = 60 + LEAVING
    assert isinstance(seen.pop(left), openai.APITimeoutError)
    assert Counter(type(answer).__name__ for answer in seen) == {"ChatCompletion": CLIENTS - 1}
    asked = [int(request.json["messages"][0]["content"]) for request in upstream.requests]
    assert asked == [number for number in range(CLIENTS) if number != left]
