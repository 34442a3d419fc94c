"""The tables, as Markdown that also reads well in a terminal."""

from dataclasses import dataclass, field

from . import measure

NOT_STARTED = "did not start"
ORDER = ("direct", "nginx", "gateway", "LiteLLM")


@dataclass
class Results:
    machine: list
    settings: str
    cases: dict = field(default_factory=dict)  # Case -> {target name: Figures}
    idle: dict = field(default_factory=dict)  # target name -> MiB
    peak: dict = field(default_factory=dict)  # target name -> MiB, over all the cases
    streams: dict = field(default_factory=dict)  # target name -> Held
    uploads: dict = field(default_factory=dict)  # target name -> Held
    limits_ns: int | None = None  # of CPU time for a call
    absent: dict = field(default_factory=dict)  # target name -> why it has no figures

    def figure(self, case, target):
        return self.cases.get(case, {}).get(target)

    def ratio(self, case, target, base):
        """CPU time per request of one target over that of another, if both were measured."""
        over, under = self.figure(case, target), self.figure(case, base)
        if not over or not under or not over.cpu_us or not under.cpu_us:
            return None
        return over.cpu_us / under.cpu_us

    def over_plain(self, case, plain):
        """CPU time per request of the gateway in one case over that in another."""
        over, under = self.figure(case, "gateway"), self.figure(plain, "gateway")
        return over.cpu_us / under.cpu_us if over and under and under.cpu_us else None

    def added_us(self, case, target, field_name):
        """Latency added to the direct call, in microseconds."""
        through, direct = self.figure(case, target), self.figure(case, "direct")
        if not through or not direct:
            return None
        return getattr(through, field_name) - getattr(direct, field_name)


def table(heads, rows, left=2):
    """A Markdown table whose first `left` columns are texts and the others numbers."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]

    def line(cells):
        padded = [cell.ljust(width) if i < left else cell.rjust(width)
                  for i, (cell, width) in enumerate(zip(cells, widths))]
        return "| " + " | ".join(padded) + " |"

    rule = "|" + "|".join("-" * (width + 1) + ("-" if i < left else ":")
                          for i, width in enumerate(widths)) + "|"
    return "\n".join([line(heads), rule, *map(line, rows)])


def number(value, digits=1):
    return "–" if value is None else f"{value:,.{digits}f}"


def case_rows(results):
    for case, by_target in results.cases.items():
        for name in ORDER:
            if name in results.absent:
                yield [case.name, name, results.absent[name]] + [""] * 7
                continue
            found = by_target.get(name)
            if not found:
                continue
            added = [results.added_us(case, name, part) for part in ("p50_us", "p99_us")]
            if name == "direct":
                added = [None, None]
            yield [case.name, name, number(found.rps, 0), number(found.p50_us),
                   number(found.p99_us), number(added[0]), number(added[1]),
                   number(found.cpu_us), number(results.ratio(case, name, "nginx"), 2),
                   number(results.ratio(case, "LiteLLM", name), 0)]


def held_cell(held, absent):
    if held is None:
        return absent or "not measured"
    text = f"{held.mib:,.1f}"
    if held.count < held.wanted:
        text += f" (only {held.count:,} of {held.wanted:,} at once)"
    if held.errors:
        text += f" ({held.errors:,} failed)"
    return text


def memory_rows(results):
    for name in ORDER[1:]:
        absent = results.absent.get(name)
        yield [name, number(results.idle.get(name)), number(results.peak.get(name)),
               held_cell(results.streams.get(name), absent),
               held_cell(results.uploads.get(name), absent)]


def held_value(held):
    """MiB, if everything asked for was really held and answered."""
    complete = held and held.count == held.wanted and not held.errors
    return held.mib if complete else None


def criteria(results):
    """Rows of what is asked for, what was measured and whether it is met."""
    to_nginx = results.ratio(measure.MANY, "gateway", "nginx")
    to_litellm = results.ratio(measure.MANY, "gateway", "LiteLLM")
    checks = [
        ("CPU per request at 64 connections, authentication on", "at most 1.5× nginx's",
         to_nginx, lambda v: v <= 1.5, times),
        ("CPU per request, same case", "below 1/500 of LiteLLM's",
         to_litellm, lambda v: v < 1 / 500, lambda v: f"1/{1 / v:,.0f}"),
        ("CPU per request translated for Gemini, 64 connections", "at most 3× that passed on",
         results.over_plain(measure.GEMINI, measure.MANY), lambda v: v <= 3, times),
        ("CPU per stream of Gemini, 64 connections", "at most 3× one passed on",
         results.over_plain(measure.GEMINI_STREAM, measure.MANY_STREAMS), lambda v: v <= 3, times),
        ("CPU for the limits of a call, 1,000 deployments", "at most 0.5 µs",
         results.limits_ns and results.limits_ns / 1000, lambda v: v <= 0.5,
         lambda v: f"{v:.2f} µs"),
        ("p99 added at one connection", "below 100 µs",
         results.added_us(measure.ONE, "gateway", "p99_us"), lambda v: v < 100,
         lambda v: f"{v:.1f} µs"),
        ("memory idle", "below 15 MiB",
         results.idle.get("gateway"), lambda v: v < 15, mib),
        (f"memory with {measure.STREAMS:,} open streams", "below 60 MiB",
         held_value(results.streams.get("gateway")), lambda v: v < 60, mib),
        (f"memory with {measure.UPLOADS:,} bodies of 150 KB at once", "below 500 MiB",
         held_value(results.uploads.get("gateway")), lambda v: v < 500, mib),
    ]
    for what, wanted, value, is_met, show in checks:
        if value is None:
            yield [what, wanted, "–", "not measured"]
        else:
            yield [what, wanted, show(value), "yes" if is_met(value) else "**no**"]


def times(value):
    return f"{value:.2f}×"


def mib(value):
    return f"{value:.1f} MiB"


def failures(results):
    for case, by_target in results.cases.items():
        for name, found in by_target.items():
            if found.errors:
                yield f"- {case.name}, {name}: {found.errors:,} failed ({found.first_error})"


def markdown(results):
    failed = "\n".join(failures(results)) or "None."
    return f"""# Benchmark

Written by `make bench`. {results.settings}

{table(["", "This run"], results.machine)}

## What is asked for

{table(["Figure", "Wanted", "Measured", "Met"], criteria(results), left=4)}

## Requests

Times in microseconds. "Added" is the difference to the direct call. CPU is user and system time
of all the server's processes per request (for SSE: per stream); then how many times nginx's that
is, and how many times as much LiteLLM takes.

{table(["Case", "Through", "req/s", "p50", "p99", "added p50", "added p99", "CPU", "× nginx",
        "LiteLLM ×"], case_rows(results))}

## Memory

Resident MiB of all the server's processes: idle after the start, the peak over all the cases
above, with {measure.STREAMS:,} streams open after their first frame, and the peak with
{measure.UPLOADS:,} bodies of 150 KB sent and not answered yet.

{table(["", "Idle", "Peak", "Streams open", "Bodies held"], memory_rows(results), left=1)}

## Failed requests

{failed}
"""
