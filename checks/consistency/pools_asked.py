"""Which pool of addresses a pod asks for in multi-pool mode."""

from checks.parts.derived import StuckPod
from checks.parts.kubernetes import Namespaces


def pool_of(item: StuckPod, namespaces: Namespaces | None) -> str:
    """The pod's own annotation, its namespace's, or the default; selectors of 1.20 are not followed."""
    if item.pod.ip_pool:
        return item.pod.ip_pool
    spaces = namespaces.items if namespaces else ()
    told = next((space.ip_pool for space in spaces if space.name == item.pod.namespace), None)
    return told or "default"
