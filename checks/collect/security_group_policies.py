"""Snapshot.security_group_policies, from the list of the VPC resource controller's SecurityGroupPolicies."""

import msgspec

from checks.collect.selectors import SelectorItem, selector
from checks.collect.source import Source
from checks.collect.wire import Item, items
from checks.parts.neighbours import SecurityGroupPolicies, SecurityGroupPolicy

RIGHTS = ("list vpcresources.k8s.aws/securitygrouppolicies",)


class _Groups(msgspec.Struct, gc=False, rename="camel"):
    group_ids: tuple[str, ...] | None = None


class _Spec(msgspec.Struct, gc=False, rename="camel"):
    pod_selector: SelectorItem | None = None
    security_groups: _Groups | None = None


class _Policy(Item, gc=False):
    spec: _Spec = msgspec.field(default_factory=_Spec)


def read(source: Source) -> SecurityGroupPolicies:
    """Every policy, sorted; none where the definition is not installed. Raises UnreadError."""
    listed = items(source, SecurityGroupPolicies.ASKED, _Policy, "SecurityGroupPolicy", optional=True)
    found = [_policy(item) for item in listed]
    return SecurityGroupPolicies(items=tuple(sorted(found, key=lambda p: (p.namespace, p.name))))


def _policy(item: _Policy) -> SecurityGroupPolicy:
    spec = item.spec
    return SecurityGroupPolicy(
        namespace=item.metadata.namespace or "",
        name=item.metadata.name,
        pods=selector(spec.pod_selector or SelectorItem()),
        groups=(spec.security_groups.group_ids if spec.security_groups else None) or (),
    )
