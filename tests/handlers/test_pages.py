from dataclasses import replace

from handlers.pages import KEPT, Pages
from handlers.work import Seen
from tests.handlers.render.samples import NOON, healthy, incident


def test_gives_everybody_the_same_message_for_the_same_report() -> None:
    pages, report = Pages(lambda: NOON), incident()
    assert pages.of(Seen(report)) is pages.of(Seen(report))
    assert pages.of(Seen(report, 41.8)) is pages.of(Seen(report, 42.2))


def test_tells_reports_and_ages_apart() -> None:
    pages, report = Pages(lambda: NOON), incident()
    assert "Healthy" in pages.of(Seen(healthy())).text
    assert "Critical" in pages.of(Seen(report)).text
    assert "42 s ago" in pages.of(Seen(report, 42.0)).text
    assert "50 s ago" in pages.of(Seen(report, 50.0)).text


def test_forgets_the_oldest() -> None:
    pages, report = Pages(lambda: NOON), incident()
    first = pages.of(Seen(report))
    for number in range(KEPT):
        pages.of(Seen(replace(report, headline=f"another {number}")))
    assert pages.of(Seen(report)) == first
    assert pages.of(Seen(report)) is not first
