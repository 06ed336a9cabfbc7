"""What somebody requires of one distribution."""

from __future__ import annotations

from typing import NamedTuple

from kdoctor import versions

#: What is refused by every version: how "must not be installed" is said to a resolver.
NEVER = "<0.dev0"


class Wish(NamedTuple):
    """A requirement on one distribution, and on whose behalf it is made ("" = the goal itself)."""

    name: str
    specifier: str
    parent: str
    #: The version of the parent, None for the goal itself or where it is unknown.
    version: str | None = None
    #: What a curated fact says; None = declared in metadata.
    says: str | None = None
    #: The name in the metadata, where another distribution answers for it.
    stands_for: str = ""

    @property
    def lenient(self) -> bool:
        """Whether a pre-release counts as the release that it leads up to: for facts, and for stand-ins such as nightly builds."""
        return self.says is not None or bool(self.stands_for)

    def admits(self, version: str | None) -> bool:
        """Tell whether a version fulfils the wish; a version that cannot be judged is let through."""
        judged = versions.base(version) if self.lenient else version
        return versions.satisfies(judged, self.specifier) is not False
