"""Which wheels of a release to read, so that every platform's requirements are known at the least cost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kdoctor.collect.registry.simple import File

_PLATFORMS = (
    (re.compile(r"(?:many)?linux.*_(x86_64|aarch64)"), "linux-{}"),
    (re.compile(r"macosx_.*_(x86_64|arm64)"), "mac-{}"),
    (re.compile(r"win_(amd64|arm64)"), "win-{}"),
)
#: macOS wheels for more than one machine.
_FAT = {"universal2": ("x86_64", "arm64"), "intel": ("x86_64",)}
_PYTHON = re.compile(r"cp(\d)(\d+)$")
#: What most people have; its requirements are the default of a release.
_COMMONEST = "linux-x86_64@"


class Variants(NamedTuple):
    """The default requirements, and where wheels differ, all requirement lists with the wheels that have them."""

    requirements: tuple[str, ...]
    variants: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]


def by_key(wheels: Iterable[tuple[str, File]]) -> dict[str, File]:
    """Give one wheel for each platform and Python, by keys such as linux-x86_64@cp311 or any@py3, in order of Python."""
    found: dict[str, File] = {}
    odd: dict[str, File] = {}
    for tag, file in sorted(wheels):
        interpreters, abi, platforms = tag.split("-")[-3:]
        # Builds without the global interpreter lock and those for PyPy follow the others; alone they still count.
        usual = not (abi.endswith("t") or interpreters.startswith("pp"))
        for platform in platforms.split("."):
            for key in (f"{word}@{interpreters.split('.')[-1]}" for word in _words(platform)):
                (found if usual else odd)[key] = file
    return dict(sorted((found or odd).items(), key=lambda item: (_python(item[0]), item[0])))


def _words(platform: str) -> list[str]:
    if platform == "any":
        return ["any"]
    machines = next((words for ending, words in _FAT.items() if platform.endswith("_" + ending)), ())
    if machines:
        return [f"mac-{machine}" for machine in machines]
    return [word.format(match[1]) for pattern, word in _PLATFORMS if (match := pattern.fullmatch(platform))]


def _python(key: str) -> tuple[int, int]:
    match = _PYTHON.search(key)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def read_variants(wheels: Mapping[str, File], read: Callable[[File], tuple[str, ...]]) -> Variants:
    """Read the wheels of the oldest and newest Python of each platform, and those between where these differ."""
    families: dict[str, list[str]] = {}
    for key in wheels:
        families.setdefault(key.partition("@")[0], []).append(key)
    cache: dict[str, tuple[str, ...]] = {}

    def once(key: str) -> tuple[str, ...]:
        url = wheels[key].url
        if url not in cache:
            cache[url] = read(wheels[key])
        return cache[url]

    found: dict[str, tuple[str, ...]] = {}
    for keys in families.values():
        ends = (keys[0], keys[-1])
        chosen = ends if set(once(ends[0])) == set(once(ends[1])) else keys
        found.update({key: once(key) for key in chosen})
    return _grouped(found)


def _grouped(found: Mapping[str, tuple[str, ...]]) -> Variants:
    """Group wheels of equal requirements; the group of the commonest platform comes first, of two such the larger."""
    groups: dict[frozenset[str], list[str]] = {}
    for key in sorted(found):
        groups.setdefault(frozenset(found[key]), []).append(key)
    ordered: Sequence[list[str]] = sorted(groups.values(), key=_standing)
    variants = tuple((tuple(keys), found[keys[0]]) for keys in ordered)
    return Variants(variants[0][1], variants if len(variants) > 1 else ())


def _standing(keys: list[str]) -> tuple[bool, int, list[str]]:
    return not any(key.startswith(_COMMONEST) for key in keys), -len(keys), keys
