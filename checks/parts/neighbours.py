"""What objects beside Cilium's own say of its work: a ServiceAccount, ConfigMaps, AWS's custom resources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import ClassVar

from checks.parts.policies import Selector


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorServiceAccount:
    """The operator's ServiceAccount. ``role_arn``: the IAM role that its annotation names, if any."""

    ASKED: ClassVar[str] = "kubernetes/api/v1/namespaces/kube-system/serviceaccounts/cilium-operator"
    namespace: str = "kube-system"
    role_arn: str | None = None

    @property
    def asked(self) -> str:
        """The path it was read from, in this cluster's Cilium namespace."""
        return self.ASKED.replace("/kube-system/", f"/{self.namespace}/")

    @property
    def role(self) -> str | None:
        """The role's name: the last word of its ARN."""
        return self.role_arn.rsplit("/", 1)[-1] if self.role_arn else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CniConfiguration:
    """The ConfigMap with a CNI configuration of one's own, and what its Cilium plug-in asks of nodes.

    ``eni`` and ``ipam`` are the plug-in's stanzas, flattened: dotted key to JSON text ("subnet-tags.role" to
    '"pods"'). ``exists`` False: the ConfigMap is not there.
    """

    ASKED: ClassVar[str] = "kubernetes/api/v1/namespaces/kube-system/configmaps/cni-configuration"
    exists: bool = False
    eni: Mapping[str, str] = field(default_factory=dict)
    ipam: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IpMasqAgent:
    """The ConfigMap ip-masq-agent: ranges to which pods keep their addresses.

    ``exists`` False: the ConfigMap is not there, and Cilium's agent takes its own defaults.
    """

    ASKED: ClassVar[str] = "kubernetes/api/v1/namespaces/kube-system/configmaps/ip-masq-agent"
    exists: bool = False
    ranges: tuple[IPv4Network, ...] = ()
    masq_link_local: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroupPolicy:
    """One SecurityGroupPolicy: security groups for the pods of one namespace that it selects."""

    namespace: str
    name: str
    pods: Selector = field(default_factory=Selector)
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class SecurityGroupPolicies:
    """Every SecurityGroupPolicy; none where the definition is not installed."""

    ASKED: ClassVar[str] = "kubernetes/apis/vpcresources.k8s.aws/v1beta1/securitygrouppolicies"
    items: tuple[SecurityGroupPolicy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetGroupBinding:
    """One TargetGroupBinding: the Service whose endpoints are a target group's targets, by their type."""

    namespace: str
    name: str
    service: str
    target_type: str  # "ip" or "instance"


@dataclass(frozen=True)
class TargetGroupBindings:
    """Every TargetGroupBinding; none where the definition is not installed."""

    ASKED: ClassVar[str] = "kubernetes/apis/elbv2.k8s.aws/v1beta1/targetgroupbindings"
    items: tuple[TargetGroupBinding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRedirectPolicy:
    """One CiliumLocalRedirectPolicy: from a Service or an address to pods on the same node."""

    namespace: str
    name: str
    service: tuple[str, str] | None = None  # namespace, name
    address: str | None = None
    backend: Selector = field(default_factory=Selector)


@dataclass(frozen=True)
class LocalRedirectPolicies:
    """Every CiliumLocalRedirectPolicy; none where the definition is not installed."""

    ASKED: ClassVar[str] = "kubernetes/apis/cilium.io/v2/ciliumlocalredirectpolicies"
    items: tuple[LocalRedirectPolicy, ...] = ()
