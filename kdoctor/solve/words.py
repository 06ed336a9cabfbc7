"""What remedies are called: a short name to choose one by, and a title that says what happens."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from kdoctor import versions
from kdoctor.knowledge.families import KERAS, TENSORFLOW, TF_KERAS
from kdoctor.model import Distribution, Way
from kdoctor.solve.goals import asked

#: Changes told one by one; of more only these many, and the number of the others.
_TOLD = 3
#: Told by name even where much comes in.
_WEIGHTY = frozenset({*TENSORFLOW, *KERAS, *TF_KERAS, "jax", "torch", "openvino"})


def framework_first(name: str) -> tuple[bool, bool, str]:
    """Order distributions: TensorFlow, Keras, then the others by name."""
    return name not in TENSORFLOW, name not in KERAS, name


def name_of(ways: Sequence[Way], kept: Distribution | None, pins: Mapping[str, str], installed: Mapping[str, Distribution]) -> str:
    """Give a name to choose a remedy by: after the ways taken, after what is kept, or after both."""
    again = [name for way in ways for name in way.reinstall if _moves(name, pins, installed)]
    named = list(dict.fromkeys(f"change-{again[0]}" if again and way.reinstall else way.name for way in ways[:2]))
    if all(name.startswith("install-") for name in named):
        named[1:] = [name.removeprefix("install-") for name in named[1:]]
    done = "-and-".join(named)
    keep = f"keep-{_short(kept.name)}" if kept and not any(kept.name in way.reinstall for way in ways) else ""
    several = "several" if len(pins) != 1 else _short(next(iter(pins)))
    return "-and-".join(dict.fromkeys(part for part in (done, keep) if part)) or f"change-{several}"


def _joined(aims: Sequence[str]) -> str:
    """Put aims together, an `install` that several begin with said once: "install rich and optree, use the jax backend"."""
    said = [aim.removeprefix("install ") for aim in aims if aim.startswith("install ")]
    shown = said if len(said) <= _TOLD + 1 else [*said[:_TOLD], f"{len(said) - _TOLD} more"]
    install = " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)
    return ", ".join([*([f"install {install}"] if said else ()), *(aim for aim in aims if not aim.startswith("install "))])


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
    if kept and not any(f"{aim} ".startswith(f"keep {kept.name} ") for aim in aims):
        aims.append(f"keep {kept.name} {kept.version or ''}".rstrip())
    hidden = len(changes) - _TOLD if len(changes) > _TOLD + 1 else 0
    shown = [*changes[: _TOLD if hidden else None], *([f"{hidden + len(unpinned)} more change"] if hidden + len(unpinned) else ())]
    title = ": ".join(part for part in (_joined(aims), ", ".join(shown)) if part)
    lost = " and ".join(_lost(pins, installed))
    told = [f"changes {len(pins)}"] * (len(pins) > 1) + [f"loses {lost}"] * bool(lost)
    return f"{title} ({', '.join(told)})" if told else title


def _lost(pins: Mapping[str, str], installed: Mapping[str, Distribution]) -> Iterator[str]:
    """Name what somebody may have wanted and no longer has: TensorFlow goes back, or Keras or NumPy to an earlier major release."""
    for name, version in pins.items():
        old = versions.minor(installed[name].version) if name in installed else None
        new = versions.minor(version)
        if old is None or new is None or new >= old:
            continue
        if name in TENSORFLOW:
            yield f"TensorFlow {old[0]}.{old[1]}"
        elif name in (*KERAS, "numpy") and new[0] < old[0]:
            yield f"{'Keras' if name in KERAS else 'NumPy'} {old[0]}"


def _aim(way: Way, pins: Mapping[str, str], installed: Mapping[str, Distribution]) -> str:
    """Give a way's own title, but with the version that a distribution really gets."""
    moved = [f"{name} {pins[name]}" for name in way.reinstall if _moves(name, pins, installed)]
    if moved:
        return f"take {' and '.join(moved)}" + (f" alone, remove {' and '.join(way.remove)}" if way.remove else "")
    installs = way.needs and way.title == f"install {asked(way.needs[0]).name}"
    return f"{way.title} {pins[asked(way.needs[0]).name]}" if installs and asked(way.needs[0]).name in pins else way.title


def _changes(ways: Sequence[Way], pins: Mapping[str, str], installed: Mapping[str, Distribution]) -> list[str]:
    again = {name for way in ways for name in way.reinstall}
    named = again | {asked(text).name for way in ways for text in way.needs if way.title == f"install {asked(text).name}"}
    order = sorted(pins, key=framework_first)
    moved = [name for name in order if name in installed and installed[name].version != pins[name] and name not in again]
    new = [name for name in order if name not in installed and name not in named]
    shown = [name for name in new if name in _WEIGHTY or len(new) < _TOLD]
    told = [f"{name} {installed[name].version or ''}".rstrip() + f" becomes {pins[name]}" for name in moved]
    told += [f"{name} {pins[name]} comes in" for name in shown]
    return [*told, *([f"{len(new) - len(shown)} dependencies come in"] if len(new) > len(shown) else ())]
