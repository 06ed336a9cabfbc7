"""The shapes of the knowledge tables."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from kdoctor.model import RuleText, Severity

__all__ = ["MEASURED", "SWITCH", "Advice", "Effect", "Fact", "RuleText", "Severity", "Tolerated", "fact"]


#: What a row names that needs TF_USE_LEGACY_KERAS to be on: its `needs` is "legacy=on".
SWITCH = "legacy"


#: The source of what the laboratory, or a run by hand, has shown.
MEASURED = "measured on Linux x86_64, CPU"


class Effect(Enum):
    """What comes of it where a fact is not heeded."""

    EVERY_IMPORT = "every import fails"
    USAGE = "a usage fails"
    FEATURE = "a feature or an add-on fails"
    SILENT = "another result, without a word"


class Fact(NamedTuple):
    """One thing that is known to fail although metadata allows it: when all of `when` holds, `needs` must hold too.

    A condition is a role or distribution with a specifier ("tensorflow>=2.16", "python<3.12"; without a specifier: installed)
    or a circumstance ("backend=jax", "legacy=on", "system=windows", "machine=arm64", an environment variable: "X=1", "X!=1",
    "absent=tf-keras": a paste that names few distributions says that this one is missing).
    With a leading "!" a condition holds where the distribution is not installed, or not named where not all are known, with
    "~" unless it is known to be missing.
    The roles `tensorflow`, `keras` and `tf-keras` mean whichever distribution answers for that import. `needs` is such a
    condition on one distribution, or "legacy=on" or "legacy=off". With a leading "?" a missing distribution is no violation
    (its absence is another rule's affair), with "!" the distribution must not be installed; "{version}" in it stands for the
    version of the first distribution of `when`. Versions are judged by their release: 2.16.0.dev1 counts as 2.16.0.
    """

    rule: str
    when: tuple[str, ...]
    needs: str
    #: The components that do not work otherwise, as in Finding.breaks.
    breaks: frozenset[str]
    severity: Severity
    #: What happens, in one sentence.
    says: str
    #: Where that is known from.
    source: str
    #: The versions for which it was seen.
    observed: str
    effect: Effect

    def need(self, version: str | None) -> str:
        """Give `needs` with the version of the first distribution of `when` filled in."""
        return self.needs.replace("{version}", version or "0") if "{" in self.needs else self.needs


class Tolerated(NamedTuple):
    """A declared requirement that reality does not insist on: the violation is at most a warning.

    When `holder` (a condition) declares a requirement on `target` (a condition as well) and the installed version
    is one that `target` admits, the combination is known to work.
    """

    holder: str
    target: str
    says: str
    source: str
    severity: Severity = Severity.WARNING


class Advice(NamedTuple):
    """Popular advice that does not hold, and what is true instead."""

    #: The rule on whose page it stands.
    rule: str
    #: The advice as people give it.
    advice: str
    answer: str
    source: str
    #: Names of the runs that show it.
    runs: tuple[str, ...] = ()


def fact(  # noqa: D103 -- the constructor of a row: the fields are documented above.
    rule: str,
    when: str,
    needs: str,
    breaks: str,
    says: str,
    source: str,
    observed: str,
    severity: Severity = Severity.ERROR,
    effect: Effect | None = None,
) -> Fact:
    conditions = tuple(part.strip() for part in when.split(" and "))
    broken = frozenset(breaks.split())
    return Fact(rule, conditions, needs, broken, severity, says, source, observed, effect or _effect(broken))


def _effect(broken: frozenset[str]) -> Effect:
    """Tell from the components that do not work what fails, where the row does not say more."""
    if not broken:
        return Effect.FEATURE
    return Effect.EVERY_IMPORT if "tensorflow" in broken or broken >= {"keras", "tf.keras"} else Effect.USAGE
