"""AWS is asked for one cluster's VPC, and each way of refusing has its words."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.config import Config
from botocore.stub import ANY, Stubber

from checks.collect.live.aws import AwsReader
from checks.collect.live.aws_api import TYPES_KEPT_S, AwsApi, TypeCache
from checks.collect.live.deadline import Deadline
from checks.collect.source import UnreadError

CLUSTER = {"cluster": {"name": "shop", "resourcesVpcConfig": {"vpcId": "vpc-1"}}}
ROLE = "arn:aws:iam::111122223333:role/path/shop-operator"
ROLE_OF_ANOTHER = "iam/simulate-principal-policy/another"
BY_VPC = {"Filters": [{"Name": "vpc-id", "Values": ["vpc-1"]}]}


class Account:
    """Clients of an account that answers what a test has put there, checked against AWS's own model."""

    def __init__(self) -> None:
        config = Config(retries={"total_max_attempts": 1})
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "eu-west-1"}
        self.clients: dict[str, Any] = {
            name: boto3.client(name, config=config, **keys)
            for name in ("ec2", "eks", "iam", "cloudtrail", "service-quotas")
        }
        self.stubs = {name: Stubber(client) for name, client in self.clients.items()}
        for stub in self.stubs.values():
            stub.activate()

    def answers(
        self, service: str, operation: str, answer: Mapping[str, Any], asked: Mapping[str, Any] | None = None
    ) -> None:
        self.stubs[service].add_response(operation, dict(answer), asked and dict(asked))

    def refuses(self, service: str, operation: str, code: str) -> None:
        self.stubs[service].add_client_error(operation, code, "a message with account 111122223333", 400)

    def close(self) -> None:
        for name, stub in self.stubs.items():
            stub.assert_no_pending_responses()
            self.clients[name].close()


@pytest.fixture
def account() -> Iterator[Account]:
    made = Account()
    yield made
    made.close()


def reader(
    account: Account,
    *,
    cluster: str | None = "shop",
    instance: str | None = None,
    types: TypeCache | None = None,
    seconds: float = 5.0,
    role: str | None = None,
) -> AwsReader:
    api = AwsApi(account.clients.__getitem__, Deadline.after(seconds))
    return AwsReader(
        api, types or TypeCache(), cluster=cluster, an_instance=lambda: instance, operator_role=lambda: role
    )


def read(aws: AwsReader, path: str) -> Any:
    [page] = aws.pages(path)
    return json.loads(page)


def refused(aws: AwsReader, path: str) -> UnreadError:
    with pytest.raises(UnreadError) as caught:
        aws.pages(path)
    assert "111122223333" not in caught.value.reason
    return caught.value


def instance(**more: object) -> dict[str, Any]:
    return {"Reservations": [{"Instances": [{"InstanceId": "i-1", "InstanceType": "m5.large", **more}]}]}


def test_asks_only_for_the_clusters_vpc(account: Account) -> None:
    account.answers("eks", "describe_cluster", CLUSTER, {"name": "shop"})
    aws = reader(account)
    for operation, key in (
        ("describe_subnets", "Subnets"),
        ("describe_network_interfaces", "NetworkInterfaces"),
        ("describe_security_groups", "SecurityGroups"),
        ("describe_vpcs", "Vpcs"),
    ):
        account.answers("ec2", operation, {key: []}, {**BY_VPC, "MaxResults": 1000})
        assert read(aws, f"ec2/{operation.replace('_', '-')}") == {key: []}
    account.answers("ec2", "describe_route_tables", {"RouteTables": []}, {**BY_VPC, "MaxResults": 100})
    assert read(aws, "ec2/describe-route-tables") == {"RouteTables": []}


def test_asks_only_for_the_clusters_instances(account: Account) -> None:
    account.answers("eks", "describe_cluster", CLUSTER)
    tag = {"Name": "tag:kubernetes.io/cluster/shop", "Values": ["owned", "shared"]}
    states = {"Name": "instance-state-name", "Values": ANY}
    asked = {"Filters": [*BY_VPC["Filters"], states, tag], "MaxResults": 1000}
    account.answers("ec2", "describe_instances", instance(), asked)
    assert read(reader(account), "ec2/describe-instances") == instance()


def test_answers_page_by_page_without_tokens(account: Account) -> None:
    account.answers("eks", "describe_cluster", CLUSTER)
    account.answers("ec2", "describe_subnets", {"Subnets": [{"SubnetId": "subnet-1"}], "NextToken": "t"})
    account.answers("ec2", "describe_subnets", {"Subnets": [{"SubnetId": "subnet-2"}]})
    pages = [json.loads(page) for page in reader(account).pages("ec2/describe-subnets")]
    assert pages == [{"Subnets": [{"SubnetId": "subnet-1"}]}, {"Subnets": [{"SubnetId": "subnet-2"}]}]


def test_asks_once_for_what_several_collectors_read(account: Account) -> None:
    account.answers("eks", "describe_cluster", CLUSTER)
    aws = reader(account)
    assert aws.pages("eks/describe-cluster") == aws.pages("eks/describe-cluster")


@pytest.mark.parametrize(
    ("code", "reason", "grant"),
    [
        ("AccessDeniedException", "refused: eks:DescribeCluster (AccessDeniedException)", "IAM policy"),
        ("ExpiredTokenException", "refused: eks:DescribeCluster (ExpiredTokenException)", "credentials"),
        ("ResourceNotFoundException", "not found: eks:DescribeCluster (ResourceNotFoundException)", ""),
        ("ThrottlingException", "refused: eks:DescribeCluster (ThrottlingException)", ""),
    ],
)
def test_tells_refusals_apart(account: Account, code: str, reason: str, grant: str) -> None:
    account.refuses("eks", "describe_cluster", code)
    aws = reader(account)
    for _ in range(2):  # remembered: not asked again
        error = refused(aws, "eks/describe-cluster")
        assert error.reason == reason
        assert grant in (error.grant or "")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (exceptions.NoCredentialsError(), "refused: eks:DescribeCluster (NoCredentials)"),
        (exceptions.ProfileNotFound(profile="x"), "refused: eks:DescribeCluster (NoCredentials)"),
        (exceptions.NoRegionError(), "not asked: no AWS region is known"),
        (exceptions.ReadTimeoutError(endpoint_url="x"), "timed out: eks:DescribeCluster (Timeout)"),
        (
            exceptions.EndpointConnectionError(endpoint_url="x"),
            "unreadable: eks:DescribeCluster (EndpointConnectionError)",
        ),
    ],
)
def test_tells_why_nobody_could_be_asked(error: Exception, reason: str) -> None:
    def none(_: str) -> Any:
        raise error

    api = AwsApi(none, Deadline.after(5))
    aws = AwsReader(api, TypeCache(), cluster="shop", an_instance=lambda: None)
    assert refused(aws, "eks/describe-cluster").reason == reason


def test_names_the_role_that_may_not_be_assumed() -> None:
    def none(_: str) -> Any:
        raise exceptions.ClientError({"Error": {"Code": "AccessDenied"}}, "AssumeRole")

    api = AwsApi(none, Deadline.after(5))
    aws = AwsReader(api, TypeCache(), cluster="shop", an_instance=lambda: None)
    assert refused(aws, "eks/describe-cluster").reason == "refused: sts:AssumeRole (AccessDenied)"


def test_asks_nothing_after_the_deadline(account: Account) -> None:
    error = refused(reader(account, seconds=-1), "eks/describe-cluster")
    assert error.reason == "timed out: eks:DescribeCluster (Timeout)"


def test_finds_name_and_vpc_by_an_instance(account: Account) -> None:
    tags = [{"Key": "kubernetes.io/cluster/shop", "Value": "owned"}]
    by_id = {"Filters": [{"Name": "instance-id", "Values": ["i-1"]}]}
    account.answers(
        "ec2", "describe_instances", instance(Tags=tags, VpcId="vpc-1"), {**by_id, "MaxResults": ANY}
    )
    account.refuses("eks", "describe_cluster", "AccessDeniedException")
    account.answers("ec2", "describe_subnets", {"Subnets": []}, {**BY_VPC, "MaxResults": ANY})
    assert read(reader(account, cluster=None, instance="i-1"), "ec2/describe-subnets") == {"Subnets": []}


def test_says_what_to_set_when_the_cluster_is_not_known(account: Account) -> None:
    error = refused(reader(account, cluster=None), "eks/list-addons")
    assert error.reason == "not asked: the cluster's name in EKS is not known"
    assert "CILIUM_BOT_CLUSTER" in (error.grant or "")


def test_describes_the_types_in_use_and_keeps_them_a_day(account: Account) -> None:
    now = [0.0]
    types = TypeCache(clock=lambda: now[0])
    answer = {"InstanceTypes": [{"InstanceType": "m5.large"}]}
    for hours, asked in ((0, True), (23, False), (25, True)):
        now[0] = hours / 24 * TYPES_KEPT_S
        account.answers("eks", "describe_cluster", CLUSTER)
        account.answers("ec2", "describe_instances", instance())
        if asked:
            account.answers("ec2", "describe_instance_types", answer, {"InstanceTypes": ["m5.large"]})
        assert read(reader(account, types=types), "ec2/describe-instance-types") == answer


def test_asks_for_types_a_hundred_at_a_time(account: Account) -> None:
    many = [{"InstanceId": f"i-{n}", "InstanceType": "m5.large" if n else "t3.small"} for n in range(3)]
    names = [f"m{n}.large" for n in range(101)]
    many += [{"InstanceId": f"i-x{n}", "InstanceType": name} for n, name in enumerate(names)]
    account.answers("eks", "describe_cluster", CLUSTER)
    account.answers("ec2", "describe_instances", {"Reservations": [{"Instances": many}]})
    wanted = sorted({*names, "t3.small"})
    account.answers("ec2", "describe_instance_types", {"InstanceTypes": []}, {"InstanceTypes": wanted[:100]})
    account.answers("ec2", "describe_instance_types", {"InstanceTypes": []}, {"InstanceTypes": wanted[100:]})
    assert read(reader(account), "ec2/describe-instance-types") == {"InstanceTypes": []}


def test_lists_what_can_be_asked_for(account: Account) -> None:
    account.answers(
        "eks", "list_nodegroups", {"nodegroups": ["b", "a"]}, {"clusterName": "shop", "maxResults": 100}
    )
    account.answers("eks", "describe_cluster", CLUSTER)
    account.answers("ec2", "describe_subnets", {"Subnets": [{"SubnetId": "subnet-1"}]})
    aws = reader(account)
    assert aws.arguments("eks/describe-nodegroup") == ("a", "b")
    assert aws.arguments("ec2/get-subnet-cidr-reservations") == ("subnet-1",)
    assert aws.arguments("ec2/describe-subnets") == ()


def test_asks_reservations_only_where_nodes_are_when_there_are_many_subnets(account: Account) -> None:
    account.answers("eks", "describe_cluster", CLUSTER)
    subnets = [{"SubnetId": f"subnet-{n}"} for n in range(50)]
    account.answers("ec2", "describe_subnets", {"Subnets": subnets})
    account.answers("ec2", "describe_instances", instance(NetworkInterfaces=[{"SubnetId": "subnet-7"}]))
    assert reader(account).arguments("ec2/get-subnet-cidr-reservations") == ("subnet-7",)


def test_asks_reservations_to_the_last_page(account: Account) -> None:
    one = {"SubnetIpv4CidrReservations": [{"Cidr": "10.0.0.0/28"}]}
    asked = {"SubnetId": "subnet-1"}
    account.answers("ec2", "get_subnet_cidr_reservations", {**one, "NextToken": "t"}, asked)
    account.answers("ec2", "get_subnet_cidr_reservations", one, {**asked, "NextToken": "t"})
    pages = reader(account).pages("ec2/get-subnet-cidr-reservations/subnet-1")
    assert [json.loads(page) for page in pages] == [one, one]


@pytest.mark.parametrize(
    "path", ["ec2/describe-volumes", "iam/list-roles", "ec2", "eks/describe-nodegroup", ROLE_OF_ANOTHER]
)
def test_asks_nothing_that_no_collector_reads(account: Account, path: str) -> None:
    assert refused(reader(account), path).reason == "not asked"


@pytest.fixture
def moto(moto_server: str) -> Iterator[Callable[[str], Any]]:
    """Clients of an AWS that keeps state."""
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            made[service] = boto3.client(
                service,
                region_name="eu-west-1",
                endpoint_url=moto_server,
                aws_access_key_id="x",
                aws_secret_access_key="x",
            )
        return made[service]

    yield client
    for each in made.values():
        each.close()


def test_reads_a_cluster_that_moto_keeps(moto: Callable[[str], Any]) -> None:
    ec2 = moto("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.8.0.0/24")["Subnet"]["SubnetId"]
    moto("eks").create_cluster(
        name="shop", roleArn="arn:aws:iam::123456789012:role/x", resourcesVpcConfig={"subnetIds": [subnet]}
    )
    tags = [{"Key": "kubernetes.io/cluster/shop", "Value": "owned"}]
    launched = ec2.run_instances(
        ImageId="ami-12345678",
        MinCount=1,
        MaxCount=1,
        InstanceType="m5.large",
        SubnetId=subnet,
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )
    instance_id = launched["Instances"][0]["InstanceId"]
    api = AwsApi(moto, Deadline.after(20))
    aws = AwsReader(api, TypeCache(), cluster=None, an_instance=lambda: instance_id)
    assert read(aws, "eks/describe-cluster")["cluster"]["name"] == "shop"
    assert [s["SubnetId"] for s in read(aws, "ec2/describe-subnets")["Subnets"]] == [subnet]
    [reservation] = read(aws, "ec2/describe-instances")["Reservations"]
    assert reservation["Instances"][0]["LaunchTime"].startswith("20")
    [kind] = read(aws, "ec2/describe-instance-types")["InstanceTypes"]
    assert kind["NetworkInfo"]["MaximumNetworkInterfaces"] == 3


def test_asks_for_the_ways_out_of_the_vpc(account: Account) -> None:
    account.answers("eks", "describe_cluster", CLUSTER)
    aws = reader(account)
    account.answers("ec2", "describe_vpc_endpoints", {"VpcEndpoints": []}, BY_VPC)
    account.answers("ec2", "describe_nat_gateways", {"NatGateways": []}, {"Filter": BY_VPC["Filters"]})
    assert read(aws, "ec2/describe-vpc-endpoints") == {"VpcEndpoints": []}
    assert read(aws, "ec2/describe-nat-gateways") == {"NatGateways": []}


def test_asks_for_quotas_and_associations(account: Account) -> None:
    aws = reader(account)
    account.answers(
        "service-quotas", "list_service_quotas", {"Quotas": []}, {"ServiceCode": "vpc", "MaxResults": 100}
    )
    asked = {"clusterName": "shop", "maxResults": 100}
    account.answers("eks", "list_pod_identity_associations", {"associations": []}, asked)
    assert read(aws, "service-quotas/list-service-quotas/vpc") == {"Quotas": []}
    assert read(aws, "eks/list-pod-identity-associations") == {"associations": []}


def test_looks_up_the_newest_page_of_each_telling_call(account: Account) -> None:
    aws = reader(account)
    names = aws.arguments("cloudtrail/lookup-events")
    assert "CreateNetworkInterface" in names
    by_name = {"AttributeKey": "EventName", "AttributeValue": names[0]}
    account.answers(
        "cloudtrail",
        "lookup_events",
        {"Events": [], "NextToken": "older"},
        {"LookupAttributes": [by_name], "MaxResults": 50},
    )
    assert read(aws, f"cloudtrail/lookup-events/{names[0]}") == {"Events": []}


def test_asks_iam_about_the_operators_role_alone(account: Account) -> None:
    aws = reader(account, role=ROLE)
    assert aws.arguments("iam/simulate-principal-policy") == ("shop-operator",)
    asked = {"PolicySourceArn": ROLE, "ActionNames": ANY}
    account.answers("iam", "simulate_principal_policy", {"EvaluationResults": []}, asked)
    assert read(aws, "iam/simulate-principal-policy/shop-operator") == {"EvaluationResults": []}
    assert refused(aws, ROLE_OF_ANOTHER).reason == "not asked"


def test_asks_iam_nothing_without_a_role(account: Account) -> None:
    assert reader(account).arguments("iam/simulate-principal-policy") == ()
