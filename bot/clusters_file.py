"""CILIUM_BOT_CLUSTERS: a YAML or JSON file of the clusters behind one bot; every fault of it is named."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import msgspec

from bot.access import Access
from bot.kube_access import SERVICE_ACCOUNT
from bot.reader import SettingsError

T = TypeVar("T")
SETTING = "CILIUM_BOT_CLUSTERS"
MAX_CLUSTERS = 200
MAX_BYTES = 1 << 20
NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}")
EKS_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]+")
ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/\S+")
NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Clusters:
    """What the file names: clusters, each with its alias, and where EKS is asked for more of them."""

    named: tuple[Access, ...]
    searches: tuple[Access, ...]


class _Entry(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    name: str
    eks: str | None = None
    region: str | None = None
    role: str | None = None
    kubeconfig: str | None = None
    context: str | None = None
    in_cluster: bool = False
    namespace: str | None = None
    probes: bool | None = None


class _Search(msgspec.Struct, forbid_unknown_fields=True):
    regions: list[str]
    role: str | None = None
    namespace: str | None = None


def read_clusters(path: Path, common: Access, *, service_account: Path = SERVICE_ACCOUNT) -> Clusters:
    """The file's clusters; what an entry leaves open is as in ``common``. Raises SettingsError."""
    content = _content(path)
    problems: list[str] = []
    named, searches = [], []
    for place, raw in enumerate(content.get("clusters") or []):
        if (entry := _typed(raw, _Entry, problems, f"clusters[{place}]")) is not None:
            where = f"{SETTING}: clusters[{place}]"
            named.append(_access(entry, common, problems, where, service_account))
    for place, raw in enumerate(content.get("discover") or []):
        if (search := _typed(raw, _Search, problems, f"discover[{place}]")) is not None:
            searches += _searched(search, common, problems, f"{SETTING}: discover[{place}]")
    twice = [name for name, count in Counter(one.alias for one in named).items() if count > 1]
    problems += [f"{SETTING}: the name {name} stands there twice" for name in twice]
    if len(named) > MAX_CLUSTERS:
        problems.append(f"{SETTING}: one bot looks at {MAX_CLUSTERS} clusters at most")
    if not problems and not named and not searches:
        problems.append(f"{SETTING}: it names no cluster")
    if problems:
        raise SettingsError(problems)
    return Clusters(tuple(named), tuple(searches))


def _content(path: Path) -> dict[str, list[object]]:
    import yaml

    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        found = yaml.safe_load(raw) if len(raw) <= MAX_BYTES else None
    except OSError as error:
        raise SettingsError([f"{SETTING}: the file cannot be read: {error.strerror}"]) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise SettingsError([f"{SETTING}: the file is neither YAML nor JSON"]) from None
    known = {"clusters", "discover"}
    if not isinstance(found, dict) or not found.keys() <= known:
        raise SettingsError([f"{SETTING}: a file with the lists clusters and discover is wanted"])
    if not all(isinstance(part, list | None) for part in found.values()):
        raise SettingsError([f"{SETTING}: clusters and discover are lists"])
    return found


def _typed(raw: object, kind: type[T], problems: list[str], where: str) -> T | None:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        problems.append(f"{SETTING}: {where}: {error}")
        return None


def _access(entry: _Entry, common: Access, problems: list[str], where: str, service_account: Path) -> Access:
    """One entry; what is wrong with it is among the problems."""
    by_file = entry.kubeconfig is not None or entry.context is not None
    region = entry.region or common.region
    eks = not by_file and not entry.in_cluster
    wrong = [
        (
            NAME.fullmatch(entry.name) is None,
            "name is malformed: letters, digits, dots and dashes are wanted",
        ),
        (entry.eks is not None and EKS_NAME.fullmatch(entry.eks) is None, "eks is no name of EKS's"),
        (by_file and entry.in_cluster, "kubeconfig and inCluster exclude each other"),
        (
            entry.kubeconfig is not None and not Path(entry.kubeconfig).is_file(),
            "kubeconfig names no file that exists",
        ),
        (
            entry.in_cluster and not (service_account / "token").is_file(),
            "inCluster: this bot runs in no Pod",
        ),
        (eks and region is None, "region is missing, or a kubeconfig, a context or inCluster"),
        (
            eks and entry.eks is None and EKS_NAME.fullmatch(entry.name) is None,
            "eks is missing: name is no name of EKS's",
        ),
        *_common_faults(entry.region, entry.role, entry.namespace),
    ]
    problems.extend(f"{where}: {fault}" for holds, fault in wrong if holds)
    return replace(
        common,
        alias=entry.name,
        eks=eks,
        cluster=entry.eks or (entry.name if eks else None),
        region=region,
        aws_role=entry.role or common.aws_role,
        kubeconfig=(entry.kubeconfig or common.kubeconfig) if by_file else None,
        context=entry.context,
        namespace=entry.namespace or common.namespace,
        # The bot stands in one cluster's network: only there it can ask Services, unless told otherwise.
        probes=entry.probes if entry.probes is not None else common.probes,
    )


def _searched(entry: _Search, common: Access, problems: list[str], where: str) -> list[Access]:
    """One Access for each region."""
    wrong = [
        fault for region in entry.regions for fault in _common_faults(region, entry.role, entry.namespace)
    ]
    wrong.append((not entry.regions, "regions is empty"))
    problems.extend(f"{where}: {fault}" for fault in dict.fromkeys(fault for holds, fault in wrong if holds))
    return [
        replace(
            common,
            eks=True,
            kubeconfig=None,
            region=region,
            aws_role=entry.role or common.aws_role,
            namespace=entry.namespace or common.namespace,
        )
        for region in dict.fromkeys(entry.regions)
    ]


def _common_faults(region: str | None, role: str | None, namespace: str | None) -> list[tuple[bool, str]]:
    return [
        (region is not None and REGION.fullmatch(region) is None, "region: eu-west-1 or the like is wanted"),
        (role is not None and ROLE.fullmatch(role) is None, "role: a role's ARN is wanted"),
        (namespace is not None and NAMESPACE.fullmatch(namespace) is None, "namespace is malformed"),
    ]
