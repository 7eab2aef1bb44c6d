"""deploy/iam-policy.json grants every AWS action that a sweep calls, as botocore sees them, and no other."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.aws_clients import AwsClients
from bot.settings import Access
from checks.collect.gather import gather
from checks.collect.live.aws import AwsReader
from checks.collect.live.aws_api import AwsApi, TypeCache
from checks.collect.live.deadline import Deadline
from checks.parts.agents import Meta
from tests.builder import Cluster, MemorySource

ROOT = Path(__file__).parent
ROLE = "arn:aws:iam::111122223333:role/shop-prod-cilium-operator"
ARGUMENTS = ("SubnetId", "nodegroupName", "addonName", "ServiceCode", "PolicySourceArn")


@dataclass
class Account:
    """An AWS account behind real clients: botocore checks each call, a built cluster answers it."""

    built: MemorySource
    called: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    clients: AwsClients | None = None

    def client(self, service: str) -> Any:
        self.clients = self.clients or AwsClients(Access(region=self.built.meta.region), None)
        client = self.clients.client(service, lambda: None)
        client.meta.events.register("before-parameter-build", self.asked, unique_id="asked")
        client.meta.events.register("before-call", self.answer, unique_id="answer")
        return client

    def asked(self, params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        context["asked"] = params

    def answer(self, model: Any, context: dict[str, Any], **_: object) -> Any:
        from botocore import xform_name

        self.called.add(f"{model.service_model.signing_name}:{model.name}")
        asked = context["asked"]
        named = [str(asked[key]).rpartition("/")[2] for key in ARGUMENTS if key in asked]
        named += [attribute["AttributeValue"] for attribute in asked.get("LookupAttributes", ())]
        path = "/".join(["aws", model.service_model.service_name, xform_name(model.name, "-"), *named])
        if path in self.built.answers:
            return SimpleNamespace(status_code=200), self.built.answers[path]
        self.unanswered.add(model.name)
        return SimpleNamespace(status_code=403), {"Error": {"Code": "AccessDenied", "Message": ""}}


class Beside:
    """AWS as the bot asks it live; the rest of the cluster as it was built."""

    def __init__(self, built: MemorySource, aws: AwsReader) -> None:
        self.built, self.aws = built, aws

    @property
    def meta(self) -> Meta:
        return self.built.meta

    def pages(self, path: str) -> Iterator[bytes]:
        if path.startswith("aws/"):
            yield from self.aws.pages(path.removeprefix("aws/"))
        else:
            yield from self.built.pages(path)

    def arguments(self, path: str) -> Sequence[str]:
        if path.startswith("aws/"):
            return self.aws.arguments(path.removeprefix("aws/"))
        return self.built.arguments(path)


def swept(name: str | None) -> Account:
    built = Cluster(mode="eni", cilium="1.17.4")
    built.nodes(2)
    built.addons["coredns"] = ("v1.11.4-eksbuild.2", "ACTIVE")
    source = built.source()
    account = Account(source)
    api = AwsApi(account.client, Deadline.after(60))
    first: Any = source.answers["aws/ec2/describe-instances"]
    aws = AwsReader(
        api,
        TypeCache(),
        cluster=name,
        an_instance=lambda: str(first["Reservations"][0]["Instances"][0]["InstanceId"]),
        operator_role=lambda: ROLE,
    )
    gather(Beside(source, aws), deadline_s=60)
    return account


@pytest.fixture
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")


@pytest.mark.usefixtures("_keys")
@pytest.mark.parametrize("name", ["shop-prod", None])
def test_the_iam_policy_grants_what_a_sweep_calls_and_nothing_else(name: str | None) -> None:
    policy = json.loads((ROOT.parent / "deploy" / "iam-policy.json").read_text())
    account = swept(name)
    granted = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert account.called == granted
    assert account.unanswered <= {"LookupEvents", "SimulatePrincipalPolicy"}  # not in that recording
