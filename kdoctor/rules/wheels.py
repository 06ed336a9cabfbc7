"""What no installer can find a wheel for: requirements of a plan, builds in a paste, TensorFlow where there is none.

These open the index of releases; planned.py tells when that can matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge import reach
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling
from kdoctor.knowledge.families import FAMILY, TENSORFLOW
from kdoctor.knowledge.index import Index, Release, Target, installable, open_index
from kdoctor.knowledge.wheel_tags import admits
from kdoctor.model import Evidence, Finding, Severity, Way

#: Origins of snapshots whose distributions are yet to be installed.
_PLANS = {"requirements": "the requirements ask", "lockfile": "the lock file asks"}
_INDEX = "the package index"


class Wish(NamedTuple):
    """A requirement of somebody's plan, and in which words its place is told."""

    where: str
    name: str
    specifier: str


class Search(NamedTuple):
    """What is looked for, where, and all releases of it that would be admitted."""

    wish: Wish
    known: Index
    target: Target
    asked: list[Release]


def planned_without_wheel(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for each planned requirement that no release with a wheel for this Python and platform can meet."""
    for wish in dict.fromkeys(_wishes(coupling)):
        installed = coupling.present.get(wish.name)
        if installed is None or versions.satisfies(installed.version, wish.specifier) is False or coupling.snapshot.origin in _PLANS:
            search = _search(coupling, wish)
            if search and not search.asked:
                yield from _never_released(search)
            elif search and not _can_be_had(search):
                yield _refused(search)


def _wishes(coupling: Coupling) -> Iterator[Wish]:
    for path, text in (coupling.snapshot.sources or {}).items():
        if path.endswith(".txt") and isinstance(text, str):
            for wanted in _requirements(text):
                if wanted.marker is None or versions.marker_holds(wanted.marker, coupling.marker_environment):
                    yield Wish(f"{path} asks", wanted.name, wanted.specifier)
    # A log of an installer declares what was asked for and not found.
    asks = _PLANS.get(coupling.snapshot.origin) or ("somebody asked an installer" if coupling.snapshot.declared else None)
    if asks and coupling.snapshot.declared is not None:
        wishes = (versions.requirement(one.requirement) for one in coupling.snapshot.declared if not one.constraint)
        yield from (Wish(asks, wanted.name, wanted.specifier) for wanted in wishes if wanted)
    elif asks:
        for one in coupling.present.values():
            if one.version:
                yield Wish(asks, one.name, f"=={one.version}")


def _requirements(text: str) -> Iterator[versions.Requirement]:
    for line in text.replace("\\\n", " ").splitlines():
        bare = line.partition(" #")[0].partition(" --")[0].strip()
        wanted = None if bare.startswith(("#", "-")) else versions.requirement(bare)
        if wanted:
            yield wanted


def _search(coupling: Coupling, wish: Wish) -> Search | None:
    """Give what a wish comes to; None where the index does not hold the project."""
    index = open_index()
    if wish.name not in index.projects or "+" in wish.specifier:
        # A build with a local version comes from another index.
        return None
    pin = versions.exactly(wish.specifier)
    exact = index.release(wish.name, pin) if pin else None
    # Nearly always one release is asked for, and found by its name.
    asked = [exact] if exact else [one for one in index.releases(wish.name) if versions.satisfies(one.version, wish.specifier)]
    return Search(wish, index, Target.of(coupling.snapshot), asked)


def _can_be_had(search: Search) -> bool:
    return any(installable(release, search.target) is not False for release in search.asked)


def _never_released(search: Search) -> Iterator[Finding]:
    """Give a finding where a pin lies between known releases and is none of them, such as tensorflow 2.16.0."""
    wish = search.wish
    pin = wish.specifier.lstrip("= ")
    later = [one for one in search.known.releases(wish.name) if versions.satisfies(one.version, f">{pin}")] if _is_pin(wish) else []
    if not later or search.known.project(wish.name).keep is not None:
        return
    near = next((one.version for one in later if not (one.prerelease or one.yanked)), later[0].version)
    yield Finding(
        rule="KD102",
        name=name_of("KD102"),
        severity=Severity.ERROR,
        summary=f"{wish.where} for {_short(wish)}, which was never released",
        cause=f"The next release is {near}.",
        subjects=(wish.name,),
        evidence=(Evidence(f"the releases of {wish.name}", _INDEX),),
        ways=(Way(f"other-{wish.name}", f"take a {wish.name} that was released", needs=(f"{wish.name}>={near}",)),),
    )


def _refused(search: Search) -> Finding:
    wish, target = search.wish, search.target
    built = any(release.sdist and admits(release.requires_python, target.python) for release in search.asked)
    fault = reach.at_fault(search.asked, target)
    ways = tuple(_ways(search))
    return Finding(
        rule="KD102",
        name=name_of("KD102"),
        # Source can be built where compilers are; and a plan without an upper bound may be met by a release of tomorrow.
        severity=Severity.WARNING if built or (_is_open(wish) and fault == ("python",)) else Severity.ERROR,
        summary=f"{wish.where} for {_short(wish)}, which has no wheel for {reach.in_words(target) or 'this platform'}",
        cause=" ".join(_cause(search, built=built)),
        subjects=(wish.name, *fault),
        evidence=(Evidence(f"the files of {wish.name} {_listed(search.asked)}", _INDEX),),
        ways=ways,
        advice=None if ways else _advice(search),
    )


def _short(wish: Wish) -> str:
    return f"{wish.name} {wish.specifier.lstrip('= ')}" if _is_pin(wish) else f"{wish.name}{wish.specifier}"


def _is_pin(wish: Wish) -> bool:
    return wish.specifier.startswith("==") and not {"*", ","} & set(wish.specifier)


def _listed(releases: list[Release]) -> str:
    return releases[-1].version if len(releases) == 1 else f"{releases[0].version} to {releases[-1].version}"


def _is_open(wish: Wish) -> bool:
    return versions.satisfies("9999", wish.specifier) is True


def _cause(search: Search, *, built: bool) -> Iterator[str]:
    pythons, platforms = reach.pythons(search.asked, search.target), reach.platforms(search.asked)
    if pythons:
        yield f"On this platform it has wheels for {reach.usual(search.target)} {reach.span(pythons)}."
    elif platforms:
        yield f"It has wheels for {', '.join(platforms)} only."
    if built:
        yield "An installer would try to build it from source."
    better = _better(search)
    if better:
        yield f"The newest release with a wheel is {better[-1].version}."
    elif search.wish.specifier and not pythons:
        yield f"No release of {search.wish.name} has one."


def _better(search: Search) -> list[Release]:
    """Give the final releases that have a wheel here, oldest first; a placeholder without the compiled code of the others is none."""
    compiled = all("none-any" not in tag for release in search.asked for tag in release.tags)
    return [
        one
        for one in search.known.releases(search.wish.name)
        if not (one.yanked or one.prerelease)
        and reach.has_wheel(one, search.target)
        and not (compiled and any("none-any" in tag for tag in one.tags))
    ]


def _ways(search: Search) -> Iterator[Way]:
    wish = search.wish
    better = _better(search)
    if better:
        yield Way(f"other-{wish.name}", f"take a {wish.name} that has a wheel", needs=(f"{wish.name}>={better[0].version}",))
    elif wish.name in TENSORFLOW[1:]:
        same = [one for one in search.known.releases(TENSORFLOW[0]) if versions.satisfies(one.version, wish.specifier)]
        if any(installable(one, search.target) is not False for one in same):
            needs = (f"{TENSORFLOW[0]}{wish.specifier}",)
            yield Way(f"replace-{wish.name}", f"ask for {TENSORFLOW[0]}, which has a wheel here", needs=needs, remove=(wish.name,))


def _advice(search: Search) -> str | None:
    pythons = reach.pythons(search.asked, search.target)
    return f"Make an environment with {reach.usual(search.target)} {pythons[-1]}." if pythons else None


def foreign_builds(coupling: Coupling) -> Iterator[Finding]:
    """Give a note for each distribution of a paste that cannot have come from the package index, since it has no wheel there."""
    for one in coupling.present.values():
        search = _search(coupling, Wish("", one.name, f"=={one.version}")) if one.version and one.name in FAMILY else None
        if search is None or not search.asked or _can_be_had(search):
            continue
        yield Finding(
            rule="KD102",
            name=name_of("KD102"),
            severity=Severity.NOTE,
            summary=f"{one.name} {one.version} has no wheel for {reach.in_words(search.target)}",
            cause="It was built elsewhere (conda, a vendor, from source), or what was pasted is not of one environment.",
            subjects=(one.name, *reach.at_fault(search.asked, search.target)),
            evidence=(Evidence(f"the files of {one.name} {one.version}", _INDEX),),
        )


def tensorflow_out_of_reach(coupling: Coupling) -> Iterator[Finding]:
    """Give a note where TensorFlow is not installed and no final release of it has a wheel for this Python and platform."""
    search = _search(coupling, Wish("", TENSORFLOW[0], ""))
    if search is None or _better(search):
        return
    final = [release for release in search.asked if not (release.prerelease or release.yanked)]
    early = [release for release in search.asked if release.prerelease and reach.has_wheel(release, search.target)]
    known = f" up to {final[-1].version}" if final else ""
    yield Finding(
        rule="KD102",
        name=name_of("KD102"),
        severity=Severity.NOTE,
        summary=f"TensorFlow has no wheel for {reach.in_words(search.target)}",
        cause=" ".join((f"No final release{known} has one.", *_instead(search, early))),
        subjects=(TENSORFLOW[0], *reach.at_fault(final, search.target)),
        evidence=(Evidence(f"the files of {TENSORFLOW[0]} {_listed(search.asked)}", _INDEX),),
    )


def _instead(search: Search, early: list[Release]) -> Iterator[str]:
    if early:
        yield f"The pre-release {early[-1].version} has."
    usual = [release for release in search.asked if reach.pythons([release], search.target) and not release.prerelease]
    if usual:
        pythons = reach.span(reach.pythons(usual[-1:], search.target))
        yield f"On this platform {TENSORFLOW[0]} {usual[-1].version} is the newest, for {reach.usual(search.target)} {pythons}."
