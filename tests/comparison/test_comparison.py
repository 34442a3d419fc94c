"""Every difference between LiteLLM and the gateway is a listed one, and every listed one is real."""

from __future__ import annotations

import re

import pytest

import cases
import compare
from allowed import RULES, Rule
from gateway import ROOT, Server
from scripted_upstream import ScriptedUpstream

DOCUMENT = ROOT / "docs/differences.md"
Found = dict[str, list[str]]


@pytest.fixture(scope="module")
def found(litellm: Server, ours: Server, shared_upstream: ScriptedUpstream) -> Found:
    """The difference lines of every case."""
    return {case.name: compare.compare(litellm, ours, shared_upstream, case) for case in cases.ALL}


@pytest.mark.parametrize("name", [case.name for case in cases.ALL])
def test_answers_agree(found: Found, name: str) -> None:
    unlisted = [line for line in found[name] if not any(rule.allows(name, line) for rule in RULES)]
    assert not unlisted, "\n".join(unlisted)


@pytest.mark.parametrize("rule", RULES, ids=[f"{number}-{rule.id}" for number, rule in enumerate(RULES)])
def test_a_listed_difference_is_real(found: Found, rule: Rule) -> None:
    assert any(rule.allows(name, line) for name, lines in found.items() for line in lines)


def documented() -> set[str]:
    return set(re.findall(r"^\| `([a-z0-9-]+)` \|", DOCUMENT.read_text(), re.MULTILINE))


def test_every_difference_is_documented() -> None:
    used = {rule.id for rule in RULES}
    for file in (ROOT / "tests/integration").glob("test_*.py"):
        text = file.read_text()
        used |= set(re.findall(r'mark\.differs\("([a-z0-9-]+)"\)', text))
        used |= set(re.findall(r'^    "[\w/-]+": \("([a-z0-9-]+)"', text, re.MULTILINE))
    assert used - {"own"} <= documented()
