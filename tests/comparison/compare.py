"""Asks both servers the same and names every difference between their answers in one line each."""

from __future__ import annotations

import json
import math
from typing import Any

import httpx

import outcome
from cases import Case
from gateway import Server
from scripted_upstream import ScriptedUpstream

# Headers whose values must agree; of the others only the names.
EXACT = {"content-type", "allow", "x-litellm-model-id", "x-litellm-model-group", "x-litellm-model-name", "location"}


def ask(server: Server, upstream: ScriptedUpstream, case: Case) -> httpx.Response:
    upstream.reset()
    upstream.play(*case.upstream)
    with server.client(key=None) as client:
        if case.files:
            return client.request(case.method, case.path, data=case.body, files=case.files, headers=case.headers)
        if isinstance(case.body, bytes):
            headers = {"content-type": "application/json"} | case.headers
            return client.request(case.method, case.path, content=case.body, headers=headers)
        body = {} if case.body is None else {"json": case.body}
        return client.request(case.method, case.path, headers=case.headers, **body)


def differences(theirs: httpx.Response, ours: httpx.Response) -> list[str]:
    """Lines such as `status 400 > 401`, `body -choices[].x` (not here), `body +a` (only here)."""
    found = []
    if theirs.status_code != ours.status_code:
        found.append(f"status {theirs.status_code} > {ours.status_code}")
    found += [f"header {line}" for line in header_differences(theirs.headers, ours.headers)]
    found += [f"body {line}" for line in body_differences(theirs, ours)]
    return found


def header_differences(theirs: httpx.Headers, ours: httpx.Headers) -> list[str]:
    lines = [f"-{name}" for name in sorted(set(theirs) - set(ours))]
    lines += [f"+{name}" for name in sorted(set(ours) - set(theirs))]
    for name in sorted(EXACT & set(theirs) & set(ours)):
        left, right = (headers[name].replace(_port(headers), "") for headers in (theirs, ours))
        if left != right and name != "location":
            lines.append(f"{name}: {left} > {right}")
    for name in sorted(set(theirs) & set(ours)):
        if "response-cost" in name and not math.isclose(float(theirs[name]), float(ours[name]), rel_tol=1e-9):
            lines.append(f"{name}: {theirs[name]} > {ours[name]}")
    return lines


def _port(headers: httpx.Headers) -> str:
    return headers.get("host", "\0")


def body_differences(theirs: httpx.Response, ours: httpx.Response) -> list[str]:
    left, right = read(theirs), read(ours)
    if isinstance(left, bytes) or isinstance(right, bytes):
        return [] if left == right else ["bytes differ"]
    old, new = shape(left), shape(right)
    lines = [f"-{path}" for path in sorted(set(old) - set(new))]
    lines += [f"+{path}" for path in sorted(set(new) - set(old))]
    lines += [f"~{path}: {old[path]} > {new[path]}" for path in sorted(set(old) & set(new)) if old[path] != new[path]]
    return lines + error_differences(left, right)


def error_differences(left: Any, right: Any) -> list[str]:
    """Errors are compared by value, not by shape alone."""
    if not (_is_error(left) and _is_error(right)):
        return []
    old, new = outcome.of_error(left["error"]), outcome.of_error(right["error"])
    return [f"error.{name}: {old[name]!r} > {new[name]!r}" for name in old if old[name] != new[name]]


def _is_error(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("error"), dict) and "message" in value["error"]


def read(answer: httpx.Response) -> Any:
    """A JSON body, a stream's events as a list, or else the bytes."""
    kind = answer.headers.get("content-type", "")
    if "event-stream" in kind:
        summary = outcome.of_stream(answer.text)
        frames = [line[5:].strip() for line in answer.text.splitlines() if line.startswith("data:")]
        chunks = [json.loads(frame) for frame in frames if frame != "[DONE]"]
        return {"events": chunks, "summary": {name: [str(value)] for name, value in summary.items()}}
    return answer.json() if "json" in kind and answer.content else answer.content


def shape(value: Any, path: str = "") -> dict[str, str]:
    """Every path in a JSON value with its type; the elements of a list count as one."""
    if isinstance(value, dict):
        found = {f"{path}{{}}": "object"}
        for name, item in value.items():
            found |= _joined(found, shape(item, f"{path}.{name}" if path else name))
        return found
    if isinstance(value, list):
        merged = {f"{path}[]": "array"}
        for item in value:
            inner = {f"{path}[]={item}": "text"} if path.startswith("summary") else shape(item, f"{path}[]")
            merged |= _joined(merged, inner)
        return merged
    names = {str: "string", bool: "boolean", int: "number", float: "number", type(None): "null"}
    return {path: names[type(value)]}


def _joined(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Types of the same path in several elements are listed together."""
    return {
        path: kind if old.get(path, kind) == kind else "|".join(sorted({*old[path].split("|"), kind}))
        for path, kind in new.items()
    }


def compare(litellm: Server, ours: Server, upstream: ScriptedUpstream, case: Case) -> list[str]:
    return differences(ask(litellm, upstream, case), ask(ours, upstream, case))
