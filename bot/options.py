"""The settings by name: one environment variable and one command-line option each."""

from dataclasses import dataclass
from typing import Literal

SLACK_API_URL = "https://slack.com/api/"
UNASKED_PER_DAY = 3
Group = Literal["cluster", "slack", "run"]


@dataclass(frozen=True, slots=True)
class Option:
    """One setting: the variable that holds it; its flag on the command line follows from the name."""

    name: str
    group: Group
    about: str

    @property
    def flag(self) -> str:
        """``CILIUM_BOT_HTTP_PORT`` is ``--http-port``, ``SLACK_API_URL`` is ``--slack-api-url``."""
        return "--" + self.name.removeprefix("CILIUM_BOT_").lower().replace("_", "-")


OPTIONS = (
    Option(
        "KUBECONFIG", "cluster", "kubeconfig file; without it the Pod's service account, then ~/.kube/config"
    ),
    Option("CILIUM_BOT_CONTEXT", "cluster", "context of the kubeconfig to use"),
    Option(
        "CILIUM_BOT_CLUSTER",
        "cluster",
        "name of the EKS cluster, where it cannot be read from the kubeconfig",
    ),
    Option("CILIUM_BOT_NAMESPACE", "cluster", "namespace that Cilium runs in (default kube-system)"),
    Option(
        "CILIUM_BOT_PROBES", "cluster", "yes or no: probe DNS and webhooks (default: only inside the cluster)"
    ),
    Option("AWS_REGION", "cluster", "AWS region of the cluster"),
    Option("AWS_PROFILE", "cluster", "profile of the AWS configuration files"),
    Option("CILIUM_BOT_AWS_ROLE", "cluster", "ARN of a role to assume before AWS is asked"),
    Option("AWS_ENDPOINT_URL", "cluster", "another address for AWS's APIs"),
    Option(
        "SLACK_BOT_TOKEN", "slack", "bot token, xoxb-… (better in the environment than on a command line)"
    ),
    Option("SLACK_APP_TOKEN", "slack", "app-level token, xapp-…, for Socket Mode"),
    Option("SLACK_SIGNING_SECRET", "slack", "signing secret, for signed HTTP instead of Socket Mode"),
    Option("SLACK_API_URL", "slack", f"address of Slack's Web API (default {SLACK_API_URL})"),
    Option("CILIUM_BOT_HTTP_PORT", "slack", "port for signed HTTP (default 3000), path /slack/events"),
    Option(
        "REDIS_URL", "run", "redis://… that keeps reports over restarts; without it they stay in the process"
    ),
    Option(
        "CILIUM_BOT_CLUSTERS", "run", "YAML or JSON file of the clusters behind one bot; docs/clusters.md"
    ),
    Option(
        "CILIUM_BOT_DIGESTS",
        "run",
        'JSON: [{"channel": "C…", "cron": "0 9 * * 1-5", "timezone": "Europe/Berlin"}]',
    ),
    Option(
        "CILIUM_BOT_RULES",
        "run",
        'JSON: [{"name": "prod is for SRE", "right": "acknowledge", "channels": ["C…"], "groups": ["S…"]}]',
    ),
    Option(
        "CILIUM_BOT_UNASKED_PER_DAY",
        "run",
        f"most messages a day and channel about problems, digests not counted (default {UNASKED_PER_DAY})",
    ),
    Option("CILIUM_BOT_PICTURES", "run", "draw charts, yes (the default) or no: text instead"),
    Option("CILIUM_BOT_METRICS_PORT", "run", "port for /healthz, /readyz and /metrics"),
    Option("CILIUM_BOT_LOG", "run", "form of the log's lines, text (the default) or json"),
)
