"""An API's error answers, told from data and put into one line each; the same for live and recorded ones."""

import re
from dataclasses import dataclass
from typing import TypeVar, cast

import msgspec

from checks.collect.grants import grant_for, right_for
from checks.collect.source import UnreadError

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9._:-]{0,79}")
_DENIED = re.compile(r"UnauthorizedOperation|AccessDenied|NotAuthorized|Forbidden", re.IGNORECASE)
_ABSENT = re.compile(r"NotFound|NoSuchEntity")
_LATE = re.compile(r"Timeout|TimedOut")
_CREDENTIALS = re.compile(
    r"Expired|InvalidClientTokenId|UnrecognizedClient|AuthFailure|NoCredentials|Signature"
)
MAX_DETAIL_CHARS = 160

T = TypeVar("T")


class _Kubernetes(msgspec.Struct, gc=False):
    """The outside of a Kubernetes answer; Raw, because in a good object these names may hold anything."""

    kind: msgspec.Raw = msgspec.Raw()
    status: msgspec.Raw = msgspec.Raw()
    reason: msgspec.Raw = msgspec.Raw()
    code: msgspec.Raw = msgspec.Raw()
    metadata: msgspec.Raw = msgspec.Raw()


class _ListMeta(msgspec.Struct, gc=False):
    go_on: str | None = msgspec.field(name="continue", default=None)


class _Aws(msgspec.Struct, gc=False):
    error: msgspec.Raw = msgspec.field(name="Error", default_factory=msgspec.Raw)
    next_ec2: msgspec.Raw = msgspec.field(name="NextToken", default_factory=msgspec.Raw)
    next_eks: msgspec.Raw = msgspec.field(name="nextToken", default_factory=msgspec.Raw)


class _AwsError(msgspec.Struct, gc=False):
    Code: str = ""  # AWS's own spelling


class _AgentError(msgspec.Struct, gc=False):
    error: str


class _AgentErrorAlone(_AgentError, gc=False, forbid_unknown_fields=True):
    """Nothing but the error: a log may consist of one JSON line that has an "error" among other things."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the outside of an answer tells: the error that it is, or whether its list goes on."""

    error: UnreadError | None = None
    goes_on: bool = False


def look(path: str, raw: bytes) -> Answer:
    """Tell an error answer from data, by the forms of recording-format.md.

    Bytes that are not such JSON are not judged here: decoding them fails with a better reason.
    """
    room = path.partition("/")[0]
    if room == "kubernetes":
        return _look_kubernetes(path, raw)
    if room == "aws":
        return _look_aws(path, raw)
    if room in ("cilium", "probes"):
        form = _AgentErrorAlone if path.endswith((".txt", ".prom")) else _AgentError
        told = _decoded(raw, form)
        return Answer(agent_refusal(path, told.error) if told else None)
    return Answer()


def _look_kubernetes(path: str, raw: bytes) -> Answer:
    outside = _decoded(raw, _Kubernetes)
    if outside is None:
        return Answer()
    if _decoded(outside.kind, str) == "Status" and _decoded(outside.status, str) == "Failure":
        code, reason = _decoded(outside.code, int), _decoded(outside.reason, str)
        return Answer(kubernetes_refusal(path, code or 0, reason or ""))
    meta = _decoded(outside.metadata, _ListMeta)
    return Answer(goes_on=bool(meta and meta.go_on))


def _look_aws(path: str, raw: bytes) -> Answer:
    outside = _decoded(raw, _Aws)
    if outside is None:
        return Answer()
    if bytes(outside.error) not in (b"", b"null"):
        told = _decoded(outside.error, _AwsError)
        return Answer(aws_refusal(path, told.Code if told else ""))
    return Answer(goes_on=bool(_decoded(outside.next_ec2, str) or _decoded(outside.next_eks, str)))


def kubernetes_refusal(path: str, code: int, reason: str = "") -> UnreadError:
    """The UnreadError for an HTTP status of the API server, and the reason of its ``Status`` if one came."""
    word = _word(reason) or str(code or "no reason given")
    what = f"{right_for(path)} ({word})"
    if code == 404 or word == "NotFound":
        return UnreadError(f"not found: {what}", missing=True)
    if code == 504 or _LATE.search(word):
        return UnreadError(f"timed out: {what}")
    if code == 401 or word == "Unauthorized":
        return UnreadError(f"refused: {what}", "valid credentials for the cluster's API server")
    denied = code == 403 or word == "Forbidden"
    return UnreadError(f"refused: {what}", grant_for(path) if denied else None)


def aws_refusal(path: str, code: str) -> UnreadError:
    """The UnreadError for an AWS error code."""
    word = _word(code) or "no code given"
    what = f"{right_for(path)} ({word})"
    if _DENIED.search(word):
        return UnreadError(f"refused: {what}", grant_for(path))
    if _CREDENTIALS.search(word):
        return UnreadError(f"refused: {what}", "valid AWS credentials for the bot")
    if _ABSENT.search(word):
        return UnreadError(f"not found: {what}", missing=True)
    return UnreadError(f"{'timed out' if _LATE.search(word) else 'refused'}: {what}")


def agent_refusal(path: str, text: str) -> UnreadError:
    """The UnreadError for what an agent, or the way to it, answered instead of what was asked."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MAX_DETAIL_CHARS]
    return UnreadError(f"refused: {path}" + (f" ({clean})" if clean else ""), grant_for(path))


def _word(text: str) -> str:
    """The text if it looks like an API's reason word; anything else is not repeated to people."""
    return text if _WORD.fullmatch(text) else ""


# Built on import, by one thread: see _BUILDING in checks.collect.wire.
_DECODERS: dict[type, msgspec.json.Decoder[object]] = {
    form: msgspec.json.Decoder(cast("type[object]", form))
    for form in (_Kubernetes, _ListMeta, _Aws, _AwsError, _AgentError, _AgentErrorAlone, str, int)
}


def _decoded(raw: bytes | msgspec.Raw, form: type[T]) -> T | None:
    try:
        return cast(T, _DECODERS[form].decode(raw))
    except (ValueError, RecursionError):
        return None
