"""HL7 over a real socket: AA only for what is stored, every other message answered with what is wrong."""

import asyncio
import ipaddress
import random
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, text

from clinical.catalogue import load as load_catalogue
from record import database, release_rules
from record.hl7v2.segments import Segment, segments
from record.mllp.frames import Framer, FrameTooLong, framed
from record.mllp.listener import Limits, Listener
from record.mllp.receiving import Receiver
from record.tables import audit_event, import_batch, observation
from tests.record.samples import hl7

POTASSIUM = "OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|3.5-5.1|H|||F"


def count(engine: Engine, table: Any = observation) -> int:
    with database.reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def rows(engine: Engine) -> list[Any]:
    with database.reading(engine) as connection:
        return list(connection.execute(select(observation).order_by(observation.c.created_at)))


class Line:
    """A laboratory's end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, *messages: str | bytes) -> None:
        raw = [m if isinstance(m, bytes) else framed(m.encode()) for m in messages]
        self.writer.write(b"".join(raw))
        await self.writer.drain()

    async def answer(self) -> dict[str, Segment]:
        """The next acknowledgement, by segment name; AssertionError when the line is closed."""
        async with asyncio.timeout(10):
            raw = await self.reader.readuntil(b"\x1c\r")
        assert raw[:1] == b"\x0b"
        return {each.name: each for each in segments(raw[1:-2].decode().rstrip("\r"))}

    async def ask(self, message: str | bytes) -> dict[str, Segment]:
        await self.send(message)
        return await self.answer()

    async def closed(self) -> bool:
        async with asyncio.timeout(10):
            return await self.reader.read() == b""


def talk(
    engine: Engine, scene: Callable[[Callable[[], Awaitable[Line]], Listener], Awaitable[None]], **limits: Any
) -> None:
    """Play a scene with a listener; `scene` opens as many lines as it wants."""

    async def play() -> None:
        async with listening(engine, **limits) as (listener, port):
            lines: list[Line] = []

            async def open_line() -> Line:
                lines.append(Line(*await asyncio.open_connection("127.0.0.1", port)))
                return lines[-1]

            await scene(open_line, listener)
            for line in lines:
                line.writer.close()

    asyncio.run(play())


@asynccontextmanager
async def listening(engine: Engine, **limits: Any) -> Any:
    listener = Listener(Receiver(engine, load_catalogue(), release_rules.load()), limits=Limits(**limits))
    port = await listener.start("127.0.0.1", 0)
    try:
        yield listener, port
    finally:
        await listener.stop()


def msa(answer: dict[str, Segment]) -> tuple[str, str]:
    return answer["MSA"][1], answer["MSA"][2]


def test_a_message_is_stored_and_then_acknowledged(engine: Engine) -> None:
    async def scene(line: Any, _: Listener) -> None:
        answer = await (await line()).ask(hl7(POTASSIUM))
        assert count(engine) == 1, "AA is said after the commit"
        assert msa(answer) == ("AA", "MSG1")
        assert "ERR" not in answer
        header = answer["MSH"]
        assert [header[index] for index in (3, 4, 5, 6)] == ["KITH", "CLINIC", "LIS", "LAB"]
        assert (header.part(9, 1), header[11], header[12]) == ("ACK", "P", "2.5.1")

    talk(engine, scene)
    (row,) = rows(engine)
    assert (row.code, row.value, row.interpretation) == ("2823-3", "5.9", "H")
    with database.reading(engine) as connection:
        assert connection.scalars(select(audit_event.c.agent)).all() == ["kith mllp"]


def test_a_duplicate_is_acknowledged_and_changes_nothing(engine: Engine) -> None:
    async def scene(line: Any, _: Listener) -> None:
        one = await line()
        await one.ask(hl7(POTASSIUM))
        before = count(engine), count(engine, import_batch), count(engine, audit_event)
        again = await one.ask(hl7(POTASSIUM))
        elsewhere = await (await line()).ask(hl7(POTASSIUM).replace("|20260301120000|", "|20260301120959|"))
        assert msa(again) == msa(elsewhere) == ("AA", "MSG1")
        assert (count(engine), count(engine, import_batch), count(engine, audit_event)) == before

    talk(engine, scene)


def test_the_same_message_on_many_lines_at_once_is_taken_once(engine: Engine) -> None:
    async def scene(line: Any, _: Listener) -> None:
        lines = [await line() for _ in range(6)]
        answers = await asyncio.gather(*(each.ask(hl7(POTASSIUM)) for each in lines))
        assert {msa(answer) for answer in answers} == {("AA", "MSG1")}

    talk(engine, scene)
    assert count(engine) == 1


CORRECTIONS = [
    # OBX-11 and value of the second message, and what stands in the end
    ("C", "4.9", {("5.9", "entered-in-error"), ("4.9", "corrected")}),
    ("D", "5.9", {("5.9", "entered-in-error")}),
    ("W", "5.9", {("5.9", "entered-in-error")}),
]


@pytest.mark.parametrize(("status", "value", "left"), CORRECTIONS)
def test_corrections_by_the_results_status(engine: Engine, status: str, value: str, left: set[Any]) -> None:
    async def scene(line: Any, _: Listener) -> None:
        one = await line()
        await one.ask(hl7(POTASSIUM))
        obx = f"OBX|1|NM|2823-3^Potassium^LN||{value}|mmol/L|3.5-5.1||||{status}"
        assert msa(await one.ask(hl7(obx, control="MSG2"))) == ("AA", "MSG2")

    talk(engine, scene)
    assert {(row.value, row.status) for row in rows(engine)} == left


def test_several_messages_in_one_write_are_answered_in_order(engine: Engine) -> None:
    async def scene(line: Any, _: Listener) -> None:
        one = await line()
        await one.send(*(hl7(POTASSIUM.replace("5.9", f"5.{n}"), control=f"M{n}") for n in range(4)))
        answers = [await one.answer() for _ in range(4)]
        assert [msa(answer) for answer in answers] == [("AA", f"M{n}") for n in range(4)]

    talk(engine, scene)
    assert count(engine) == 4


def test_a_bad_message_between_good_ones_stops_nobody(sqlite_engine: Engine) -> None:
    bad = hl7("OBX|1|NM|2951-2^Sodium^LN||140||||||F", "OBX|2|NM|2823-3^K^LN||5.9||||||Q", control="BAD")

    async def scene(line: Any, _: Listener) -> None:
        one = await line()
        await one.send(bad, hl7(POTASSIUM))
        refused, taken = await one.answer(), await one.answer()
        assert msa(refused) == ("AE", "BAD")
        assert refused["ERR"].components(refused["ERR"][2]) == ["OBX", "2", "11"]
        assert "result status" in refused["ERR"][8]
        assert msa(taken) == ("AA", "MSG1")

    talk(sqlite_engine, scene)
    assert [row.code for row in rows(sqlite_engine)] == ["2823-3"], "nothing of the bad one"


REFUSED = [
    # message, MSA-1, ERR-2, ERR-3
    (hl7(POTASSIUM).replace("ORU^R01^ORU_R01", "ADT^A01^ADT_A01"), "AR", "MSH^1^9", "200"),
    (hl7(POTASSIUM, control=""), "AE", "MSH^1^10", "101"),
    (hl7(POTASSIUM, pid="PID|1||1^^^L||A^B||soon"), "AE", "PID^1^7", "102"),
    (hl7(POTASSIUM, pid="PID|1||||Kept"), "AE", "", "101"),
    (hl7("OBX|1|NM|||5.9||||||F"), "AE", "OBX^1^3", "101"),
    (hl7(POTASSIUM) + "\r" + hl7(POTASSIUM, control="B"), "AR", "MSH^1", "102"),
    ("hello", "AR", "MSH^1", "102"),
    ("", "AR", "MSH^1", "102"),
]


@pytest.mark.parametrize(("message", "code", "where", "error"), REFUSED)
def test_what_is_wrong_is_said_with_its_field(
    sqlite_engine: Engine, message: str, code: str, where: str, error: str
) -> None:
    async def scene(line: Any, _: Listener) -> None:
        answer = await (await line()).ask(message)
        assert answer["MSA"][1] == code
        assert answer["ERR"][2] == where
        assert answer["ERR"].part(3, 1) == error
        assert answer["ERR"][8]

    talk(sqlite_engine, scene)
    assert count(sqlite_engine) == count(sqlite_engine, import_batch) == 0


def test_an_answer_never_holds_a_value_or_a_name(sqlite_engine: Engine) -> None:
    async def scene(line: Any, _: Listener) -> None:
        one = await line()
        await one.send(hl7("OBX|1|NM|2823-3^K^LN||777||||||F|||noon"))
        async with asyncio.timeout(10):
            raw = await one.reader.readuntil(b"\x1c\r")
        assert b"AE" in raw
        assert not any(word in raw for word in (b"777", b"noon", b"Kept", b"MRN-1"))

    talk(sqlite_engine, scene)


def test_a_message_in_pieces_is_one_message(sqlite_engine: Engine) -> None:
    async def scene(line: Any, _: Listener) -> None:
        one = await line()
        raw = framed(hl7(POTASSIUM).encode())
        for at in range(0, len(raw), 7):
            one.writer.write(raw[at : at + 7])
            await one.writer.drain()
            await asyncio.sleep(0)
        assert msa(await one.answer()) == ("AA", "MSG1")

    talk(sqlite_engine, scene)


def test_half_a_message_is_nothing(sqlite_engine: Engine) -> None:
    async def scene(line: Any, _: Listener) -> None:
        one = await line()
        await one.send(framed(hl7(POTASSIUM).encode())[:-20])
        one.writer.write_eof()
        assert await one.closed(), "no acknowledgement for half a message"

    talk(sqlite_engine, scene)
    assert count(sqlite_engine) == 0


def test_a_message_that_stops_midway_is_given_up(sqlite_engine: Engine) -> None:
    async def scene(line: Any, _: Listener) -> None:
        one = await line()
        await one.send(b"\x0bMSH|^~")
        assert await one.closed()

    talk(sqlite_engine, scene, midway=0.2)


def test_a_message_that_is_too_long_is_rejected_and_the_line_closed(sqlite_engine: Engine) -> None:
    async def scene(line: Any, _: Listener) -> None:
        one = await line()
        answer = await one.ask(hl7(POTASSIUM, "OBX|2|TX|1^Note^L||" + "x" * 5000))
        assert msa(answer) == ("AR", "MSG1")
        assert "longer" in answer["ERR"][8]
        assert await one.closed()
        assert msa(await (await line()).ask(hl7(POTASSIUM))) == ("AA", "MSG1")

    talk(sqlite_engine, scene, longest=4000)
    assert count(sqlite_engine) == 1


def test_what_cannot_be_stored_is_not_acknowledged(sqlite_engine: Engine) -> None:
    async def scene(line: Any, _: Listener) -> None:
        with sqlite_engine.begin() as connection:
            connection.execute(text("ALTER TABLE import_batch RENAME TO away"))
        one = await line()
        answer = await one.ask(hl7(POTASSIUM))
        assert msa(answer) == ("AR", "MSG1")
        assert answer["ERR"].part(3, 1) == "207"
        with sqlite_engine.begin() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO import_batch"))
        assert msa(await one.ask(hl7(POTASSIUM))) == ("AA", "MSG1"), "sent again, it is taken"

    talk(sqlite_engine, scene)
    assert count(sqlite_engine) == 1


def test_told_to_stop_it_finishes_what_it_holds(sqlite_engine: Engine) -> None:
    async def scene(line: Any, listener: Listener) -> None:
        one = await line()
        await one.send(hl7(POTASSIUM))
        for _ in range(200):
            if listener.busy:
                break
            await asyncio.sleep(0.001)
        await listener.stop()
        try:
            assert msa(await one.answer()) == ("AA", "MSG1")
        finally:
            assert count(sqlite_engine) == 1

    talk(sqlite_engine, scene)


def test_more_lines_than_it_holds_are_turned_away(sqlite_engine: Engine) -> None:
    async def scene(line: Any, _: Listener) -> None:
        first = await line()
        await first.ask(hl7(POTASSIUM))
        assert await (await line()).closed()

    talk(sqlite_engine, scene, connections=1)


PEERS = [
    ("198.51.100.7", (), False),
    ("198.51.100.7", ("198.51.100.0/24",), True),
    ("198.51.101.7", ("198.51.100.0/24",), False),
    ("127.0.0.1", (), True),
    ("::1", (), True),
    ("::ffff:127.0.0.1", (), True),
    ("::ffff:198.51.100.7", ("198.51.100.7",), True),
    ("fe80::1%eth0", (), False),
]


@pytest.mark.parametrize(("host", "named", "welcome"), PEERS)
def test_who_may_send(sqlite_engine: Engine, host: str, named: tuple[str, ...], welcome: bool) -> None:
    receiver = Receiver(sqlite_engine, load_catalogue(), release_rules.load())
    listener = Listener(receiver, [ipaddress.ip_network(each) for each in named])
    assert listener.knows(host) is welcome


LATIN = "PID|1||MRN-1^^^LAB^MR||Núñez^José||19800310|F"
CHARSETS = [
    ("UNICODE UTF-8", "utf-8", "AA"),
    ("8859/1", "iso8859-1", "AA"),
    ("", "utf-8", "AA"),
    ("", "iso8859-1", "AE"),
    ("8859/1~UNICODE UTF-8", "iso8859-1", "AA"),
    ("JAS2020", "utf-8", "AE"),
]


@pytest.mark.parametrize(("named", "encoding", "code"), CHARSETS)
def test_character_sets(sqlite_engine: Engine, named: str, encoding: str, code: str) -> None:
    message = hl7(POTASSIUM, pid=LATIN).replace("|2.5.1\r", f"|2.5.1||||||{named}\r", 1)

    async def scene(line: Any, _: Listener) -> None:
        answer = await (await line()).ask(framed(message.encode(encoding)))
        assert answer["MSA"][1] == code

    talk(sqlite_engine, scene)
    assert count(sqlite_engine) == (1 if code == "AA" else 0)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    messages=st.lists(st.binary(max_size=60).map(lambda raw: raw.translate(None, b"\x0b\x1c")), max_size=5),
    noise=st.binary(max_size=8).map(lambda raw: raw.translate(None, b"\x0b")),
    seed=st.integers(0, 2**32),
)
def test_frames_are_the_same_however_the_stream_is_cut(
    messages: list[bytes], noise: bytes, seed: int
) -> None:
    stream = noise + noise.join(framed(message) for message in messages)
    chance, framer, found, at = random.Random(seed), Framer(1000), [], 0
    while at < len(stream):
        size = chance.randint(1, 20)
        found += framer.feed(stream[at : at + size])
        at += size
    assert found == messages


def test_a_frame_begun_anew_forgets_the_half_before() -> None:
    assert list(Framer(100).feed(b"\x0bhalf\x0bwhole\x1c\r")) == [b"whole"]


def test_a_frame_too_long_says_how_it_begins() -> None:
    with pytest.raises(FrameTooLong) as caught:
        list(Framer(10).feed(b"\x0bMSH|^~\\&|A|B|"))
    assert caught.value.head.startswith(b"MSH")


def test_nobody_listens_where_someone_does(sqlite_engine: Engine) -> None:
    async def play() -> None:
        async with listening(sqlite_engine) as (_, port):
            other = Listener(Receiver(sqlite_engine, load_catalogue(), release_rules.load()))
            with pytest.raises(OSError, match="address"):
                await other.start("127.0.0.1", port)

    asyncio.run(play())
