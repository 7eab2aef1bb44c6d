"""The right that a path needs, in the words of the collectors' RIGHTS, and where a person grants it."""

_VERBLESS = "get /{}"  # paths of the API server itself, as in RBAC's nonResourceURLs
_AGENT_RIGHTS = {
    "status": ("create pods/exec in Cilium's namespace", "deploy/exec-role.yaml"),
    "health": ("create pods/exec in Cilium's namespace", "deploy/exec-role.yaml"),
    "metrics.prom": ("get pods/proxy in Cilium's namespace", "deploy/metrics-role.yaml"),
    "metrics.earlier.prom": ("get pods/proxy in Cilium's namespace", "deploy/metrics-role.yaml"),
    "log.txt": ("get pods/log in Cilium's namespace", "deploy/logs-role.yaml"),
}


def right_for(path: str) -> str:
    """The right that reading this path takes: "list apps/daemonsets", "ec2:DescribeSubnets" …

    A path that no right belongs to (a probe, handed-over values) is its own answer.
    """
    room, _, rest = path.partition("/")
    if room == "kubernetes":
        return _kubernetes_right(rest)
    if room == "aws":
        return aws_action(rest)
    if room == "cilium":
        return _AGENT_RIGHTS.get(rest.rpartition("/")[2], (path, ""))[0]
    return path


def grant_for(path: str) -> str | None:
    """The right and the place to grant it, as a person reads it; None where no right would help."""
    room, _, rest = path.partition("/")
    if room == "kubernetes":
        right = _kubernetes_right(rest)
        return f"{right}, in the bot's {'Role there' if ' in ' in right else 'ClusterRole'}"
    if room == "aws":
        return f"{aws_action(rest)} in the bot's IAM policy"
    if room == "cilium":
        right, file = _AGENT_RIGHTS.get(rest.rpartition("/")[2], ("", ""))
        return f"{right} ({file})" if right else None
    return None


def aws_action(path: str) -> str:
    """The IAM action of an operation's path: "ec2/describe-subnets" is ec2:DescribeSubnets."""
    service, _, operation = path.partition("/")
    words = operation.partition("/")[0].split("-")
    return f"{service.replace('-', '')}:{''.join(word.capitalize() for word in words)}"


def _kubernetes_right(path: str) -> str:
    parts = path.split("/")
    if parts[0] == "api":
        group, rest = "", parts[2:]
    elif parts[0] == "apis":
        group, rest = f"{parts[1]}/" if len(parts) > 1 else "", parts[3:]
    else:
        return _VERBLESS.format(path)
    where = ""
    if len(rest) > 2 and rest[0] == "namespaces":
        where, rest = f" in {rest[1]}", rest[2:]
    verb = "list" if len(rest) == 1 else "get"
    return f"{verb} {group}{'/'.join(rest)}{where}"
