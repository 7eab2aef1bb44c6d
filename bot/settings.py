"""What the bot is told by its environment and its command line, checked before anything connects."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.access import Access
from bot.clusters_file import SETTING as CLUSTERS
from bot.clusters_file import Clusters, read_clusters
from bot.logs import LogForm
from bot.options import SLACK_API_URL, UNASKED_PER_DAY
from bot.reader import Reader, Secret, SettingsError
from handlers.gate.rules import SETTING, Rule, read_rules

__all__ = [
    "Access",
    "Digest",
    "RunSettings",
    "Secret",
    "SettingsError",
    "SlackSettings",
    "read_access",
    "read_run",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSettings:
    """How to reach Slack: Socket Mode with an app token, signed HTTP with a signing secret, or both.

    ``http_port`` is None when nothing listens.
    """

    bot_token: Secret
    app_token: Secret | None
    signing_secret: Secret | None
    api_url: str = SLACK_API_URL
    http_port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One scheduled digest: five cron fields in an IANA zone; ``cluster`` None is the only one there is."""

    channel: str
    cron: str
    timezone: str = "UTC"
    cluster: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """Everything that ``cilium-bot run`` needs."""

    slack: SlackSettings
    access: Access
    clusters: Clusters | None = None
    recording: Path | None
    redis_url: Secret | None
    digests: tuple[Digest, ...]
    metrics_port: int | None
    rules: tuple[Rule, ...] = ()
    unasked_per_day: int = UNASKED_PER_DAY
    pictures: bool = True
    log: LogForm = "text"


def read_access(given: Mapping[str, str]) -> Access:
    """How to reach the cluster. Raises SettingsError naming everything that is wrong."""
    reader = Reader(given)
    access = _access(reader)
    return reader.done(lambda: access)


def read_run(
    given: Mapping[str, str],
    recording: Path | None,
    digests: Callable[[str], tuple[Digest, ...]],
) -> RunSettings:
    """Everything ``run`` needs. ``digests`` decodes and checks their JSON, raising SettingsError."""
    reader = Reader(given)
    access = _access(reader)
    slack = _slack(reader)
    redis_url = reader.url("REDIS_URL", ("redis", "rediss", "unix"))
    metrics_port = reader.port("CILIUM_BOT_METRICS_PORT")
    clusters = _clusters(reader, access, recording)
    schedules = reader.several("CILIUM_BOT_DIGESTS", digests)
    rules = reader.several(SETTING, read_rules)
    pictures = reader.flag("CILIUM_BOT_PICTURES")
    log = reader.text("CILIUM_BOT_LOG", "text|json", "text or json is wanted")
    unasked = reader.text("CILIUM_BOT_UNASKED_PER_DAY", "[0-9]{1,2}", "a number from 0 to 99 is wanted")
    if slack is None:
        raise SettingsError(reader.problems)
    return reader.done(
        lambda: RunSettings(
            slack=slack,
            access=access,
            clusters=clusters,
            recording=recording,
            redis_url=None if redis_url is None else Secret(redis_url),
            digests=schedules,
            metrics_port=metrics_port,
            rules=rules,
            unasked_per_day=UNASKED_PER_DAY if unasked is None else int(unasked),
            pictures=pictures is not False,
            log="json" if log == "json" else "text",
        )
    )


def _clusters(reader: Reader, access: Access, recording: Path | None) -> Clusters | None:
    """The clusters of the file; None without one: then it is the one of ``access`` or of the recording."""
    path = reader.text(CLUSTERS)
    if path is None:
        return None
    for other, given in (
        ("CILIUM_BOT_CLUSTER", access.cluster),
        ("CILIUM_BOT_CONTEXT", access.context),
        ("a recording", recording),
    ):
        if given is not None:
            reader.problems.append(f"{CLUSTERS} and {other} exclude each other")
    try:
        return read_clusters(Path(path), access)
    except SettingsError as error:
        reader.problems.extend(error.problems)
        return None


def _access(reader: Reader) -> Access:
    kubeconfig = reader.text("KUBECONFIG")
    if kubeconfig and not any(Path(part).is_file() for part in kubeconfig.split(os.pathsep) if part):
        reader.problems.append("KUBECONFIG names no file that exists")
    return Access(
        kubeconfig=kubeconfig,
        context=reader.text("CILIUM_BOT_CONTEXT"),
        cluster=reader.text("CILIUM_BOT_CLUSTER", r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}", "an EKS name is wanted"),
        namespace=reader.text(
            "CILIUM_BOT_NAMESPACE", r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "a namespace is wanted"
        )
        or "kube-system",
        probes=reader.flag("CILIUM_BOT_PROBES"),
        region=reader.text("AWS_REGION", r"[a-z]{2}(-[a-z]+)+-[0-9]+", "eu-west-1 or the like is wanted"),
        aws_profile=reader.text("AWS_PROFILE"),
        aws_role=reader.text(
            "CILIUM_BOT_AWS_ROLE", r"arn:aws[a-z-]*:iam::[0-9]{12}:role/\S+", "a role's ARN is wanted"
        ),
        aws_endpoint=reader.url("AWS_ENDPOINT_URL", ("https", "http")),
    )


def _slack(reader: Reader) -> SlackSettings | None:
    """Slack's part; None when what nobody can do without is missing, which is then among the problems."""
    before = len(reader.problems)
    bot_token = reader.secret("SLACK_BOT_TOKEN", r"(xoxe\.)?xoxb-\S+", "a bot token begins with xoxb-")
    app_token = reader.secret("SLACK_APP_TOKEN", r"xapp-\S+", "an app-level token begins with xapp-")
    signing_secret = reader.secret("SLACK_SIGNING_SECRET", r"\S+", "one word is wanted")
    api_url = reader.url("SLACK_API_URL", ("https", "http")) or SLACK_API_URL
    port = reader.port("CILIUM_BOT_HTTP_PORT")
    malformed = " ".join(reader.problems[before:])
    if bot_token is None and "SLACK_BOT_TOKEN" not in malformed:
        reader.problems.append("SLACK_BOT_TOKEN is missing")
    if not (app_token or signing_secret or "SLACK_APP_TOKEN" in malformed or "SLACK_SIGNING" in malformed):
        reader.problems.append(
            "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (signed HTTP) is missing"
        )
    if port is not None and signing_secret is None and "SLACK_SIGNING" not in malformed:
        reader.problems.append("CILIUM_BOT_HTTP_PORT is set and SLACK_SIGNING_SECRET is missing")
    if bot_token is None:
        return None
    # With an app token Socket Mode is the way in, and nothing listens unless a port is asked for as well.
    listens = signing_secret is not None and (app_token is None or port is not None)
    return SlackSettings(
        bot_token=bot_token,
        app_token=app_token,
        signing_secret=signing_secret,
        api_url=api_url.rstrip("/") + "/",
        http_port=(3000 if port is None else port) if listens else None,
    )
