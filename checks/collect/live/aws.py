"""What of AWS concerns this cluster: its VPC, its instances, the types that they have."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import msgspec

from checks.collect.live.account_requests import CALLS, SIMULATION, account_request, role_name
from checks.collect.live.aws_api import TYPES_AT_ONCE, Arguments, AwsApi, TypeCache
from checks.collect.live.once import Once
from checks.collect.source import UnreadError
from checks.collect.wire import decode
from checks.operator_actions import TELLING_CALLS

NAT_GATEWAYS = "ec2/describe-nat-gateways"  # whose argument alone is called Filter
MAX_SUBNETS = 40  # beyond that, reservations are asked only of subnets that instances are in

BY_VPC = {
    "ec2/describe-subnets",
    "ec2/describe-network-interfaces",
    "ec2/describe-route-tables",
    "ec2/describe-security-groups",
    "ec2/describe-vpcs",
    "ec2/describe-vpc-endpoints",
    NAT_GATEWAYS,
}
BY_CLUSTER = {"eks/list-nodegroups", "eks/list-addons", "eks/list-pod-identity-associations"}
BY_NAME = {  # operation: its argument, and the one that names the cluster
    "eks/describe-nodegroup": ("nodegroupName", "clusterName"),
    "eks/describe-addon": ("addonName", "clusterName"),
}


class _Interface(msgspec.Struct, gc=False):
    SubnetId: str | None = None


class _Instance(msgspec.Struct, gc=False):
    InstanceId: str = ""
    InstanceType: str | None = None
    VpcId: str | None = None
    NetworkInterfaces: tuple[_Interface, ...] = ()
    Tags: tuple[dict[str, str], ...] = ()


class _Reservation(msgspec.Struct, gc=False):
    Instances: tuple[_Instance, ...] = ()


class _Instances(msgspec.Struct, gc=False):
    Reservations: tuple[_Reservation, ...] = ()


class _VpcConfig(msgspec.Struct, gc=False):
    vpcId: str | None = None


class _Cluster(msgspec.Struct, gc=False):
    name: str = ""
    resourcesVpcConfig: _VpcConfig = msgspec.field(default_factory=_VpcConfig)


class _ClusterAnswer(msgspec.Struct, gc=False):
    cluster: _Cluster


class AwsReader:
    """Answers the recording paths below "aws/" for one cluster and one sweep."""

    def __init__(
        self,
        api: AwsApi,
        types: TypeCache,
        *,
        cluster: str | None,
        an_instance: Callable[[], str | None],
        operator_role: Callable[[], str | None] | None = None,
    ) -> None:
        """``cluster`` None: the tags of ``an_instance()``, the id of one of its nodes, tell its name.

        ``operator_role()`` is the ARN of the operator's role; without one IAM is not asked.
        """
        self._api = api
        self._types = types
        self._name = cluster
        self._an_instance = an_instance
        self._operator_role = operator_role
        self._once = Once()

    def pages(self, path: str) -> tuple[bytes, ...]:
        """The answer to one path as the AWS CLI prints it, in pages of the same keys. Raises UnreadError."""
        return self._once.get(path, lambda: self._read(path))

    def _read(self, path: str) -> Iterator[bytes]:
        service, _, rest = path.partition("/")
        name, _, argument = rest.partition("/")
        operation = f"{service}/{name}"
        if operation == "ec2/describe-instance-types":
            return self._instance_types(path)
        if operation == CALLS:
            return islice(self._encoded(path, self._request(operation, argument)), 1)
        return self._encoded(path, self._request(operation, argument))

    def _encoded(self, path: str, arguments: Arguments) -> Iterator[bytes]:
        return (msgspec.json.encode(page) for page in self._api.ask(path, arguments))

    def _request(self, operation: str, argument: str) -> Arguments:
        """What is asked: never more than this cluster's VPC. Raises UnreadError when that is not known."""
        if operation in BY_VPC:
            filters = _filtered(("vpc-id", [self._vpc()]))
            return {"Filter": filters["Filters"]} if operation == NAT_GATEWAYS else filters
        if operation == "ec2/describe-instances":
            return self._instances_request()
        if operation == "eks/describe-cluster":
            return {"name": self._cluster()}
        if operation in BY_CLUSTER:
            return {"clusterName": self._cluster()}
        if operation in BY_NAME and argument:
            own, cluster = BY_NAME[operation]
            return {own: argument, cluster: self._cluster()}
        role = self._role() if operation == SIMULATION else None
        asked = account_request(operation, argument, role)
        if asked is None:
            raise UnreadError("not asked")
        return asked

    def _role(self) -> str | None:
        return self._operator_role() if self._operator_role else None

    def _instances_request(self) -> Arguments:
        vpc = ("vpc-id", [self._vpc()])
        running = ("instance-state-name", ["pending", "running", "shutting-down", "stopping", "stopped"])
        try:
            cluster = (f"tag:kubernetes.io/cluster/{self._cluster()}", ["owned", "shared"])
        except UnreadError:
            return _filtered(vpc, running)
        return _filtered(vpc, running, cluster)

    def _instance_types(self, path: str) -> Iterator[bytes]:
        types = sorted({i.InstanceType for i in self._instances() if i.InstanceType})
        kept, wanted = self._types.get(types)
        for start in range(0, len(wanted), TYPES_AT_ONCE):
            asked = {"InstanceTypes": wanted[start : start + TYPES_AT_ONCE]}
            for page in self._api.ask(path, asked):
                found = page.get("InstanceTypes")
                answers = found if isinstance(found, list) else []
                self._types.put({answer["InstanceType"]: answer for answer in answers})
                kept.extend(answers)
        yield msgspec.json.encode({"InstanceTypes": kept})

    def _instances(self) -> Iterator[_Instance]:
        for page in self.pages("ec2/describe-instances"):
            for reservation in decode(page, _Instances, "instances").Reservations:
                yield from reservation.Instances

    def arguments(self, path: str) -> tuple[str, ...]:
        """Node groups, subnets, calls … that the path can be asked for, sorted. Raises UnreadError."""
        if path == CALLS:
            return tuple(sorted(TELLING_CALLS))
        if path == SIMULATION:
            return tuple(role_name(role) for role in [self._role()] if role)
        if path == "ec2/get-subnet-cidr-reservations":
            found = self._names("ec2/describe-subnets", "Subnets", "SubnetId")
            if len(found) > MAX_SUBNETS:
                inside = {card.SubnetId for i in self._instances() for card in i.NetworkInterfaces}
                found = [name for name in found if name in inside]
            return tuple(found)
        lists = {"eks/describe-nodegroup": "nodegroups", "eks/describe-addon": "addons"}
        if path not in lists:
            return ()
        return tuple(self._names(f"eks/list-{lists[path]}", lists[path]))

    def _names(self, path: str, key: str, name: str | None = None) -> list[str]:
        """Sorted names in the array ``key``: its strings, or the field ``name`` of its objects."""
        found: set[str] = set()
        for page in self.pages(path):
            entries = msgspec.json.decode(page).get(key, [])
            found.update(entry[name] if name else entry for entry in entries)
        return sorted(found)

    def _cluster(self) -> str:
        """The cluster's name in EKS. Raises UnreadError."""
        if self._name is None:
            self._name = _cluster_of(self._a_node())
        if self._name is None:
            raise UnreadError("not asked: the cluster's name in EKS is not known", "set CILIUM_BOT_CLUSTER")
        return self._name

    def _vpc(self) -> str:
        """The cluster's VPC, from EKS or else from one of its instances. Raises UnreadError."""
        refusal = UnreadError("not asked: the cluster's VPC is not known")
        vpc = None
        try:
            [page] = self.pages("eks/describe-cluster")
            vpc = decode(page, _ClusterAnswer, "cluster").cluster.resourcesVpcConfig.vpcId
        except UnreadError as error:
            refusal = error
        node = None if vpc else self._a_node()
        vpc = vpc or (node.VpcId if node else None)
        if vpc is None:
            raise refusal
        return vpc

    def _a_node(self) -> _Instance | None:
        """One of the cluster's instances, or None. Raises UnreadError when EC2 refuses."""
        instance = self._an_instance()
        if instance is None:
            return None
        pages = self._once.get("one instance", lambda: self._instance(instance))
        reservations = [r for page in pages for r in decode(page, _Instances, "instances").Reservations]
        return next((found for r in reservations for found in r.Instances), None)

    def _instance(self, instance: str) -> Iterator[bytes]:
        return self._encoded("ec2/describe-instances", _filtered(("instance-id", [instance])))


def _filtered(*filters: tuple[str, Sequence[str]]) -> Arguments:
    return {"Filters": [{"Name": name, "Values": list(values)} for name, values in filters]}


def _cluster_of(instance: _Instance | None) -> str | None:
    """The name that EKS or a node group's launch has left in an instance's tags."""
    prefix = "kubernetes.io/cluster/"
    tags = {tag.get("Key", ""): tag.get("Value", "") for tag in instance.Tags} if instance else {}
    named = (tags.get("aws:eks:cluster-name"), tags.get("eks:cluster-name"))
    owned = (key.removeprefix(prefix) for key in sorted(tags) if key.startswith(prefix))
    return next((name for name in (*named, *owned) if name), None)
