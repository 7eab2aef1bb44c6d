"""Tags of AWS resources as the parts hold labels."""

from collections.abc import Iterable

from msgspec import Struct

from checks.parts.kubernetes import Labels


class Tag(Struct, gc=False, rename="pascal"):
    """One ``Tags[]`` or ``TagSet[]``; a tag without a value is an empty one."""

    key: str
    value: str | None = None


def labels(tags: Iterable[Tag] | None) -> Labels:
    """The pairs sorted by key; none where there are no tags."""
    return tuple(sorted((tag.key, tag.value or "") for tag in tags or ()))
