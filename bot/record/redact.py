"""Takes out of an answer what no recording may hold: Secrets, tokens, values of environment variables."""

import re
from collections.abc import Mapping
from typing import TypeAlias

import msgspec

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

BLANK = ""
UNREADABLE = "unreadable"  # no JSON: it must not replay as an answer
CONFIG_MAPS = {"cilium-config", "cni-configuration", "ip-masq-agent", "coredns", "amazon-vpc-cni"}
KEPT_VARIABLES = {"KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "AWS_REGION"}
"""Environment variables whose values say where a component looks for its API; no others are kept."""

_SENSITIVE = (
    r"pass(?:word|wd|phrase)?|secret|token|credential|api[-_]?key|private[-_]?key|access[-_]?key|auth"
)
_SENSITIVE_KEY = re.compile(rf"(?:{_SENSITIVE})s?$", re.IGNORECASE)
_ASSIGNED = re.compile(rf"(?i)([\w.-]*(?:{_SENSITIVE})[\w.-]*[\"']?[=:]\s*[\"']?)[^\s\"',;&}}]+")
_FLAG = re.compile(rf"-{{1,2}}[\w.-]*(?:{_SENSITIVE})[\w.-]*", re.IGNORECASE)
_SECRETS = re.compile(
    r"""\b(?:AKIA|ASIA)[A-Z0-9]{16}\b            # AWS access key ids
      | \beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*        # JSON Web Tokens: service accounts, OIDC
      | \bxox[a-z]-[\w-]{10,} | \bxapp-[\w-]{10,} # Slack
      | \bgh[pousr]_\w{20,} | \bgithub_pat_\w{20,}
      | -----BEGIN[ ][\w ]+-----(?:.|\n)*?(?:-----END[ ][\w ]+-----|\Z)
      | (?i:\bbearer\s+[\w.~+/=-]{8,} | \bauthorization["']?[:=]\s*["']?\w+\s+\S+)
    """,
    re.VERBOSE,
)
_USER_IN_URL = re.compile(r"(?<=://)[^/@\s\"']+:[^/@\s\"']+(?=@)")
_DROPPED_KINDS = {"Secret", "SecretList", "TokenReview", "TokenRequest"}
_BLANKED_KEYS = {"caBundle", "certificateAuthority", "client-certificate-data", "client-key-data"}
_POD_LIMIT = re.compile(r"(?i)[\w-]*max-?pods[\"']?\s*[:=]\s*[\"']?\d+")
"""All that is read of a node's user data; the rest may hold anything."""
_CALLERS = {"Username", "AccessKeyId", "Resources"}
_PLAIN = re.compile(r"(?i)true|false|yes|no|on|off|\d+|[a-z0-9.-]*(?:namespace|system)|")


def redact(answer: Json) -> Json:
    """The answer without what is secret; shapes, names, numbers and times stay."""
    if isinstance(answer, dict):
        if answer.get("kind") in _DROPPED_KINDS or _is_foreign_config(answer):
            return {key: answer[key] for key in ("apiVersion", "kind") if key in answer}
        dropped = _CALLERS if "CloudTrailEvent" in answer else ()
        return {key: _value(key, value, answer) for key, value in answer.items() if key not in dropped}
    if isinstance(answer, list):
        return [redact(value) for value in answer]
    return scrub(answer) if isinstance(answer, str) else answer


def scrub(text: str) -> str:
    """The text without tokens, keys, and values that are assigned to something called a password."""
    if len(text) < 8:
        return text
    text = _USER_IN_URL.sub("***:***", _SECRETS.sub("***", text))
    return _ASSIGNED.sub(r"\1***", text)


def _value(key: str, value: Json, parent: Mapping[str, Json]) -> Json:
    if key in _BLANKED_KEYS:
        return {"data": BLANK} if isinstance(value, dict) else BLANK
    if key == "userData" and isinstance(value, str):
        return "\n".join(found[0] for found in _POD_LIMIT.finditer(value))
    if key == "CloudTrailEvent" and isinstance(value, str):
        return _call(value)
    if isinstance(value, list):
        return _list(key, value, parent)
    if isinstance(value, dict) and key in ("annotations", "data"):
        return _mapping(value)
    return redact(value)


def _call(record: str) -> Json:
    """Of a CloudTrail record, who was answered what: the rest tells of people, places and parameters."""
    try:
        told = msgspec.json.decode(record)
    except (msgspec.DecodeError, RecursionError):
        return UNREADABLE
    if not isinstance(told, dict):
        return UNREADABLE
    identity = told.get("userIdentity")
    kept: dict[str, Json] = {key: redact(told[key]) for key in ("errorCode", "errorMessage") if key in told}
    if isinstance(identity, dict) and "arn" in identity:
        kept["userIdentity"] = {"arn": identity["arn"]}
    return msgspec.json.encode(kept).decode()


def _list(key: str, values: list[Json], parent: Mapping[str, Json]) -> Json:
    if key == "managedFields":
        return _times_only(values) if parent.get("name") in CONFIG_MAPS else []
    if key == "env":
        return [_variable(entry) for entry in values]
    return _arguments(values) if key in ("args", "command") else redact(values)


def _mapping(values: dict[str, Json]) -> dict[str, Json]:
    """Keys that people chose: a value that is named like a credential goes, unless it is a plain setting."""
    blanked: dict[str, Json] = {}
    for key, value in values.items():
        if key.endswith("last-applied-configuration"):
            continue  # the whole object again, with whatever stood in it
        secret = _SENSITIVE_KEY.search(key) and isinstance(value, str) and not _PLAIN.fullmatch(value)
        blanked[key] = BLANK if secret else redact(value)
    return blanked


def _variable(entry: Json) -> Json:
    if not isinstance(entry, dict):
        return redact(entry)
    kept = entry.get("name") in KEPT_VARIABLES
    return {key: value if kept or key != "value" else BLANK for key, value in entry.items()}


def _arguments(words: list[Json]) -> list[Json]:
    """A command line: "--token=x" and the word after "--token" are blanked."""
    told: list[Json] = []
    blank_next = False
    for word in words:
        text = word if isinstance(word, str) else ""
        if blank_next and not text.startswith("-"):
            told.append("***")
            blank_next = False
            continue
        blank_next = bool(_FLAG.fullmatch(text))
        told.append(redact(word))
    return told


def _times_only(entries: list[Json]) -> list[Json]:
    """When the object was changed, and nothing of what and by whom."""
    return [{"time": entry["time"]} for entry in entries if isinstance(entry, dict) and "time" in entry]


def _is_foreign_config(answer: Mapping[str, Json]) -> bool:
    """A ConfigMap that the format does not name."""
    if answer.get("kind") != "ConfigMap":
        return False
    metadata = answer.get("metadata")
    return not (isinstance(metadata, dict) and metadata.get("name") in CONFIG_MAPS)
