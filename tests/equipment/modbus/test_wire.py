"""Bytes that come in, cut anywhere and from anybody."""

import asyncio
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from equipment.drivers.base import LinkLost
from equipment.drivers.modbus.wire import Wire


class Line(asyncio.Transport):
    """Takes what is sent, and goes nowhere."""

    def write(self, data: bytes) -> None:
        self.sent = data

    def abort(self) -> None:
        pass


def frame(transaction: bytes, answer: bytes) -> bytes:
    return transaction + b"\0\0" + (len(answer) + 1).to_bytes(2, "big") + b"\1" + answer


answers = st.binary(min_size=1, max_size=253)


@given(st.lists(answers, max_size=3), answers, st.lists(st.integers(0, 900), max_size=5))
def test_the_answer_is_found_among_stale_ones_wherever_the_stream_is_cut(stale, answer, cuts):
    async def test() -> None:
        wire, line = Wire(1, 60), Line()
        wire.connection_made(line)
        asked = asyncio.ensure_future(wire.ask(b"\3\0\0\0\1"))
        await asyncio.sleep(0)
        stream = b"".join(frame(b"\xff\xff", other) for other in stale) + frame(line.sent[:2], answer)
        places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
        for begin, end in pairwise(places):
            wire.data_received(stream[begin:end])
        assert await asked == answer

    asyncio.run(test())


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_whatever_comes_is_an_answer_or_a_lost_link_and_no_error(chunks):
    async def test() -> None:
        wire, line = Wire(1, 60), Line()
        wire.connection_made(line)
        asked = asyncio.ensure_future(wire.ask(b"\3\0\0\0\1"))
        await asyncio.sleep(0)
        for chunk in chunks:
            wire.data_received(chunk)
        wire.connection_lost(None)
        (heard,) = await asyncio.gather(asked, return_exceptions=True)
        assert heard
        assert isinstance(heard, bytes | LinkLost)

    asyncio.run(test())
