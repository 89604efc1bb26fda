"""Blocks of rows made in other processes, handed over in order, a few ahead of whoever loads them."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeVar

from catalogue.seeding.orders import OrderBlock, OrderReferences, OrderSeries
from catalogue.seeding.products import product_block
from catalogue.seeding.vocabulary import People, people, use_people

Argument = TypeVar("Argument")
Block = TypeVar("Block")

_PROCESSES = 2
_BLOCKS_AHEAD = 16
_FEW_ROWS = 4_000


@contextmanager
def producers(rows: int) -> Iterator[Executor]:
    """Where to make about `rows` rows: other processes, or a thread when that is too little to start one for."""
    executor: Executor
    if rows <= _FEW_ROWS:
        executor = ThreadPoolExecutor(1)
    else:
        executor = ProcessPoolExecutor(
            _PROCESSES,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(people(),),
        )
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


async def produce(
    executor: Executor, make: Callable[[Argument], Block], arguments: Sequence[Argument]
) -> AsyncIterator[Block]:
    """`make(argument)` for each argument, in order, at most sixteen ahead of the reader."""
    ahead: deque[Future[Block]] = deque()
    waiting = iter(arguments)
    while True:
        while len(ahead) < _BLOCKS_AHEAD and (argument := next(waiting, None)) is not None:
            with _interrupts_held_back():
                ahead.append(executor.submit(make, argument))
        if not ahead:
            return
        yield await asyncio.wrap_future(ahead.popleft())


def make_products(task: tuple[int, int, int]) -> bytes:
    """COPY text of the products of `(seed, block, last number)`."""
    seed, block, last = task
    return "".join(f"{line}\n" for line in product_block(seed, block, last=last)).encode()


def make_orders(task: tuple[int, OrderReferences, int, int, int]) -> OrderBlock:
    """The orders of `(seed, references, block, last number, id offset)`."""
    seed, references, block, last, id_offset = task
    return _order_series(seed, references).block(block, last=last, id_offset=id_offset)


@lru_cache(maxsize=1)
def _order_series(seed: int, references: OrderReferences) -> OrderSeries:
    return OrderSeries(seed, references)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Processes started meanwhile never see Ctrl-C, from their first instruction: it is the parent's to act on."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(known: People) -> None:
    """Set a process up: with the parent's vocabulary, and not to outlive it."""
    use_people(known)
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
