"""Long texts are read beside the event loop, one after another."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ogpgraph.engine.job import LimitReached
from ogpgraph.protocol import refusals, requests
from ogpgraph.protocol.errors import Refused
from ogpgraph.serve.exchange import begin
from ogpgraph.serve.long_texts import LONGEST_AT_ONCE, LongTexts
from ogpgraph.serve.releases import Releases
from ogpgraph.serve.update import Writes
from ogpgraph.settings import Settings


def reading_thread(length: int) -> threading.Thread:
    return asyncio.run(LongTexts(1).read(length, threading.current_thread))


def test_only_long_texts_cost_a_thread() -> None:
    assert reading_thread(LONGEST_AT_ONCE) is threading.current_thread()
    assert reading_thread(LONGEST_AT_ONCE + 1) is not threading.current_thread()


def test_long_texts_are_read_one_after_another() -> None:
    texts, reading, most = LongTexts(10), [0], [0]
    pause = threading.Event()

    def read() -> None:
        reading[0] += 1
        most[0] = max(most[0], reading[0])
        pause.wait(0.02)
        reading[0] -= 1

    async def main() -> None:
        await asyncio.gather(*(texts.read(LONGEST_AT_ONCE + 1, read) for _ in range(5)))

    asyncio.run(main())
    assert most == [1]


def test_who_waits_too_long_is_told_so_and_the_next_is_read() -> None:
    texts, go = LongTexts(1), threading.Event()

    async def main() -> str:
        first = asyncio.create_task(texts.read(LONGEST_AT_ONCE + 1, go.wait))
        await asyncio.sleep(0)  # now it is its turn
        with pytest.raises(LimitReached) as reached:
            await texts.read(LONGEST_AT_ONCE + 1, str)
        assert (reached.value.status, reached.value.limit, reached.value.retry_seconds) == (503, "queue_seconds", 1)
        go.set()
        await first
        return await texts.read(LONGEST_AT_ONCE + 1, str, "next")

    assert asyncio.run(main()) == "next"


def test_an_error_of_a_long_text_is_raised_and_frees_the_turn() -> None:
    texts = LongTexts(1)

    async def main() -> None:
        for _ in range(2):
            with pytest.raises(ValueError, match="invalid literal"):
                await texts.read(LONGEST_AT_ONCE + 1, int, "no number")

    asyncio.run(main())


def test_a_long_update_is_judged_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(update_token="a token")
    readers: list[threading.Thread] = []

    def check(*_: object) -> None:
        readers.append(threading.current_thread())
        raise Refused("it is only asked who reads")

    monkeypatch.setattr(refusals, "check", check)

    async def main() -> None:
        writes = Writes(Releases(settings), settings)
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/update",
            "headers": [(b"authorization", b"Bearer a token")],
        }
        begin(scope, 0)
        for length in (LONGEST_AT_ONCE, LONGEST_AT_ONCE + 1):
            with pytest.raises(Refused):
                await writes(scope, requests.Update("x" * length))

    asyncio.run(main())
    assert [reader is threading.current_thread() for reader in readers] == [True, False]
