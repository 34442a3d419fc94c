"""The same answers in the dialect of each provider, and where its requests hold what the tests look for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Callable

import answers
from scripted_upstream import Answer

GEMINI_USAGE = {"promptTokenCount": 4, "candidatesTokenCount": 2, "totalTokenCount": 6}
OLLAMA_END = {"done": True, "done_reason": "stop", "prompt_eval_count": 4, "eval_count": 2}
OPENAI_USAGE = {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6}

Body = dict[str, Any]


@dataclass
class Dialect:
    """One provider. Every answer's usage adds up to 6 tokens."""

    model: str  # the deployment
    text: Callable[[str], Answer]
    stream: Callable[..., Answer]  # of pieces of text
    call: Callable[[str, Body], Answer]  # of a tool
    embedding: Callable[..., Answer]  # of vectors
    sent_image: Callable[[Body], str]  # base64, of the last message
    sent_schema: Callable[[Body], Body]
    sent_result: Callable[[Body], Any]  # of a tool, in the last message


def gemini(*parts: Body, finish: str | None = "STOP", usage: bool = True) -> Body:
    candidate = {"index": 0, "content": {"role": "model", "parts": list(parts)}} | (
        {"finishReason": finish} if finish else {}
    )
    return {"candidates": [candidate], "responseId": "r1"} | ({"usageMetadata": GEMINI_USAGE} if usage else {})


def events(*bodies: Body) -> Answer:
    frames = [f"data: {json.dumps(body)}\r\n\r\n" for body in bodies]
    return Answer(headers={"content-type": "text/event-stream"}, stream=frames)


def lines(*documents: Body) -> Answer:
    return Answer(headers={"content-type": "application/x-ndjson"}, stream=[json.dumps(d) + "\n" for d in documents])


def gemini_stream(*pieces: str) -> Answer:
    last = len(pieces) - 1
    return events(*(gemini({"text": piece}, finish="STOP" if i == last else None) for i, piece in enumerate(pieces)))


def ollama(**message: Any) -> Body:
    return {"model": "llama3.1", "message": {"role": "assistant", "content": ""} | message} | OLLAMA_END


def ollama_stream(*pieces: str) -> Answer:
    return lines(*(ollama(content=piece) | {"done": False} for piece in pieces), ollama())


def ollama_call(name: str, arguments: Body) -> Answer:
    return Answer(body=ollama(tool_calls=[{"function": {"name": name, "arguments": arguments}}]))


def openai_stream(*pieces: str) -> Answer:
    """The last chunk brings the usage; it was asked for, by the client or by the gateway."""
    frames = answers.chat_frames(*pieces, usage=False)
    usage = answers.frame(answers.chunk(None, usage=OPENAI_USAGE))
    return Answer(headers={"content-type": "text/event-stream"}, stream=[*frames[:-1], usage, frames[-1]])


def openai_call(name: str, arguments: Body) -> Answer:
    calls = [answers.tool_call(0, name, json.dumps(arguments))]
    message = {"role": "assistant", "content": None, "tool_calls": calls}
    return Answer(body=answers.chat(message=message, finish_reason="tool_calls", usage=OPENAI_USAGE))


def openai_embedding(*vectors: list[float]) -> Answer:
    """In base64, which the SDK asks for."""
    data = [{"object": "embedding", "index": i, "embedding": answers.packed(v)} for i, v in enumerate(vectors)]
    return Answer(body={"object": "list", "data": data, "model": "m", "usage": {"prompt_tokens": 6, "total_tokens": 6}})


def openai_dialect(model: str) -> Dialect:
    return Dialect(
        model=model,
        text=lambda text: Answer(body=answers.chat(text, usage=OPENAI_USAGE)),
        stream=openai_stream,
        call=openai_call,
        embedding=openai_embedding,
        sent_image=lambda body: body["messages"][-1]["content"][1]["image_url"]["url"].partition(",")[2],
        sent_schema=lambda body: body["response_format"]["json_schema"]["schema"],
        sent_result=lambda body: json.loads(body["messages"][-1]["content"]),
    )


DIALECTS = {
    "gemini": Dialect(
        model="flash",
        text=lambda text: Answer(body=gemini({"text": text})),
        stream=gemini_stream,
        call=lambda name, arguments: Answer(body=gemini({"functionCall": {"name": name, "args": arguments}})),
        embedding=lambda *vectors: Answer(body={"embeddings": [{"values": vector} for vector in vectors]}),
        sent_image=lambda body: body["contents"][-1]["parts"][1]["inlineData"]["data"],
        sent_schema=lambda body: body["generationConfig"]["responseJsonSchema"],
        sent_result=lambda body: body["contents"][-1]["parts"][0]["functionResponse"]["response"],
    ),
    "ollama": Dialect(
        model="llama",
        text=lambda text: Answer(body=ollama(content=text)),
        stream=ollama_stream,
        call=ollama_call,
        embedding=lambda *vectors: Answer(body={"model": "n", "embeddings": vectors, "prompt_eval_count": 6}),
        sent_image=lambda body: body["messages"][-1]["images"][0],
        sent_schema=lambda body: body["format"],
        sent_result=lambda body: json.loads(body["messages"][-1]["content"]),
    ),
    "openrouter": openai_dialect("router"),
    "lm_studio": openai_dialect("studio"),
}
