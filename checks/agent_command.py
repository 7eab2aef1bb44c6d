"""Commands to paste that reach the agent of one node."""

import shlex

from checks.parts.cilium import CiliumConfig, CiliumVersion


def on_agent(node: str, words: str, cilium: CiliumConfig | None, version: CiliumVersion | None) -> str:
    """Run ``words`` of the agent's own CLI (cilium-dbg from 1.15 on, cilium before) on one node's agent."""
    space = shlex.quote(cilium.namespace if cilium else "kube-system")
    binary = version.dbg if version else "cilium-dbg"
    return f"kubectl -n {space} exec {_pod(node, space)} -c cilium-agent -- {binary} {words}"


def health_of(node: str, cilium: CiliumConfig | None) -> str:
    """Ask one node's agent whom it reaches, probing now."""
    space = shlex.quote(cilium.namespace if cilium else "kube-system")
    return f"kubectl -n {space} exec {_pod(node, space)} -c cilium-agent -- cilium-health status --probe"


def restart_agent(node: str, cilium: CiliumConfig | None) -> str:
    """Delete one node's agent pod; its DaemonSet makes a new one."""
    space = shlex.quote(cilium.namespace if cilium else "kube-system")
    return (
        f"kubectl -n {space} delete pod -l k8s-app=cilium --field-selector spec.nodeName={shlex.quote(node)}"
    )


def _pod(node: str, space: str) -> str:
    return (
        f"$(kubectl -n {space} get pod -l k8s-app=cilium "
        f"--field-selector spec.nodeName={shlex.quote(node)} -o name)"
    )
