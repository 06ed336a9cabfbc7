"""Why requirements cannot be had together: a chain of sentences, each with its versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kdoctor import versions
from kdoctor.knowledge import reach
from kdoctor.knowledge.wheel_tags import admits
from kdoctor.solve.fresh import Found
from kdoctor.solve.ground import Ask, Ground, is_missing

#: Sentences at most: more is a wall of text.
_MOST = 6


def because(ground: Ground, core: Sequence[Ask], found: Found) -> tuple[str, ...]:
    """Say why no set has all of `core`, from what was refused on the way."""
    told = [sentence for ask in core if (sentence := _out_of_reach(ground, ask))]
    if told:
        return tuple(told)
    names = {*found.at, *(ask.name for ask in core)}
    groups: dict[tuple[str, str], list[Ask]] = {}
    for ask in found.refused:
        if ask.parent and ask.name in names:
            groups.setdefault((ask.parent, ask.name), []).append(ask)
    near = {key: group for key, group in groups.items() if key[0] in names} or groups
    said = [_asked(ask) for ask in core]
    said += [sentence for group in near.values() for sentence in (*_sentences(group), _without_wheel(ground, core, group)) if sentence]
    return tuple(dict.fromkeys(said))[:_MOST]


def _asked(ask: Ask) -> str:
    extras = f"[{','.join(ask.extras)}]" if ask.extras else ""
    return f"a constraint admits only {ask.name}{ask.specifier}" if ask.limits else f"you ask for {ask.name}{extras}{ask.specifier}"


def _sentences(group: Sequence[Ask]) -> Iterator[str]:
    """Say what releases of one project require of another, neighbouring releases that say the same together."""
    by_specifier: dict[str, list[str]] = {}
    for ask in group:
        by_specifier.setdefault(ask.specifier, []).append(ask.version or "")
    rows = sorted(by_specifier.items(), key=lambda row: max(map(versions.sort_key, row[1])), reverse=True)
    for specifier, releases in rows[:2]:
        ordered = sorted(set(releases), key=versions.sort_key)
        which = ordered[0] if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"
        verb = "requires" if len(ordered) == 1 else "require"
        yield f"{group[0].parent} {which} {verb} {group[0].name}{_short(specifier)}"


def _without_wheel(ground: Ground, core: Sequence[Ask], group: Sequence[Ask]) -> str:
    """Say that what is required, within what is asked for, has no wheel here."""
    newest = max(group, key=lambda ask: versions.sort_key(ask.version or ""))
    if not _released(ground, newest):
        return f"the package index has no {newest.name}{newest.specifier}"
    specifier = ",".join(filter(None, (newest.specifier, *(ask.specifier for ask in core if ask.name == newest.name))))
    wanted = Ask(newest.name, specifier)
    return _out_of_reach(ground, wanted) if _released(ground, wanted) else ""


def _released(ground: Ground, ask: Ask) -> bool:
    """Tell whether there is any release that fulfils a requirement, as far as is known."""
    if not ground.holds(ask.name):
        return not is_missing(ask.name, [versions.exactly(ask.specifier) or ""])
    return any(ask.admits(one.version) for one in ground.known.releases(ask.name))


def _short(specifier: str) -> str:
    """Give a specifier without the single releases that it leaves out."""
    return ",".join(clause for clause in specifier.split(",") if not clause.strip().startswith("!=")) or specifier


def _out_of_reach(ground: Ground, ask: Ask) -> str:
    """Say that what a requirement admits was never released, or has no wheel here, and where it has."""
    asked = [release for release in ground.known.releases(ask.name) if ask.admits(release.version)]
    text = f"{ask.name}{ask.specifier}"
    if not asked:
        return f"there is no release {text}"
    if all(release.yanked for release in asked):
        return f"all releases {text} were taken back by their authors"
    final = [release for release in asked if not (release.prerelease or release.yanked)]
    if not final:
        return f"only pre-releases are {text}; to have one, ask for it by its version: {ask.name}=={asked[-1].version}"
    if any(ground.offers.can_be_had(ask.name, release) for release in final):
        return ""
    here = reach.in_words(ground.target) or "this platform"
    wheels = [release for release in final if release.tags]
    if (
        wheels
        and all(not admits(release.requires_python, ground.target.python) for release in wheels)
        and reach.fit_otherwise(wheels, ground.target)
    ):
        return f"{text} is not for {here}: its Requires-Python is {wheels[-1].requires_python}, which pip heeds (uv ignores upper bounds)"
    pythons, platforms = reach.pythons(final, ground.target), reach.platforms(final)
    where = (
        f"; it has wheels for Python {reach.span(pythons)} there"
        if pythons
        else f"; it has wheels for {', '.join(platforms)}"
        if platforms
        else ""
    )
    return f"{text} has no wheel for {here}{where}"
