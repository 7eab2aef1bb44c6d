"""EKS is asked for the clusters of regions and accounts, and no two have one name."""

import logging
from collections.abc import Sequence
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from bot.access import Access
from bot.discovery import discovered

ROLE = "arn:aws:iam::444455556666:role/cilium-bot"
WEST, NORTH = Access(eks=True, region="eu-west-1"), Access(eks=True, region="eu-north-1")


class Eks:
    """EKS of one region and account, which lists these clusters a page each, or refuses."""

    def __init__(self, *names: str, refuses: str = "") -> None:
        self._client: Any = boto3.client(
            "eks", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        stubber = Stubber(self._client)
        for place, name in enumerate(names):
            more = {"nextToken": f"t{place}"} if place + 1 < len(names) else {}
            stubber.add_response("list_clusters", {"clusters": [name], **more})
        if refuses:
            stubber.add_client_error("list_clusters", refuses, "hunter2")
        elif not names:
            stubber.add_response("list_clusters", {"clusters": []})
        stubber.activate()

    def client(self, service: str, fallback_region: object) -> Any:
        return self._client


def found(
    answers: dict[Access, Eks], named: Sequence[Access] = ()
) -> dict[str | None, tuple[str | None, str | None]]:
    accesses = discovered(named, list(answers), answers.__getitem__)
    return {one.alias: (one.cluster, one.region) for one in accesses}


def test_finds_what_every_page_of_every_region_lists() -> None:
    assert found({WEST: Eks("shop", "bank"), NORTH: Eks("lab")}) == {
        "shop": ("shop", "eu-west-1"),
        "bank": ("bank", "eu-west-1"),
        "lab": ("lab", "eu-north-1"),
    }


def test_two_of_one_name_are_told_apart_by_region_and_account() -> None:
    far = Access(eks=True, region="eu-west-1", aws_role=ROLE)
    further = Access(eks=True, region="eu-west-1", aws_role=ROLE.replace("4444", "7777"))
    aliases = list(found({WEST: Eks("shop"), far: Eks("shop"), further: Eks("shop"), NORTH: Eks("shop")}))
    assert aliases == ["shop", "shop.eu-west-1", "shop.eu-west-1.777755556666", "shop.eu-north-1"]


def test_what_the_file_names_keeps_its_name_and_is_not_found_twice() -> None:
    named = Access(eks=True, alias="pay", cluster="shop", region="eu-west-1")
    assert found({WEST: Eks("shop", "bank")}, [named]) == {
        "pay": ("shop", "eu-west-1"),
        "bank": ("bank", "eu-west-1"),
    }


def test_a_region_that_refuses_is_told_and_the_others_are_there(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert list(found({WEST: Eks(refuses="AccessDeniedException"), NORTH: Eks("lab")})) == ["lab"]
    assert "eu-west-1 are not known (eks:ListClusters): AccessDeniedException" in caplog.text
    assert "hunter2" not in caplog.text


def test_nothing_is_found_where_nothing_is() -> None:
    assert found({WEST: Eks()}) == {}
