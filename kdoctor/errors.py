"""What kdoctor says when it cannot do its job."""

from __future__ import annotations


class KdoctorError(Exception):
    """A reason why kdoctor could not do its job, told in one line.

    `message` says what was wrong and where; `hint`, if any, what to try instead. The command line prints both and exits with 3.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
