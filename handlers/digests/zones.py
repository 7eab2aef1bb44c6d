"""Time zones as people name them: Europe/Berlin, berlin, New York; abbreviations are no places."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from handlers.render.escape import clean

UTC = "UTC"
MAX_SAID_CHARS = 40
# What somebody who writes the abbreviation most likely means; it is proposed, never taken. Some of them are
# zones, too, but such that no clock change reaches: EST is five hours behind all year.
MEANT = {
    **dict.fromkeys(("cet", "cest", "mez", "mesz", "met"), "Europe/Berlin"),
    **dict.fromkeys(("eet", "eest"), "Europe/Helsinki"),
    **dict.fromkeys(("wet", "west"), "Europe/Lisbon"),
    **dict.fromkeys(("bst",), "Europe/London"),
    **dict.fromkeys(("est", "edt", "et", "est5edt"), "America/New_York"),
    **dict.fromkeys(("cst", "cdt", "ct", "cst6cdt"), "America/Chicago"),
    **dict.fromkeys(("mst", "mdt", "mt", "mst7mdt"), "America/Denver"),
    **dict.fromkeys(("pst", "pdt", "pt", "pst8pdt"), "America/Los_Angeles"),
    **dict.fromkeys(("ist",), "Asia/Kolkata"),
    **dict.fromkeys(("jst",), "Asia/Tokyo"),
    **dict.fromkeys(("aest", "aedt"), "Australia/Sydney"),
    **dict.fromkeys(("hst",), "Pacific/Honolulu"),
}
AREAS = frozenset(("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"))
UNIVERSAL = frozenset(("utc", "gmt", "z", "zulu", "universal", "uct", "etc/utc", "etc/gmt"))


@dataclass(frozen=True, slots=True)
class Zone:
    """An IANA zone; with a ``fault``, a sentence, it is only the nearest to what was said."""

    zone: str
    fault: str = ""


def resolve(said: str) -> Zone:
    """The zone that is meant by a name, a city, or either in any case; never raises."""
    wanted = said.strip().lower().replace(" ", "_")
    shown = clean(said, MAX_SAID_CHARS)
    if wanted in UNIVERSAL:
        return Zone(UTC)
    if wanted in MEANT:
        return Zone(MEANT[wanted], f"“{shown}” is no place, and places change their clocks: name a city.")
    names, cities = _known()
    if wanted in names:
        return Zone(names[wanted])
    if wanted in cities:
        return Zone(cities[wanted])
    fault = f"I do not know the time zone “{shown}”; it is named as Europe/Berlin is."
    for known in (names, cities):
        near = difflib.get_close_matches(wanted[:MAX_SAID_CHARS], known, n=1, cutoff=0.7)
        if near:
            return Zone(known[near[0]], fault)
    return Zone(UTC, fault)


@cache
def _known() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The zones that tzdata has, by name in lower case, and by the city at its end.

    One city stands under two names only where the older of them still works.
    """
    zones = files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    cities: dict[str, str] = {}
    for zone in zones:
        area, _, city = zone.rpartition("/")
        if area.partition("/")[0] in AREAS:
            cities.setdefault(city.lower(), zone)
    return {zone.lower(): zone for zone in zones if zone != "Factory"}, cities
