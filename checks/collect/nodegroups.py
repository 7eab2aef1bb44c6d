"""Snapshot.nodegroups, from ``eks list-nodegroups`` and ``eks describe-nodegroup``."""

from msgspec import Struct

from checks.collect.source import Source, UnreadError
from checks.collect.wire import entries, one
from checks.parts.aws import NodeGroup, NodeGroups

RIGHTS = ("eks:ListNodegroups", "eks:DescribeNodegroup")

DESCRIBE = "aws/eks/describe-nodegroup"


class _Scaling(Struct, gc=False, rename="camel"):
    desired_size: int | None = None
    max_size: int | None = None


class _Template(Struct, gc=False):
    id: str | None = None
    name: str | None = None


class _Issue(Struct, gc=False):
    code: str | None = None


class _Health(Struct, gc=False):
    issues: tuple[_Issue, ...] | None = None


class _Group(Struct, gc=False, rename="camel"):
    instance_types: tuple[str, ...] | None = None
    ami_type: str | None = None
    launch_template: _Template | None = None
    scaling_config: _Scaling | None = None
    subnets: tuple[str, ...] | None = None
    health: _Health | None = None


class _Description(Struct, gc=False):
    nodegroup: _Group


def read(source: Source) -> NodeGroups:
    """Every managed node group; one whose description was not read has its name only.

    Raises UnreadError when the list itself was refused or not asked.
    """
    names = sorted(entries(source, NodeGroups.ASKED, "nodegroups", str))
    return NodeGroups(items=tuple(_group(source, name) for name in names))


def _group(source: Source, name: str) -> NodeGroup:
    try:
        return _described(name, one(source, f"{DESCRIBE}/{name}", _Description, "nodegroup").nodegroup)
    except UnreadError:
        return NodeGroup(name=name)  # that it exists is known; how it is made is not


def _described(name: str, raw: _Group) -> NodeGroup:
    scaling = raw.scaling_config or _Scaling()
    issues = raw.health.issues if raw.health else None
    return NodeGroup(
        name=name,
        instance_types=raw.instance_types or (),
        ami_type=raw.ami_type,
        launch_template=raw.launch_template is not None,
        desired=scaling.desired_size,
        maximum=scaling.max_size,
        subnets=raw.subnets or (),
        health_issues=tuple(issue.code for issue in issues or () if issue.code),
    )
