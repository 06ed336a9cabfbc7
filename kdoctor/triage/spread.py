"""All cores at work on a stream of items, with the rows in the order of the items and memory that does not grow."""

from __future__ import annotations

import gc
import itertools
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.errors import KdoctorError
from kdoctor.triage.judging import Judge, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future

    from kdoctor.triage.items import Item

#: Items that travel to a worker together; batches that wait for each worker.
_BATCH, _WAITING = 200, 3


class Answer(NamedTuple):
    """An item by name and size, and what it holds."""

    name: str
    size: int
    row: Row


def spread(items: Iterable[Item], jobs: int, *, remedies: bool = False) -> Iterator[Answer]:
    """Judge items with so many processes and give the answers in order; few items are judged in this process.

    Raises KdoctorError where a worker was ended from outside.
    """
    # The command line switches the collection of garbage off for commands that end soon; this one may not.
    gc.enable()
    stream = iter(items)
    batches = iter(lambda: tuple(itertools.islice(stream, _BATCH)), ())
    first = next(batches, ())
    if jobs == 1 or len(first) < _BATCH:
        judge = Judge(remedies=remedies)
        for batch in itertools.chain((first,), batches):
            yield from _answers(judge, batch)
        return
    yield from _by_workers(itertools.chain((first,), batches), jobs, remedies=remedies)


def _by_workers(batches: Iterable[tuple[Item, ...]], jobs: int, *, remedies: bool) -> Iterator[Answer]:
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 -- few reports need none.
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 -- the same.

    pending: deque[Future[list[Answer]]] = deque()
    try:
        with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(remedies,)) as pool:
            try:
                for batch in batches:
                    pending.append(pool.submit(_work, batch))
                    if len(pending) > jobs * _WAITING:
                        yield from pending.popleft().result()
                while pending:
                    yield from pending.popleft().result()
            finally:
                for future in pending:
                    future.cancel()
    except BrokenProcessPool as error:
        raise KdoctorError("a worker process was ended from outside", "with less memory or in a container: --jobs 1") from error


_JUDGES: list[Judge] = []


def _begin(remedies: bool) -> None:  # noqa: FBT001 -- the pool passes arguments by position.
    import signal  # noqa: PLC0415 -- only workers need it.

    # Ctrl-C is for the parent, which ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.enable()
    _JUDGES[:] = [Judge(remedies=remedies)]


def _work(batch: tuple[Item, ...]) -> list[Answer]:
    return list(_answers(_JUDGES[0], batch))


def _answers(judge: Judge, batch: tuple[Item, ...]) -> Iterator[Answer]:
    for item in batch:
        yield Answer(item.name, item.size, judge.row(item))
