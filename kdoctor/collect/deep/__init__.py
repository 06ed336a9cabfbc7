"""What --deep looks at: the files on disk against the lists that came with them, and whether libraries can be loaded.

Nothing of the patient is executed or imported: lists, directories and the tables of ELF files are read, and no more of them than is
needed. Whatever is damaged comes out as a fault or as "could not read", never as an exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.collect.deep.family import family_of
from kdoctor.collect.deep.lists import read_lists
from kdoctor.collect.deep.modules import Links, audit_links
from kdoctor.collect.deep.shadows import conda_records, leftovers, shadows
from kdoctor.collect.search_path import build_search_path
from kdoctor.model import Disk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kdoctor.collect.interpreter import Answer
    from kdoctor.model import Snapshot

_HOLLOW = "the metadata is here, and not the files that are listed"


def look_deeper(snapshot: Snapshot, answer: Answer, environ: Mapping[str, str], cwd: str) -> Snapshot:
    """Return the snapshot with what is on disk; `answer` is what the patient said of itself."""
    paths = build_search_path(answer, environ, cwd)
    family = family_of(snapshot.distributions)
    lists = read_lists(family)
    links = Links(problem=_HOLLOW) if lists.hollow else audit_links(snapshot, answer, lists.owners, environ)
    unread = {"files on disk": _HOLLOW if lists.hollow else None, "links between libraries": links.problem}
    return snapshot._replace(
        unread={**snapshot.unread, **{what: why for what, why in unread.items() if why}},
        disk=Disk(
            files=None if lists.hollow else lists.faults,
            lists=lists.number,
            overlaps=() if lists.hollow else lists.overlaps,
            leftovers=leftovers(paths),
            shadows=shadows(paths, cwd, snapshot.distributions),
            conda=conda_records(answer.prefix, family),
            links=links.faults,
            modules=links.number,
            old_numpy=links.old_numpy,
            gpu_libraries=links.gpu_libraries,
        ),
    )
