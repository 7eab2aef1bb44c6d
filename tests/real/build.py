"""Builds the real servers and tools of these tests with Go, once, into the user's cache.

``python -m tests.real.build [NAME …]`` prints where each stands. The versions are those of go/*/go.mod.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

GO = Path(__file__).parent / "go"
KUBERNETES = "v1.34.2"
STAMP = "-X k8s.io/component-base/version."


@dataclass(frozen=True, slots=True)
class Tool:
    """One program: the Go module that pins it, its package there, what the linker is told, build tags."""

    module: str
    package: str
    told: str = ""
    tags: str = ""


TOOLS = {
    "helm": Tool("helm", "helm.sh/helm/v3/cmd/helm"),
    "hclfmt": Tool("hcl", "github.com/hashicorp/hcl/v2/cmd/hclfmt"),
    "promtool": Tool(
        "prometheus",
        "github.com/prometheus/prometheus/cmd/promtool",
        tags="remove_all_sd",  # the clouds that it would discover targets in are most of the build
    ),
    "etcd": Tool("kubernetes", "go.etcd.io/etcd/server/v3"),
    "kube-apiserver": Tool(
        "kubernetes",
        "k8s.io/kubernetes/cmd/kube-apiserver",
        f"{STAMP}gitVersion={KUBERNETES} {STAMP}gitMajor=1 {STAMP}gitMinor=34",
    ),
}


class NotBuiltError(Exception):
    """A program is not there and cannot be built; one line for people."""


def binary(name: str) -> Path:
    """Where the program stands; it is built when it is not there yet. Raises NotBuiltError."""
    tool = TOOLS[name]
    path = _cache(tool.module) / name
    if path.exists():
        return path
    go = shutil.which("go")
    if go is None:
        raise NotBuiltError(f"{name} must be built and there is no go: install Go 1.25 or newer")
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    command = [go, "build", "-mod=readonly", "-trimpath", "-tags", tool.tags]
    command += ["-ldflags", f"-s -w {tool.told}", "-o", str(new)]
    try:
        subprocess.run([*command, tool.package], cwd=GO / tool.module, check=True)
    except subprocess.CalledProcessError as error:
        raise NotBuiltError(f"{name} was not built: go ended with {error.returncode}") from None
    return new.replace(path)


def _cache(module: str) -> Path:
    """The folder of this module's programs, one for each set of versions."""
    kept = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    pinned = b"".join((GO / module / name).read_bytes() for name in ("go.mod", "go.sum"))
    return Path(kept).expanduser() / "cilium-bot-tests" / hashlib.sha256(pinned).hexdigest()[:16]


def main(names: list[str]) -> None:
    """Build the named programs, or all of them."""
    try:
        sys.stdout.writelines(f"{binary(name)}\n" for name in names or TOOLS)
    except NotBuiltError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
