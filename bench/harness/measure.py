"""The cases, and what is measured in each."""

import contextlib
import json
import os
import selectors
import statistics
import subprocess
from dataclasses import dataclass

from .process import CouldNotRun

STREAMS = 1000
UPLOADS = 1500
UPLOAD_BYTES = 150 * 1024


@dataclass(frozen=True)
class Case:
    name: str
    connections: int
    body_bytes: int
    stream: bool = False
    model: str = "bench"  # or another that is translated: such a call means nothing to nginx

    def options(self):
        return (["--connections", str(self.connections), "--body-bytes", str(self.body_bytes),
                 "--model", self.model] + (["--stream"] if self.stream else []))


SIZES = {"256 B": 256, "10 KB": 10 * 1024, "150 KB": 150 * 1024}
STREAM_CASES = [Case(f"SSE of 50 frames, {n} conn.", n, 256, True) for n in (1, 64)]
GEMINI, GEMINI_STREAM = GEMINI_CASES = [
    Case("Gemini, 256 B, 64 conn.", 64, 256, model="gemini"),
    Case("Gemini, SSE of 50 frames, 64 conn.", 64, 256, True, "gemini")]
ALL_CASES = [Case(f"{name}, {n} conn.", n, size)
             for name, size in SIZES.items() for n in (1, 64, 256)] + STREAM_CASES + GEMINI_CASES
ONE, MANY = ALL_CASES[0], ALL_CASES[1]  # 256 B at 1 and at 64 connections
MANY_STREAMS = STREAM_CASES[1]
QUICK_CASES = [ONE, MANY, ALL_CASES[7], MANY_STREAMS, *GEMINI_CASES]


@dataclass
class Figures:
    """One target in one case: medians of its rounds."""

    rps: float
    p50_us: float
    p99_us: float
    cpu_us: float | None  # per request; None for the direct call
    errors: int
    first_error: str


class Loader:
    """Runs the load generator, pinned to its core."""

    def __init__(self, program, core):
        self._program = program
        self.core = core

    def start(self, target, options):
        headers = [part for header in target.headers for part in ("--header", header)]
        command = [self._program, "--port", str(target.port), *headers, *map(str, options)]
        return subprocess.Popen(command, stdout=subprocess.PIPE,
                                preexec_fn=lambda: os.sched_setaffinity(0, {self.core}))

    def finish(self, child):
        output = child.communicate()[0]
        if child.returncode != 0:
            raise CouldNotRun("the load generator failed")
        return json.loads(output.splitlines()[-1])

    def run(self, target, options):
        return self.finish(self.start(target, options))


def read_line(child, seconds):
    """The next line of the child's output, or nothing when it takes too long."""
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        return child.stdout.readline() if selector.select(seconds) else b""


def warm_up(loader, target):
    """First requests load modules and open upstream connections."""
    with Alone(target):
        for case in (MANY, STREAM_CASES[0]):
            loader.run(target, [*case.options(), "--requests", case.connections])


def one_round(loader, target, case, seconds):
    # LiteLLM may need longer for its first answers than others for a whole round, so nothing of
    # its short rounds is left out as warm-up.
    warm_up = 0 if target.is_slow else 0.1
    before = target.process.cpu_seconds() if target.process else 0
    result = loader.run(target, [*case.options(), "--seconds", seconds, "--warm-up", warm_up])
    used = target.process.cpu_seconds() - before if target.process else None
    answered = result["requests"] + result["errors"]
    cpu_us = used / max(answered, 1) * 1e6 if used is not None else None
    return Figures(result["rps"], result["p50_us"], result["p99_us"], cpu_us, result["errors"],
                   result["first_error"])


def median_of(rounds):
    def middle(field):
        values = [getattr(figures, field) for figures in rounds]
        return None if None in values else statistics.median(values)

    first_errors = [figures.first_error for figures in rounds if figures.errors]
    return Figures(middle("rps"), middle("p50_us"), middle("p99_us"), middle("cpu_us"),
                   sum(figures.errors for figures in rounds), (first_errors or [""])[0])


class OneCore:
    """Within `with`, load and stub run on the servers' core.

    With one request at a time nothing runs beside anything else, and waking a halted virtual core
    for every step takes far longer than the work that is measured.
    """

    def __init__(self, loader, stub, cores):
        self._loader = loader
        self._stub = stub.process
        self._cores = cores

    def __enter__(self):
        self._move(self._cores["servers"], self._cores["servers"])

    def __exit__(self, *_):
        self._move(self._cores["load"], self._cores["stub"])

    def _move(self, load, stub):
        self._loader.core = load
        self._stub.move_to(stub)


class Alone:
    """Within `with`, only this target's server runs; before and after it is stopped."""

    def __init__(self, target):
        self._process = target.process

    def __enter__(self):
        if self._process:
            self._process.resume()

    def __exit__(self, *_):
        if self._process:
            self._process.pause()


def run_case(loader, stub, targets, case, rounds, seconds, cores):
    """Interleaved rounds of all targets; LiteLLM, far slower and far from the others, has one."""
    alone = case.connections == 1
    with OneCore(loader, stub, cores) if alone else contextlib.nullcontext():
        return run_rounds(loader, targets, case, rounds, seconds)


def run_rounds(loader, targets, case, rounds, seconds):
    found = {target.name: [] for target in targets}
    for number in range(rounds):
        for target in targets:
            if target.is_slow and number > 0:
                continue
            with Alone(target):
                found[target.name].append(one_round(loader, target, case, seconds))
    return {name: median_of(figures) for name, figures in found.items()}


@dataclass
class Held:
    """Memory with many exchanges under way at once."""

    count: int  # how many were under way at once
    wanted: int
    mib: float
    errors: int  # of those that were not answered afterwards; 0 if count fell short


def patience(target):
    """Seconds until all exchanges should be under way."""
    return 30 if target.is_slow else 15


def open_streams(loader, stub, target):
    """Resident memory while the streams stand open with the first content each."""
    seconds = patience(target)
    child = loader.start(target, [
        "--stream", "--model", "hold", "--connections", STREAMS, "--requests", STREAMS,
        "--report-open-within", seconds, "--seconds", seconds, "--grace", seconds])
    line = read_line(child, seconds + 5)
    count = json.loads(line)["open"] if line else 0
    mib = target.process.memory_mib()
    return Held(count, STREAMS, mib, release(loader, stub, child, count == STREAMS))


def held_uploads(loader, stub, target):
    """Peak of resident memory with all bodies sent and no answer yet, and while answering."""
    seconds = patience(target)
    target.process.reset_peak()
    child = loader.start(target, [
        "--model", "slow-body", "--body-bytes", UPLOAD_BYTES, "--connections", UPLOADS,
        "--requests", UPLOADS, "--seconds", seconds, "--grace", seconds])
    count = stub.held(UPLOADS, seconds)
    errors = release(loader, stub, child, count == UPLOADS)
    return Held(count, UPLOADS, target.process.memory_mib("VmHWM"), errors)


def release(loader, stub, child, complete):
    """Lets all that is held go on and returns how many of them failed. What did not come to be
    held in time is not waited for."""
    if not complete:
        child.kill()
        child.communicate()
    stub.release()
    return loader.finish(child)["errors"] if complete else 0
