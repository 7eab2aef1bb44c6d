from checks.advice import change, links, look


def test_expands_the_shorthand_of_known_repositories() -> None:
    assert links("cilium#123", "lbc#4") == (
        "https://github.com/cilium/cilium/issues/123",
        "https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/4",
    )


def test_expands_a_written_out_repository_and_keeps_a_link() -> None:
    assert links("owner/tool#5", "https://example.com/a") == (
        "https://github.com/owner/tool/issues/5",
        "https://example.com/a",
    )


def test_a_look_has_no_risk_and_a_change_has_one() -> None:
    assert look("a", None, "b").risk is None
    assert change("a", "b", risk="restarts pods", verify="c").kind == "change"
