"""The samples of docs/providers.md are configurations that the program takes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from gateway import BINARY, MASTER_KEY, ROOT

PAGE = (ROOT / "docs/providers.md").read_text()
SAMPLES = {
    match[1].strip(): match[2]
    for match in re.finditer(r"^## ([^\n]+)\n(?:(?!^## ).)*?^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
}


def test_every_sample_is_found() -> None:
    assert len(SAMPLES) == PAGE.count("```yaml\n") > 6


@pytest.mark.parametrize("title", SAMPLES)
def test_a_sample_is_accepted(title: str, tmp_path: Path) -> None:
    text = SAMPLES[title]
    file = tmp_path / "config.yaml"
    file.write_text(text)
    variables = {name: f"key-for-{name.lower()}" for name in re.findall(r"os\.environ/(\w+)", text)}
    done = subprocess.run(
        [str(BINARY), "--config", str(file), "--check"],
        capture_output=True, text=True, timeout=20, env=variables | {"LITELLM_MASTER_KEY": MASTER_KEY},
    )
    assert done.returncode == 0, done.stdout + done.stderr
