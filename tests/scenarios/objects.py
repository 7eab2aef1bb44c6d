"""Answers that the scenarios write by hand, where the builder has no verb."""

from collections.abc import Sequence
from typing import Literal, cast

from tests.builder import Cluster, MemorySource
from tests.builder.clock import Object, digits

Way = Literal["internet", "nat", "none"]


LAUNCHED: Object = {  # what Karpenter requires of every NodeClaim, and of a NodePool's template
    "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default"},
    "requirements": [],
}


def put_list(source: MemorySource, path: str, kind: str, items: Sequence[Object]) -> MemorySource:
    """A list of the Kubernetes API at ``kubernetes/<path>``, instead of what stands there."""
    api = path.removeprefix("apis/").removeprefix("api/").rpartition("/")[0]
    meta = {"resourceVersion": "48210377"}
    listed: Object = {"kind": f"{kind}List", "apiVersion": api, "metadata": meta, "items": list(items)}
    return source.put(f"kubernetes/{path}", listed)


def group_rule(c: Cluster, protocol: str, group: str, first: int = -1, last: int = -1) -> Object:
    """An ingress permission for the members of a group; "-1" is every protocol."""
    ports: Object = {} if protocol == "-1" else {"FromPort": first, "ToPort": last}
    pair = {"GroupId": group, "UserId": c.account}
    return {"IpProtocol": protocol, "UserIdGroupPairs": [pair], "IpRanges": []} | ports


def routed(c: Cluster, *, public: Way = "internet", private: Way = "nat") -> MemorySource:
    """The cluster's answers, its public and private subnets with these ways out."""
    source = c.source()
    gateway = f"nat-0{digits(16, c.name)}"
    where = next((s for s in c.subnets if s.public), c.subnets[0])
    told = {"NatGatewayId": gateway, "VpcId": c.vpc_id, "SubnetId": where.id, "State": "available"}
    source.put("aws/ec2/describe-nat-gateways", {"NatGateways": [told | {"NatGatewayAddresses": []}]})

    def change(answer: Object) -> None:
        tables = cast("list[dict[str, list[Object]]]", answer["RouteTables"])
        main, own = tables
        own["Routes"] = [r for r in own["Routes"] if r["DestinationCidrBlock"] != "0.0.0.0/0"]
        own["Routes"] += _out(c, private, gateway)
        outside = cast(
            "dict[str, list[Object]]",
            main
            | {
                "RouteTableId": f"rtb-0{digits(16, c.name, 'public')}",
                "Routes": [*main["Routes"], *_out(c, public, gateway)],
                "Associations": [
                    {
                        "Main": False,
                        "RouteTableAssociationId": f"rtbassoc-0{digits(16, c.name, s.id)}",
                        "RouteTableId": f"rtb-0{digits(16, c.name, 'public')}",
                        "AssociationState": {"State": "associated"},
                        "SubnetId": s.id,
                    }
                    for s in c.subnets
                    if s.public
                ],
            },
        )
        tables.append(outside)

    return source.edit("aws/ec2/describe-route-tables", change)


def _out(c: Cluster, way: Way, gateway: str) -> list[Object]:
    if way == "none":
        return []
    route: Object = {"DestinationCidrBlock": "0.0.0.0/0", "Origin": "CreateRoute", "State": "active"}
    if way == "nat":
        return [route | {"NatGatewayId": gateway}]
    return [route | {"GatewayId": f"igw-0{digits(16, c.name)}"}]
