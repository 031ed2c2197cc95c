"""What was measured: one figure each, printed as a row when it is there, and all of them as JSON at the end."""

from __future__ import annotations

import os
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

RAW = "raw WebSocket"
KUBECTL = "kubectl port-forward"
POD = "pod to pod"
KUBEVPN = "KubeVPN 2.11.6, published"
COLUMNS = (RAW, KUBECTL, POD, KUBEVPN)
"""What our figures are compared with, in the table's order."""

NOT_MEASURED = "not measured because"

Beside = Mapping[str, float | str | None]


@dataclass(frozen=True)
class Target:
    """`word` says what the limit is made of, where it is not a constant."""

    limit: float
    at_least: bool
    word: str = ""

    def met_by(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {shown(self.limit)}" + (f" ({self.word})" if self.word else "")


def at_least(limit: float, word: str = "") -> Target:
    return Target(limit, True, word)


def at_most(limit: float, word: str = "") -> Target:
    return Target(limit, False, word)


class Figure(msgspec.Struct, frozen=True):
    """An entry of build/bench.json. `value` None: not measured, `beside` then says why. `met` None: no target."""

    name: str
    value: float | None
    unit: str
    target: str | None
    met: bool | None
    beside: dict[str, float | str | None]


class Report:
    def __init__(self) -> None:
        self.figures: list[Figure] = []

    def group(self, title: str) -> None:
        print(f"\n{title}  (load {os.getloadavg()[0]:.1f})")
        print(f"  {'':<50}{'ours':>9}{'raw WS':>9}{'kubectl':>9}{'pod-pod':>9}{'KubeVPN':>9}  unit", flush=True)

    def add(
        self,
        name: str,
        unit: str,
        value: float | None,
        target: Target | None = None,
        *,
        beside: Beside | None = None,
        why: str = "",
    ) -> None:
        """`beside`: the other figures of this run, by what they are of; `why` there is no value, if there is none."""
        others = dict(beside or {})
        if value is None:
            others[NOT_MEASURED] = why or "nothing went through"
        met = None if target is None else value is not None and target.met_by(value)
        figure = Figure(name, _rounded(value), unit, str(target) if target else None, met, _all_rounded(others))
        self.figures.append(figure)
        print(_row(figure), flush=True)

    def note(self, text: str) -> None:
        print(f"    {text}", flush=True)

    def missing(self, name: str, unit: str, why: str, target: Target | None = None) -> None:
        self.add(name, unit, None, target, why=why)

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self.figures), indent=2) + b"\n")

    def summary(self) -> str:
        judged = [figure for figure in self.figures if figure.met is not None]
        missed = [figure.name for figure in judged if not figure.met]
        text = f"{len(judged) - len(missed)} of {len(judged)} targets met, {len(self.figures)} figures"
        return text + "".join(f"\n  not met: {name}" for name in missed)


def median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def share(part: float | None, whole: float | None) -> float | None:
    """In percent."""
    return None if part is None or not whole else 100 * part / whole


def shown(value: float | str | None) -> str:
    if value is None or isinstance(value, str):
        return value or "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _row(figure: Figure) -> str:
    others = [shown(figure.beside.get(column)) for column in COLUMNS]
    cells = [shown(figure.value), *others]
    text = f"  {figure.name:<50}" + "".join(f"{cell:>9}" for cell in cells) + f"  {figure.unit}"
    if figure.target is not None:
        text += f"  [{'met' if figure.met else 'NOT MET'}: {figure.target}]"
    rest = [f"{key} {shown(value)}" for key, value in figure.beside.items() if key not in COLUMNS]
    return text + (f"  ({', '.join(rest)})" if rest else "")


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.5g}")


def _all_rounded(beside: dict[str, float | str | None]) -> dict[str, float | str | None]:
    return {key: value if isinstance(value, str) else _rounded(value) for key, value in beside.items()}
