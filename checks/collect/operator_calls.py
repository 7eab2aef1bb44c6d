"""Whether the operator of this cluster calls EC2 at all, before others are asked about its calls."""

from checks.collect import cilium
from checks.collect.source import Source, UnreadError


def expect_calls(source: Source) -> None:
    """Raise UnreadError ("not asked") when cilium-config names a mode in which the operator needs no EC2.

    CloudTrail answers two lookups a second for a whole account, so nobody asks it in vain. With an unread
    ConfigMap the calls are expected.
    """
    try:
        config = cilium.read(source)
    except UnreadError:
        return
    if config.ipam_mode != "eni":
        raise UnreadError(f"not asked: in mode {config.ipam_mode} the operator calls no EC2")
