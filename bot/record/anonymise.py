"""Replaces names, ids and addresses in a recording, the same ones by the same everywhere in it.

Names are replaced piece by piece ("shop-api-7c9" becomes "nq3f1a-nb07c2-nd81e0"), so that what belongs to a
name by its beginning still does. Words of Kubernetes, Cilium and AWS stay: they identify nobody, and
the diagnosis reads them. Addresses keep their networks, which the diagnosis is about: of a private address
the last four bits change, so that it stays in its block; a public one becomes another altogether.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface

from bot.record.redact import Json
from bot.record.vocabulary import WORDS, words

_ACCOUNT_ID = re.compile(r"\d{12}")
_ACCOUNT_KEYS = frozenset(("OwnerId", "ownerId", "RequesterId", "account"))
_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:|^|\b)(\d{12})(?=:|\.dkr\.ecr\.)")
_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:(?:iam|sts)::\d{12}:[a-z-]+/([\w+=,.@/-]+)")
_API_ARGUMENTS = ("cloudtrail", "service-quotas")
"""Services whose operations are asked for words of an API, not for names."""
_TOKEN = re.compile(
    r"""(?P<kept>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?      # times
          | \b[a-z][a-z0-9-]*\d[a-z0-9-]*\.(?:nano|micro|small|medium|(?:\d*x)?large|metal)[a-z0-9-]*\b
          | \b[a-z]{2}(?:-[a-z]+)+-\d[a-z]?\b)                       # regions and zones
      | (?P<uuid>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)
      | (?P<mac>\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b)
      | (?P<aws>\b(?:i|r|eni|eni-attach|subnet|vpc|vpce|sg|sgr|rtb|rtbassoc|igw|eigw|nat|acl|pcx|tgw|lt|vol
            |snap|ami|dopt|pl|scr|eipalloc|eipassoc)-(?:[0-9a-f]{17}|[0-9a-f]{8})\b)
      | (?P<host>\bip-\d{1,3}(?:-\d{1,3}){3}\b)
      | (?P<address>(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w]|\.\d))
      | (?P<opaque>\b[0-9A-F]{32}\b)
      | (?P<word>[A-Za-z0-9]+)
    """,
    re.VERBOSE,
)

_NAMED_KEYS = words(
    """
    name namespace generateName nodeName hostname serviceAccountName claimName secretName holderIdentity
    node nodegroupName clusterName addonName GroupName KeyName PrivateDnsName PublicDnsName cluster
    nodegroup launchTemplateName RoleName user
    """
)
"""Keys whose texts are names that people chose, wherever they stand."""
_NOT_NAMED_IN = words(
    """
    containers initContainers ephemeralContainers ports volumes volumeMounts env conditions
    containerStatuses initContainerStatuses controllers probes instanceTypes rules
    """
)
"""Lists whose entries' ``name`` is no object's name."""
_NAMED_LISTS = frozenset(("nodegroups", "addons"))
_LABELS = frozenset(("labels", "matchLabels", "nodeSelector", "selector", "podLabels"))
_PUBLIC_LABELS = re.compile(
    r"(?:[\w.-]*\.)?(?:topology\.kubernetes\.io|node\.kubernetes\.io|beta\.kubernetes\.io|karpenter\.k8s\.aws"
    r"|karpenter\.sh)/.*|kubernetes\.io/(?:arch|os|metadata\.name)|eks\.amazonaws\.com/(?:capacityType|"
    r"compute-type|sourceLaunchTemplate.*|nodegroup-image)|helm\.sh/chart|app\.kubernetes\.io/(?:version|"
    r"managed-by)|k8s\.io/cloud-provider-aws|pod-template-generation|controller-revision-hash"
)
_FIXED_KEYS = words(
    """
    kind apiVersion apiGroup type reason phase status protocol operator effect policy scope resource
    resources verbs outcome state mode ipam InstanceType AvailabilityZone State resourceVersion
    fieldPath taken_at region PlatformDetails Architecture
    """
)
"""Keys whose texts belong to an API."""
_OPEN_KEYS = _LABELS | {"annotations", "allocations", "Tags"}
_MIN_PIECE = 3


@dataclass(slots=True)
class Names:
    """What a recording calls its things; filled by ``learn`` from every file before any is rewritten."""

    pieces: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)

    def learn(self, answer: Json, key: str = "", inside: str = "") -> None:
        """Take in the names, label values, tag values and account ids of one answer."""
        if isinstance(answer, dict):
            self._learn_labels(answer, key)
            for name, value in answer.items():
                self.learn(value, name, key or inside)
        elif isinstance(answer, list):
            for value in answer:
                self.learn(value, "name" if key in _NAMED_LISTS else "", key or inside)
        elif isinstance(answer, str):
            self.accounts.update(_ACCOUNT.findall(answer))
            for principal in _PRINCIPAL.findall(answer):
                self._take(principal)
            if key in _ACCOUNT_KEYS and _ACCOUNT_ID.fullmatch(answer):
                self.accounts.add(answer)
            if key in _NAMED_KEYS and inside not in _NOT_NAMED_IN:
                self._take(answer)

    def _learn_labels(self, answer: dict[str, Json], key: str) -> None:
        if "Key" in answer and "Value" in answer:  # a tag
            self._take(str(answer["Value"]))
        if key in _LABELS:
            chosen = (value for name, value in answer.items() if not _PUBLIC_LABELS.fullmatch(name))
            for value in chosen:
                self._take(str(value))

    def take_path(self, path: str) -> None:
        """Take in the names in a file's path: nodes, node groups."""
        room, *rest = path.split("/")
        if room == "cilium":
            self._take(rest[0])
        elif room == "aws" and len(rest) > 2 and rest[0] not in _API_ARGUMENTS:
            self._take(rest[-1])

    def _take(self, text: str) -> None:
        for match in _TOKEN.finditer(text):
            word = match["word"]
            if word and len(word) >= _MIN_PIECE and not word.isdigit() and word.lower() not in WORDS:
                self.pieces.add(word)


class Anonymiser:
    """Rewrites answers once all names are known; the same key makes the same replacements."""

    def __init__(self, names: Names, key: bytes) -> None:
        """``key`` is random, and forgotten when the recording is written."""
        self._names = names
        self._key = key
        self._shift = 1 + self._digest("shift")[0] % 15
        self._public: dict[IPv4Address, IPv4Address] = {}
        self._replace: dict[str, Callable[[str], str]] = {
            "word": self._word,
            "aws": self._aws,
            "uuid": self._opaque,
            "opaque": self._opaque,
            "mac": self._mac,
            "host": self._host,
            "address": self._address,
        }

    def rewrite(self, answer: Json, key: str = "") -> Json:
        """The same answer about other names."""
        if isinstance(answer, dict):
            open_ = key in _OPEN_KEYS
            return {
                self.text(k) if open_ or _is_address(k) else k: self.rewrite(v, k) for k, v in answer.items()
            }
        if isinstance(answer, list):
            return [self.rewrite(value, key) for value in answer]
        if isinstance(answer, str) and key not in _FIXED_KEYS:
            return self.text(answer)
        return answer

    def path(self, name: str) -> str:
        """The file's name, with the names in it replaced: of a node, a namespace, a node group."""
        parts = name.split("/")
        for place, before in enumerate(["", *parts[:-1]]):
            argument = parts[0] == "aws" and place > 2
            if argument or before == "namespaces" or (parts[0] == "cilium" and place == 1):
                parts[place] = self.text(parts[place])
        return "/".join(parts)

    def text(self, text: str) -> str:
        """The same text about other names."""
        return _TOKEN.sub(self._token, text)

    def _token(self, match: re.Match[str]) -> str:
        replace = self._replace.get(match.lastgroup or "")
        return replace(match[0]) if replace else match[0]

    def _word(self, found: str) -> str:
        if found in self._names.accounts:
            return str(int(self._hex(found, 12), 16) % 10**12).zfill(12)
        return "n" + self._hex(found, 6) if found in self._names.pieces else found

    def _aws(self, found: str) -> str:
        prefix, _, number = found.rpartition("-")
        return f"{prefix}-{self._hex(found, len(number))}"

    def _opaque(self, found: str) -> str:
        return re.sub("[0-9a-fA-F]+", lambda part: self._like(part[0], found), found)

    def _mac(self, found: str) -> str:
        return "02:" + ":".join(re.findall("..", self._hex(found, 10)))

    def _host(self, found: str) -> str:
        address = self._address(found.removeprefix("ip-").replace("-", "."))
        return "ip-" + address.replace(".", "-")

    def _address(self, text: str) -> str:
        """Another address of the same block of sixteen, or another network of the same block.

        The first and last sixteen of each 256 stay: there stand gateways, resolvers, reserved addresses and
        the Services that everybody knows.
        """
        try:
            given = IPv4Interface(text)
        except ValueError:
            return text
        address, bits = given.ip, given.network.prefixlen
        if address.is_global and bits == 32:
            moved = self._public.setdefault(address, IPv4Address("198.18.0.0") + len(self._public) + 1)
        elif bits > 28 and _has_meaningless_host(address):
            moved = IPv4Address(int(address) ^ (self._shift & int(given.netmask)))
        else:
            return text
        return f"{moved}/{bits}" if "/" in text else str(moved)

    def _like(self, part: str, whole: str) -> str:
        told = self._hex(f"{whole}{part}", len(part))
        return told.upper() if part.isupper() else told

    def _hex(self, text: str, length: int) -> str:
        return self._digest(text).hex()[:length]

    def _digest(self, text: str) -> bytes:
        return hmac.new(self._key, text.encode(), hashlib.sha256).digest()


def _has_meaningless_host(address: IPv4Address) -> bool:
    special = address.is_global or address.is_loopback or address.is_link_local or address.is_unspecified
    return not special and not address.is_multicast and 16 <= int(address) % 256 < 240


def _is_address(text: str) -> bool:
    """Whether a key is an address: Cilium keeps its allocations under them, with the pool's name in front."""
    try:
        IPv4Interface(text.rpartition("/")[2])
    except ValueError:
        return False
    return True
