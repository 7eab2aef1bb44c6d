from checks.model import Confidence, Finding, Undecided
from checks.operator.operator_panic_on_subnet import operator_panic_on_subnet as panic
from checks.parts.pods import Pods
from checks.parts.vpc import Interface, Interfaces, Subnet, Subnets
from checks.run import Verdict
from tests.checks.hand import META, config, explained, on_nothing, only, pod, version
from tests.checks.operator.hand_operator import WAITS, log

LINE = "panic: runtime error: invalid memory address or nil pointer dereference in pkg/aws/eni/parseENI"


def judge(
    line: str = LINE,
    running: str = "1.17.3",
    restarts: int = 9,
    ready: bool = False,
    subnet: str = "subnet-gone",
    below: tuple[str, ...] = (),
) -> list[Finding | Undecided]:
    labels = (("io.cilium/app", "operator"),)
    operator = pod("cilium-operator-1", "kube-system", labels=labels, restarts=restarts, ready=ready)
    return panic(
        META,
        config("eni"),
        version(running),
        Pods(items=(operator,)),
        log(line, *below),
        Subnets(by_id={"subnet-a": Subnet(id="subnet-a")}),
        Interfaces(items=(Interface(id="eni-1", subnet_id=subnet),)),
        *WAITS,
    )


def test_names_the_crash_beside_an_interface_in_an_unknown_subnet() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.LIKELY
    assert explained(finding, "operator-not-ready") is None
    assert finding.leads_to == ("operator-down-or-no-leader",)


def test_shows_the_panic_the_restarts_and_the_subnet() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert {("line", LINE), ("cilium-operator: restartCount", "9"), ("image", "1.17.3")} <= shown
    assert ("SubnetId unknown to the VPC", "subnet-gone") in shown


def test_reads_the_frames_below_the_panic() -> None:
    panicked = "panic: runtime error: invalid memory address or nil pointer dereference"
    assert only(judge(panicked)).confidence is Confidence.POSSIBLE
    frames = ("goroutine 1 [running]:", "github.com/cilium/cilium/pkg/aws/ec2.parseENI(0xc000)")
    assert only(judge(panicked, below=frames)).confidence is Confidence.LIKELY


def test_is_only_possible_without_a_strange_subnet() -> None:
    assert only(judge(subnet="subnet-a")).confidence is Confidence.POSSIBLE


def test_ignores_releases_with_the_fix() -> None:
    assert judge(running="1.18.4") == []


def test_ignores_an_operator_that_runs_or_ends_otherwise() -> None:
    assert judge(ready=True) == []
    assert judge(restarts=0) == []
    assert judge("level=fatal msg=no credentials") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(panic).verdict is Verdict.NOT_CHECKED
