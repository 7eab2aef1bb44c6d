"""The clusters file says how each cluster is reached; whatever is wrong with it is named at once."""

import json
from pathlib import Path

import pytest

from bot.access import Access
from bot.clusters_file import Clusters, read_clusters
from bot.reader import SettingsError
from bot.schedule import read_digests
from bot.settings import read_run

ROLE = "arn:aws:iam::444455556666:role/cilium-bot"
GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


@pytest.fixture
def pod(tmp_path: Path) -> Path:
    """The folder of a Pod's service account."""
    (tmp_path / "account").mkdir()
    (tmp_path / "account" / "token").write_text("x")
    return tmp_path / "account"


def read(
    tmp_path: Path, text: str, *, account: Path = Path("/nonexistent"), region: str | None = None
) -> Clusters:
    path = tmp_path / "clusters.yaml"
    path.write_text(text)
    return read_clusters(path, Access(region=region), service_account=account)


def problems(tmp_path: Path, text: str) -> str:
    with pytest.raises(SettingsError) as raised:
        read(tmp_path, text)
    return " ".join(raised.value.problems)


def test_reads_every_way_to_a_cluster(tmp_path: Path, pod: Path) -> None:
    config = tmp_path / "config"
    config.write_text("")
    text = f"""
    clusters:
      - name: payments-prod
        region: eu-west-1
        role: {ROLE}
        namespace: cilium
      - {{name: shop.eu, eks: shop, region: eu-central-1}}
      - {{name: lab, kubeconfig: {config}, context: lab, eks: lab-7}}
      - {{name: here, inCluster: true, probes: true}}
    """
    payments, shop, lab, here = read(tmp_path, text, account=pod, region="us-east-1").named
    assert (payments.alias, payments.cluster, payments.eks) == ("payments-prod", "payments-prod", True)
    assert (payments.region, payments.aws_role, payments.namespace) == ("eu-west-1", ROLE, "cilium")
    assert (shop.alias, shop.cluster, shop.aws_role, shop.namespace) == (
        "shop.eu",
        "shop",
        None,
        "kube-system",
    )
    assert (lab.eks, lab.kubeconfig, lab.context, lab.cluster) == (False, str(config), "lab", "lab-7")
    assert lab.region == "us-east-1"
    assert (here.eks, here.kubeconfig, here.context, here.cluster, here.probes) == (
        False,
        None,
        None,
        None,
        True,
    )


def test_reads_where_to_ask_for_more_and_reads_json_too(tmp_path: Path) -> None:
    text = json.dumps({"discover": [{"regions": ["eu-west-1", "eu-north-1"], "role": ROLE}]})
    found = read(tmp_path, text)
    assert [(one.region, one.aws_role, one.eks) for one in found.searches] == [
        ("eu-west-1", ROLE, True),
        ("eu-north-1", ROLE, True),
    ]
    assert found.named == ()


def test_names_every_fault_at_once(tmp_path: Path) -> None:
    text = """
    clusters:
      - {name: a b, region: eu-west-1}
      - {name: one}
      - {name: two, region: Frankfurt, role: me, namespace: Kube System}
      - {name: three, kubeconfig: /nowhere, inCluster: true}
      - {name: four, colour: red}
      - {region: eu-west-1}
      - {name: five, region: eu-west-1}
      - {name: five, region: eu-west-1}
      - {name: six.eu, region: eu-west-1}
    discover:
      - {regions: []}
      - {regions: [Paris], role: you}
    """
    said = problems(tmp_path, text)
    for fault in (
        "clusters[0]: name is malformed",
        "clusters[1]: region is missing",
        "clusters[2]: region: eu-west-1 or the like is wanted",
        "clusters[2]: role: a role's ARN is wanted",
        "clusters[2]: namespace is malformed",
        "clusters[3]: kubeconfig and inCluster exclude each other",
        "clusters[3]: kubeconfig names no file that exists",
        "clusters[3]: inCluster: this bot runs in no Pod",
        "clusters[4]: Object contains unknown field `colour`",
        "clusters[5]: Object missing required field `name`",
        "the name five stands there twice",
        "clusters[8]: eks is missing",
        "discover[0]: regions is empty",
        "discover[1]: region: eu-west-1 or the like is wanted",
        "discover[1]: role: a role's ARN is wanted",
    ):
        assert f"CILIUM_BOT_CLUSTERS: {fault}" in said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "clusters: 1",
        "more: []",
        "clusters: []",
        "a: &a [*a]",
        "[" * 5000,
        "!!python/name:os.system",
    ],
)
def test_refuses_what_is_no_list_of_clusters(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text).startswith("CILIUM_BOT_CLUSTERS: ")


def test_refuses_more_than_one_bot_can_look_at(tmp_path: Path) -> None:
    entries = [{"name": f"c{number}", "region": "eu-west-1"} for number in range(201)]
    assert "200 clusters at most" in problems(tmp_path, json.dumps({"clusters": entries}))


def test_the_setting_brings_the_files_faults_among_its_own(tmp_path: Path) -> None:
    file = tmp_path / "clusters.yaml"
    file.write_text("clusters: [{name: one}]")
    given = {"CILIUM_BOT_CLUSTERS": str(file), "CILIUM_BOT_CLUSTER": "shop", "AWS_REGION": "Ireland"}
    with pytest.raises(SettingsError) as raised:
        read_run(GOOD | given, None, read_digests)
    assert len(raised.value.problems) == 3
    assert "CILIUM_BOT_CLUSTERS and CILIUM_BOT_CLUSTER exclude each other" in raised.value.problems


def test_what_an_entry_leaves_open_is_as_in_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "clusters.yaml"
    file.write_text("clusters: [{name: one}]")
    settings = read_run(
        GOOD | {"CILIUM_BOT_CLUSTERS": str(file), "AWS_REGION": "eu-west-1"}, None, read_digests
    )
    assert settings.clusters is not None
    assert [(one.alias, one.region) for one in settings.clusters.named] == [("one", "eu-west-1")]
