"""What libsched raises when it refuses."""

from __future__ import annotations

from ._abi import sched_status as Status

__all__ = ["SchedError", "Status"]


class SchedError(ValueError):
    """An argument was refused. The message names it, its value, and what is accepted.

    Attributes:
        status: The library's number for the reason, one of :class:`Status`.
        place: Which character of a text, or which parameter of a list, it is about; ``None``
            where it is about no single one.
    """

    status: Status
    place: int | None

    def __init__(
        self, message: str, status: int = Status.SCHED_E_VALUE, place: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = Status(status)
        self.place = place
