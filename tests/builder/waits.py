"""How a pod waits, and who says what about it."""

from datetime import timedelta

from tests.builder.clock import ago, suffix
from tests.builder.model import Event, Pod
from tests.builder.nodes import Nodes


class Waits(Nodes):
    """The texts of the scheduler and of the CNI."""

    def strand(self, pod: Pod, error: str) -> None:
        """Makes a bound pod wait for its sandbox, with the kubelet's event; ``error`` is the CNI's text."""
        if pod.ip and pod.node:
            pod.node.lent.pop(pod.ip, None)
        pod.ip, pod.phase, pod.ready, pod.sandbox, pod.endpoint = None, "Pending", False, False, False
        pod.waiting = "ContainerCreating"
        sandbox = suffix(8, pod.ref)
        text = (
            "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for "
            f'sandbox "{sandbox}": plugin type="cilium-cni" name="cilium" failed (add): {error}'
        )
        self.say(pod, "FailedCreatePodSandBox", text, component="kubelet", count=40)

    def no_address(self) -> str:
        """What the agent answers when it has no address left, in this mode and version."""
        if self.mode == "crd" or (self.mode == "eni" and self.minor <= 19):
            tail = (
                "No more IPs available"
                if self.minor <= 13
                else "no IPs currently available on the node, allocation will be retried once Cilium "
                "Operator allocates more IPs"
            )
        elif self.mode in ("eni", "multi-pool"):
            tail = "all CIDR ranges are exhausted"
        else:
            tail = "range is full"
        return f"unable to allocate IP via local cilium agent: [POST /ipam][502] postIpamFailure  {tail}"

    def say(self, pod: Pod, reason: str, text: str, *, component: str, count: int = 1) -> None:
        """A Warning event about a pod, last seen half a minute ago."""
        self.events.append(
            Event(
                kind="Pod",
                namespace=pod.namespace,
                name=pod.name,
                reason=reason,
                message=text,
                component=component,
                last_seen=ago(seconds=30),
                first_seen=pod.created + timedelta(seconds=1),
                count=count,
                host=pod.node.name if pod.node else "",
            )
        )

    def say_unscheduled(self, pod: Pod) -> None:
        """The scheduler's event about a waiting pod."""
        self.say(pod, "FailedScheduling", pod.unscheduled, component="default-scheduler", count=5)
