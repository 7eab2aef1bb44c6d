"""Snapshot.addons, from ``eks list-addons`` and, where they were asked, the descriptions."""

from msgspec import Struct

from checks.collect.source import Source, UnreadError
from checks.collect.wire import entries, one
from checks.parts.aws import EksAddons

RIGHTS = ("eks:ListAddons", "eks:DescribeAddon")

DESCRIBE = "aws/eks/describe-addon"


class _Addon(Struct, gc=False):
    status: str | None = None


class _Description(Struct, gc=False):
    addon: _Addon


def read(source: Source) -> EksAddons:
    """Every installed add-on with its status, "" where its description was not read.

    Raises UnreadError when the list itself was refused or not asked.
    """
    names = sorted(entries(source, EksAddons.ASKED, "addons", str))
    return EksAddons(status={name: _status(source, name) for name in names})


def _status(source: Source, name: str) -> str:
    try:
        return one(source, f"{DESCRIBE}/{name}", _Description, "addon").addon.status or ""
    except UnreadError:
        return ""  # that it is installed is known; how it fares is not
