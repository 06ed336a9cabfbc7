"""How a plan is said: for a person, as lines for an installer, and as JSON."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from kdoctor.render.words import Face, ascii_only, clean, paint, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Planned(NamedTuple):
    """A plan in plain values."""

    requirements: tuple[str, ...]
    #: For whom, such as "Python 3.12 on Linux x86_64".
    target: str
    #: What to install, exactly; extras stand behind the names that they were asked for with.
    pins: Mapping[str, str]
    extras: Mapping[str, tuple[str, ...]]
    #: Asked for or needed, but not in kdoctor's index, or from elsewhere: left to the installer as written.
    left: tuple[str, ...]
    #: What the set requires that the index does not know.
    unseen: tuple[str, ...]
    #: Extras that are asked for and that the releases taken do not have, in words.
    moot: tuple[str, ...]
    #: Asked for, but not for this Python and platform.
    aside: tuple[str, ...]
    environment: Mapping[str, str]
    conflicts: tuple[tuple[str, ...], ...]
    because: tuple[tuple[str, ...], ...]
    works: Mapping[str, str]
    known: tuple[str, ...]
    forced: tuple[str, ...]
    #: Where there is no set: the newest other Python for which there is one, and what was asked for of it; "" = none was found.
    python: str
    there: Mapping[str, str]
    #: Date of the index, YYYY-MM-DD.
    date: str
    #: index: solved against it; resolver: a real one agreed just now; none.
    verified: str = "none"
    #: What that resolver has against it.
    objection: str = ""


#: Half a line would be worse than none.
_WHOLE = 1_000_000
#: What a shell reads between double quotes.
_SPECIAL = frozenset("$`\\!")
FORMATS = ("requirements", "constraints", "pip", "uv", "pyproject", "json")


def render(plan: Planned, form: str) -> str:
    """Give a plan that has a set in one of FORMATS but json."""
    wanted = [clean(line, longest=_WHOLE) for line in lines(plan)]
    if form in ("pip", "uv"):
        return f"{'python -m pip' if form == 'pip' else 'uv pip'} install {' '.join(map(_argument, wanted))}"
    if form == "pyproject":
        return "\n".join(["dependencies = [", *(f"    {json.dumps(line, ensure_ascii=False)}," for line in wanted), "]"])
    if form == "constraints":
        # Constraints may not carry extras.
        wanted = [f"{name}=={version}" for name, version in plan.pins.items()]
    return "\n".join([*(clean(line, longest=_WHOLE) for line in _head(plan)), *wanted])


def _head(plan: Planned) -> Iterator[str]:
    yield f"# {', '.join(plan.requirements)}"
    yield f"# for {plan.target}; solved against the index of {plan.date}{', agreed by a resolver' * (plan.verified == 'resolver')}"
    if plan.aside:
        yield f"# not for this Python and platform: {', '.join(plan.aside)}"
    if plan.left:
        yield f"# not in that index, so left to the installer unseen: {', '.join(plan.left)}"
    if plan.unseen:
        yield f"# {'and so is what else these require' if plan.left else 'left to the installer unseen'}: {', '.join(plan.unseen)}"
    yield from (f"# {text}, so it brings nothing" for text in plan.moot)
    yield from (f"# set {name}={value}" for name, value in plan.environment.items())


def _argument(line: str) -> str:
    """Quote a requirement for a shell; a marker may stand in either kind of quotes."""
    option, _, rest = line.partition(" ") if line.startswith("-") else ("", "", line)
    quoted = f'"{rest}"' if '"' not in rest else f'"{rest.replace(chr(34), chr(39))}"' if "'" not in rest else shlex.quote(rest)
    return f"{option} {shlex.quote(rest) if set(rest) & _SPECIAL else quoted}".lstrip()


def lines(plan: Planned) -> Iterator[str]:
    """Give the set as requirements, a line each."""
    for name, version in plan.pins.items():
        extras = plan.extras.get(name)
        yield f"{name}{'[' + ','.join(extras) + ']' if extras else ''}=={version}"
    yield from plan.left


def refusal(plan: Planned, face: Face) -> str:
    """Say why there is no set."""
    lines = [paint(f"No set has all of this for {clean(plan.target)}.", "1", face)]
    for conflict, because in zip(plan.conflicts, plan.because, strict=True):
        lines += ["", *wrapped(clean(f"{' and '.join(conflict)} cannot be had{' together' if len(conflict) > 1 else ''}:"), face.width)]
        for sentence in because:
            lines += wrapped(clean(sentence), face.width, "  - ", "    ")
    if plan.python:
        there = " with ".join(f"{name} {version}" for name, version in plan.there.items())
        lines += ["", *wrapped(clean(f"Python {plan.python} is the newest for which there is a set: {there}."), face.width)]
    if plan.works:
        lines += ["", *wrapped(clean(f"Metadata forbids it, but it is known to work: {'; '.join(plan.known)}."), face.width)]
        lines += ["  " + command for command in forced_commands(plan)]
    return ascii_only("\n".join(lines), face)


def forced_commands(plan: Planned) -> tuple[str, ...]:
    """Give the commands that install a set which metadata forbids: first all that installers accept, then the rest past them."""
    rest = [f'"{name}=={version}"' for name, version in plan.works.items() if name not in plan.forced]
    forced = [f'"{name}=={plan.works[name]}"' for name in plan.forced]
    return (f"python -m pip install {' '.join(rest)}", f"python -m pip install --no-deps {' '.join(forced)}")


def document(plan: Planned) -> dict[str, Any]:
    """Give the plan as the document kdoctor.plan/1."""
    return {
        "schema": "kdoctor.plan/1",
        "possible": not plan.conflicts,
        "requirements": list(plan.requirements),
        "target": plan.target,
        "pins": dict(plan.pins),
        "extras": {name: list(extras) for name, extras in plan.extras.items()},
        "left_to_installer": list(plan.left),
        "not_in_index": list(plan.unseen),
        "notes": list(plan.moot),
        "not_for_target": list(plan.aside),
        "environment": dict(plan.environment),
        "conflicts": [
            {"requirements": list(conflict), "because": list(because)}
            for conflict, because in zip(plan.conflicts, plan.because, strict=True)
        ],
        "another_python": {"python": plan.python, "pins": dict(plan.there)} if plan.python else None,
        "known_to_work": {"pins": dict(plan.works), "says": list(plan.known), "commands": list(forced_commands(plan))}
        if plan.works
        else None,
        "verified": plan.verified,
        "objection": plan.objection or None,
        "index": plan.date,
    }
