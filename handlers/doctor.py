"""`doctor`: what of the bot works and what does not, each fault with the line that mends it."""

import re
from dataclasses import replace
from functools import partial
from http.client import HTTPException

from slack_sdk.errors import SlackApiError, SlackClientError

from checks.snapshot import Gap, Snapshot
from handlers.answer import own_cluster
from handlers.choose import choose
from handlers.command import Desk, Task, Word
from handlers.digests.dead import given_up
from handlers.question import Question
from handlers.render.answer import Lay, Material, again_value, answer_blocks
from handlers.render.blocks import fitted, progress_blocks
from handlers.render.detail import LISTS
from handlers.render.doctor import Checkup, Keeping, Slack, doctor_page
from handlers.render.message import Message
from handlers.render.told import told
from handlers.scopes import SCOPES
from handlers.web import Web
from handlers.work import Seen, SweepFailed


def page(material: Material) -> Lay:
    """The checkup where there is no Slack: what could not be read."""
    return doctor_page(Checkup(report=material.report, gaps=_gaps(material.snapshot)))


def _begin(question: Question, desk: Desk) -> Message | Task:
    if not question.others and len(desk.sweeps.names) > 1:
        return partial(_answer_here, question, desk)
    cluster = choose(question.others, desk.sweeps.names, sure=desk.sweeps.sure)
    return cluster if isinstance(cluster, Message) else partial(_answer, cluster, question, desk)


def _answer_here(question: Question, desk: Desk) -> None:
    """Answer of the channel's own cluster, where it has one."""
    own = own_cluster(question.place, desk)
    names = desk.sweeps.names
    cluster = choose([own] if own in names else [], names, sure=desk.sweeps.sure)
    if not isinstance(cluster, Message):
        _answer(cluster, question, desk)
    elif desk.deliveries.first(question.delivery):
        quiet = question.place.quiet or bool(question.place.response_url)
        desk.chat.at(replace(question.place, quiet=quiet)).finish(cluster)


def _answer(cluster: str, question: Question, desk: Desk) -> None:
    """Ask each part for itself, so that one that fails does not hide the others."""
    if not desk.deliveries.first(question.delivery):
        return
    post = desk.chat.at(question.place)
    found = desk.sweeps.join(cluster) if question.fresh else desk.sweeps.ask(cluster)
    fault, seen = "", None
    if isinstance(found, Seen):
        seen = found
    else:
        post.progress(progress_blocks((), cluster=cluster))
        try:
            seen = Seen(found.report())
        except SweepFailed as error:
            fault = f"{error.title} {error.help}"
    post.finish(_message(cluster, seen, fault, desk))


def _message(cluster: str, seen: Seen | None, fault: str, desk: Desk) -> Message:
    vitals = desk.vitals()
    report = seen.report if seen else None
    lay = doctor_page(
        Checkup(
            report=report,
            gaps=_gaps(desk.sweeps.snapshot(report)) if report else None,
            fault=fault,
            slack=slack_of(desk.chat.web),
            keeping=Keeping(version=vitals.version, shared=vitals.shared_store, fault=vitals.store_fault),
            digests=given_up(desk),
        )
    )
    if seen is None:
        return fitted(told(lay(LISTS[0])), lay, LISTS)
    again = again_value(cluster, WORD.word, ())
    return answer_blocks(lay, seen.report, again, now=desk.now(), age_s=seen.age_s)


def _gaps(snapshot: Snapshot | None) -> tuple[tuple[str, Gap], ...] | None:
    return None if snapshot is None else tuple(sorted(snapshot.gaps.items()))


def slack_of(web: Web) -> Slack:
    """What auth.test says of the token; Slack names the token's scopes in a header of every answer.

    https://docs.slack.dev/reference/methods/auth.test
    """
    try:
        answer = web.api_call("auth.test", json={})
    except SlackApiError as error:
        word = str(error.response.get("error"))
        return Slack(fault=word if re.fullmatch("[a-z_]{1,60}", word) else "service_unavailable")
    except (OSError, HTTPException, SlackClientError) as error:
        return Slack(fault=type(error).__name__)
    headers = getattr(answer, "headers", None) or {}
    given = next((str(value) for key, value in headers.items() if key.lower() == "x-oauth-scopes"), None)
    scopes = None if given is None else {scope.strip() for scope in given.split(",")}
    missing = None if scopes is None else tuple((s, why) for s, why in SCOPES.items() if s not in scopes)
    return Slack(bot=str(answer.get("user") or ""), team=str(answer.get("team") or ""), missing=missing)


WORD = Word(
    word="doctor",
    usage="doctor",
    about="says what of me works and what does not, with the line that mends it",
    begin=_begin,
    page=page,
)
