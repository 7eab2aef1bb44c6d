"""The chart through the real helm, and the plain manifests that are its rendering.

``python -m tests.real.helm`` writes the manifests of deploy/ anew.
"""

import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.real.build import KUBERNETES, binary

DEPLOY = Path(__file__).parents[2] / "deploy"
CHART = DEPLOY / "chart"
NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata:
  name: cilium-bot
  labels:
    pod-security.kubernetes.io/enforce: privileged # for hostNetwork alone: the Pod drops everything else
---
"""
ABOVE = {
    "rbac": """\
# What reaches further stands in files of its own, each applied only if it is wanted: exec-role.yaml,
# metrics-role.yaml, logs-role.yaml. If Cilium does not live in kube-system change it here, in those files and
# in CILIUM_BOT_NAMESPACE. For IRSA annotate the ServiceAccount with eks.amazonaws.com/role-arn.

"""
    + NAMESPACE,
    "exec-role": "",
    "metrics-role": "",
    "logs-role": "",
    "deployment": """\
# Apply rbac.yaml first, and make the Secret:
#   kubectl -n cilium-bot create secret generic cilium-bot-slack --from-env-file=FILE
# with SLACK_BOT_TOKEN and SLACK_APP_TOKEN, a line each, in FILE. Put your registry before the image.
# Other values of the chart are variables here: CILIUM_BOT_CLUSTER and AWS_REGION (else the bot asks a node's
# EC2 tags), REDIS_URL, and KUBERNETES_SERVICE_HOST with KUBERNETES_SERVICE_PORT for the API server's own
# address instead of its Service's.

""",
}


class RefusedError(Exception):
    """helm refused; what it said."""


def helm(*words: str) -> str:
    """What helm printed. Raises RefusedError, NotBuiltError."""
    done = subprocess.run([binary("helm"), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RefusedError(done.stdout + done.stderr)
    return done.stdout


def rendered(*words: str) -> str:
    """The chart's objects as text, under the name and in the namespace that the README gives it."""
    return helm(
        "template",
        "cilium-bot",
        str(CHART),
        "--namespace",
        "cilium-bot",
        "--kube-version",
        KUBERNETES,
        *words,
    )


def objects(*words: str) -> list[dict[str, Any]]:
    """The chart's objects."""
    return [thing for thing in yaml.safe_load_all(rendered(*words)) if thing]


def manifest(name: str) -> str:
    """One file of deploy/ as it must be."""
    rights = [f"--set=rights.{one}=true" for one in ("exec", "metrics", "logs")]
    lines = rendered(*rights, f"--show-only=templates/{name}.yaml").removeprefix("---\n").splitlines()
    body = "\n".join(line for line in lines if not line.startswith("# Source: "))
    return f"# Rendered from deploy/chart by `make manifests`.\n{ABOVE[name]}{body}\n"


def main() -> None:
    """Write the manifests."""
    for name in ABOVE:
        (DEPLOY / f"{name}.yaml").write_text(manifest(name))


if __name__ == "__main__":
    main()
