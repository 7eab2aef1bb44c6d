"""The settings lead to a live source, and what outlives a sweep is made once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.aws_clients import AwsClients
from bot.clients import live
from bot.settings import Access
from checks.collect.source import SourceError, UnreadError
from tests.checks.collect.live.stand_in import Cluster, serving

ARN = "arn:aws:eks:eu-west-1:111122223333:cluster/shop"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with serving(Cluster(objects={"/version": {}})) as served:
        yield served


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials in the environment, and nothing of the machine's own configuration."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")


def kubeconfig(tmp_path: Path, server: str, name: str = ARN) -> str:
    content = {
        "current-context": name,
        "contexts": [{"name": name, "context": {"cluster": name, "user": "me"}}],
        "clusters": [{"name": name, "cluster": {"server": server}}],
        "users": [{"name": "me", "user": {"token": "static"}}],
    }
    (tmp_path / "config").write_text(yaml.safe_dump(content))
    return str(tmp_path / "config")


def test_the_sources_meta_tells_whose_cluster_it_is(cluster: Cluster, tmp_path: Path) -> None:
    meta = live(Access(kubeconfig=kubeconfig(tmp_path, cluster.base), namespace="cilium")).meta
    assert (meta.cluster, meta.region, meta.account) == ("shop", "eu-west-1", "111122223333")
    assert (meta.source, meta.cilium_namespace) == ("live", "cilium")
    assert meta.taken_at.tzinfo is not None


def test_settings_win_over_the_kubeconfig(cluster: Cluster, tmp_path: Path) -> None:
    access = Access(kubeconfig=kubeconfig(tmp_path, cluster.base), cluster="mine", region="eu-central-1")
    assert (live(access).meta.cluster, live(access).meta.region) == ("mine", "eu-central-1")


def test_a_cluster_without_a_known_name_has_its_contexts(cluster: Cluster, tmp_path: Path) -> None:
    assert live(Access(kubeconfig=kubeconfig(tmp_path, cluster.base, "lab"))).meta.cluster == "lab"


def test_says_in_one_line_that_there_is_no_cluster(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        live(Access(kubeconfig=str(tmp_path / "none")))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("probes", "asked"), [(None, False), (False, False), (True, True)])
def test_probes_when_asked_to(cluster: Cluster, tmp_path: Path, probes: bool | None, asked: bool) -> None:
    source = live(Access(kubeconfig=kubeconfig(tmp_path, cluster.base), probes=probes))
    with pytest.raises(UnreadError) as caught:
        list(source.pages("probes/dns"))
    assert caught.value.reason.startswith("not asked") is not asked


@pytest.mark.usefixtures("keys")
def test_makes_each_client_once_in_the_region_that_is_known(moto_server: str) -> None:
    clients = AwsClients(Access(aws_endpoint=moto_server), "eu-west-1")
    ec2 = clients.client("ec2", lambda: "us-east-1")
    assert ec2 is clients.client("ec2", lambda: "us-east-1")
    assert ec2.meta.region_name == "eu-west-1"
    assert ec2.describe_vpcs()["Vpcs"]


@pytest.mark.usefixtures("keys")
def test_asks_a_node_for_the_region_last() -> None:
    assert AwsClients(Access(), None).client("ec2", lambda: "eu-north-1").meta.region_name == "eu-north-1"


@pytest.mark.usefixtures("keys")
def test_assumes_the_role_that_is_named(moto_server: str) -> None:
    role = "arn:aws:iam::444455556666:role/reader"
    clients = AwsClients(Access(aws_endpoint=moto_server, aws_role=role, region="eu-west-1"), None)
    ec2 = clients.client("ec2", lambda: None)
    [vpc] = ec2.describe_vpcs()["Vpcs"]
    assert vpc["OwnerId"] == "444455556666"


@pytest.mark.usefixtures("keys")
def test_a_sweep_reads_aws_through_the_settings(moto_server: str, cluster: Cluster, tmp_path: Path) -> None:
    import boto3

    given: Any = {"region_name": "eu-west-1", "endpoint_url": moto_server}
    eks = boto3.client("eks", **given)
    role = "arn:aws:iam::111122223333:role/x"
    eks.create_cluster(name="shop", roleArn=role, resourcesVpcConfig={"subnetIds": ["subnet-1"]})
    eks.close()
    source = live(Access(kubeconfig=kubeconfig(tmp_path, cluster.base), aws_endpoint=moto_server))
    [page] = source.pages("aws/eks/describe-cluster")
    assert b'"name":"shop"' in page
