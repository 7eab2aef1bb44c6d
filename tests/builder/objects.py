"""What all Kubernetes objects share: lists and metadata, and the small objects."""

from collections.abc import Iterable
from datetime import datetime

from tests.builder.base import Base
from tests.builder.clock import Object, ago, micro, stamp, uid
from tests.builder.model import Event


def listing(api: str, kind: str, items: Iterable[Object]) -> Object:
    """A list as the API server gives it: items carry no kind of their own."""
    return {
        "kind": f"{kind}List",
        "apiVersion": api,
        "metadata": {"resourceVersion": "48210377"},
        "items": list(items),
    }


def metadata(name: str, created: datetime, *, namespace: str | None = None, **more: object) -> Object:
    """ObjectMeta; values in ``more`` that are empty are left out, as Go leaves them out."""
    found: Object = {"name": name}
    if namespace:
        found["namespace"] = namespace
    found["uid"] = uid(namespace, name, created)
    found["creationTimestamp"] = stamp(created)
    return found | {key: value for key, value in more.items() if value}


def version(c: Base) -> Object:
    """``GET /version``."""
    return {
        "major": "1",
        "minor": f"{c.kubernetes_minor}+",
        "gitVersion": f"v{c.kubernetes}.4-eks-2d5f260",
        "gitCommit": uid("commit", c.kubernetes).replace("-", ""),
        "gitTreeState": "clean",
        "buildDate": "2026-09-04T17:20:11Z",
        "goVersion": "go1.24.6",
        "compiler": "gc",
        "platform": "linux/amd64",
    }


def event(item: Event) -> Object:
    """One event of core/v1, as kubectl shows it."""
    name = f"{item.name}.{uid(item.kind, item.namespace, item.name, item.reason).replace('-', '')[:16]}"
    meta = metadata(name, item.first_seen, namespace=item.namespace or "default")
    source = {"component": item.component} | ({"host": item.host} if item.host else {})
    about = {"kind": item.kind, "name": item.name, "uid": uid(item.namespace, item.name)}
    if item.namespace:
        about["namespace"] = item.namespace
    return {
        "metadata": meta,
        "involvedObject": about,
        "reason": item.reason,
        "message": item.message,
        "source": source,
        "firstTimestamp": stamp(item.first_seen),
        "lastTimestamp": stamp(item.last_seen),
        "count": item.count,
        "type": item.type,
        "eventTime": None,
        "reportingComponent": item.component,
        "reportingInstance": item.host,
    }


def lease(namespace: str, name: str, holder: str, renewed: datetime, duration: int) -> Object:
    """One Lease."""
    return {
        "metadata": metadata(name, ago(days=30), namespace=namespace),
        "spec": {
            "holderIdentity": holder,
            "leaseDurationSeconds": duration,
            "acquireTime": micro(ago(days=3)),
            "renewTime": micro(renewed),
            "leaseTransitions": 4,
        },
    }
