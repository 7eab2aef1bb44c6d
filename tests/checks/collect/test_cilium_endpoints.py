import pytest

from checks.collect.cilium_endpoints import SLICES, read
from checks.collect.source import RestartError, UnreadError
from checks.parts.cilium_nodes import CiliumEndpoints
from tests.checks.collect.told import api_list, entry, refusal, told

ASKED = CiliumEndpoints.ASKED
TWO = api_list(
    "CiliumEndpoint",
    entry("web-0", "shop", status={"state": "ready"}),
    entry("web-1", "shop", status={"state": "waiting-for-identity"}),
)


def test_names_every_endpoint_and_those_that_are_not_ready() -> None:
    got = read(told({ASKED: TWO}))
    assert got.names == {("shop", "web-0"), ("shop", "web-1")}
    assert got.not_ready == (("shop", "web-1", "waiting-for-identity"),)
    assert not got.slices


@pytest.mark.parametrize("status", [None, {}, {"state": ""}, {"state": None}])
def test_an_endpoint_without_a_state_is_not_called_unready(status: object) -> None:
    assert read(told({ASKED: api_list("CiliumEndpoint", entry("a", "shop", status=status))})).not_ready == ()


def test_adds_the_endpoints_of_slices() -> None:
    slices = api_list(
        "CiliumEndpointSlice",
        {
            "metadata": {"name": "ces-1"},
            "namespace": "shop",
            "endpoints": [{"name": "web-1", "id": 7}, {"name": "web-2"}],
        },
    )
    got = read(told({ASKED: TWO, SLICES: slices}))
    assert got.names == {("shop", "web-0"), ("shop", "web-1"), ("shop", "web-2")}
    assert got.slices


def test_slices_that_are_not_installed_or_not_asked_for_take_nothing_away() -> None:
    gone = read(told({ASKED: TWO, SLICES: refusal(SLICES, "NotFound")}))
    assert (len(gone.names), gone.slices, gone.unread) == (2, False, "")
    assert read(told({ASKED: TWO})) == gone


def test_slices_that_are_refused_may_be_there() -> None:
    got = read(told({ASKED: TWO, SLICES: refusal(SLICES, "Forbidden")}))
    assert (len(got.names), got.slices) == (2, True)
    assert got.unread == "refused: list cilium.io/ciliumendpointslices (Forbidden)"
    assert got.grant == "list cilium.io/ciliumendpointslices, in the bot's ClusterRole"


def test_slices_that_changed_under_the_reader_are_read_again() -> None:
    class Restarting:
        meta = told().meta

        def pages(self, path: str):  # type: ignore[no-untyped-def] # a generator that never yields
            if path == SLICES:
                raise RestartError("unreadable: the list changed")
            return told({ASKED: TWO}).pages(path)

        def arguments(self, path: str) -> list[str]:
            return []

    with pytest.raises(RestartError):
        read(Restarting())


@pytest.mark.parametrize(("code", "reason"), [("NotFound", "not found: "), ("Forbidden", "refused: ")])
def test_endpoints_that_were_not_read_are_a_gap(code: str, reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told({ASKED: refusal(ASKED, code)}))


@pytest.mark.parametrize(
    "item", [{"metadata": {"name": "a"}}, {}, {"metadata": {"name": "a", "namespace": 7}}]
)
def test_an_endpoint_without_a_name_is_unreadable(item: dict[str, object]) -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: "):
        read(told({ASKED: api_list("CiliumEndpoint", item)}))


def test_no_endpoints_are_an_answer() -> None:
    assert read(told({ASKED: api_list("CiliumEndpoint")})) == CiliumEndpoints()
