"""The process of the bot: its real HTTP server, with one sweep after the other in the background."""

import logging
import sys
from threading import Event, Thread

from bench.child import answer
from bench.reading import sweep
from bot import logs
from bot.app import build_app
from bot.clusters import Cluster
from bot.serve import HttpDoor
from bot.settings import Secret, SlackSettings
from bot.standin.office import BOT_TOKEN, SIGNING_SECRET
from bot.store import MemoryStore
from handlers.work import SweepFailed


def main(api_url: str, cluster: str) -> None:
    """Serve until the input ends; any question is answered with the number of sweeps so far."""
    logs.configure(level=logging.WARNING)
    slack = SlackSettings(
        bot_token=Secret(BOT_TOKEN),
        app_token=None,
        signing_secret=Secret(SIGNING_SECRET),
        api_url=api_url,
        http_port=0,
    )
    looked_at = Cluster("bench", lambda progress: sweep(cluster, progress))
    bot = build_app(slack, [looked_at], MemoryStore())
    door = HttpDoor(bot, 0)
    stop, sweeps = Event(), [0]

    def always() -> None:
        while not stop.is_set():
            try:
                bot.sweeps.join("bench").report()
            except SweepFailed:  # told in the messages; the count shows it
                continue
            sweeps[0] += 1

    door.open(stop)
    background = Thread(target=always, daemon=True)
    background.start()
    port = 0 if door.server is None else door.server.port
    answer(f"http://127.0.0.1:{port}/slack/events", lambda line: str(sweeps[0]))
    stop.set()
    door.close()
    background.join(10)
    bot.stop(5)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
