"""What AWS is asked by an argument alone: a subnet, a quota's service, a call, the operator's role."""

from collections.abc import Mapping

from checks.operator_actions import ALWAYS, LATER, RELEASE

CALLS = "cloudtrail/lookup-events"
SIMULATION = "iam/simulate-principal-policy"
NEWEST_CALLS = 50  # one page, the newest first: what is older says nothing of now


def role_name(arn: str) -> str:
    """The name of a role: what the format has as the argument of a simulation."""
    return arn.rsplit("/", 1)[-1]


def account_request(operation: str, argument: str, role: str | None) -> Mapping[str, object] | None:
    """The arguments of one operation; None for what no collector reads. ``role``: the operator's ARN."""
    if operation == "ec2/get-subnet-cidr-reservations" and argument:
        return {"SubnetId": argument}
    if operation == "service-quotas/list-service-quotas" and argument:
        return {"ServiceCode": argument}
    if operation == CALLS and argument:
        by_name = {"AttributeKey": "EventName", "AttributeValue": argument}
        return {"LookupAttributes": [by_name], "MaxResults": NEWEST_CALLS}
    if operation == SIMULATION and role and role_name(role) == argument:
        actions = [f"ec2:{name}" for name in (*ALWAYS, *LATER, *RELEASE)]
        return {"PolicySourceArn": role, "ActionNames": actions}
    return None
