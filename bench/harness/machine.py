"""What machine this is and which versions were measured."""

import datetime
import os
import platform
import re
import subprocess
from pathlib import Path


def _first(path, pattern, otherwise="unknown"):
    match = re.search(pattern, Path(path).read_text(errors="replace"), re.MULTILINE)
    return match.group(1).strip().strip('"') if match else otherwise


def _output(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except OSError:
        return ""
    return (done.stdout + done.stderr).strip()


def describe(gateway, litellm_python, cores):
    """Pairs of a name and a text."""
    memory = int(_first("/proc/meminfo", r"^MemTotal:\s+(\d+)", "0")) / 1024 / 1024
    place = "one core" if cores["servers"] == cores["load"] else "cores of their own"
    rows = [
        ("Date", datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")),
        ("Processor", _first("/proc/cpuinfo", r"^model name\s*:\s*(.+)$", platform.machine())),
        ("Cores", f"{len(os.sched_getaffinity(0))} (proxy and load on {place})"),
        ("Memory", f"{memory:.1f} GiB"),
        ("System", f"{_first('/etc/os-release', r'^PRETTY_NAME=(.+)$')}, "
                   f"kernel {platform.release()}"),
        ("Load before", f"{os.getloadavg()[0]:.1f} (1 min average; well above 0: others disturb)"),
        ("nginx", _output(["nginx", "-v"]).rpartition("/")[2] or "absent"),
    ]
    if litellm_python:
        ask = "from importlib.metadata import version; print(version('litellm'))"
        rows.append(("LiteLLM", _output([litellm_python, "-c", ask])))
    if gateway:
        rows.append(("Gateway", (_output([gateway, "--version"]) or "unknown").splitlines()[0]))
    return rows
