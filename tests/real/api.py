"""One who asks the real API server, writes included: the administrator, or whoever has a token."""

import http.client
import json
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import yaml

Object = dict[str, Any]
TIMEOUT_S = 60.0


class RefusedError(Exception):
    """The API server answered with a Status that is no success."""

    def __init__(self, status: int, body: Object) -> None:
        super().__init__(f"{status} {body.get('reason')}: {body.get('message')}")
        self.status = status
        self.reason = body.get("reason", "")


class Api:
    """One connection with one token; for one thread."""

    def __init__(self, base: str, ca: Path, token: str) -> None:
        """Connects when first asked. ``ca``: the certificate that the server must show, or its issuer's."""
        self.base = base
        self.ca = ca
        self.token = token
        goal = urlsplit(base)
        tls = ssl.create_default_context(cafile=str(ca))
        tls.verify_flags &= ~ssl.VERIFY_X509_STRICT
        self._http = http.client.HTTPSConnection(
            goal.hostname or "", goal.port or 0, timeout=TIMEOUT_S, context=tls
        )

    def call(self, method: str, path: str, body: Object | None = None, **query: str) -> Object:
        """The answer. Raises RefusedError for whatever is no success, OSError when nobody listens."""
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        target = f"{path}?{urlencode(query)}" if query else path
        try:
            self._http.request(method, target, json.dumps(body) if body is not None else None, headers)
            answer = self._http.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException):
            self._http.close()
            raise
        said = raw if not raw.startswith(b"{") else json.loads(raw)
        if answer.status >= 300:
            raise RefusedError(answer.status, said if isinstance(said, dict) else {"message": repr(said)})
        return said if isinstance(said, dict) else {}

    def apply(self, thing: Object, *, dry: bool = False) -> Object:
        """Create it under strict validation; replace the one of its name if there is one."""
        path, name = collection(thing), thing["metadata"]["name"]
        how = {"fieldValidation": "Strict"} | ({"dryRun": "All"} if dry else {})
        try:
            return self.call("POST", path, thing, **how)
        except RefusedError as error:
            if error.reason != "AlreadyExists":
                raise
        there = self.call("GET", f"{path}/{name}")["metadata"]
        meta = thing["metadata"] | {"resourceVersion": there["resourceVersion"], "uid": there["uid"]}
        return self.call("PUT", f"{path}/{name}", thing | {"metadata": meta}, **how)

    def can(self, verb: str, resource: str, namespace: str = "", name: str = "") -> bool:
        """Whether whoever asks may do that: "list", "cilium.io/ciliumnodes", "pods/exec", "/version"."""
        asked: Object
        if resource.startswith("/"):
            asked = {"nonResourceAttributes": {"verb": verb, "path": resource}}
        else:
            group, _, kind = resource.rpartition("/")
            sub = kind if group == "pods" else ""
            group, kind = ("", "pods") if sub else (group, kind)
            wanted = {"verb": verb, "group": group, "resource": kind, "subresource": sub}
            asked = {"resourceAttributes": wanted | {"namespace": namespace, "name": name}}
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": asked}
        answer = self.call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
        return bool(answer["status"]["allowed"])

    def kubeconfig(self, folder: Path) -> str:
        """A file that kubectl, and the bot, could use to be the same person."""
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "real",
            "contexts": [{"name": "real", "context": {"cluster": "real", "user": "me"}}],
            "clusters": [
                {"name": "real", "cluster": {"server": self.base, "certificate-authority": str(self.ca)}}
            ],
            "users": [{"name": "me", "user": {"token": self.token}}],
        }
        path = folder / "kubeconfig.yaml"
        path.write_text(yaml.safe_dump(content))
        return str(path)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


CLUSTER_WIDE = {
    "APIService",
    "CiliumClusterwideNetworkPolicy",
    "CiliumEndpointSlice",
    "CiliumNode",
    "CiliumPodIPPool",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "EC2NodeClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "NodeClaim",
    "NodePool",
    "PersistentVolume",
    "ServiceCIDR",
    "ValidatingWebhookConfiguration",
}


def plural(kind: str) -> str:
    """The name of a kind's resource, "ciliumnetworkpolicies"."""
    word = kind.lower()
    if word.endswith("y"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith("s") else "s")


def collection(thing: Object) -> str:
    """Where the object is posted to."""
    version, kind = thing["apiVersion"], thing["kind"]
    above = f"/apis/{version}" if "/" in version else f"/api/{version}"
    if kind not in CLUSTER_WIDE:
        above += f"/namespaces/{thing['metadata'].get('namespace', 'default')}"
    return f"{above}/{plural(kind)}"
