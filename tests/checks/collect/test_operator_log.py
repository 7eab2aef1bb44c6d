from pathlib import Path

import pytest

from checks.collect.log_lines import MAX_LINE_CHARS, MAX_LINES
from checks.collect.operator_log import read
from checks.collect.recording import Recording
from checks.collect.source import UnreadError
from checks.parts.agents import OperatorLog
from tests.checks.collect.told import refusal, told

ASKED = OperatorLog.ASKED


def lines(raw: bytes) -> tuple[str, ...]:
    return read(told({ASKED: raw})).lines


def test_keeps_the_order_and_drops_empty_lines() -> None:
    assert lines(b"level=warning msg=one\n\nlevel=error msg=two\n") == (
        "level=warning msg=one",
        "level=error msg=two",
    )


def test_a_log_without_lines_is_an_answer(tmp_path: Path) -> None:
    recording = Recording(told({ASKED: b""}).write(tmp_path))
    assert read(recording) == OperatorLog()


def test_keeps_the_newest_lines() -> None:
    got = lines("\n".join(f"line {n}" for n in range(MAX_LINES + 5)).encode())
    assert (len(got), got[0], got[-1]) == (MAX_LINES, "line 5", f"line {MAX_LINES + 4}")


def test_cuts_long_lines() -> None:
    assert [len(line) for line in lines(b"x" * (3 * MAX_LINE_CHARS))] == [MAX_LINE_CHARS]


def test_takes_out_what_would_move_a_terminals_cursor() -> None:
    assert lines("\x1b[31mlevel=error\x1b[0m\x07 \u202emsg=a\tb\r\n".encode()) == ("level=error msg=a\tb",)


def test_a_line_of_json_with_an_error_in_it_is_a_line() -> None:
    raw = b'{"level":"warn","error":"AccessDenied"}\n{"level":"warn","error":"again"}\n'
    assert len(lines(raw)) == 2


def test_bytes_that_are_no_text_do_not_take_the_log_away() -> None:
    assert lines(b"good\n\xff\xfe bad\n")[0] == "good"


@pytest.mark.parametrize(("answers", "reason"), [({}, "not asked"), ({ASKED: refusal(ASKED)}, "refused: ")])
def test_a_log_that_was_not_read_is_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
