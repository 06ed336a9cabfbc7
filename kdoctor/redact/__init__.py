"""What may leave this machine: an allow-list, field by field, from a snapshot to a snapshot without anything private in it.

How the other parts use it:

- Before a document is made (JSON, Markdown, SARIF, a saved snapshot: anything but text on the owner's own terminal), the snapshot
  goes through `redacted` and is diagnosed only then: every finding, remedy and command is drawn from what is allowed already.
  `kdoctor.cli.options.take_snapshot(..., leaves=True)` does so; `kdoctor check` does it itself, since it may need both.
- Text on the terminal of the machine that was examined is drawn from `redacted_here(snapshot)`: places stay, since commands must
  work there; variables, keras.json and requirements are as typed as in documents.
- A new field of `Snapshot` needs a row in `FIELDS`; without one it is left out, and a test says so.
- Who shows a line of somebody's log or traceback shows what a known pattern matched; for a whole line there is `words.quotable`.

What is kept of a private thing is its shape: a folder becomes `dir1`, `dir-with-space1` or `dir-non-ascii1`, the same folder always
the same word; a value that is none of its variable's type becomes `other-value`. Redacting twice changes nothing more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kdoctor.model import Snapshot

#: Nothing private is written in a requirement without one of these; most requirements have none.
_TELLTALE = "[@:/\\\\]"


def redacted(snapshot: Snapshot, home: str | None = None) -> Snapshot:
    """Give the snapshot as it may leave the machine; `home` is the home folder, told as `~` wherever it lies."""
    from kdoctor.redact.fields import FIELDS  # noqa: PLC0415 -- start-up time: a plain check makes no document.
    from kdoctor.redact.places import Places  # noqa: PLC0415 -- the same.

    places = Places(home)
    return type(snapshot)(**{name: rule(getattr(snapshot, name), places) for name, rule in FIELDS.items()})


def redacted_here(snapshot: Snapshot) -> Snapshot:
    """Give the snapshot as it may be shown on its own machine's terminal: with its places, but typed in what holds secrets."""
    if snapshot.environment:
        from kdoctor.redact.places import Places  # noqa: PLC0415 -- start-up time: many have no variables.
        from kdoctor.redact.values import redact_variables  # noqa: PLC0415 -- the same.

        snapshot = snapshot._replace(environment=redact_variables(snapshot.environment, Places(keep=True)))
    if snapshot.keras_config:
        from kdoctor.redact.configuration import redact_config  # noqa: PLC0415 -- many have no keras.json.

        snapshot = snapshot._replace(keras_config=redact_config(snapshot.keras_config))
    if re.search(_TELLTALE, "\n".join("\n".join(one.requires) for one in snapshot.distributions if one.requires)):
        from kdoctor.redact.distributions import without_urls  # noqa: PLC0415 -- the metadata of most names no URL.

        snapshot = snapshot._replace(distributions=without_urls(snapshot.distributions))
    return snapshot
