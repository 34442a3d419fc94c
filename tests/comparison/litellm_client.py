"""LiteLLM's Python SDK as a client of the gateway: `python litellm_client.py BASE_URL KEY`.

It runs in LiteLLM's own environment; exits 0 when all holds.
"""

from __future__ import annotations

import sys
from typing import Any

import litellm

HELLO = [{"role": "user", "content": "Say hello in 5 words"}]


def main(base: str, key: str) -> None:
    options: dict[str, Any] = {"api_base": base, "api_key": key, "num_retries": 0}
    answer = litellm.completion(model="openai/chat", messages=HELLO, **options)
    assert answer.choices[0].message.content == "Hello from upstream.", answer
    assert answer.usage.total_tokens == 18

    chunks = litellm.completion(model="openai/vendor/chat-2.5", messages=HELLO, stream=True, **options)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Hello there"

    vectors = litellm.embedding(model="openai/embed", input=["a"], encoding_format="float", **options)
    assert vectors.data[0]["embedding"] == [0.25, -0.5, 1.0]

    try:
        litellm.completion(model="openai/nope", messages=HELLO, **options)
    except litellm.BadRequestError as error:
        assert "Invalid model name passed in model=nope" in str(error)
    else:
        raise AssertionError("an unknown model was answered")
    print("ok")


main(*sys.argv[1:])
