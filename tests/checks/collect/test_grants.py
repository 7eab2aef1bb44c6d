import pytest

from checks.collect.grants import aws_action, grant_for, right_for
from checks.collect.registry import Collector, collectors


@pytest.mark.parametrize(
    ("path", "right", "grant"),
    [
        ("kubernetes/api/v1/pods", "list pods", "list pods, in the bot's ClusterRole"),
        ("kubernetes/version", "get /version", "get /version, in the bot's ClusterRole"),
        (
            "kubernetes/apis/apps/v1/daemonsets",
            "list apps/daemonsets",
            "list apps/daemonsets, in the bot's ClusterRole",
        ),
        (
            "kubernetes/api/v1/namespaces/kube-system/configmaps/cilium-config",
            "get configmaps/cilium-config in kube-system",
            "get configmaps/cilium-config in kube-system, in the bot's Role there",
        ),
        ("aws/ec2/describe-subnets", "ec2:DescribeSubnets", "ec2:DescribeSubnets in the bot's IAM policy"),
        (
            "aws/ec2/get-subnet-cidr-reservations/subnet-1",
            "ec2:GetSubnetCidrReservations",
            "ec2:GetSubnetCidrReservations in the bot's IAM policy",
        ),
        (
            "cilium/node-a/health",
            "create pods/exec in Cilium's namespace",
            "create pods/exec in Cilium's namespace (deploy/exec-role.yaml)",
        ),
        ("probes/dns", "probes/dns", None),
    ],
)
def test_names_the_right_and_where_to_grant_it(path: str, right: str, grant: str | None) -> None:
    assert right_for(path) == right
    assert grant_for(path) == grant


def test_a_service_with_a_dash_is_spelled_as_iam_spells_it() -> None:
    assert aws_action("service-quotas/list-service-quotas/ec2") == "servicequotas:ListServiceQuotas"


@pytest.mark.parametrize(
    "collector", [c for c in collectors() if "{" not in c.asked], ids=lambda c: str(c.part)
)
def test_collectors_declare_the_right_for_what_they_ask(collector: Collector) -> None:
    asked, rights = collector.asked, collector.rights
    if asked.startswith(("kubernetes/", "aws/")):
        assert right_for(asked) in rights
