"""Helm commands to paste that change Cilium's values and nothing else.

Without a pinned version ``helm upgrade`` takes the newest chart, and ``--reuse-values`` then brings a new
release without its new defaults (https://docs.cilium.io/en/stable/operations/upgrade/).
"""

import json
import shlex

from checks.parts.cilium import CiliumVersion

AGENTS = "daemonset/cilium"
OPERATOR = "deployment/cilium-operator"


def helm_upgrade(
    namespace: str, version: CiliumVersion | None, *words: str, restart: tuple[str, ...] = ()
) -> str:
    """Upgrade the release to the version that runs, with these words ("--set", "a=b").

    ``restart`` names what reads cilium-config at its start only and must be restarted for it. Words are
    pasted as they are; a version that is not known is left to the shell, which stops without it.
    """
    space = shlex.quote(namespace)
    running = shlex.quote(version.text) if version else '"${VERSION:?}"'
    parts = [
        f"helm upgrade cilium cilium/cilium -n {space} --version {running} --reuse-values {' '.join(words)}",
        *(f"kubectl -n {space} rollout restart {what}" for what in restart),
    ]
    return " && ".join(parts)


def helm_append(namespace: str, version: CiliumVersion | None, key: str, *items: object) -> str:
    """Upgrade the release with these items behind those that its list ``key`` has.

    ``--set`` would replace the list. Needs ``jq``. Of two flags of one name the later one counts.
    """
    space = shlex.quote(namespace)
    added = shlex.quote(f".{key} += {json.dumps(items)}")
    return f"helm get values cilium -n {space} -o json | jq {added} > cilium-values.json && " + helm_upgrade(
        namespace, version, "-f cilium-values.json"
    )


def pinned(command: str | None, namespace: str, version: CiliumVersion | None) -> str | None:
    """The command with every Helm upgrade of Cilium in it held to its namespace and to the version that runs.

    What a check wrote stands; only what is missing is put in, so that no advice takes the newest chart.
    """
    if command is None or _UPGRADE not in command:
        return command
    space = shlex.quote(namespace)
    running = shlex.quote(version.text) if version else '"${VERSION:?}"'
    found = []
    for step in command.split(" && "):
        words = "" if " -n " in step or " --namespace" in step else f" -n {space}"
        words += "" if "--version" in step else f" --version {running}"
        found.append(step.replace(_UPGRADE, f"{_UPGRADE}{words}", 1))
    return " && ".join(found)


_UPGRADE = "helm upgrade cilium cilium/cilium"
