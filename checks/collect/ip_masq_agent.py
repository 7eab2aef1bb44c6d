"""Snapshot.ip_masq_agent, from the ConfigMap ip-masq-agent."""

import re

from msgspec import Struct

from checks.collect.addresses import networks
from checks.collect.source import Source, UnreadError
from checks.collect.wire import one
from checks.parts.neighbours import IpMasqAgent

RIGHTS = ("get configmaps/ip-masq-agent in kube-system",)

# The ConfigMap holds YAML or JSON in which every range stands in nonMasqueradeCIDRs.
_COMMENT = re.compile(r"(?m)(?:^|\s)#.*$")
_RANGE = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}\b")
_LINK_LOCAL = re.compile(r"masqLinkLocal[\"']?\s*:\s*[\"']?true\b")


class _ConfigMap(Struct, gc=False):
    kind: str | None = None
    data: dict[str, str] | None = None


def read(source: Source) -> IpMasqAgent:
    """Its ranges; a ConfigMap that is not there is an answer. Raises UnreadError."""
    asked = IpMasqAgent.ASKED.replace("/kube-system/", f"/{source.meta.cilium_namespace}/")
    try:
        data = one(source, asked, _ConfigMap, "ConfigMap").data or {}
    except UnreadError as error:
        if error.missing:
            return IpMasqAgent()
        raise
    text = "\n".join(_COMMENT.sub("", value) for value in data.values())
    return IpMasqAgent(
        exists=True,
        ranges=tuple(networks(_RANGE.findall(text))),
        masq_link_local=bool(_LINK_LOCAL.search(text)),
    )
