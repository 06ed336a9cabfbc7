"""What remedies are called: a short name to choose one by, and a title that says what happens."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from kdoctor.knowledge.families import KERAS, TENSORFLOW
from kdoctor.model import Distribution, Way
from kdoctor.solve.goals import asked

#: Changes told one by one; of more only these many, and the number of the others.
_TOLD = 3


def framework_first(name: str) -> tuple[bool, bool, str]:
    """Order distributions: TensorFlow, Keras, then the others by name."""
    return name not in TENSORFLOW, name not in KERAS, name


def name_of(ways: Sequence[Way], kept: Distribution | None, pins: Mapping[str, str], installed: Mapping[str, Distribution]) -> str:
    """Give a name to choose a remedy by: after the ways taken, after what is kept, or after both."""
    again = [name for way in ways for name in way.reinstall if _moves(name, pins, installed)]
    named = [f"change-{_short(again[0])}" if again and way.reinstall else way.name for way in ways[:2]]
    done = _joined(dict.fromkeys(named), "install-", "-and-")
    keep = f"keep-{_short(kept.name)}" if kept else ""
    return "-and-".join(dict.fromkeys(part for part in (done, keep) if part)) or "change-several"


def _joined(parts: Collection[str], verb: str, between: str) -> str:
    """Put parts together, a verb that several begin with said once: "install rich and optree"."""
    said = [part.removeprefix(verb) for part in parts if part.startswith(verb)]
    listed = [verb + (" and " if " " in verb else "-and-").join(said)] if said else []
    return between.join([*listed, *(part for part in parts if not part.startswith(verb))])


def _moves(name: str, pins: Mapping[str, str], installed: Mapping[str, Distribution]) -> bool:
    return name in pins and name in installed and installed[name].version not in (None, pins[name])


def _short(name: str) -> str:
    return "tensorflow" if name in TENSORFLOW else "keras" if name in KERAS else name


def title_of(
    ways: Sequence[Way],
    kept: Distribution | None,
    pins: Mapping[str, str],
    installed: Mapping[str, Distribution],
    unpinned: Collection[str] = (),
) -> str:
    """Say what a remedy does: "keep tensorflow 2.15.1: keras 3.5.0 becomes 2.15.0"."""
    aims = [_aim(way, pins, installed) for way in ways]
    changes = _changes(ways, {name: pins[name] for name in pins if name not in unpinned}, installed)
    if kept and kept.version and not any(aim.startswith(f"keep {kept.name} ") for aim in aims):
        aims.append(f"keep {kept.name} {kept.version}")
    hidden = len(changes) - _TOLD if len(changes) > _TOLD + 1 else 0
    shown = [*changes[: _TOLD if hidden else None], *([f"{hidden + len(unpinned)} more change"] if hidden + len(unpinned) else ())]
    return ": ".join(part for part in (_joined(aims, "install ", ", "), ", ".join(shown)) if part)


def _aim(way: Way, pins: Mapping[str, str], installed: Mapping[str, Distribution]) -> str:
    """Give a way's own title, but with the version that a distribution really gets."""
    moved = [f"{name} {pins[name]}" for name in way.reinstall if _moves(name, pins, installed)]
    if moved:
        return f"take {' and '.join(moved)}" + (f" alone, remove {' and '.join(way.remove)}" if way.remove else "")
    return way.title


def _changes(ways: Sequence[Way], pins: Mapping[str, str], installed: Mapping[str, Distribution]) -> list[str]:
    named = {asked(text).name for way in ways for text in way.needs} | {name for way in ways for name in way.reinstall}
    order = sorted(pins, key=framework_first)
    moved = [
        name
        for name in order
        if name in installed and installed[name].version != pins[name] and not any(name in way.reinstall for way in ways)
    ]
    new = [name for name in order if name not in installed and name not in named]
    told = [f"{name} {installed[name].version or ''}".rstrip() + f" becomes {pins[name]}" for name in moved]
    return [*told, *([f"{name} {pins[name]} comes in" for name in new] if len(new) < _TOLD else [f"{len(new)} dependencies come in"])]
