"""Write figures in the text format of OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/)."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Literal

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@dataclasses.dataclass(frozen=True, slots=True)
class Family:
    """One metric with its samples: a value for each set of labels.

    The name of a counter has no ``_total``; the format adds it. ``unit`` is "" or the end of the name.
    """

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    samples: tuple[tuple[Mapping[str, str], float], ...]
    unit: str = ""


def write_openmetrics(families: Iterable[Family]) -> str:
    """Write families as text. Those without a sample are left out."""
    lines: list[str] = []
    for family in families:
        if not family.samples:
            continue
        lines.append(f"# TYPE {family.name} {family.kind}")
        lines += [f"# UNIT {family.name} {family.unit}"] if family.unit else []
        lines.append(f"# HELP {family.name} {_escaped(family.help)}")
        suffix = "_total" if family.kind == "counter" else ""
        lines += [f"{family.name}{suffix}{_labels(labels)} {value:.15g}" for labels, value in family.samples]
    return "\n".join([*lines, "# EOF", ""])


def _labels(labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
