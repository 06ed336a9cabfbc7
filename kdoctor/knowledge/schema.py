"""The shapes of the knowledge tables."""

from __future__ import annotations

from typing import NamedTuple

from kdoctor.model import RuleText, Severity

__all__ = ["Fact", "RuleText", "Severity", "Tolerated", "fact"]


class Fact(NamedTuple):
    """One thing that is known to fail although metadata allows it: when all of `when` holds, `needs` must hold too.

    A condition is a role or distribution with a specifier ("tensorflow>=2.16", "python<3.12"; without a specifier: installed)
    or a circumstance ("backend=jax", "legacy=on", "system=windows", "machine=arm64", an environment variable: "X=1", "X!=1").
    The roles `tensorflow`, `keras` and `tf-keras` mean whichever distribution answers for that import. `needs` is such a
    condition on one distribution. With a leading "?" a missing distribution is no violation (its absence is another rule's
    affair), with "!" the distribution must not be installed; "{version}" in it stands for the version of the first
    distribution of `when`. Versions are judged by their release: 2.16.0.dev1 counts as 2.16.0.
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


def fact(  # noqa: D103 -- the constructor of a row: the fields are documented above.
    rule: str,
    when: str,
    needs: str,
    breaks: str,
    says: str,
    source: str,
    observed: str,
    severity: Severity = Severity.ERROR,
) -> Fact:
    conditions = tuple(part.strip() for part in when.split(" and "))
    return Fact(rule, conditions, needs, frozenset(breaks.split()), severity, says, source, observed)
