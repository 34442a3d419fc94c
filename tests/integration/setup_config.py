"""The configuration most tests run under."""

from __future__ import annotations

from typing import Any

from gateway import MASTER_KEY

UPSTREAM_KEY = "sk-upstream-1f2e3d4c5b6a"


def deployment(name: str, model: str, base: str | None, mode: str = "chat", **params: Any) -> dict[str, Any]:
    """One `model_list` entry. Its fixed id keeps answers comparable between servers."""
    known = {"model": model, "api_key": UPSTREAM_KEY} | ({"api_base": base} if base else {})
    info = {"id": f"id-{name}", "mode": mode}
    return {"model_name": name, "litellm_params": known | params, "model_info": info}


def base_config(models: list[dict[str, Any]]) -> dict[str, Any]:
    """Retries and cooldowns off, so that one client call is one upstream call."""
    return {
        "model_list": models,
        "litellm_settings": {"drop_params": True, "num_retries": 0},
        "router_settings": {
            "num_retries": 0,
            "disable_cooldowns": True,
            "model_group_alias": {"nickname": "chat", "secret-alias": {"model": "chat", "hidden": True}},
        },
        "general_settings": {"master_key": MASTER_KEY, "disable_model_info_refresh": True},
    }


def chat_config(upstream: str, **params: Any) -> dict[str, Any]:
    """Only the deployment `chat`, for tests that start a server of their own."""
    config = base_config([deployment("chat", "openai/my-model", f"{upstream}/v1", **params)])
    return config


def full_config(upstream: str) -> dict[str, Any]:
    base = f"{upstream}/v1"
    return base_config([
        deployment("chat", "openai/my-model", base),
        deployment("vendor/chat-2.5", "openai/vendor/chat-2.5", base),
        deployment("or", "openrouter/openai/gpt-oss-20b:free", f"{upstream}/api/v1"),
        deployment("gh", "github/gpt-4o-mini", f"{upstream}/inference"),
        deployment("local", "lm_studio/google/gemma-3-12b", base),
        deployment("instruct", "openai/my-instruct", base, "completion"),
        deployment("embed", "openai/my-embed", base, "embedding"),
        deployment("paint", "openai/my-image", base, "image_generation"),
        deployment("speak", "openai/my-tts", base, "audio_speech"),
        deployment("listen", "openai/my-whisper", base, "audio_transcription"),
        deployment("guard", "openai/my-moderation", base, "moderation"),
        deployment("hasty", "openai/my-model", base, timeout=1, stream_timeout=1),
        deployment("headers", "openai/my-model", base, extra_headers={"X-Team": "blue"}),
        deployment("defaults", "openai/my-model", base, temperature=0.5, max_tokens=64),
        deployment("gone", "openai/my-model", "http://127.0.0.1:1/v1"),
        deployment("priced", "openai/gpt-4o-mini", base),
        deployment("priced-embed", "openai/text-embedding-3-small", base, "embedding"),
        deployment("priced-speak", "openai/tts-1", base, "audio_speech"),
        deployment("priced-paint", "openai/gpt-image-1", base, "image_generation"),
        deployment("own-price", "openai/my-model", base, input_cost_per_token=1e-6, output_cost_per_token="2e-6"),
    ])
