"""A recording of a live cluster replays to the same diagnosis, and holds nothing that it must not."""

import json
import os
import stat
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from bot.record.anonymise import Anonymiser, Names
from bot.record.draft import Draft
from bot.record.redact import Json, redact, scrub
from bot.record.tee import Tee, error_file, may_be_kept
from bot.record.write import write
from checks.collect.gather import gather
from checks.collect.recording import Recording
from checks.collect.source import RestartError, Source, SourceError, UnreadError
from checks.judge import judge
from checks.parts.agents import Meta
from checks.report import Report
from tests.bot.replay import alive, replayed
from tests.checks.collect.live.stand_in import refuse, serving

RECORDINGS = Path(__file__).parent.parent / "recordings"
KEY = b"k" * 32
NAMES = sorted(path.name for path in RECORDINGS.iterdir() if path.is_dir())


def ids(report: Report) -> tuple[object, ...]:
    return (
        report.verdict,
        [symptom.id for symptom in report.symptoms],
        [(cause.id, cause.confidence) for cause in report.causes],
        [risk.id for risk in report.risks],
        [note.id for note in report.notes],
        [(missing.id, missing.why) for missing in report.not_checked],
    )


def diagnosis(path: Path) -> Report:
    return judge(gather(Recording(path)))


class Fake:
    """A source of scripted pages."""

    def __init__(self, meta: Meta, pages: dict[str, list[object]]) -> None:
        self.meta = meta
        self.scripts = pages

    def arguments(self, path: str) -> Sequence[str]:
        return ()

    def pages(self, path: str) -> Iterator[bytes]:
        for page in self.scripts.get(path, [UnreadError("not asked")]):
            if isinstance(page, Exception):
                raise page
            yield page if isinstance(page, bytes) else json.dumps(page).encode()


def fake(**pages: list[object]) -> Fake:
    meta = Recording(RECORDINGS / NAMES[0]).meta
    lists: dict[str, list[object]] = {"kubernetes/api/v1/nodes": [{"items": []}]}
    return Fake(meta, lists | {path.replace("__", "/").replace("_1", "-"): p for path, p in pages.items()})


def kept(tmp_path: Path, source: Source, path: str) -> list[Path]:
    """What a tee writes of one path that is read to its end."""
    with Draft.beside(tmp_path / "x") as draft:
        tee = Tee(source, draft)
        with suppress(UnreadError):
            list(tee.pages(path))
        tee.seal()
        draft.folder.rename(tmp_path / "kept")
    return sorted(file for file in (tmp_path / "kept").rglob("*") if file.is_file())


def test_a_live_cluster_is_recorded_and_replays_the_same(tmp_path: Path) -> None:
    folder = RECORDINGS / "phase2_overlay"
    with serving(replayed(folder)) as cluster:
        cluster.scripts["/api/v1/services"] = [refuse(403, "Forbidden")]
        source = alive(folder, cluster.base, taken_at=Recording(folder).meta.taken_at)
        snapshot = write(source, tmp_path / "out", anonymise=False, key=KEY)
        source.close()
    again = gather(Recording(tmp_path / "out"))
    assert again.gaps["services"].reason == snapshot.gaps["services"].reason
    assert ids(judge(again)) == ids(judge(snapshot))


@pytest.mark.parametrize("name", NAMES[::2])  # every other one: the rest are their neighbours
def test_an_anonymised_recording_gives_the_same_diagnosis(tmp_path: Path, name: str) -> None:
    write(Recording(RECORDINGS / name), tmp_path / "out.tar.gz", anonymise=True, key=KEY)
    assert ids(diagnosis(tmp_path / "out.tar.gz")) == ids(diagnosis(RECORDINGS / name))


def test_an_anonymised_recording_names_nothing_of_the_cluster(tmp_path: Path) -> None:
    source = Recording(RECORDINGS / "phase2_overlay")
    write(source, tmp_path / "out", anonymise=True, key=KEY)
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    text = "\n".join(
        [file.read_text() for file in files] + [str(file) for file in (tmp_path / "out").rglob("*")]
    )
    names = Names()
    for page in source.pages("kubernetes/api/v1/pods"):
        names.learn(json.loads(page))
    assert source.meta.account
    for leak in (source.meta.cluster, source.meta.account, "perf", *sorted(names.pieces)[:40]):
        assert leak not in text


def test_writes_an_archive_with_one_folder(tmp_path: Path) -> None:
    write(Recording(RECORDINGS / NAMES[0]), tmp_path / "shop.tar.gz", anonymise=False, key=KEY)
    with tarfile.open(tmp_path / "shop.tar.gz") as archive:
        names = archive.getnames()
    assert "shop/recording.json" in names
    assert {name.partition("/")[0] for name in names} == {"shop"}
    assert os.listdir(tmp_path) == ["shop.tar.gz"]


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    write(Recording(RECORDINGS / NAMES[0]), tmp_path / "out", anonymise=False, key=KEY)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    for path in (tmp_path / "out").rglob("*"):
        assert path.is_dir() or stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["out", "out.tar.gz"])
def test_never_writes_over_or_through_what_is_there(tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / name).symlink_to(elsewhere)
    with pytest.raises(SourceError, match="exists already"):
        write(fake(), tmp_path / name, anonymise=False, key=KEY)
    assert not elsewhere.exists()
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", ["none/out", "out.zip", "out.tgz"])
def test_says_in_one_line_what_it_cannot_write(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError) as caught:
        write(fake(), tmp_path / name, anonymise=False, key=KEY)
    assert "\n" not in str(caught.value)


def test_leaves_nothing_when_there_is_nothing_to_record(tmp_path: Path) -> None:
    refused = UnreadError("refused: list nodes (Unauthorized)")
    source = fake(kubernetes__api__v1__nodes=[refused], kubernetes__api__v1__pods=[refused])
    with pytest.raises(SourceError, match="nothing to record: refused"):
        write(source, tmp_path / "out", anonymise=False, key=KEY)
    assert os.listdir(tmp_path) == []


def test_pages_end_with_the_last_one(tmp_path: Path) -> None:
    first = {"metadata": {"continue": "x", "remainingItemCount": 1}, "items": [{"a": 1}]}
    source = fake(kubernetes__api__v1__pods=[first, {"metadata": {}, "items": []}])
    one, two = kept(tmp_path, source, "kubernetes/api/v1/pods")
    assert (two.name, one.name) == ("pods.json", "pods.2.json")
    assert json.loads(two.read_text())["metadata"] == {}


def test_joins_the_pages_of_aws(tmp_path: Path) -> None:
    source = fake(aws__ec2__describe_1subnets=[{"Subnets": [1]}, {"Subnets": [2]}])
    [file] = kept(tmp_path, source, "aws/ec2/describe-subnets")
    assert json.loads(file.read_text()) == {"Subnets": [1, 2]}


def test_writes_nothing_after_it_was_sealed(tmp_path: Path) -> None:
    source = fake(kubernetes__api__v1__pods=[{"items": [1]}, {"items": [2]}])
    with Draft.beside(tmp_path / "x") as draft:
        tee = Tee(source, draft)
        pages = tee.pages("kubernetes/api/v1/pods")
        next(pages)
        tee.seal()
        assert len(list(pages)) == 1  # a late reader still gets its pages
        list(tee.pages("kubernetes/api/v1/nodes"))
        assert draft.names == ["kubernetes/api/v1/pods.json"]
        assert json.loads(draft.read(draft.names[0]))["code"] == 504


def test_one_of_two_readers_writes(tmp_path: Path) -> None:
    source = fake(kubernetes__api__v1__pods=[{"items": [1]}, {"items": [2]}])
    with Draft.beside(tmp_path / "x") as draft:
        tee = Tee(source, draft)
        for page in tee.pages("kubernetes/api/v1/pods"):
            assert page
            assert len(list(tee.pages("kubernetes/api/v1/pods"))) == 2
        assert draft.names == ["kubernetes/api/v1/pods.2.json", "kubernetes/api/v1/pods.json"]


def test_drops_what_was_read_before_a_restart(tmp_path: Path) -> None:
    source = fake(kubernetes__api__v1__pods=[{"items": []}, RestartError("unreadable: changed")])
    assert kept(tmp_path, source, "kubernetes/api/v1/pods") == []


def test_keeps_garbage_as_an_unreadable_file_without_its_content(tmp_path: Path) -> None:
    source = fake(kubernetes__api__v1__pods=[b"password=hunter22"])
    [file] = kept(tmp_path, source, "kubernetes/api/v1/pods")
    assert file.read_bytes() == b""


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("kubernetes/api/v1/pods", UnreadError("refused: list pods (Forbidden)", "g")),
        ("kubernetes/api/v1/pods", UnreadError("refused: list pods (502)")),
        ("kubernetes/api/v1/pods", UnreadError("timed out: list pods (Timeout)")),
        ("kubernetes/api/v1/pods", UnreadError("not found: list pods (NotFound)", missing=True)),
        ("aws/ec2/describe-subnets", UnreadError("refused: ec2:DescribeSubnets (UnauthorizedOperation)")),
        ("aws/ec2/describe-subnets", UnreadError("timed out: ec2:DescribeSubnets (Timeout)")),
        ("cilium/n1/status", UnreadError("refused: cilium/n1/status (Forbidden)")),
    ],
)
def test_errors_replay_as_they_were(tmp_path: Path, path: str, error: UnreadError) -> None:
    (tmp_path / "recording.json").write_bytes((RECORDINGS / NAMES[0] / "recording.json").read_bytes())
    content = error_file(path, error)
    assert content is not None
    file = tmp_path / f"{path}.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    with pytest.raises(UnreadError) as caught:
        list(Recording(tmp_path).pages(path))
    assert (caught.value.reason, caught.value.missing) == (error.reason, error.missing)


def test_what_was_not_asked_leaves_no_file() -> None:
    assert error_file("probes/dns", UnreadError("not asked: outside")) is None


@pytest.mark.parametrize(
    "path",
    [
        "kubernetes/api/v1/secrets",
        "kubernetes/api/v1/namespaces/x/secrets/y",
        "kubernetes/api/v1/configmaps",
        "kubernetes/api/v1/namespaces/x/configmaps/mine",
        "kubernetes/../../etc/passwd",
        "/etc/passwd",
        "cilium/./status",
        "cilium",
    ],
)
def test_keeps_no_path_that_the_format_does_not_name(path: str) -> None:
    assert not may_be_kept(path)


def test_blanks_environment_and_credentials() -> None:
    pod: Json = {
        "metadata": {
            "name": "api",
            "managedFields": [{"time": "2026-11-22T09:00:00Z", "fieldsV1": {}}],
            "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": '{"password":"hunter2"}',
                "example.com/api-token": "abcdefgh",
                "ipam.cilium.io/ip-pool": "blue",
            },
        },
        "spec": {
            "containers": [
                {
                    "env": [
                        {"name": "DB_PASSWORD", "value": "hunter2"},
                        {"name": "KUBERNETES_SERVICE_HOST", "value": "10.100.0.1"},
                        {"name": "FROM", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
                    ],
                    "args": [
                        "--token=hunter2",
                        "--password",
                        "hunter2",
                        "--v",
                        "2",
                        "postgres://u:hunter2@db/x",
                    ],
                }
            ]
        },
        "clientConfig": {"caBundle": "hunter2"},
    }
    text = msgspec.json.encode(redact(pod)).decode()
    assert "hunter2" not in text
    assert "abcdefgh" not in text
    assert "fieldsV1" not in text
    for stays in (
        "DB_PASSWORD",
        "10.100.0.1",
        "spec.nodeName",
        '"--v","2"',
        '"ipam.cilium.io/ip-pool":"blue"',
    ):
        assert stays in text


@pytest.mark.parametrize(
    "text",
    [
        "using AKIAIOSFODNN7EXAMPLE to call",
        "Authorization: Basic dXNlcjpodW50ZXIy",
        "bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln",
        "xoxb-1234567890-abcdefghij",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
        "url=https://user:hunter2@example.com/",
        'level=warning msg="x" password="hunter2"',
    ],
)
def test_scrubs_credentials_out_of_any_text(text: str) -> None:
    told = scrub(text)
    assert "***" in told
    for secret in ("AKIA", "dXNl", "eyJ", "abcdefghij", "MIIE", "hunter2"):
        assert secret not in told


@pytest.mark.parametrize("kind", ["Secret", "ConfigMap"])
def test_keeps_no_content_of_secrets_and_of_foreign_config(kind: str) -> None:
    found = redact({"kind": kind, "metadata": {"name": "mine"}, "data": {"a": "hunter2"}})
    assert found == {"kind": kind}


def test_keeps_ciliums_own_config() -> None:
    config: Json = {
        "kind": "ConfigMap",
        "metadata": {"name": "cilium-config", "managedFields": [{"time": "t", "manager": "helm"}]},
        "data": {"ipam": "eni", "policy-secrets-namespace": "cilium-secrets", "etcd-token": "hunter2hunter2"},
    }
    found = redact(config)
    assert isinstance(found, dict)
    assert found["data"] == {"ipam": "eni", "policy-secrets-namespace": "cilium-secrets", "etcd-token": ""}
    assert found["metadata"] == {"name": "cilium-config", "managedFields": [{"time": "t"}]}


def anonymiser(*answers: Json) -> Anonymiser:
    names = Names()
    for answer in answers:
        names.learn(answer)
    return Anonymiser(names, KEY)


def test_the_same_name_is_the_same_everywhere_and_beginnings_stay() -> None:
    told = anonymiser({"metadata": {"name": "shop-basket-7c9", "namespace": "acme"}})
    assert told.text("shop-basket-7c9") in told.text('pod "shop-basket-7c9" in acme')
    assert told.text("shop-basket-7c9").startswith(told.text("shop-basket"))
    for word in ("shop", "basket", "7c9", "acme"):
        assert word not in told.text(f"x {word} y")


@pytest.mark.parametrize(
    "text",
    [
        "coredns",
        "cilium-operator",
        "0/14 nodes are available: 14 Too many pods.",
        "m5.large in eu-west-1a",
        "2026-11-22T09:00:00Z",
        "10.0.0.0/16 and 0.0.0.0/0 and 169.254.169.253 and 10.100.0.10",
    ],
)
def test_leaves_what_the_diagnosis_reads(text: str) -> None:
    assert anonymiser({"name": "large-west-nodes-pods-coredns"}).text(text) == text


def test_addresses_stay_in_their_blocks() -> None:
    told = anonymiser()
    moved = told.text("10.0.1.77")
    assert moved != "10.0.1.77"
    assert moved.startswith("10.0.1.")
    assert int(moved.rpartition(".")[2]) // 16 == 77 // 16
    assert told.text("ip-10-0-1-77") == "ip-" + moved.replace(".", "-")
    assert told.text("10.0.1.77/32") == f"{moved}/32"
    assert told.text("10.0.1.64/28") == "10.0.1.64/28"
    assert told.text("52.18.3.4").startswith("198.18.")


def test_accounts_and_ids_go_and_quantities_stay() -> None:
    told = anonymiser({"arn": "arn:aws:eks:eu-west-1:111122223333:cluster/x"})
    text = told.text("111122223333 i-0123456789abcdef0 134217728000 subnet-0a1b2c3d4e5f60718")
    account, instance, memory, subnet = text.split()
    assert memory == "134217728000"
    assert account != "111122223333"
    assert len(account) == 12
    assert instance.startswith("i-")
    assert instance != "i-0123456789abcdef0"
    assert subnet.startswith("subnet-")
    assert subnet != "subnet-0a1b2c3d4e5f60718"


def test_keeps_of_a_call_who_was_answered_what() -> None:
    record = {
        "errorCode": "Client.UnauthorizedOperation",
        "userIdentity": {"arn": "arn:aws:sts::111122223333:assumed-role/shop/x", "userName": "alice"},
        "sourceIPAddress": "203.0.113.7",
        "requestParameters": {"subnetId": "subnet-1"},
    }
    event: Json = {
        "EventName": "CreateNetworkInterface",
        "Username": "alice",
        "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "CloudTrailEvent": json.dumps(record),
    }
    kept = redact({"Events": [event]})
    assert kept == {
        "Events": [
            {
                "EventName": "CreateNetworkInterface",
                "CloudTrailEvent": '{"errorCode":"Client.UnauthorizedOperation","userIdentity":'
                '{"arn":"arn:aws:sts::111122223333:assumed-role/shop/x"}}',
            }
        ]
    }


def test_keeps_of_user_data_the_pod_limit_alone() -> None:
    text = "#!/bin/sh\nexport LICENCE=hunter2\nmaxPods: 110\n--max-pods=58"
    assert redact({"spec": {"userData": text}}) == {"spec": {"userData": "maxPods: 110\n--max-pods=58"}}


def test_calls_of_the_api_keep_their_names_and_principals_lose_theirs() -> None:
    names = Names()
    names.take_path("aws/cloudtrail/lookup-events/CreateNetworkInterface")
    names.take_path("aws/iam/simulate-principal-policy/zebra-operator")
    names.learn({"arn": "arn:aws:sts::111122223333:assumed-role/giraffe/session"})
    anonymiser = Anonymiser(names, KEY)
    called = "aws/cloudtrail/lookup-events/CreateNetworkInterface.json"
    assert anonymiser.path(called) == called
    assert "zebra" not in anonymiser.path("aws/iam/simulate-principal-policy/zebra-operator.json")
    assert "giraffe" not in anonymiser.text("arn:aws:sts::111122223333:assumed-role/giraffe/session")
