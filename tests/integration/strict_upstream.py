"""An upstream that holds every request against what its provider's reference says (provider_schema/)."""

from __future__ import annotations

import json
import re
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from gateway import ROOT
from scripted_upstream import Answer, Request, ScriptedUpstream

FOLDER = ROOT / "tests/integration/provider_schema"

# A path, and the definition in its provider's schema.
ROUTES = {
    r"/v1beta/models/[^/:]+:(generateContent|streamGenerateContent)": ("gemini", "generateContent"),
    r"/v1beta/models/[^/:]+:batchEmbedContents": ("gemini", "batchEmbedContents"),
    r"/v1beta/models/[^/:]+:predict": ("gemini", "predict"),
    "/v1beta/interactions": ("gemini", "interactions"),
    "/api/chat": ("ollama", "chat"),
    "/api/generate": ("ollama", "generate"),
    "/api/embed": ("ollama", "embed"),
    "/api/v1/chat/completions": ("openrouter", "chat"),
    "/api/v1/embeddings": ("openrouter", "embeddings"),
    "/v1/chat/completions": ("lm_studio", "chat"),
    "/v1/embeddings": ("lm_studio", "embeddings"),
}


class StrictUpstream(ScriptedUpstream):
    """Answers as told, but refuses with 400 what the provider does not know."""

    def __init__(self) -> None:
        self._schemas = {provider: _load(provider) for provider, _ in ROUTES.values()}
        super().__init__()

    def answer_for(self, request: Request) -> Answer:
        answer = super().answer_for(request)
        fault = self.fault_of(request)
        return Answer(400, body={"error": {"code": 400, "message": fault}}) if fault else answer

    def fault_of(self, request: Request) -> str | None:
        definition = next((to for path, to in ROUTES.items() if re.fullmatch(path, request.path)), None)
        if request.method != "POST" or definition is None:
            return f"there is no {request.method} {request.path}"
        if request.header("content-type") != "application/json":
            return f"content-type: {request.header('content-type')}"
        provider, name = definition
        schema = self._schemas[provider] | {"$ref": f"#/$defs/{name}"}
        fault = best_match(Draft202012Validator(schema).iter_errors(request.json))
        return fault and f"{fault.json_path}: {fault.message}"


def _load(provider: str) -> dict[str, Any]:
    return _closed(json.loads((FOLDER / f"{provider}.json").read_text()))


def _closed(schema: Any) -> Any:
    """The schema with every list of properties a full one."""
    if not isinstance(schema, dict):
        return schema
    closed = dict(schema)
    for name in ("properties", "$defs"):
        if name in schema:
            closed[name] = {key: _closed(value) for key, value in schema[name].items()}
    for name in ("allOf", "anyOf", "oneOf"):
        if name in schema:
            closed[name] = [_closed(value) for value in schema[name]]
    for name in ("items", "additionalProperties"):
        if name in schema:
            closed[name] = _closed(schema[name])
    if "properties" in schema:
        closed |= {"type": "object", "additionalProperties": False}
    return closed
