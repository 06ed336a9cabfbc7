"""What remedies are called: a short name to choose one by, and a title that says what happens."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kdoctor.knowledge.families import KERAS, TENSORFLOW
from kdoctor.model import Distribution, Way
from kdoctor.solve.goals import Goal, asked

#: Changes told one by one; of more only these many, and the number of the others.
_TOLD = 3


def framework_first(name: str) -> tuple[bool, bool, str]:
    """Order distributions: TensorFlow, Keras, then the others by name."""
    return name not in TENSORFLOW, name not in KERAS, name


def name_of(goal: Goal, kept: Distribution | None, pins: Mapping[str, str], installed: Mapping[str, Distribution]) -> str:
    """Give a name to choose a remedy by: after the goal's ways, after what is kept, or after both."""
    again = [name for name in goal.reinstall if _moves(name, pins, installed)]
    named = [f"change-{_short(again[0])}" if again and way.reinstall else way.name for way in goal.ways[:2]]
    ways = _joined(dict.fromkeys(named), "install-", "-and-")
    keep = f"keep-{_short(kept.name)}" if kept else ""
    return "-and-".join(dict.fromkeys(part for part in (ways, keep) if part)) or "change-several"


def _joined(parts: Collection[str], verb: str, between: str) -> str:
    """Put parts together, a verb that several begin with said once: "install rich and optree"."""
    said = [part.removeprefix(verb) for part in parts if part.startswith(verb)]
    listed = [verb + (" and " if " " in verb else "-and-").join(said)] if said else []
    return between.join([*listed, *(part for part in parts if not part.startswith(verb))])


def _moves(name: str, pins: Mapping[str, str], installed: Mapping[str, Distribution]) -> bool:
    return name in pins and name in installed and installed[name].version not in (None, pins[name])


def _short(name: str) -> str:
    return "tensorflow" if name in TENSORFLOW else "keras" if name in KERAS else name


def title_of(goal: Goal, kept: Distribution | None, pins: Mapping[str, str], installed: Mapping[str, Distribution]) -> str:
    """Say what a remedy does: "keep tensorflow 2.15.1: keras 3.5.0 becomes 2.15.0"."""
    aims = [_aim(way, pins, installed) for way in goal.ways]
    changes = _changes(goal, pins, installed)
    if kept and kept.version and not any(aim.startswith(f"keep {kept.name} ") for aim in aims):
        aims.append(f"keep {kept.name} {kept.version}")
    shown = changes if len(changes) <= _TOLD + 1 else [*changes[:_TOLD], f"{len(changes) - _TOLD} more change"]
    return ": ".join(part for part in (_joined(aims, "install ", ", "), ", ".join(shown)) if part)


def _aim(way: Way, pins: Mapping[str, str], installed: Mapping[str, Distribution]) -> str:
    """Give a way's own title, but with the version that a distribution really gets."""
    moved = [f"{name} {pins[name]}" for name in way.reinstall if _moves(name, pins, installed)]
    if moved:
        return f"take {' and '.join(moved)}" + (f" alone, remove {' and '.join(way.remove)}" if way.remove else "")
    return way.title


def _changes(goal: Goal, pins: Mapping[str, str], installed: Mapping[str, Distribution]) -> list[str]:
    moved, new = [], []
    aimed_at = {asked(text).name for way in goal.ways for text in way.needs}
    for name in sorted(pins, key=framework_first):
        old = installed.get(name)
        if old is None and name in aimed_at:
            continue
        if old is None:
            new.append(f"{name} {pins[name]} comes in")
        elif old.version != pins[name] and name not in goal.reinstall:
            moved.append(f"{name} {old.version} becomes {pins[name]}" if old.version else f"{name} becomes {pins[name]}")
    return [*moved, *new]
