"""AWS operations by their CLI names, answered as the AWS CLI prints them, every failure in one line."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from checks.collect.grants import right_for
from checks.collect.live.deadline import Deadline
from checks.collect.refusals import aws_refusal
from checks.collect.source import UnreadError

T = TypeVar("T")
Arguments = Mapping[str, object]

TYPES_AT_ONCE = 100  # describe-instance-types takes no more names in one request
TYPES_KEPT_S = 24 * 3600.0  # what an instance type can do does not change from one day to the next
PAGE_SIZES = {  # the most that each operation takes; the others are asked by name and answer in one page
    "describe_instances": 1000,
    "describe_network_interfaces": 1000,
    "describe_subnets": 1000,
    "describe_security_groups": 1000,
    "describe_vpcs": 1000,
    "describe_route_tables": 100,
    "list_nodegroups": 100,
    "list_addons": 100,
    "list_pod_identity_associations": 100,
    "list_service_quotas": 100,
}
_DROPPED = ("ResponseMetadata", "NextToken", "nextToken")


ClientOf = Callable[[str], Any]
"""Makes and keeps one boto3 client of each service ("ec2"). Raises botocore's errors."""


@dataclass(slots=True)
class TypeCache:
    """Answers to describe-instance-types, by type, kept for a day; shared by all sweeps of a process."""

    clock: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, object]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, types: Sequence[str]) -> tuple[list[object], list[str]]:
        """What is known of these types, and the types that must be asked."""
        with self._lock:
            kept = {name: self._kept.get(name) for name in types}
        fresh = {n: k[1] for n, k in kept.items() if k and self.clock() - k[0] < TYPES_KEPT_S}
        return list(fresh.values()), [name for name in types if name not in fresh]

    def put(self, found: Mapping[str, object]) -> None:
        """Keep what AWS said of each type."""
        with self._lock:
            self._kept.update({name: (self.clock(), answer) for name, answer in found.items()})


class AwsApi:
    """Asks AWS for one sweep; may be used from several threads at once."""

    def __init__(self, client_of: ClientOf, deadline: Deadline) -> None:
        """Connects nothing yet."""
        self._client_of = client_of
        self._deadline = deadline

    def ask(self, path: str, arguments: Arguments) -> Iterator[dict[str, object]]:
        """The pages of an operation ("ec2/describe-subnets", an argument behind it is ignored).

        Raises UnreadError, also in the middle; tokens and request metadata are not in the pages.
        """
        service, operation = path.split("/")[:2]
        method = operation.replace("-", "_")
        answers = self._guarded(path, lambda: self._start(service, method, arguments))
        while True:
            if self._deadline.left() <= 0:
                raise aws_refusal(f"aws/{path}", "Timeout")
            page = self._guarded(path, lambda: next(answers, None))
            if page is None:
                return
            yield {key: value for key, value in page.items() if key not in _DROPPED}

    def _start(self, service: str, method: str, arguments: Arguments) -> Iterator[dict[str, object]]:
        client = self._client_of(service)
        size = PAGE_SIZES.get(method)
        if size is None:
            return _by_token(getattr(client, method), arguments)
        paginator = client.get_paginator(method)
        return iter(paginator.paginate(**arguments, PaginationConfig={"PageSize": size}))

    def _guarded(self, path: str, call: Callable[[], T]) -> T:
        """Call AWS; whatever it raises becomes an UnreadError without a word of its message."""
        from botocore import exceptions as aws  # boto3 costs half a second: only when asked

        try:
            return call()
        except aws.ClientError as error:
            refused = "sts/assume-role" if error.operation_name == "AssumeRole" else path
            code = error.response.get("Error", {}).get("Code", "")
            raise aws_refusal(f"aws/{refused}", str(code)) from None
        except (aws.ConnectTimeoutError, aws.ReadTimeoutError):
            raise aws_refusal(f"aws/{path}", "Timeout") from None
        except aws.NoRegionError:
            raise UnreadError("not asked: no AWS region is known", "set AWS_REGION") from None
        except (
            aws.NoCredentialsError,
            aws.PartialCredentialsError,
            aws.CredentialRetrievalError,
            aws.TokenRetrievalError,
            aws.NoAuthTokenError,
            aws.ProfileNotFound,
            aws.SSOError,
            aws.LoginError,
        ):
            raise aws_refusal(f"aws/{path}", "NoCredentials") from None
        except aws.BotoCoreError as error:
            raise UnreadError(f"unreadable: {right_for(f'aws/{path}')} ({type(error).__name__})") from None


def _by_token(call: Callable[..., dict[str, object]], arguments: Arguments) -> Iterator[dict[str, object]]:
    """The pages of an operation for which boto3 has no paginator, or that has one page only."""
    page = call(**arguments)
    yield page
    while token := page.get("NextToken"):
        page = call(**arguments, NextToken=token)
        yield page
