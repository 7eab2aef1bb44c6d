"""Any order of messages against Slack's own limits: each arrives once, and what is refused is little."""

import threading
from collections import Counter
from math import ceil

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.standin.refusals import Limits
from bot.standin.refusals import Refused as Limited
from handlers.budget import Budget
from handlers.chat import Chat
from handlers.question import Place
from handlers.render.message import Message
from tests.handlers.test_chat import FakeWeb, Response

CHANNELS = ("C1", "C2")
KINDS = ("answer", "unasked", "edit")


class LimitedSlack(FakeWeb):
    """Takes what Slack's limits let through, in a time that passes only while somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = 0.0
        self.limits = Limits(lambda: self.clock)
        self.arrived: Counter[str] = Counter()
        self.refused = 0
        self._lock = threading.Lock()
        self.chat = Chat(
            self,
            self,  # type: ignore[arg-type] # no place here has a response_url
            edits=Budget(lambda: self.clock),
            wait=self.wait,
        )

    def wait(self, seconds: float) -> None:
        with self._lock:
            self.clock += seconds

    def api_call(
        self,
        api_method: str,
        *,
        json: dict[str, object] | None = None,
        params: dict[str, object] | None = None,
    ) -> Response:
        body = json or {}
        with self._lock:
            try:
                if api_method == "chat.postMessage":
                    self.limits.post(str(body["channel"]))
                else:
                    self.limits.call(api_method)
            except Limited as error:
                self.refused += 1
                after = str(ceil(error.retry_after_s or 1))
                self.faults[api_method] = [Response("ratelimited", 429, Retry_After=after)]
            else:
                self.arrived[str(body["text"])] += 1
            return super().api_call(api_method, json=json, params=params)

    def settle(self) -> None:
        """Until nothing waits."""
        for thread in threading.enumerate():
            if thread.name == "outbox":
                thread.join(20)
                assert not thread.is_alive()


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(KINDS), st.sampled_from(CHANNELS), st.sampled_from((0, 0, 0, 2))),
        max_size=80,
    )
)
def test_each_message_arrives_once_whatever_is_limited(asked: list[tuple[str, str, int]]) -> None:
    slack = LimitedSlack()
    owed: set[str] = set()
    for number, (kind, channel, pause) in enumerate(asked):
        said = f"{kind} {number}"
        slack.wait(pause)
        if kind == "edit":
            outcome = slack.chat.edit(channel, f"{number}.0", Message(said))
        else:
            user = "U1" if kind == "answer" else ""
            place = Place(channel=channel, user=user, response_url="")
            outcome = slack.chat.at(place).finish(Message(said))
        if outcome:
            owed.add(said)
    slack.settle()
    told = {text: times for text, times in slack.arrived.items() if "limits how much" not in text}
    assert set(told) == owed
    assert set(told.values()) <= {1}
    assert {f"answer {n}" for n, (kind, _, _) in enumerate(asked) if kind == "answer"} <= owed
    assert slack.refused <= 4 + len(asked) // 4
