import pytest

from checks.collect.cilium_nodes import read
from checks.collect.source import UnreadError
from checks.parts.cilium_nodes import AttachedEni, CiliumNode, CiliumNodes, PoolAllocation
from tests.checks.collect.told import Object, api_list, entry, refusal, told

ASKED = CiliumNodes.ASKED
NAME = "ip-10-40-3-17.eu-west-1.compute.internal"


def node(spec: object = None, status: object = None, name: str = NAME) -> CiliumNode:
    [found] = read(told({ASKED: api_list("CiliumNode", entry(name, spec=spec, status=status))})).items
    return found


def with_eni(**fields: object) -> AttachedEni:
    [eni] = node(status={"eni": {"enis": {"eni-1": {"id": "eni-1", **fields}}}}).enis
    return eni


def test_reads_a_node_of_the_cluster_pool() -> None:
    got = node(
        {
            "addresses": [
                {"type": "InternalIP", "ip": "10.40.3.17"},
                {"type": "CiliumInternalIP", "ip": "10.0.1.214"},
                {"type": "CiliumInternalIP", "ip": "fd00::1:d6"},
            ],
            "health": {"ipv4": "10.0.1.77", "ipv6": "fd00::1:4d"},
            "ingress": {},
            "eni": {},
            "ipam": {"podCIDRs": ["10.0.1.0/24", "fd00::100/120"], "pools": {}},
        },
        {"ipam": {"operator-status": {}}, "eni": {}},
    )
    assert got.internal_ip == "10.40.3.17"
    assert got.own_addresses == ("10.0.1.214", "10.0.1.77")
    assert got.pod_cidrs == ("10.0.1.0/24",)
    assert (got.used, got.operator_error, got.enis, got.allocated) == (None, "", (), ())
    assert got.created.isoformat() == "2026-11-21T12:00:00+00:00"


def test_reads_an_eni_node_up_to_1_19() -> None:
    got = node(
        {
            "instance-id": "i-0a1b",
            "eni": {
                "instance-type": "m5.large",
                "first-interface-index": 0,
                "availability-zone": "eu-west-1a",
            },
            "ipam": {
                "pre-allocate": 8,
                "pools": {},
                "pool": {f"10.40.3.{n}": {"resource": "eni-1"} for n in range(21, 26)},
            },
        },
        {
            "ipam": {
                "operator-status": {},
                "used": {"10.40.3.21": {"owner": "router"}, "10.40.3.22": {"owner": "health"}},
                "release-ips": {
                    "10.40.3.24": "released",
                    "10.40.3.99": "released",
                    "10.40.3.25": "marked-for-release",
                },
            }
        },
    )
    assert (got.instance_id, got.eni.instance_type, got.eni.zone) == ("i-0a1b", "m5.large", "eu-west-1a")
    assert (got.pool_size, got.used, got.pre_allocate) == (5, 2, 8)
    assert got.releases["10.40.3.25"] == "marked-for-release"
    assert got.released_in_pool == ("10.40.3.24",)


def test_reads_pools_as_1_20_writes_them() -> None:
    got = node(
        {
            "ipam": {
                "pools": {
                    "requested": [
                        {"pool": "default", "needed": {"ipv4-addrs": 19}},
                        {"pool": "batch", "needed": {}},
                    ],
                    "allocated": [
                        {
                            "pool": "default",
                            "allowFirstIP": True,
                            "allowLastIP": True,
                            "cidrs": ["10.40.3.32/28", "10.40.3.9/32"],
                        },
                        {"pool": "batch", "cidrs": None},
                    ],
                }
            }
        },
        {"ipam": {"operator-status": {}, "used": {}}},
    )
    assert got.requested == {"default": 19, "batch": 0}
    assert got.allocated == (
        PoolAllocation(pool="default", cidrs=("10.40.3.32/28", "10.40.3.9/32"), first=True, last=True),
        PoolAllocation(pool="batch"),
    )


@pytest.mark.parametrize("status", [None, {}, {"ipam": {}}, {"ipam": {"used": {}}}, {"ipam": {"used": None}}])
def test_an_empty_map_of_used_addresses_says_nothing(status: object) -> None:
    assert node(status=status).used is None


def test_the_primary_interface_has_no_number() -> None:
    enis = {"eni-2": {"id": "eni-2", "number": 1}, "eni-1": {"id": "eni-1"}}
    assert [(eni.id, eni.number) for eni in node(status={"eni": {"enis": enis}}).enis] == [
        ("eni-1", 0),
        ("eni-2", 1),
    ]


def test_counts_the_addresses_of_a_prefix_once() -> None:
    flattened = [f"10.40.3.{n}" for n in range(32, 48)]
    eni = with_eni(prefixes=["10.40.3.32/28"], addresses=[*flattened, "10.40.3.9"])
    assert eni.lone == ("10.40.3.9",)
    assert len(eni.addresses) == 17
    assert eni.size == 17


def test_every_address_is_lone_without_prefixes() -> None:
    assert with_eni(addresses=["10.40.3.21", "10.40.3.22"]).lone == ("10.40.3.21", "10.40.3.22")


def test_knows_where_an_interface_stands() -> None:
    eni = with_eni(
        ip="10.40.3.17",
        subnet={"id": "subnet-a", "cidr": "10.40.3.0/24"},
        vpc={"id": "vpc-1", "primary-cidr": "10.40.0.0/16", "cidrs": ["10.40.0.0/16", "100.64.0.0/16"]},
        **{"security-groups": ["sg-1"], "tags": {"b": "2", "a": "1"}},
    )
    assert (eni.ip, eni.subnet_id, eni.subnet_cidr, eni.vpc_id) == (
        "10.40.3.17",
        "subnet-a",
        "10.40.3.0/24",
        "vpc-1",
    )
    assert eni.vpc_cidrs == ("10.40.0.0/16", "100.64.0.0/16")
    assert (eni.security_groups, eni.tags) == (("sg-1",), (("a", "1"), ("b", "2")))


def test_fields_that_are_empty_may_be_left_out_of_an_interface() -> None:
    assert with_eni(subnet={}, vpc={}) == AttachedEni(id="eni-1")


def test_reads_what_a_node_asks_the_operator_for() -> None:
    spec = node(
        {
            "eni": {
                "first-interface-index": 1,
                "subnet-ids": ["subnet-b"],
                "subnet-tags": {"pods": "yes"},
                "security-group-tags": {"for": "pods"},
                "security-groups": ["sg-9"],
                "exclude-interface-tags": {"efa": "true"},
                "node-subnet-id": "subnet-a",
                "use-primary-address": False,
                "disable-prefix-delegation": True,
            },
            "ipam": {"min-allocate": 10, "max-allocate": 20, "max-above-watermark": 2},
        }
    )
    assert (spec.eni.first_interface_index, spec.eni.subnet_ids, spec.eni.subnet_tags) == (
        1,
        ("subnet-b",),
        (("pods", "yes"),),
    )
    assert (spec.eni.security_groups, spec.eni.security_group_tags) == (("sg-9",), (("for", "pods"),))
    assert (spec.eni.exclude_tags, spec.eni.node_subnet_id) == ((("efa", "true"),), "subnet-a")
    assert (spec.eni.use_primary_address, spec.eni.disable_prefix_delegation) == (False, True)
    assert (spec.min_allocate, spec.max_allocate, spec.max_above_watermark) == (10, 20, 2)


def test_tells_the_operators_error() -> None:
    assert (
        node(status={"ipam": {"operator-status": {"error": "allocator full"}}}).operator_error
        == "allocator full"
    )


def test_lists_nodes_by_name() -> None:
    answer = api_list("CiliumNode", entry("b"), entry("a"))
    assert [found.name for found in read(told({ASKED: answer})).items] == ["a", "b"]


def test_no_nodes_are_an_answer() -> None:
    assert read(told({ASKED: api_list("CiliumNode")})) == CiliumNodes()


def test_a_definition_that_is_not_installed_is_a_gap() -> None:
    with pytest.raises(UnreadError, match=r"^not found: "):
        read(told({ASKED: refusal(ASKED, "NotFound")}))


def test_a_refusal_says_what_to_grant() -> None:
    with pytest.raises(UnreadError, match=r"^refused: list cilium.io/ciliumnodes") as caught:
        read(told({ASKED: refusal(ASKED)}))
    assert caught.value.grant is not None


@pytest.mark.parametrize(
    ("spec", "status"),
    [
        ("none", None),
        ({"ipam": {"podCIDRs": "10.0.1.0/24"}}, None),
        ({"ipam": {"podCIDRs": ["10.0.1.0/99"]}}, None),
        ({"ipam": {"pre-allocate": "8"}}, None),
        ({"health": {"ipv4": "soon"}}, None),
        (None, {"ipam": {"used": ["10.40.3.21"]}}),
        (None, {"eni": {"enis": {"eni-1": {"number": "one"}}}}),
        (None, {"eni": {"enis": {"eni-1": {"prefixes": ["10.40.3.32/"]}}}}),
        (None, {"eni": {"enis": {"eni-1": {"addresses": ["10.40.3.3\u0000"]}}}}),
    ],
)
def test_a_value_of_another_type_is_unreadable(spec: object, status: object) -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: "):
        node(spec, status)


def test_another_list_is_unreadable() -> None:
    other: Object = api_list("CiliumEndpoint", entry("a"))
    with pytest.raises(UnreadError, match=r"^unreadable: "):
        read(told({ASKED: other}))
