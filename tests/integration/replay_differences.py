"""Where the gateway's part of a recorded call differs from LiteLLM's on purpose."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Callable

SUFFIX = "\n\nLiteLLM: model group '{}' failed with the error above. No fallback was attempted."

Calls = list[dict[str, Any]]


@dataclass
class Difference:
    why: str  # an id of docs/differences.md
    # What the client gets instead; a function is a test of what it gets.
    client: dict[str, Any] = field(default_factory=dict)
    # What the upstream gets instead, made of the recorded calls.
    calls: Callable[[Calls], Calls] | None = None


def not_blamed(text: str) -> dict[str, Any]:
    """The provider refused the gateway's key, which is not the client's."""
    return {"status": 502, "error": lambda error: error["code"] == "502" and text in error["message"]}


def first(calls: Calls) -> Calls:
    return calls[:1]


def none(_: Calls) -> Calls:
    return []


def renamed(old: str, new: str) -> Callable[[Calls], Calls]:
    """An option of Ollama under another name."""
    def change(calls: Calls) -> Calls:
        options = calls[0]["body"]["options"]
        options[new] = options.pop(old)
        return calls

    return change


def with_ttl(calls: Calls) -> Calls:
    calls[0]["body"]["ttl"] = 300
    return calls


def without_null(calls: Calls) -> Calls:
    """In the enum of the recorded tool."""
    parameters = calls[0]["body"]["tools"][0]["functionDeclarations"][0]["parameters"]
    parameters["properties"]["unit"]["enum"].remove(None)
    return calls


def system_apart(calls: Calls) -> Calls:
    body = calls[0]["body"]
    body["systemInstruction"] = {"parts": [body["contents"][0]["parts"].pop(0)]}
    return calls


def kept_at_google(calls: Calls) -> Calls:
    """Under Google's path, and another hash."""
    calls[0]["path"] = "/v1beta/cachedContents?pageSize=1000"
    calls[1]["path"] = "/v1beta/cachedContents"
    kept = calls[1]["body"]
    what = {name: kept[name] for name in ("model", "contents", "systemInstruction")}
    name = hashlib.sha256(json.dumps(what, separators=(",", ":")).encode()).hexdigest()
    calls[1]["body"] = what | {"displayName": name, "ttl": kept["ttl"]}
    return calls


def spoken_in_mp3(_: Calls) -> Calls:
    speech = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}}
    return [{
        "method": "POST", "path": "/v1beta/models/gemini-2.5-flash-preview-tts:generateContent",
        "headers": {"x-goog-api-key": "tts-config-key"},
        "body": {
            "contents": [{"role": "user", "parts": [{"text": "hello"}]}],
            "generationConfig": {"responseModalities": ["AUDIO"], "speechConfig": speech},
        },
    }]


COPILOT = {
    "openai-intent": "conversation-panel", "x-github-api-version": "2025-04-01",
    "x-vscode-user-agent-library-version": "electron-fetch",
}
LOGIN = {"editor-version": "vscode/1.85.1", "editor-plugin-version": "copilot/1.155.0"}


def headed(**more: str) -> Callable[[Calls], Calls]:
    """The last call with GitHub Copilot's headers that LiteLLM leaves out."""
    names = COPILOT | {name.replace("_", "-"): value for name, value in more.items()} | {"x-initiator": "user"}

    def change(calls: Calls) -> Calls:
        calls[-1]["headers"] |= names
        return calls

    return change


def exchanged(calls: Calls) -> Calls:
    """A token that is refused is exchanged, and the call made again."""
    call = headed()(calls)[0]
    exchange = {
        "method": "GET", "path": "/copilot_internal/v2/token", "body": None,
        "headers": LOGIN | {"authorization": "token gho_test"},
    }
    return [call, exchange, call | {"headers": call["headers"] | {"authorization": "Bearer tid=new"}}]


def with_effort(calls: Calls) -> Calls:
    calls[0]["body"] |= {"reasoning_effort": "low", "thinking": {"type": "enabled", "budget_tokens": 1024}}
    return headed()(calls)


def chat_probe(calls: Calls) -> Calls:
    """Of a model that is behind `/responses`."""
    content = [{"type": "input_text", "text": "What's 1 + 1?"}]
    calls[0]["body"] |= {"input": [{"type": "message", "role": "user", "content": content}], "max_output_tokens": 16}
    return headed()(calls)


def refusal(text: str, status: int = 400, kind: str = "invalid_request_error") -> dict[str, Any]:
    """An error with this status and this in its message."""
    def is_it(error: dict[str, Any]) -> bool:
        return text in error["message"] and (error["type"], error["code"]) == (kind, str(status))

    return {"status": status, "error": is_it}


def answer_of_gateway(expected: dict[str, Any]) -> dict[str, Any]:
    """Every translated stream: `chunk-finish-reason`, `usage-chunk-choices` and `ollama-calls`."""
    chunks = [json.loads(json.dumps(chunk)) for chunk in expected.get("chunks", [])]
    for chunk in chunks:
        chunk["id"] = chunk["id"] or "chatcmpl-"
        if "usage" in chunk:
            chunk["choices"] = []
        for choice in chunk["choices"]:
            choice.setdefault("finish_reason", None)
    return expected | ({"chunks": chunks} if "chunks" in expected else {})


def without_thought_count(chunks: list[dict[str, Any]]) -> bool:
    return "reasoning_tokens" not in json.dumps(chunks) and chunks[-1]["usage"]["total_tokens"] > 0


DIFFERENCES: dict[str, Difference] = {
    "openai/03-err-422": Difference("upstream-422", {
        "status": 422,
        "error": {
            "message": "litellm.BadRequestError: OpenAIException - unproc" + SUFFIX.format("oai"),
            "type": "invalid_request_error", "param": None, "code": "422",
        },
    }, first),
    "openai/03-err-200-no-choices": Difference("body-passthrough", {
        "body": {"object": "chat.completion", "choices": []},
    }),
    "lm_studio/01-basic": Difference("lm-studio-ttl", calls=with_ttl),
    "lm_studio/03d-stream-think-tags": Difference("think-in-streams", {
        "reasoning": "hmm", "content": lambda content: "<" not in content,
    }),
    "lm_studio/05b-err-ctx": Difference("lm-studio-context", {
        "status": 400,
        "error": lambda error: error["message"].startswith("litellm.ContextWindowExceededError: ")
        and "Lm_studioException - Trying to keep the first 5000 tokens" in error["message"],
    }),
    "github/04-err-410-retired": Difference("github-retired", {
        "status": 410,
        "error": lambda error: "GitHub Models has been retired. GitHub Models was retired on" in error["message"],
    }),
    "openrouter/11-tool-call-string-error-body": Difference("string-errors", {
        "status": 400, "error": lambda error: "plain string error" in error["message"],
    }),
    "openrouter/04b-choice-error": Difference("body-passthrough", {
        "body": lambda body: body["choices"][0]["finish_reason"] == "error"
        and body["choices"][0]["error"] == {"code": 502, "message": "died"},
    }),
    "openrouter/05b-error-first-chunk": Difference("openrouter-error-code", {
        "status": lambda status: status >= 500,
        "error": lambda error: "Boom" in error["message"],
    }),
    "openrouter/05d-stream-finish-error": Difference("openrouter-error-code", {
        "errors": lambda errors: len(errors) == 1 and "Provider disconnected" in errors[0]["message"],
        "done": True,
    }),
    "lm_studio/03f-stream-no-finish": Difference("stream-eof", {
        "finish": [], "errors": lambda errors: len(errors) == 1, "done": True,
    }),
    "lm_studio/03h-stream-crlf-multiline": Difference("sse-parsing", {"errors": [], "finish": ["stop"], "done": True}),
    "gemini/05-tools-auto-parallel": Difference("gemini-enum", calls=without_null),
    "gemini/05c-tool-choice-required-none": Difference("gemini-enum", calls=without_null),
    "gemini/06-tool-results-25": Difference("gemini-enum", calls=without_null),
    "gemini/06c-tool-results-3-nosig": Difference("gemini-enum", calls=without_null),
    "gemini/25-stream-g3-signature": Difference("gemini-enum", calls=without_null),
    "gemini/20b-stream-include-usage": Difference("usage-not-invented", {"chunks": without_thought_count}),
    "gemini/23b-stream-error-status": Difference("gemini-stream-errors", refusal(
        'ServiceUnavailableError: GeminiException - [{"error"', 503, "internal_server_error",
    )),
    "gemini/24-stream-first-chunk-error": Difference("stream-error-first", refusal(
        "ServiceUnavailableError: GeminiException - UNAVAILABLE - overloaded", 503, "internal_server_error",
    )),
    "gemini/28c-system-unknown-model": Difference("gemini-system", calls=system_apart),
    "gemini/30f-no-usage": Difference("gemini-no-usage", {
        "status": 200,
        "body": lambda body: body["choices"][0]["message"]["content"] == "x" and body["usage"]["total_tokens"] > 0,
    }),
    "gemini/40b-err-400-key": Difference("bad-credential", not_blamed("API key not valid")),
    "openrouter/06-err-401": Difference("bad-credential", not_blamed("OpenrouterException - ")),
    "gemini/40l-conn-drop": Difference("connection-errors", refusal(
        "InternalServerError: GeminiException - Connection error.", 500, "internal_server_error",
    )),
    "gemini/50c-embeddings-base64": Difference("gemini-base64", {
        "body": lambda body: body["data"][0]["embedding"] == "zczMPc3MTD4=",
    }),
    "gemini/50e-embeddings-tokens": Difference("gemini-token-ids", refusal("take texts"), none),
    "gemini/60b-tts-chat-mp3": Difference("gemini-client-faults", refusal("only support 'pcm16' format")),
    "gemini/61-speech-default": Difference("gemini-speech", calls=first),
    "gemini/61c-speech-mp3": Difference(  # nothing was recorded for the call to answer
        "gemini-speech-formats", refusal("no such route", 404), spoken_in_mp3,
    ),
    "gemini/61e-speech-seed-model": Difference("gemini-speech", calls=first),
    "gemini/62-transcription": Difference("gemini-transcripts", refusal(
        "Gemini transcription interaction did not complete", 502, "internal_server_error",
    ), lambda calls: [calls[0] | {"path": "/v1beta/interactions"}]),
    "gemini/63-image-gen": Difference("null-members", {
        "body": lambda body: len(body["data"][0]) == 1 and body["data"][0]["b64_json"].startswith("iVBOR"),
    }),
    "gemini/70-responses": Difference("null-members", {
        "body": lambda body: body["output"][0]["content"][0]["text"] == "Hello."
        and body["usage"]["input_tokens_details"] == {"cached_tokens": 0, "text_tokens": 10},
    }),
    "gemini/72-completions": Difference("null-members", {
        "body": lambda body: body["choices"][0]["text"] == " upon" and "null" not in json.dumps(body["usage"]),
    }),
    "gemini/74-context-caching": Difference("gemini-caching", calls=kept_at_google),
    "gemini/95-health-google_gemini-tts": Difference("health-status", {
        "status": 200, "body": lambda body: body["healthy_count"] == 1,
    }),
    "github_copilot/01b-default-headers": Difference("copilot-headers", calls=headed()),
    "github_copilot/02-vision": Difference("copilot-headers", calls=headed(copilot_vision_request="true")),
    "github_copilot/03-stream": Difference("copilot-headers", calls=headed()),
    "github_copilot/04b-claude-reasoning": Difference("parameter-tables", calls=with_effort),
    "github_copilot/05b-codex-responses": Difference("copilot-headers", calls=headed()),
    "github_copilot/08-err-401": Difference("bad-credential", not_blamed("unauthorized: token"), exchanged),
    "github_copilot/08c-err-403": Difference(
        "copilot-advice", refusal("access denied", 403, "permission_error"), headed(),
    ),
    "github_copilot/08e-err-466": Difference("copilot-advice", refusal("no longer supported", 466), headed()),
    "github_copilot/20-token-refresh": Difference("copilot-headers", calls=headed()),
    "github_copilot/24-no-login": Difference("copilot-login", refusal("GitHub Copilot needs a login"), lambda _: [{
        "method": "POST", "path": "/login/device/code", "headers": LOGIN,
        "body": {"client_id": "Iv1.b507a08c87ecfe98", "scope": "read:user"},
    }]),
    "github_copilot/95-health-copilot_codex": Difference("health-status", {
        "status": 200, "body": lambda body: body["healthy_count"] == 1,
    }, chat_probe),
    "ollama/01-chat-basic": Difference("ollama-penalty", calls=renamed("repeat_penalty", "frequency_penalty")),
    "ollama/04-chat-stream": Difference("ollama-stream-usage", {
        "chunks": lambda chunks: chunks[-1]["usage"]
        == {"prompt_tokens": 11, "completion_tokens": 4, "total_tokens": 15},
    }),
    "ollama/04c-chat-stream-error": Difference("ollama-errors", {
        "errors": lambda errors: [error["code"] for error in errors] == ["500"]
        and "llama runner process has terminated" in errors[0]["message"],
        "done": True,
    }),
    "ollama/06-embeddings": Difference("ollama-request", calls=first),
}

# Cases of routes that are not there yet: the status that says so.
NOT_SERVED: dict[str, int] = {}
