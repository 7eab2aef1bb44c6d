"""Answers that every cluster gives and that hold little: empty lists, ConfigMaps, missing definitions."""

from tests.builder.clock import Object, ago
from tests.builder.objects import listing, metadata
from tests.builder.system import System

COREFILE = """.:53 {
    errors
    health {
        lameduck 5s
      }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
    }
    prometheus :9153
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
}
"""
NOT_INSTALLED: Object = {
    "kind": "Status",
    "apiVersion": "v1",
    "metadata": {},
    "status": "Failure",
    "message": "the server could not find the requested resource",
    "reason": "NotFound",
    "details": {},
    "code": 404,
}


def missing(kind: str, name: str) -> Object:
    """The API server's answer for an object that is not there."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": f'{kind} "{name}" not found',
        "reason": "NotFound",
        "details": {"name": name, "kind": kind},
        "code": 404,
    }


def answers(c: System) -> dict[str, object]:
    """Those answers by their path below "kubernetes/"."""
    own = f"api/v1/namespaces/{c.namespace}"
    found: dict[str, object] = {
        f"{own}/serviceaccounts/cilium-operator": service_account(c),
        f"{own}/configmaps/cni-configuration": missing("configmaps", "cni-configuration"),
        f"{own}/configmaps/ip-masq-agent": missing("configmaps", "ip-masq-agent"),
        "api/v1/namespaces/kube-system/configmaps/amazon-vpc-cni": missing("configmaps", "amazon-vpc-cni"),
        "api/v1/namespaces/kube-system/configmaps/coredns": {
            "kind": "ConfigMap",
            "apiVersion": "v1",
            "metadata": metadata("coredns", ago(days=31), namespace="kube-system"),
            "data": {"Corefile": COREFILE},
        },
        "api/v1/resourcequotas": listing("v1", "ResourceQuota", []),
        "api/v1/persistentvolumes": listing("v1", "PersistentVolume", []),
        "api/v1/persistentvolumeclaims": listing("v1", "PersistentVolumeClaim", []),
        "apis/vpcresources.k8s.aws/v1beta1/securitygrouppolicies": listing(
            "vpcresources.k8s.aws/v1beta1", "SecurityGroupPolicy", []
        ),
    }
    absent = [
        "apis/cilium.io/v2alpha1/ciliumendpointslices",
        "apis/cilium.io/v2/ciliumlocalredirectpolicies",
        "apis/cilium.io/v2/ciliumpodippools",
        "apis/karpenter.sh/v1/nodepools",
        "apis/karpenter.sh/v1/nodeclaims",
        "apis/karpenter.k8s.aws/v1/ec2nodeclasses",
        "apis/elbv2.k8s.aws/v1beta1/targetgroupbindings",
        f"apis/cilium.io/{'v2alpha1' if c.minor >= 16 else 'v2'}/ciliumnodeconfigs",
    ]
    if c.minor <= 13:
        absent.append("apis/cilium.io/v2alpha1/ciliumpodippools")
    return found | dict.fromkeys(absent, NOT_INSTALLED)


def service_account(c: System) -> Object:
    """The operator's ServiceAccount; in ENI mode with a role of its own."""
    annotations = {}
    if c.mode == "eni":
        annotations["eks.amazonaws.com/role-arn"] = f"arn:aws:iam::{c.account}:role/{c.name}-cilium-operator"
    meta = metadata("cilium-operator", c.chart_created, namespace=c.namespace, annotations=annotations)
    return {"kind": "ServiceAccount", "apiVersion": "v1", "metadata": meta}
