"""Waits for a program's registrations before the SDK does.

The SDK (3.272, ``runtime/stack.py``, ``wait_for_rpcs``) awaits outstanding outputs one by one and goes through all of
them each time: with a thousand resources that alone takes longer than the engine. Waiting for them in bulk first leaves
it nothing to do. Whatever fails here is left to the SDK, which reports it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from pulumi.runtime.settings import SETTINGS


def settled(function: Callable[[], Any]) -> Callable[[], Awaitable[None]]:
    """The function, which then waits until nothing that it started is under way, or something has failed."""

    async def run() -> None:
        result = function()
        if isawaitable(result):
            await result
        await asyncio.sleep(0)  # registrations begin on the next turn of the loop
        while True:
            pending = [task for task in (*SETTINGS.rpc_manager.rpcs, *tuple(SETTINGS.outputs)) if not task.done()]
            if not pending:
                return
            done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
            if any(task.cancelled() or task.exception() is not None for task in done):
                return

    return run
