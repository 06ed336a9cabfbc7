"""What a pasted traceback or log says: the lines that are known, each with its cause, the likeliest first.

`explain` is a pure function of the text (and of a report on the environment, where there is one), so everything that has
messages at hand may call it: `kdoctor explain FILE`, a probe with the errors that its imports died of, a pasted issue.

    causes = explain(probe.stderr)          # str or bytes; () = nothing known
    causes[0].topic, causes[0].rule, causes[0].confidence, causes[0].matched, causes[0].cause, causes[0].remedy

Nothing is imported of kdoctor's rules unless the text holds an installer's complaint, which they judge.
"""

from __future__ import annotations

from kdoctor.explain.matching import explain

__all__ = ["explain"]
