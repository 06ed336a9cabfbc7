"""Why no set of releases reaches a goal: the requirements that exclude each other, the most telling first."""

from __future__ import annotations

from collections.abc import Sequence

from kdoctor import versions
from kdoctor.knowledge import reach
from kdoctor.knowledge.index import Release, installable
from kdoctor.model import Distribution
from kdoctor.solve.problem import Problem
from kdoctor.solve.wish import NEVER, Wish

#: Reasons given at most.
_MOST = 4
#: Pythons that wheels were made for, the newest first.
_PYTHONS = tuple(python for python in reversed(reach.PYTHONS) if python.startswith("3."))


def reasons(
    problem: Problem, kept: Distribution | None, others: Sequence[str], refused: Sequence[Wish], wanted: Sequence[str] = ()
) -> tuple[str, ...]:
    """Say in sentences why `kept` (None: nothing in particular) cannot stay with any release of `others`.

    `refused` is what was refused on the way, `wanted` what was to come in.
    """
    told = [_no_wheel(problem, kept, name) for name in others] if kept else []
    groups: dict[tuple[str, ...], list[Wish]] = {}
    for wish in refused:
        groups.setdefault((wish.parent, wish.name, wish.says or "", _side(problem, wish)), []).append(wish)
    chosen = _telling_groups(problem, kept, others, list(groups.values()))
    told += [_sentence(problem, group) for group in chosen]
    told += [] if told else [_out_of_reach(problem, name) for name in wanted]
    return tuple(dict.fromkeys(text for text in told if text))[:_MOST]


def _side(problem: Problem, wish: Wish) -> str:
    """Say whether a wish asks for something newer or older than what is installed: the two are told apart."""
    installed = problem.installed.get(wish.name)
    version = installed.version if installed else None
    return versions.side(version, wish.specifier) if version and not wish.admits(version) else ""


def _telling_groups(problem: Problem, kept: Distribution | None, others: Sequence[str], groups: Sequence[list[Wish]]) -> list[list[Wish]]:
    """Choose what refuses an installed version, best where something that cannot change says the opposite; first of all of the kept one."""
    hopeless = [one for one in ([wish for wish in group if _is_hopeless(problem, wish)] for group in groups) if one]
    if hopeless:
        return hopeless
    against = [group for group in groups if _refuses_installed(problem, group)]
    near = [group for group in against if kept and kept.name in (group[0].parent, group[0].name)]
    near = near or [group for group in against if {group[0].parent, group[0].name} & {*others, ""}] or against
    fixed = [group for group in groups if group not in against and not problem.movable(group[0].parent)]
    pairs = [[one, *opposed] for one in near if (opposed := [other for other in fixed if other[0].name == one[0].name])]
    return [group for pair in pairs for group in pair] or near or list(groups)


def _is_hopeless(problem: Problem, wish: Wish) -> bool:
    """Tell whether something installed requires what no release can be."""
    holder = problem.installed.get(wish.parent)
    asked_here = holder is not None and holder.version == wish.version and wish.name in problem.index.projects
    return asked_here and wish.says is None and not problem.admitted(wish)


def _refuses_installed(problem: Problem, group: Sequence[Wish]) -> bool:
    installed = problem.installed.get(group[0].name)
    return installed is None or any(not wish.admits(installed.version) for wish in group)


def _no_wheel(problem: Problem, kept: Distribution, name: str) -> str:
    """Say that the releases which would go with the kept one have no wheel here, and which is the newest Python that would do."""
    fitting = [r for r in problem.index.releases(name) if not (r.yanked or r.prerelease) and _agree(problem, kept, name, r.version)]
    if not fitting or any(installable(release, problem.target) is not False for release in fitting):
        return ""
    newest = versions.minor(fitting[-1].version)
    line = [release for release in fitting if versions.minor(release.version) == newest]
    python = _newest_python(problem, line)
    verb = "have" if len(line) > 1 else "has"
    which = f"{name} {_range([release.version for release in line])}, which would go with {kept.name} {kept.version}, {verb} no wheel for"
    here = ".".join((problem.target.python or "").split(".")[:2])
    if python and not any(installable(release, problem.target._replace(system=None, machine=None)) for release in line):
        return f"{which} Python {here}; Python {python} is the newest that would do"
    where = " ".join(word for word in (problem.target.system, problem.target.machine) if word)
    return f"{which} {where or 'this platform'}"


def _out_of_reach(problem: Problem, name: str) -> str:
    """Say that nothing of what was to come in can be had here."""
    if name not in problem.index.projects or name in problem.installed or problem.index.newest(name, problem.target):
        return ""
    return f"no final release of {name} has a wheel for {reach.in_words(problem.target) or 'this platform'}"


def _newest_python(problem: Problem, releases: Sequence[Release]) -> str | None:
    for python in _PYTHONS:
        if any(installable(release, problem.target._replace(python=python)) for release in releases):
            return python
    return None


def _agree(problem: Problem, kept: Distribution, name: str, version: str) -> bool:
    theirs = (*problem.dependencies(name, version), *problem.facts_on(name, version, frozenset()))
    ours = (*problem.standing.get(name, ()), *problem.facts_on(kept.name, kept.version, frozenset({name})))
    if any(wish.name == kept.name and not wish.admits(kept.version) for wish in theirs):
        return False
    return not any(wish.parent == kept.name and wish.name == name and not wish.admits(version) for wish in ours)


def _sentence(problem: Problem, group: Sequence[Wish]) -> str:
    first = group[0]
    if not first.parent:
        return first.says or ""
    releases = sorted({wish.version for wish in group if wish.version}, key=versions.sort_key)
    who = f"{first.parent} {_range(releases)}".rstrip()
    if first.says is not None:
        need = "" if first.specifier == NEVER else f" {_verb('need', releases)} {first.name}{first.specifier}"
        return f"{who}{need}: {first.says}"
    return f"{who} {_verb('require', releases)} {first.stands_for or first.name}{_telling(problem, group)}"


def _telling(problem: Problem, group: Sequence[Wish]) -> str:
    """Give the part of a specifier that refuses what is installed, the most lenient of several, exclusions of single releases aside."""
    installed = problem.installed.get(group[0].name)
    version = installed.version if installed else None
    parts = dict.fromkeys(clause.strip() for wish in group for clause in wish.specifier.split(",") if not clause.strip().startswith("!="))
    refusing = [clause for clause in parts if version and versions.satisfies(version, clause) is False]
    bounds = sorted(refusing, key=lambda clause: versions.sort_key(clause.lstrip("<>=~ ").removesuffix(".*")))
    if len(bounds) < 2:  # noqa: PLR2004 -- one bound needs no comparison.
        return bounds[0] if bounds else group[0].specifier
    end = {">": f"{bounds[0]} or newer", "<": f"{bounds[-1]} or older"}
    return end.get(bounds[0][0]) or f"{bounds[0]} to {bounds[-1]}"


def _verb(verb: str, releases: Sequence[str]) -> str:
    return verb if len(releases) > 1 else f"{verb}s"


def _range(releases: Sequence[str]) -> str:
    if len(releases) > 2:  # noqa: PLR2004 -- two are named both.
        return f"{releases[0]} to {releases[-1]}"
    return " and ".join(releases)
