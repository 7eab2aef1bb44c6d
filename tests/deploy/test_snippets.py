"""The Terraform and eksctl files bind the policy to the ServiceAccount that the chart makes."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
VALUES: dict[str, Any] = yaml.safe_load((DEPLOY / "chart" / "values.yaml").read_text())
ACCOUNT = ("cilium-bot", VALUES["serviceAccount"]["name"])
TERRAFORM = (DEPLOY / "terraform" / "main.tf").read_text()


def default(variable: str) -> str:
    [found] = re.findall(rf'variable "{variable}" {{[^}}]*?default += "([^"]+)"', TERRAFORM)
    return str(found)


def test_terraform_takes_the_policy_and_the_account_as_they_are() -> None:
    [policy] = re.findall(r'file\("\$\{path\.module\}/(.+?)"\)', TERRAFORM)
    assert (DEPLOY / "terraform" / policy).resolve() == (DEPLOY / "iam-policy.json").resolve()
    assert (default("namespace"), default("service_account")) == ACCOUNT


def test_terraform_trusts_one_service_account_or_pod_identity_of_this_account() -> None:
    assert (
        '"${local.issuer}:sub" = "system:serviceaccount:${var.namespace}:${var.service_account}"' in TERRAFORM
    )
    assert '"${local.issuer}:aud" = "sts.amazonaws.com"' in TERRAFORM
    assert '"aws:SourceAccount" = data.aws_caller_identity.this.account_id' in TERRAFORM


def test_terraform_names_only_what_it_declares() -> None:
    declared = set(re.findall(r'^variable "(\w+)"', TERRAFORM, re.MULTILINE))
    assert set(re.findall(r"\bvar\.(\w+)", TERRAFORM)) == declared
    blocks = re.findall(r'^(data|resource) "(\w+)" "(\w+)"', TERRAFORM, re.MULTILINE)
    known = {f"{'data.' if kind == 'data' else ''}{name}.{own}" for kind, name, own in blocks}
    assert set(re.findall(r"\b((?:data\.)?aws_\w+\.\w+)", TERRAFORM)) <= known
    [body] = re.findall(r"^locals \{\n(.*?)^\}", TERRAFORM, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"\blocal\.(\w+)", TERRAFORM)) <= set(
        re.findall(r"^  (\w+) +=", body, re.MULTILINE)
    )


def test_eksctl_binds_one_policy_to_the_same_account_in_both_ways() -> None:
    config = yaml.safe_load((DEPLOY / "eksctl.yaml").read_text())
    [pod_identity] = config["iam"]["podIdentityAssociations"]
    [irsa] = config["iam"]["serviceAccounts"]
    assert (pod_identity["namespace"], pod_identity["serviceAccountName"]) == ACCOUNT
    assert (irsa["metadata"]["namespace"], irsa["metadata"]["name"]) == ACCOUNT
    assert irsa["roleOnly"] is True  # eksctl and helm would both own the ServiceAccount
    assert pod_identity["permissionPolicyARNs"] == irsa["attachPolicyARNs"]
    assert config["metadata"].keys() == {"name", "region"}


def test_the_policy_for_many_clusters_lists_them_and_assumes_one_role_by_name() -> None:
    policy = json.loads((DEPLOY / "iam-policy-clusters.json").read_text())
    given = {action: one["Resource"] for one in policy["Statement"] for action in one["Action"]}
    assert given == {"eks:ListClusters": "*", "sts:AssumeRole": "arn:aws:iam::*:role/cilium-bot"}
    assert all(one["Effect"] == "Allow" for one in policy["Statement"])
