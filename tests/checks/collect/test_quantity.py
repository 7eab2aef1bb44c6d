from contextlib import suppress
from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.collect.quantity import milli, whole

SUFFIXES = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
    "e3": Decimal(1000),
    "E-3": Decimal("0.001"),
    "e+2": Decimal(100),
}


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [
        ("250m", 250),
        ("1", 1000),
        ("0.1", 100),
        (".5", 500),
        ("2.", 2000),
        ("1500u", 2),
        ("100n", 1),
        (2, 2000),
    ],
)
def test_cpu_in_thousandths(text: str | int, thousandths: int) -> None:
    assert milli(text) == thousandths


@pytest.mark.parametrize(
    ("text", "ones"),
    [
        ("1Ki", 1024),
        ("1.5Gi", 1610612736),
        ("128974848", 128974848),
        ("129e6", 129000000),
        ("129M", 129000000),
    ],
)
def test_memory_in_bytes(text: str, ones: int) -> None:
    assert whole(text) == ones


@given(
    st.integers(0, 10**6),
    st.integers(0, 999),
    st.sampled_from(sorted(SUFFIXES)),
    st.sampled_from(["", "+", "-"]),
)
def test_agrees_with_decimal_arithmetic(ones: int, fraction: int, suffix: str, sign: str) -> None:
    text = f"{sign}{ones}.{fraction:03}{suffix}"
    size = Decimal(f"{ones}.{fraction:03}") * SUFFIXES[suffix]
    up = int(size.to_integral_value(rounding=ROUND_CEILING))
    assert whole(text) == (-up if sign == "-" else up)
    up = int((size * 1000).to_integral_value(rounding=ROUND_CEILING))
    assert milli(text) == (-up if sign == "-" else up)


@pytest.mark.parametrize(
    "text", ["", ".", "-", "1 Gi", "1gi", "1KI", "0x1", "1e", "1e9999", "١", "1" * 65, "NaN", "1_000", "1ee3"]
)
def test_refuses_what_is_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="no quantity"):
        whole(text)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert isinstance(whole(text), int)
