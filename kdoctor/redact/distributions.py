"""Distributions: names, versions and requirements stay; URLs, credentials, addresses and places do not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kdoctor.redact import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kdoctor.model import Distribution
    from kdoctor.redact.places import Places

_NAME = r"(?a)[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?"
_INSTALLERS = (
    "pip",
    "uv",
    "conda",
    "poetry",
    "pdm",
    "setuptools",
    "hatch",
    "pipx",
    "pixi",
    "rye",
    "mamba",
    "micromamba",
    "debian",
    "rpm",
    "buildroot",
)
_VERSION = r"(?:\d!)?v?\d{1,8}(?:\.\d{1,8}){0,6}(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|post|dev)[-_.]?\d{0,10}){0,3}(?:\.\*)?"
_SPECIFIER = rf"(?:===?|~=|!=|<=|>=|<|>)\s*{_VERSION}(?:\+{words.LOCAL}(?:[._-]{words.LOCAL}){{0,3}})?"
_WORD = (
    "[Ll]inux2?|[Dd]arwin|[Ww]indows|win32|cygwin|posix|nt|java|x86_64|x86-64|amd64|AMD64|i[3-6]86|aarch64|arm64|ARM64|armv[678]l|ppc64le|s390x"
    "|riscv64|[Cc][Pp]ython|[Pp]y[Pp]y|emscripten|wasm32|tegra"
)
_VALUES = rf"(?:(?:{_WORD}|{_VERSION})?(?:[ ,|]{{1,3}}(?:{_WORD}|{_VERSION})){{0,8}})"
_MARKER_NAME = (
    "implementation_name|implementation_version|os_name|os\\.name|platform_machine|platform_python_implementation|platform_release"
    "|platform_system|platform_version|python_full_version|python_version|python_implementation|sys_platform|sys\\.platform"
)
_COMPARED = (
    rf"""(?:(?:{_MARKER_NAME})\s*(?:===?|!=|~=|<=|>=|<|>|not\s+in|in)\s*(?:'{_VALUES}'|"{_VALUES}")"""
    r"""|extra\s*==\s*(?:'[A-Za-z0-9._ -]{1,60}'|"[A-Za-z0-9._ -]{1,60}"))"""
)
_MARKER = rf"[(\s]*{_COMPARED}[)\s]*(?:(?:and|or)[(\s]*{_COMPARED}[)\s]*){{0,12}}"
#: A requirement in which nothing private has room.
_REQUIREMENT = (
    rf"(?a)\s*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]{{0,98}}[A-Za-z0-9])?)\s*(?P<extras>\[[A-Za-z0-9._, -]{{0,200}}\])?"
    rf"\s*(?P<versions>\(?\s*{_SPECIFIER}(?:\s*,\s*{_SPECIFIER}){{0,12}}\s*,?\s*\)?)?\s*(?P<marker>;\s*{_MARKER})?\s*"
)
#: The name in front of a URL or of a version that is not of the usual form.
_HEAD = r"(?a)\s*([A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?)\s*(\[[A-Za-z0-9._, -]{0,200}\])?\s*(?:@\s*[A-Za-z+]{2,12}:|[=~!<>(]|;|$)"
_TAIL = rf"(?a);\s*({_MARKER})\s*$"
_METADATA = r"(?:.+)\.(dist-info|egg-info|egg-link|egg)|METADATA|PKG-INFO"


def is_name(text: str) -> bool:
    """Tell whether a text is a distribution's name as the packaging specifications have it."""
    return re.fullmatch(_NAME, text) is not None


def redact_all(distributions: Iterable[Distribution], places: Places) -> tuple[Distribution, ...]:
    """Give the distributions as they may be shown; one whose name is none is called `unnamed`."""
    return tuple(_leaving(one, places) for one in distributions)


def without_urls(distributions: Iterable[Distribution]) -> tuple[Distribution, ...]:
    """Give the distributions with URLs and addresses dropped from what they require, all else as it is."""
    return tuple(one._replace(requires=_requirements(one.requires)) if one.requires else one for one in distributions)


def _leaving(one: Distribution, places: Places) -> Distribution:
    version = words.version(one.version)
    problem = "its version is none" if version is None and one.version is not None else words.sentence(one.problem, places)
    return one._replace(
        name=one.name if is_name(one.name) else "unnamed",
        version=version,
        requires=None if one.requires is None else _requirements(one.requires),
        requires_python=redact_specifiers(one.requires_python),
        location=places.place(one.location),
        metadata=_metadata(one),
        installer=words.one_of(one.installer, _INSTALLERS, "other") if one.installer else one.installer,
        problem=problem,
    )


def _metadata(one: Distribution) -> str | None:
    """Give the name of the metadata folder where it follows from the distribution's, else its kind alone."""
    found = re.fullmatch(_METADATA, one.metadata) if one.metadata else None
    if found is None:
        return None
    return (
        f"{one.name.replace('-', '_')}-{words.version(one.version)}.{found[1]}"
        if found[1] and is_name(one.name)
        else found[0]
        if not found[1]
        else found[1]
    )


def _requirements(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(shown for text in texts if (shown := redact_requirement(text)))


def redact_requirement(text: str) -> str:
    """Give a requirement by its name, extras, versions and marker; a URL in it is dropped.

    "" where it is none, or where its marker compares with something private.
    """
    if re.fullmatch(_REQUIREMENT, text):
        return text
    head, tail = re.match(_HEAD, text), re.search(_TAIL, text)
    if head is None or (";" in text and tail is None):
        # Without its marker a requirement would say more than it did.
        return ""
    named = head[1] + (head[2] or "")
    return named + (f" ; {tail[1].strip()}" if tail else "")


def redact_specifiers(text: str | None) -> str | None:
    """Give a version specifier; None where it is none."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    return text if all(re.fullmatch(rf"{_SPECIFIER}|", part, re.ASCII) for part in parts) else None
