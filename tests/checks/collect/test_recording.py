import gzip
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.collect.recording import Recording
from checks.collect.shelf import Limits
from checks.collect.source import SourceError, UnreadError
from tests.builder.source import refusal
from tests.checks.collect.told import Object, api_list, entry

HEAD = {"format": 1, "cluster": "demo", "taken_at": "2026-11-22T09:00:00Z"}
PODS = "kubernetes/api/v1/pods"
SUBNETS = "aws/ec2/describe-subnets"
Files = Mapping[str, object]
Put = Callable[[Path, Files], Path]


def page(*names: str, go_on: str = "") -> Object:
    return {**api_list("Pod", *map(entry, names)), "metadata": {"continue": go_on}}


def raw(content: object) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content).encode()


def folder(tmp: Path, files: Files) -> Path:
    for name, content in {"recording.json": HEAD, **files}.items():
        path = tmp / "made" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw(content))
    return tmp / "made"


def tarball(tmp: Path, files: Files, top: str = "") -> Path:
    path = tmp / "made.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in {"recording.json": HEAD, **files}.items():
            add(archive, top + name, raw(content))
    return path


def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def zipped(tmp: Path, files: Files, top: str = "") -> Path:
    path = tmp / "made.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"recording.json": HEAD, **files}.items():
            archive.writestr(top + name, raw(content))
    return path


def topped(put: Callable[[Path, Files, str], Path], top: str) -> Put:
    return lambda tmp, files: put(tmp, files, top)


FORMS: dict[str, Put] = {
    "folder": folder,
    "tar.gz": tarball,
    "tar.gz with a folder on top": topped(tarball, "demo/"),
    "tar.gz of the current folder": topped(tarball, "./"),
    "zip": zipped,
    "zip with a folder on top": topped(zipped, "demo/"),
}


@pytest.fixture(params=[*FORMS.values()], ids=[*FORMS])
def put(request: pytest.FixtureRequest) -> Put:
    form: Put = request.param
    return form


def reason_of(source: Recording, path: str) -> str:
    with pytest.raises(UnreadError) as caught:
        list(source.pages(path))
    assert "\n" not in caught.value.reason
    return caught.value.reason


class TestAnswers:
    def test_a_path_is_a_files_name(self, put: Put, tmp_path: Path) -> None:
        source = Recording(put(tmp_path, {f"{PODS}.json": page("a"), "cilium/n/log.txt": b"one line"}))
        assert [json.loads(one)["items"][0]["metadata"]["name"] for one in source.pages(PODS)] == ["a"]
        assert list(source.pages("cilium/n/log.txt")) == [b"one line"]
        assert reason_of(source, SUBNETS) == "not asked"

    def test_a_long_list_goes_on_in_numbered_files(self, put: Put, tmp_path: Path) -> None:
        files = {
            f"{PODS}.json": page("a", go_on="x"),
            f"{PODS}.2.json": page("b", go_on="y"),
            f"{PODS}.3.json": page("c"),
        }
        assert len(list(Recording(put(tmp_path, files)).pages(PODS))) == 3

    @pytest.mark.parametrize(
        ("files", "reason"),
        [
            (
                {f"{PODS}.json": page("a", go_on="x")},
                "unreadable: cut short, the list goes on after page 1",
            ),
            (
                {f"{PODS}.json": page("a", go_on="x"), f"{PODS}.3.json": page("c")},
                "unreadable: cut short, page 2 is missing",
            ),
            ({f"{PODS}.2.json": page("b")}, "unreadable: cut short, page 1 is missing"),
            (
                {f"{PODS}.json": page("a", go_on="x"), f"{PODS}.2.json": refusal(PODS)},
                "refused: list pods (Forbidden)",
            ),
            ({f"{PODS}.json": b" \n"}, "unreadable: the file is empty"),
            ({f"{PODS}.json": refusal(PODS)}, "refused: list pods (Forbidden)"),
        ],
    )
    def test_half_a_list_is_no_list(self, put: Put, tmp_path: Path, files: Files, reason: str) -> None:
        assert reason_of(Recording(put(tmp_path, files)), PODS) == reason

    def test_an_aws_answer_that_goes_on_is_cut_short(self, put: Put, tmp_path: Path) -> None:
        source = Recording(put(tmp_path, {f"{SUBNETS}.json": {"Subnets": [], "NextToken": "x"}}))
        assert reason_of(source, SUBNETS).startswith("unreadable: cut short")

    def test_a_node_group_with_a_number_in_its_name_is_no_page(self, put: Put, tmp_path: Path) -> None:
        path = "aws/eks/describe-nodegroup"
        source = Recording(put(tmp_path, {f"{path}/blue.json": {}, f"{path}/blue.2.json": {}}))
        assert source.arguments(path) == ["blue", "blue.2"]
        assert len(list(source.pages(f"{path}/blue"))) == 1

    def test_arguments_are_what_stands_below(self, put: Put, tmp_path: Path) -> None:
        files = {
            "cilium/b.internal/status.json": {},
            "cilium/a.internal/metrics.prom": b"x 1",
            "cilium/operator/metrics.prom": b"x 1",
            "aws/ec2/get-subnet-cidr-reservations/subnet-1.json": {},
        }
        source = Recording(put(tmp_path, files))
        assert source.arguments("cilium") == ["a.internal", "b.internal"]
        assert source.arguments("aws/ec2/get-subnet-cidr-reservations") == ["subnet-1"]
        assert source.arguments("aws/eks/describe-nodegroup") == []

    def test_a_path_cannot_climb_out(self, put: Put, tmp_path: Path) -> None:
        (tmp_path / "secret.json").write_text("{}")
        source = Recording(put(tmp_path, {}))
        for path in (
            "../secret",
            "kubernetes/../../secret",
            str(tmp_path / "secret"),
            "",
            "cilium/../recording",
        ):
            assert reason_of(source, path) == "not asked"


class TestHead:
    def test_tells_whose_cluster_and_when(self, put: Put, tmp_path: Path) -> None:
        head = {
            **HEAD,
            "region": "eu-west-1",
            "account": "111122223333",
            "cilium_namespace": "cilium",
            "note": "made by hand",
            "metrics_seconds_apart": 300,
            "more": ["is", "ignored"],
        }
        meta = Recording(put(tmp_path, {"recording.json": head})).meta
        assert (meta.cluster, meta.region, meta.account) == ("demo", "eu-west-1", "111122223333")
        assert meta.taken_at == datetime(2026, 11, 22, 9, tzinfo=UTC)
        assert (meta.cilium_namespace, meta.note, meta.metrics_apart_s) == ("cilium", "made by hand", 300)
        assert meta.source == "recording"

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"format": 2}, "format must be 1"),
            ({"format": "1"}, "Expected `int`"),
            ({"cluster": ""}, "cluster must be a name"),
            ({"cluster": None}, "Expected `str`"),
            ({"cluster": "x" * 300}, "cluster must be a name"),
            ({"taken_at": "yesterday"}, "taken_at must be a time in UTC like 2026-11-22T09:00:00Z"),
            ({"taken_at": "2026-11-22T09:00:00+01:00"}, "taken_at must be a time in UTC"),
            ({"taken_at": "2026-11-22T09:00:00"}, "taken_at must be a time in UTC"),
            ({"taken_at": "2026-02-30T09:00:00Z"}, "taken_at is no time"),
            ({"taken_at": "0001-01-01T00:00:00Z"}, "taken_at must be a time in UTC"),
            ({"account": 111122223333}, "Expected `str"),
            ({"cilium_namespace": "../secrets"}, "cilium_namespace must be the name of a namespace"),
            ({"metrics_seconds_apart": "long"}, "Expected `float"),
        ],
    )
    def test_a_head_that_is_wrong_is_told_in_one_line(self, tmp_path: Path, change: Files, told: str) -> None:
        with pytest.raises(SourceError) as caught:
            Recording(folder(tmp_path, {"recording.json": {**HEAD, **change}}))
        assert told in str(caught.value)
        assert "recording.json" in str(caught.value)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"a": ' * 5000, b"null"])
    def test_a_head_that_is_no_json_is_told(self, put: Put, tmp_path: Path, content: bytes) -> None:
        with pytest.raises(SourceError, match=r"recording\.json"):
            Recording(put(tmp_path, {"recording.json": content}))

    def test_a_head_that_is_missing_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "kubernetes").mkdir()
        with pytest.raises(SourceError, match=r"has no recording\.json; give the folder that holds it"):
            Recording(tmp_path)

    def test_two_recordings_in_one_are_told(self, tmp_path: Path) -> None:
        for top in ("a", "b"):
            (tmp_path / top).mkdir()
            (tmp_path / top / "recording.json").write_text(json.dumps(HEAD))
        with pytest.raises(SourceError, match="more than one recording"):
            Recording(tmp_path)

    def test_what_is_no_recording_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("x")
        with pytest.raises(SourceError, match="there is no recording at"):
            Recording(tmp_path / "nowhere")
        with pytest.raises(SourceError, match=r"give a folder, a \.tar\.gz or a \.zip"):
            Recording(tmp_path / "a.txt")


class TestHostile:
    def test_links_in_a_folder_are_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside" / "nodes.json").write_text(json.dumps(page("secret")))
        made = folder(tmp_path, {"kubernetes/api/v1/events.json": page()})
        (made / "kubernetes/api/v1/pods.json").symlink_to(tmp_path / "outside" / "nodes.json")
        (made / "aws").symlink_to(tmp_path / "outside", target_is_directory=True)
        source = Recording(made)
        assert reason_of(source, PODS) == "unreadable: it is a link, and links are not followed"
        assert reason_of(source, "aws/nodes") == "unreadable: it is a link, and links are not followed"

    def test_a_file_that_becomes_a_link_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "secret.json").write_text(json.dumps(page("secret")))
        source = Recording(folder(tmp_path, {f"{PODS}.json": page()}))
        (tmp_path / "made" / f"{PODS}.json").unlink()
        (tmp_path / "made" / f"{PODS}.json").symlink_to(tmp_path / "secret.json")
        assert reason_of(source, PODS).startswith("unreadable: ")

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        made = folder(tmp_path, {})
        os.mkfifo(made / "helm.json")
        assert reason_of(Recording(made), "helm") == "not asked"

    @pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
    def test_links_in_an_archive_are_not_followed(self, tmp_path: Path, kind: bytes) -> None:
        path = tmp_path / "made.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            add(archive, "recording.json", raw(HEAD))
            member = tarfile.TarInfo(f"{PODS}.json")
            member.type, member.linkname = kind, "recording.json"
            archive.addfile(member)
        assert reason_of(Recording(path), PODS) == "unreadable: it is a link, and links are not followed"

    def test_links_in_a_zip_are_not_followed(self, tmp_path: Path) -> None:
        path = zipped(tmp_path, {})
        with zipfile.ZipFile(path, "a") as archive:
            member = zipfile.ZipInfo(f"{PODS}.json")
            member.external_attr = 0o120777 << 16
            archive.writestr(member, "/etc/passwd")
        assert reason_of(Recording(path), PODS) == "unreadable: it is a link, and links are not followed"

    @pytest.mark.parametrize("put", [tarball, zipped])
    @pytest.mark.parametrize(
        "name", ["../evil.json", "/etc/evil.json", "a/../../evil.json", "a\\..\\..\\evil"]
    )
    def test_paths_that_lead_out_are_refused_and_nothing_is_written(
        self, tmp_path: Path, put: Put, name: str
    ) -> None:
        path = put(tmp_path, {name: {}})
        with pytest.raises(SourceError, match="lead out of it"):
            Recording(path)
        assert list(tmp_path.iterdir()) == [path]

    def test_a_bomb_is_not_inflated(self, tmp_path: Path) -> None:
        limits = Limits(file_bytes=1 << 20, total_bytes=1 << 20)
        bomb = {f"{PODS}.json": bytes(3 << 20)}
        for put in (tarball, zipped):
            with pytest.raises(SourceError, match=r"is larger than 1 MiB when inflated$"):
                Recording(put(tmp_path, bomb), limits)
        made = Recording(folder(tmp_path, bomb), limits)
        assert reason_of(made, PODS) == "unreadable: larger than 1 MiB"

    def test_one_file_that_is_too_large_leaves_the_others(self, put: Put, tmp_path: Path) -> None:
        files = {f"{PODS}.json": bytes(2 << 20), "helm/values.json": {}}
        source = Recording(put(tmp_path, files), Limits(file_bytes=1 << 20))
        assert reason_of(source, PODS) == "unreadable: larger than 1 MiB"
        assert list(source.pages("helm/values")) == [b"{}"]

    def test_a_header_that_promises_more_than_there_is_is_refused(self, tmp_path: Path) -> None:
        name = tarfile.TarInfo("././@LongLink")
        name.type, name.size = tarfile.GNUTYPE_LONGNAME, 1 << 40
        path = tmp_path / "made.tar.gz"
        path.write_bytes(gzip.compress(name.tobuf(tarfile.GNU_FORMAT) + bytes(2048)))
        with pytest.raises(SourceError):
            Recording(path)

    def test_headers_chained_without_end_are_refused(self, tmp_path: Path) -> None:
        more = tarfile.TarInfo("././@LongLink")
        more.type, more.size = tarfile.GNUTYPE_LONGNAME, 1
        path = tmp_path / "made.tar.gz"
        path.write_bytes(gzip.compress((more.tobuf(tarfile.GNU_FORMAT) + b"a".ljust(512, b"\0")) * 5000))
        with pytest.raises(SourceError):
            Recording(path)

    def test_too_many_files_are_refused(self, put: Put, tmp_path: Path) -> None:
        path = put(tmp_path, {f"cilium/n{number}/status.json": {} for number in range(6)})
        with pytest.raises(SourceError, match="more than 5 files"):
            Recording(path, Limits(files=5))

    def test_an_encrypted_or_strangely_packed_member_is_unreadable(self, tmp_path: Path) -> None:
        path = zipped(tmp_path, {})
        with zipfile.ZipFile(path, "a", zipfile.ZIP_LZMA) as archive:
            archive.writestr(f"{PODS}.json", raw(page()))
        assert reason_of(Recording(path), PODS) == "unreadable: the archive is damaged there"

    @pytest.mark.parametrize("put", [tarball, zipped])
    def test_an_archive_cut_anywhere_is_told(self, tmp_path: Path, put: Put) -> None:
        path = put(tmp_path, {f"{PODS}.json": os.urandom(5000), f"{SUBNETS}.json": {"Subnets": []}})
        whole = path.read_bytes()
        for end in range(0, len(whole) - 20, 97):
            path.write_bytes(whole[:end])
            with pytest.raises(SourceError):
                Recording(path)

    def test_a_tar_without_its_end_is_told(self, tmp_path: Path) -> None:
        path = tarball(tmp_path, {f"{PODS}.json": page("a")})
        whole = gzip.decompress(path.read_bytes())
        path.write_bytes(gzip.compress(whole[: 512 * 3]))
        with pytest.raises(SourceError, match="damaged or cut short"):
            Recording(path)

    def test_damage_inside_is_told(self, tmp_path: Path) -> None:
        path = zipped(tmp_path, {f"{PODS}.json": os.urandom(5000)})
        whole = bytearray(path.read_bytes())
        whole[len(whole) // 2] ^= 0xFF
        path.write_bytes(whole)
        assert reason_of(Recording(path), PODS) == "unreadable: the archive is damaged there"

    @given(st.binary(max_size=200), st.sampled_from(["a.zip", "a.tar.gz"]))
    def test_any_bytes_are_told(
        self, tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
    ) -> None:
        path = tmp_path_factory.mktemp("any") / name
        path.write_bytes(content)
        with pytest.raises(SourceError):
            Recording(path)
