"""AWS credentials alone lead to the API server of an EKS cluster, across accounts too."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import boto3
import pytest
from botocore.stub import Stubber

from bot.eks_access import PREFIX, TOKEN_KEPT_S, load_eks
from bot.kube_access import KubeAccess
from checks.collect.source import SourceError
from tests.bot.test_kube_access import serving_tls, version
from tests.checks.collect.live.stand_in import Cluster

ARN = "arn:aws:eks:eu-west-1:444455556666:cluster/shop"
SECRET = "hunter2"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Aws:
    """EKS as it is told to answer, and STS that signs with known keys."""

    def __init__(self) -> None:
        given: Any = {
            "region_name": "eu-west-1",
            "aws_access_key_id": "AKIDEXAMPLE",
            "aws_secret_access_key": SECRET,
        }
        self._made = {name: boto3.client(name, **given) for name in ("eks", "sts")}
        self.eks = Stubber(self._made["eks"])
        self.eks.activate()

    def client(self, service: str, fallback_region: object) -> Any:
        return self._made[service]

    def tells(self, **cluster: object) -> None:
        self.eks.add_response("describe_cluster", {"cluster": {"arn": ARN, **cluster}}, {"name": "shop"})


@pytest.fixture
def aws() -> Aws:
    return Aws()


@pytest.fixture
def cluster(tmp_path: Path, aws: Aws) -> Iterator[Cluster]:
    served = Cluster(objects={"/version": {"gitVersion": "v1.34.2"}})
    with serving_tls(tmp_path, served) as authority:
        for _ in range(2):
            data = {"data": base64.b64encode(authority).decode()}
            aws.tells(endpoint=served.base, certificateAuthority=data, status="ACTIVE")
        yield served


def reached(aws: Aws, clock: Clock | None = None) -> KubeAccess:
    return KubeAccess(lambda: load_eks("shop", aws, clock or Clock()))


def url_of(token: str | None) -> str:
    assert token is not None
    raw = token.removeprefix(f"Bearer {PREFIX}")
    assert raw != token
    assert "=" not in raw
    return base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)).decode()


def signature(url: str) -> str:
    """What AWS computes of such an address: Signature Version 4, written down anew."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    query.pop("X-Amz-Signature")
    asked = "&".join(
        f"{quote(name, safe='-_.~')}={quote(query[name], safe='-_.~')}" for name in sorted(query)
    )
    headers = f"host:{parts.netloc}\nx-k8s-aws-id:shop\n"
    request = f"GET\n{parts.path}\n{asked}\n{headers}\nhost;x-k8s-aws-id\n{hashlib.sha256(b'').hexdigest()}"
    scope = query["X-Amz-Credential"].partition("/")[2]
    text = f"AWS4-HMAC-SHA256\n{query['X-Amz-Date']}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{SECRET}".encode()
    for part in (*scope.split("/"), text):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


def test_reaches_the_api_server_that_eks_tells_by_its_own_authority(cluster: Cluster, aws: Aws) -> None:
    access = reached(aws)
    assert version(access) == "v1.34.2"
    place = access.place()
    assert (place.name, place.region, place.account, place.inside) == (
        "shop",
        "eu-west-1",
        "444455556666",
        False,
    )


def test_the_token_is_a_signed_question_who_i_am_bound_to_the_cluster(cluster: Cluster, aws: Aws) -> None:
    version(reached(aws))
    url = url_of(cluster.tokens[0])
    query = dict(parse_qsl(urlsplit(url).query))
    assert urlsplit(url).netloc == "sts.eu-west-1.amazonaws.com"
    assert (query["Action"], query["X-Amz-Expires"]) == ("GetCallerIdentity", "60")
    assert query["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id"
    assert query["X-Amz-Signature"] == signature(url)


def test_a_token_is_kept_while_it_holds_and_signed_anew_in_time(cluster: Cluster, aws: Aws) -> None:
    clock = Clock()
    access = reached(aws, clock)
    first = access.current()
    clock.now += TOKEN_KEPT_S - 1
    assert access.current() is first
    clock.now += 2
    assert TOKEN_KEPT_S < 15 * 60
    version(access)
    assert url_of(cluster.tokens[-1])


def test_a_token_that_is_refused_makes_everything_be_asked_anew(cluster: Cluster, aws: Aws) -> None:
    access = reached(aws)
    access.renew(access.current())
    assert version(access) == "v1.34.2"
    aws.eks.assert_no_pending_responses()


@pytest.mark.parametrize("told", [{"status": "CREATING"}, {"endpoint": "https://x", "status": "CREATING"}])
def test_a_cluster_without_an_api_server_says_what_it_is(aws: Aws, told: dict[str, str]) -> None:
    aws.tells(**told)
    with pytest.raises(SourceError, match="EKS knows no API server of shop: it is CREATING"):
        reached(aws).place()


def test_a_refusal_names_the_right_and_repeats_nothing_else(aws: Aws) -> None:
    aws.eks.add_client_error("describe_cluster", "AccessDeniedException", f"not with {SECRET}")
    with pytest.raises(SourceError) as raised:
        reached(aws).place()
    assert str(raised.value) == "EKS was asked for shop (eks:DescribeCluster): AccessDeniedException"


def test_an_authority_that_is_no_certificate_is_told(aws: Aws) -> None:
    aws.tells(endpoint="https://127.0.0.1", certificateAuthority={"data": "?"}, status="ACTIVE")
    with pytest.raises(SourceError, match="knows no API server"):
        reached(aws).place()
