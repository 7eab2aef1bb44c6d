"""Snapshot.agent_status, from ``cilium-dbg status -o json`` of each agent that was asked.

Shapes: https://github.com/cilium/cilium, api/v1/models/status_response.go. The workstation's
``cilium status -o json`` is another program with another answer, and is refused here.
"""

from msgspec import Struct

from checks.collect.each import ask_each
from checks.collect.source import Source, UnreadError
from checks.collect.wire import clip, one
from checks.parts.agents import AgentStatus, AgentStatuses

RIGHTS = ("create pods/exec in Cilium's namespace",)

MAX_FAILURE_CHARS = 500


class _Ipam(Struct, gc=False):
    ipv4: list[str] | None = None
    status: str | None = None
    allocations: dict[str, str] | None = None


class _Routing(Struct, gc=False, rename="kebab"):
    inter_host_routing_mode: str | None = None
    intra_host_routing_mode: str | None = None
    tunnel_protocol: str | None = None


class _Protocols(Struct, gc=False):
    ipv4: bool | None = None


class _Masquerading(Struct, gc=False, rename={"protocols": "enabledProtocols"}):
    enabled: bool | None = None
    mode: str | None = None
    protocols: _Protocols | None = None


class _HostRouting(Struct, gc=False):
    mode: str | None = None


class _Device(Struct, gc=False):
    name: str | None = None


class _KubeProxy(Struct, gc=False, rename={"device_list": "deviceList"}):
    mode: str | None = None
    devices: list[str] | None = None
    device_list: list[_Device] | None = None


class _ControllerStatus(Struct, gc=False, rename="kebab"):
    consecutive_failure_count: int = 0
    last_failure_msg: str | None = None


class _Controller(Struct, gc=False):
    name: str | None = None
    status: _ControllerStatus | None = None


class _State(Struct, gc=False):
    state: str | None = None


class _Status(Struct, gc=False, rename="kebab"):
    cilium: _State | None = None
    ipam: _Ipam | None = None
    routing: _Routing | None = None
    host_routing: _HostRouting | None = None
    masquerading: _Masquerading | None = None
    kube_proxy_replacement: _KubeProxy | None = None
    controllers: list[_Controller] | None = None


def read(source: Source) -> AgentStatuses:
    """The status of each agent that answered. Raises UnreadError when not one did, or none was asked."""

    def of_node(path: str) -> AgentStatus:
        return _status(one(source, path, _Status, "agent status"))

    found, errors = ask_each(source, "cilium", "{argument}/status", of_node)
    return AgentStatuses(by_node=found, errors=errors)


def _status(raw: _Status) -> AgentStatus:
    if raw.ipam is None and raw.cilium is None:
        raise UnreadError("unreadable: no agent's status: neither cilium nor ipam in it")
    ipam, routing, replacement = (
        raw.ipam or _Ipam(),
        raw.routing or _Routing(),
        raw.kube_proxy_replacement or _KubeProxy(),
    )
    return AgentStatus(
        used=None if ipam.ipv4 is None else len(ipam.ipv4),
        ipam_text=clip(ipam.status, MAX_FAILURE_CHARS),
        owners={ip: owner.removesuffix(" [restored]") for ip, owner in (ipam.allocations or {}).items()},
        routing=routing.inter_host_routing_mode or None,
        tunnel_protocol=routing.tunnel_protocol or None,
        masquerading=_masquerading(raw.masquerading),
        kube_proxy_replacement=replacement.mode,
        devices=_devices(replacement),
        host_routing=routing.intra_host_routing_mode or (raw.host_routing.mode if raw.host_routing else None),
        failing_controllers=tuple(
            (controller.name or "", clip(controller.status.last_failure_msg, MAX_FAILURE_CHARS))
            for controller in raw.controllers or ()
            if controller.status is not None and controller.status.consecutive_failure_count > 0
        ),
    )


def _devices(raw: _KubeProxy) -> tuple[str, ...]:
    """Up to 1.13 a plain list of names, which later releases keep beside ``deviceList``."""
    named = [device.name for device in raw.device_list or () if device.name]
    return tuple(dict.fromkeys((*named, *(raw.devices or ()))))


def _masquerading(raw: _Masquerading | None) -> str | None:
    if raw is None:
        return None
    on = raw.protocols.ipv4 if raw.protocols and raw.protocols.ipv4 is not None else raw.enabled
    return None if on is False else raw.mode or None
