"""Checks that texts are addresses and ranges before any check reckons with them.

Answers of a dual-stack cluster hold IPv6 beside IPv4; pod addresses are judged by IPv4, so IPv6 is left out.
"""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, ip_address, ip_network
from socket import AF_INET, inet_pton

from checks.collect.source import UnreadError
from checks.collect.wire import clip

_LENGTHS = {str(length): (1 << (32 - length)) - 1 for length in range(33)}
"""The bits of the host part for each prefix length."""


def ipv4_addresses(texts: Iterable[str | None]) -> tuple[str, ...]:
    """The IPv4 addresses among these texts, in order; missing ones are passed over.

    Raises UnreadError when a text is no address at all.
    """
    found = []
    for text in texts:
        if not text:
            continue
        if _is_ipv4(text):
            found.append(text)
    return tuple(found)


def number(address: str) -> int:
    """An IPv4 address as a number."""
    return int.from_bytes(inet_pton(AF_INET, address), "big")


def is_address(text: str) -> bool:
    """Whether the text is an IPv4 or IPv6 address."""
    return _packed(text) is not None or (":" in text and _is_ipv6(text))


def _is_ipv4(text: str) -> bool:
    if _packed(text) is not None:
        return True
    if not _is_ipv6(text):
        raise UnreadError(f"unreadable: {clip(text, 60)!r} where an address was expected")
    return False


def _packed(text: str) -> bytes | None:
    """An IPv4 address in four bytes: ten times as fast as ip_address, and as strict."""
    try:
        return inet_pton(AF_INET, text)
    except (OSError, ValueError):
        return None


def _is_ipv6(text: str) -> bool:
    try:
        return isinstance(ip_address(text), IPv6Address)
    except ValueError:
        return False


def ipv4_ranges(texts: Iterable[str | None]) -> tuple[str, ...]:
    """The IPv4 ranges among these texts, in order; missing ones are passed over.

    Raises UnreadError when a text is no range at all.
    """
    return tuple(range_ for text in texts if text and (range_ := _range(text)) is not None)


def _range(text: str) -> str | None:
    """The range as ip_network writes it; None for IPv6. Most stand there like that already."""
    address, _, length = text.partition("/")
    packed = _packed(address)
    if packed is not None and length in _LENGTHS and not int.from_bytes(packed, "big") & _LENGTHS[length]:
        return text
    return next((str(network) for network in networks([text])), None)


def networks(texts: Iterable[str | None]) -> list[IPv4Network]:
    """The IPv4 ranges among these texts as networks, in order. Raises UnreadError."""
    found = []
    for text in texts:
        if not text:
            continue
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            raise UnreadError(f"unreadable: {clip(text, 60)!r} where an address range was expected") from None
        if isinstance(network, IPv4Network):
            found.append(network)
    return found
