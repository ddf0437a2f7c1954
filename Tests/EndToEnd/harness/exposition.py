"""A reader of Prometheus's text format, strict enough to notice what a scraper would refuse."""

import re
from dataclasses import dataclass


@dataclass
class Sample:
    name: str
    labels: dict[str, str]
    value: float


_SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: # .*)?$")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


def parse(text: str) -> list[Sample]:
    """Every sample of an exposition. Raises ValueError at a line that is neither a comment nor a sample, or at a repeated series."""
    samples, seen = [], set()
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        found = _SAMPLE.match(line)
        if not found:
            raise ValueError(f"not a sample: {line!r}")
        labels, at = {}, 0
        inside = found[2] or ""
        while at < len(inside):
            label = _LABEL.match(inside, at)
            if not label:
                raise ValueError(f"not a label list: {inside!r}")
            labels[label[1]] = re.sub(r'\\["\\n]', lambda escape: _ESCAPES[escape[0]], label[2])
            at = label.end()
        series = (found[1], tuple(sorted(labels.items())))
        if series in seen:
            raise ValueError(f"a series twice: {line!r}")
        seen.add(series)
        samples.append(Sample(found[1], labels, float(found[3])))
    return samples


def families(text: str) -> dict[str, str]:
    """The type of each metric family, by its name."""
    return dict(line.split(" ")[2:4] for line in text.splitlines() if line.startswith("# TYPE "))
