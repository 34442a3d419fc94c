"""One program with its children: start pinned to a core, measure, hold still, end."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

MIB = 1024 * 1024


class CouldNotRun(Exception):
    """Something the benchmark needs did not start or did not work."""


class Process:
    def __init__(self, name, command, core, log_path, env=None, stdout=None):
        self.name = name
        self.log_path = log_path
        with open(log_path, "wb") as log:
            # A session of its own, so that its process group is the program and its children.
            self._child = subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=stdout or log, stderr=log,
                start_new_session=True, preexec_fn=lambda: os.sched_setaffinity(0, {core}))

    @property
    def stdout(self):
        return self._child.stdout

    def move_to(self, core):
        """For programs of one thread."""
        os.sched_setaffinity(self._child.pid, {core})

    def wait_until_ready(self, url, seconds):
        """Asks `url` until it answers 200."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if self._child.poll() is not None:
                break
            try:
                with urllib.request.urlopen(url, timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise CouldNotRun(f"{self.name} was not ready: {self._log_end()}")

    def _log_end(self):
        return Path(self.log_path).read_text(errors="replace")[-600:].strip() or "no message"

    def _pids(self):
        """Ids of all processes of the group."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _stat_fields(entry, 2, 3) == [self._child.pid]:
                yield entry

    def cpu_seconds(self):
        """User and system time of all processes together."""
        ticks = sum(sum(_stat_fields(entry, 11, 13)) for entry in self._pids())
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory_mib(self, field="VmRSS"):
        """`VmRSS` (resident now) or `VmHWM` (its peak) of all processes together."""
        total = 0
        for entry in self._pids():
            for line in _read(entry / "status").splitlines():
                if line.startswith(field + ":"):
                    total += int(line.split()[1]) * 1024
        return total / MIB

    def reset_peak(self):
        for entry in self._pids():
            (entry / "clear_refs").write_text("5")

    def pause(self):
        os.killpg(self._child.pid, signal.SIGSTOP)

    def resume(self):
        os.killpg(self._child.pid, signal.SIGCONT)

    def stop(self):
        if self._child.poll() is not None:
            return
        self.resume()
        self._child.terminate()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()


def _read(path):
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""  # it ended meanwhile


def _stat_fields(entry, first, end):
    """Numbers of /proc/<pid>/stat, counted from 0 at the state that follows the name."""
    fields = _read(entry / "stat").rpartition(")")[2].split()
    return [int(field) for field in fields[first:end]]
