"""Snapshot.iam_simulation, from ``iam simulate-principal-policy`` of the operator's role."""

from collections.abc import Mapping

from msgspec import Struct

from checks.collect.each import ask_each
from checks.collect.operator_calls import expect_calls
from checks.collect.source import Source
from checks.collect.wire import entries
from checks.parts.aws_account import IamSimulation

RIGHTS = ("iam:SimulatePrincipalPolicy",)


class _Result(Struct, gc=False, rename="pascal"):
    eval_action_name: str
    eval_decision: str


def read(source: Source) -> IamSimulation:
    """The decisions on every role that was asked for; one that refused is among ``errors``.

    Raises UnreadError when none was asked for or not one answered.
    """

    def of_role(path: str) -> Mapping[str, str]:
        results = entries(source, path, "EvaluationResults", _Result)
        return {result.eval_action_name: result.eval_decision for result in results}

    expect_calls(source)
    found, errors = ask_each(source, IamSimulation.ASKED, "{argument}", of_role)
    return IamSimulation(by_role=found, errors=errors)
