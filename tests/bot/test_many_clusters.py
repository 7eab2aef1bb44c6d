"""Several clusters behind one bot: each is reached by itself, and nothing is guessed."""

import base64
import json
from pathlib import Path

import pytest

from bot.access import Access
from bot.clusters import several
from bot.serve import CannotServe, serve
from bot.settings import SettingsError
from checks.collect.source import SourceError
from checks.report import Verdict
from tests.bot.test_clients import keys
from tests.checks.collect.live.stand_in import Cluster, serving

__all__ = ["keys"]

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
TWO = {"clusters": [{"name": name, "region": "eu-west-1"} for name in ("shop", "bank")]}


def given(tmp_path: Path, content: object, *digests: dict[str, str]) -> dict[str, str]:
    (tmp_path / "clusters.yaml").write_text(json.dumps(content))
    return GOOD | {
        "CILIUM_BOT_CLUSTERS": str(tmp_path / "clusters.yaml"),
        "CILIUM_BOT_DIGESTS": json.dumps(
            [{"channel": "C123", "cron": "0 9 * * *", **one} for one in digests]
        ),
    }


def test_a_digest_must_name_which_of_several_clusters_it_is_of(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        serve(given(tmp_path, TWO, {}, {"cluster": "lab"}, {"cluster": "bank"}), None)
    assert raised.value.problems == (
        "CILIUM_BOT_DIGESTS: this bot looks at shop, bank, and not at 'lab'",
        "CILIUM_BOT_DIGESTS: cluster is missing: this bot looks at shop, bank",
    )


@pytest.mark.usefixtures("keys")
def test_a_bot_for_no_cluster_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Cluster(objects={"/clusters": {"clusters": []}})) as eks:
        monkeypatch.setenv("AWS_ENDPOINT_URL", eks.base)
        with pytest.raises(CannotServe, match="EKS lists no cluster"):
            serve(given(tmp_path, {"discover": [{"regions": ["eu-west-1"]}]}), None)


@pytest.mark.usefixtures("keys")
def test_a_cluster_that_is_away_fails_by_itself_and_the_other_is_read() -> None:
    authority = {"data": base64.b64encode(b"").decode()}
    with serving(Cluster(objects={"/version": {"gitVersion": "v1.34.2"}})) as api, serving(Cluster()) as eks:
        eks.objects["/clusters/well"] = {
            "cluster": {"name": "well", "endpoint": api.base, "certificateAuthority": authority}
        }
        accesses = [
            Access(eks=True, alias=alias, cluster=name, region="eu-west-1", aws_endpoint=eks.base)
            for alias, name in (("sick.eu", "sick"), ("well.eu", "well"))
        ]
        sick, well = several(accesses)
        with pytest.raises(SourceError, match="eks:DescribeCluster"):
            sick.sweep(None)
        report = well.sweep(None)
    assert (report.cluster, report.verdict) == ("well.eu", Verdict.UNKNOWN)
    assert all(token and token.startswith("Bearer k8s-aws-v1.") for token in api.tokens)


def test_clusters_are_made_without_asking_anybody() -> None:
    nowhere = "http://127.0.0.1:1"
    found = several([Access(eks=True, alias=f"c{number}", aws_endpoint=nowhere) for number in range(50)])
    assert [cluster.name for cluster in found][:2] == ["c0", "c1"]
