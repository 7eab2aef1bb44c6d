"""Asks EKS, once at the start, for the clusters of regions and accounts."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bot.access import Access
from bot.aws_clients import AwsClients
from bot.clusters_file import MAX_CLUSTERS
from bot.eks_access import Clients, told

logger = logging.getLogger(__name__)


def clients_of(access: Access) -> Clients:
    """The real ones."""
    return AwsClients(access, access.region)


def discovered(
    named: Sequence[Access],
    searches: Sequence[Access],
    clients: Callable[[Access], Clients] = clients_of,
) -> tuple[Access, ...]:
    """The named clusters, and those that EKS lists beside them, each with an alias that no other has.

    A region that does not answer is left out and logged: the others are needed now.
    """
    found = list(named)
    known = {_place(one) for one in named}
    for search in searches:
        for name in _listed(search, clients):
            one = replace(search, cluster=name)
            if _place(one) in known:
                continue
            known.add(_place(one))
            taken = {other.alias for other in found}
            alias = next((free for free in _aliases(one) if free not in taken), None)
            if alias is None or len(found) >= MAX_CLUSTERS:
                logger.warning("%s in %s is left out: give it a name in the file", name, search.region)
                continue
            found.append(replace(one, alias=alias))
    return tuple(found)


def _place(access: Access) -> tuple[str | None, str | None, str | None]:
    return access.cluster, access.region, access.aws_role


def _aliases(access: Access) -> Iterator[str]:
    """What it may be called: by its name, then with its region, then with its account."""
    account = access.aws_role.split(":")[4] if access.aws_role else None
    yield f"{access.cluster}"
    yield f"{access.cluster}.{access.region}"
    if account:
        yield f"{access.cluster}.{access.region}.{account}"


def _listed(search: Access, clients: Callable[[Access], Clients]) -> tuple[str, ...]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        pages = clients(search).client("eks", lambda: None).get_paginator("list_clusters").paginate()
        return tuple(name for page in pages for name in page["clusters"])
    except (BotoCoreError, ClientError) as error:
        logger.warning("the clusters of %s are not known (eks:ListClusters): %s", search.region, told(error))
        return ()
