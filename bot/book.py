"""Everything the bot answers to: something new is one file in handlers and one name here."""

from handlers import (
    again,
    audit,
    channels,
    check_again,
    clusters,
    config,
    dns,
    doctor,
    health,
    help,
    interrupted,
    limits,
    node,
    nodes,
    pending,
    revoked,
    round,
    status,
    subnets,
    use,
    webhooks,
    why,
)
from handlers.command import Book
from handlers.digests import word as digest
from handlers.history import samples
from handlers.history.word import WORD as HISTORY
from handlers.home import home
from handlers.problems import follow, tend
from handlers.problems.clicks import CLICKS as PROBLEM_CLICKS
from handlers.problems.dialog import FORM as SILENCE_FORM
from handlers.problems.words import ACK, SILENCE
from handlers.threads import changed, diagnose, evidence, handoff, more, outline, wrong
from handlers.watch.round import TIMER as WATCH_TIMER
from handlers.watch.round import follow as watched
from handlers.watch.word import CLICK as WATCH_STOP
from handlers.watch.word import WORD as WATCH

WORDS = (  # the first is the default
    status.WORD,
    pending.WORD,
    why.WORD,
    nodes.WORD,
    node.WORD,
    subnets.WORD,
    limits.WORD,
    dns.WORD,
    webhooks.WORD,
    health.WORD,
    config.WORD,
    again.WORD,
    changed.WORD,
    evidence.WORD,
    handoff.WORD,
    WATCH,
    HISTORY,
    digest.WORD,
    ACK,
    SILENCE,
    audit.WORD,
    clusters.WORD,
    use.WORD,
    doctor.WORD,
    help.WORD,
)
CLICKS = (
    check_again.CLICK,
    evidence.CLICK,
    more.CLICK,
    *PROBLEM_CLICKS,
    WATCH_STOP,
    *home.CLICKS,
    *digest.CLICKS,
)
EVENTS = (home.EVENT, use.EVENT, *channels.EVENTS, *revoked.EVENTS)
SHORTCUTS = (diagnose.SHORTCUT,)
FORMS = (digest.FORM, wrong.FORM, SILENCE_FORM)
TIMERS = (round.TIMER, tend.TIMER, WATCH_TIMER, interrupted.TIMER)
AFTER = (outline.keep, samples.keep, follow.follow, watched)
BOOK = Book(
    words=WORDS, clicks=CLICKS, forms=FORMS, shortcuts=SHORTCUTS, events=EVENTS, timers=TIMERS, after=AFTER
)
