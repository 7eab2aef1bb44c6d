"""The process that stands in for Slack while acks are measured: it takes every message, and counts."""

from bench.child import answer
from bot.standin.standin import Standin


def main() -> None:
    """Serve until the input ends; any question is answered with the number of finished answers."""
    with Standin() as standin:
        standin.limits.on = False  # 64 people in one channel at once are not what is measured

        def questions(line: str) -> str:
            bots = [message for message in standin.messages() if message.by_bot]
            return str(sum("recording of" in m.text or "sweep took" in m.text for m in bots))

        answer(standin.api_url, questions)


if __name__ == "__main__":
    main()
