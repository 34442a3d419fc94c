"""What an answer comes to for a client, without what may differ from run to run or by form alone."""

from __future__ import annotations

import json
import re
from typing import Any

# LiteLLM appends these notes about its own settings and manual to some errors.
_NOTES = re.compile(r"\n\nDeployment Info:.*?(?=\n\nLiteLLM:|$)|\nmodel=.*?(?=\n\nLiteLLM:|$)", re.DOTALL)
_MADE_UP = re.compile(r"^(chatcmpl-|call_)[0-9a-f-]{28,36}|^(?:[0-9a-f]+-){4}[0-9a-f]+$|^(?:resp|msg)_[\w=-]+$")
_SECONDS = re.compile(r"time taken=[\d.]+")


def of_answer(status: int, content_type: str, body: str) -> dict[str, Any]:
    if "event-stream" in content_type:
        return {"status": status} | of_stream(body)
    parsed = json.loads(body)
    if isinstance(parsed, dict) and isinstance(parsed.get("error"), dict):
        return {"status": status, "error": of_error(parsed["error"])}
    return {"status": status, "body": of_body(parsed)}


def of_translated_answer(status: int, content_type: str, body: str) -> dict[str, Any]:
    """All of an answer, chunk by chunk; only what is made up for each call is masked."""
    if "event-stream" in content_type:
        events = [line[5:].strip() for line in body.splitlines() if line.startswith("data:")]
        chunks = [json.loads(event) for event in events if event != "[DONE]"]
        return {
            "status": status,
            "chunks": [_masked(chunk) for chunk in chunks if "error" not in chunk],
            "errors": [of_error(chunk["error"]) for chunk in chunks if "error" in chunk],
            "done": events[-1:] == ["[DONE]"],
        }
    parsed = json.loads(body)
    if parsed.get("error"):
        return {"status": status, "error": of_error(parsed["error"])}
    return {"status": status, "body": _masked(parsed)}


def _masked(value: Any) -> Any:
    if isinstance(value, list):
        return [_masked(item) for item in value]
    if isinstance(value, dict):
        # Costs have tests of their own.
        made_up = ("created", "created_at", "expires_at", "cost")
        return {name: _masked(item) for name, item in value.items() if name not in made_up}
    return _MADE_UP.sub(r"\g<1>", value) if isinstance(value, str) else value


def of_error(error: dict[str, Any]) -> dict[str, Any]:
    message = _SECONDS.sub("time taken=N", _NOTES.sub("", error["message"]))
    return {"message": message} | {name: error.get(name) for name in ("type", "param", "code")}


def of_body(value: Any) -> Any:
    """Without nulls, empty objects, zero usage, LiteLLM's own members, and volatile ones."""
    volatile = ("created", "created_at", "provider_specific_fields", "model_id", "api_base", "id")
    if isinstance(value, list):
        return [of_body(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {name: of_body(item) for name, item in value.items() if name not in volatile}
    if "usage" in kept and not any((kept["usage"] or {}).values()):
        del kept["usage"]
    if not kept.get("completion_tokens", 1):
        del kept["completion_tokens"]
    return {name: item for name, item in kept.items() if item is not None and item != {}}


def of_stream(text: str) -> dict[str, Any]:
    """The whole message that a stream's events add up to."""
    events = [line[5:].strip() for line in text.splitlines() if line.startswith("data:")]
    chunks = [json.loads(event) for event in events if event != "[DONE]"]
    result: dict[str, Any] = {
        "content": "", "reasoning": "", "tools": {}, "finish": [], "usage": None, "errors": [],
        "done": events[-1:] == ["[DONE]"],
        "models": sorted({chunk["model"] for chunk in chunks if "model" in chunk}),
    }
    for chunk in chunks:
        if "error" in chunk:
            result["errors"].append(of_error(chunk["error"]))
            continue
        result["usage"] = chunk.get("usage") or result["usage"]
        for choice in chunk.get("choices") or []:
            _add_choice(result, choice)
    return result


def _add_choice(result: dict[str, Any], choice: dict[str, Any]) -> None:
    delta = choice.get("delta") or {}
    result["content"] += delta.get("content") or ""
    result["reasoning"] += delta.get("reasoning_content") or delta.get("reasoning") or ""
    if choice.get("finish_reason"):
        result["finish"].append(choice["finish_reason"])
    for call in delta.get("tool_calls") or []:
        function = call.get("function") or {}
        tool = result["tools"].setdefault(call["index"], {"id": "", "name": "", "arguments": ""})
        tool["id"] += call.get("id") or ""
        tool["name"] += function.get("name") or ""
        tool["arguments"] += function.get("arguments") or ""
