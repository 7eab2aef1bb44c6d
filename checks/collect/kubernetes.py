"""Snapshot.kubernetes, from the API server's own version."""

import msgspec

from checks.collect.source import Source
from checks.collect.wire import one
from checks.parts.kubernetes import KubernetesVersion

RIGHTS = ("get /version",)


class _Version(msgspec.Struct, gc=False, rename="camel"):
    git_version: str


def read(source: Source) -> KubernetesVersion:
    """Read the running version. Raises UnreadError."""
    return KubernetesVersion(
        git_version=one(source, KubernetesVersion.ASKED, _Version, "version").git_version
    )
