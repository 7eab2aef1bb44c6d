"""What the bot does next when Slack refuses a message: one answer for each of its words.

The words: https://docs.slack.dev/reference/methods/chat.postMessage, …/chat.update, …/chat.postEphemeral.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from handlers.outcome import Problem
from handlers.web import NO_ADDRESS, UNREACHABLE, UNSENT, Refused


class Next(Enum):
    """What follows a refusal."""

    PLAINER = "a plainer form, by the same way"
    WAIT = "the same again, after the seconds that Slack asks for"
    AGAIN = "the same again soon, but no post: that one may stand"
    RESEND = "the same again soon: nothing had left"
    UNTHREADED = "the same outside the thread"
    OTHER = "the next way, if there is one"


@dataclass(frozen=True, slots=True)
class Remedy:
    """What follows, what is wrong when nothing helps, and what an operator reads in the log."""

    next: Next
    problem: Problem
    level: int
    told: str


def _all(remedy: Remedy, *words: str) -> dict[str, Remedy]:
    return dict.fromkeys(words, remedy)


_BUG = "the bot sent what Slack does not take; please report it with this line"
REMEDIES: Mapping[str, Remedy] = {
    **_all(
        Remedy(Next.PLAINER, Problem.REFUSED, logging.ERROR, _BUG),
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_blocks_too_many",
        "msg_too_long",
        "invalid_attachments",
        "too_many_attachments",
        "attachment_payload_limit_exceeded",
        "block_mismatch",
    ),
    **_all(
        Remedy(Next.OTHER, Problem.REFUSED, logging.ERROR, _BUG),
        "no_text",
        "invalid_arguments",
        "invalid_json",
        "unknown_method",
        "view_too_large",
    ),
    **_all(
        Remedy(Next.WAIT, Problem.LIMITED, logging.INFO, "Slack asks to wait"),
        "ratelimited",
        "rate_limited",
    ),
    **_all(
        Remedy(
            Next.OTHER, Problem.LIMITED, logging.WARNING, "the workspace has no messages left in its plan"
        ),
        "message_limit_exceeded",
    ),
    **_all(
        Remedy(Next.RESEND, Problem.LIMITED, logging.INFO, "Slack is not reached; is the network there?"),
        UNSENT,
    ),
    **_all(
        Remedy(Next.AGAIN, Problem.UNSURE, logging.WARNING, "Slack stumbled, and may have taken it"),
        UNREACHABLE,
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
    ),
    **_all(
        Remedy(
            Next.OTHER, Problem.CHANNEL, logging.WARNING, "the channel is unknown to me: invite the bot there"
        ),
        "channel_not_found",
        "not_in_channel",
        "user_not_found",
    ),
    **_all(
        Remedy(Next.OTHER, Problem.CHANNEL, logging.WARNING, "the channel is archived: name another one"),
        "is_archived",
        "is_inactive",
    ),
    **_all(
        Remedy(Next.OTHER, Problem.CHANNEL, logging.WARNING, "the channel's posting rules shut the bot out"),
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_thread_locked",
        "thread_locked",
    ),
    **_all(
        Remedy(Next.OTHER, Problem.CHANNEL, logging.WARNING, "an administrator's policy shuts the bot out"),
        "no_permission",
        "access_denied",
        "ekm_access_denied",
        "app_access_restricted",
        "team_access_not_granted",
        "enterprise_is_restricted",
        "org_login_required",
    ),
    **_all(
        Remedy(Next.OTHER, Problem.CHANNEL, logging.WARNING, "direct messages to the app are off: app_home"),
        "messages_tab_disabled",
    ),
    **_all(
        Remedy(Next.OTHER, Problem.CHANNEL, logging.INFO, "who asked has left: a direct message instead"),
        "user_not_in_channel",
    ),
    **_all(
        Remedy(Next.UNTHREADED, Problem.GONE, logging.INFO, "the thread is gone"),
        "thread_not_found",
        "cannot_reply_to_message",
        "restricted_action_non_threadable_channel",
    ),
    **_all(
        Remedy(
            Next.OTHER, Problem.GONE, logging.INFO, "the message cannot be edited any more: a new one instead"
        ),
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "streaming_state_conflict",
        "not_found",
        "hash_conflict",
        "expired_trigger_id",
        "exchanged_trigger_id",
        "invalid_trigger_id",
    ),
    **_all(
        Remedy(Next.OTHER, Problem.GONE, logging.INFO, "the response_url has ended"),
        "expired_url",
        "used_url",
        "invalid_url",
        NO_ADDRESS,
        "HTTP 404",
    ),
    **_all(
        Remedy(Next.OTHER, Problem.TOKEN, logging.ERROR, "SLACK_BOT_TOKEN is no good: install the app anew"),
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "not_allowed_token_type",
        "two_factor_setup_required",
    ),
    **_all(
        Remedy(
            Next.OTHER, Problem.SCOPE, logging.ERROR, "add it to the app's bot scopes, install the app anew"
        ),
        "missing_scope",
    ),
}
UNKNOWN = Remedy(Next.OTHER, Problem.REFUSED, logging.WARNING, "a word of Slack's that I do not know")
DEAD = frozenset(word for word, remedy in REMEDIES.items() if remedy.problem is Problem.TOKEN)
"""Slack's words for credentials that no waiting makes good."""


def remedy_of(error: Refused) -> Remedy:
    """What follows this refusal."""
    return REMEDIES.get(error.code, UNKNOWN)


def told(error: Refused, way: str, where: str) -> tuple[int, str]:
    """Level and text of the log line: Slack's word, never a body or an address."""
    remedy = remedy_of(error)
    lacking = f" (scope {error.needed})" if error.needed else ""
    return remedy.level, f"Slack refused {way} in {where}: {error.code}{lacking}; {remedy.told}"
