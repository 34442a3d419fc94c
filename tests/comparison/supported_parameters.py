"""Prints, as JSON, what LiteLLM's providers do not take of OpenAI's parameters.

Runs in LiteLLM's environment: {provider: {model: [parameter, ...]}}, for chat completions.
"""

from __future__ import annotations

import json
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

from litellm.constants import DEFAULT_CHAT_COMPLETION_PARAM_VALUES  # noqa: E402
from litellm.utils import get_supported_openai_params  # noqa: E402

# Not parameters, or not the provider's: LiteLLM's proxy takes them for itself.
OTHERS = set("""model custom_llm_provider messages api_version drop_params allowed_openai_params
    additional_drop_params stream max_retries extra_headers metadata""".split())

MODELS = {
    "openai": """my-model gpt-4o gpt-4 gpt-3.5-turbo gpt-3.5-turbo-16k gpt-4o-mini gpt-4.1 gpt-4o-search-preview
        o1 o3 o3-mini o3-2025-04-16 o4-mini gpt-5 gpt-5-mini gpt-5-chat gpt-5-chat-latest gpt-5-codex gpt-5.1
        gpt-5.1-chat-latest gpt-5.1-codex gpt-5.2 gpt-5.2-pro gpt-5.3-codex gpt-5.4 gpt-5.4-mini gpt-5.5
        gpt-5-search-api gpt-6-luna gpt-oss-20b a/b ollama""",
    "github": "gpt-4o gpt-4o-mini o4-mini o1 gpt-5-mini openai/gpt-4.1-mini mistral-large",
    "lm_studio": "x google/gemma-3-12b gpt-5 o3",
    "hosted_vllm": "x gpt-5 o3",
    "openai_like": "x gpt-4o gpt-5 o3",
    "custom_openai": "x gpt-4o gpt-5 o3",
    "deepseek": "deepseek-chat deepseek-reasoner x",
    "groq": "x llama-3.3-70b-versatile openai/gpt-oss-20b compound-beta qwen/qwen3-32b",
    "mistral": "x mistral-large-latest magistral-medium-latest mistral-small-latest mistral-medium-3.5 mistral-large-4",
    "xai": """grok-2 grok-3 grok-3-mini grok-4 grok-4-fast-reasoning grok-code-fast-1 grok-4.1 grok-4.5 grok-4.20
        grok-4.20-non-reasoning x""",
    "azure": "x gpt-4o o1 o3-mini gpt-5 gpt-5.1 gpt-5.4 my-gpt-5-chat gpt-35-turbo o4-mini gpt-5-chat",
    "openrouter": """openai/gpt-oss-20b:free anthropic/claude-sonnet-4 openai/gpt-5 openai/o3-mini
        google/gemini-2.5-pro x/y auto gpt-4o""",
    "gemini": """gemini-2.5-flash gemini-2.0-flash gemini-2.5-pro gemini-3-flash-preview gemini-3-pro-preview
        gemini-2.5-flash-preview-tts gemini-2.5-flash-tts gemini-2.5-flash-image gemini-1.5-pro gemma-3-27b-it
        gemini-2.5-flash-lite""",
    "ollama_chat": "llama3.1 gpt-oss:20b qwen3",
    "github_copilot": """gpt-4o gpt-4.1 gpt-4o-mini-2024-07-18 claude-opus-4.8 claude-sonnet-4.5 gpt-5 gpt-5-mini
        gpt-5.1 gpt-5.2 gpt-5.3-codex gpt-5.4 gemini-2.5-pro grok-code-fast-1 o3-mini o4-mini claude-3.5-sonnet x""",
}


def unsupported(provider: str, model: str) -> list[str]:
    """LiteLLM falls back on its list for OpenAI where a provider has none."""
    known = get_supported_openai_params(model=model, custom_llm_provider=provider)
    if known is None:
        known = get_supported_openai_params(model=model, custom_llm_provider="openai")
    return [name for name in DEFAULT_CHAT_COMPLETION_PARAM_VALUES if name not in OTHERS and name not in known]


def table() -> dict[str, dict[str, list[str]]]:
    return {provider: {model: unsupported(provider, model) for model in models.split()} for provider, models in MODELS.items()}


if __name__ == "__main__":
    print(json.dumps(table(), indent=1))
