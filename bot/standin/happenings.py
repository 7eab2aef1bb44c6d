"""What happens to an app in a workspace: channels end and change, the token is revoked."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace

from bot.standin.carriers import Ack
from bot.standin.office import Office
from bot.standin.scopes import kind_of
from bot.standin.workspace import BOT, CHANNEL, Channel


class Happenings(ABC):
    """Each changes the workspace and tells the app, as far as its scopes let it be told."""

    office: Office

    @abstractmethod
    def event(self, content: Mapping[str, object]) -> tuple[Ack, ...]:
        """Bring an event to the app."""

    def archive(self, channel: str = CHANNEL) -> None:
        """Archive a channel: nothing can be posted there."""
        self._change(channel, "archive", archived=True)

    def unarchive(self, channel: str = CHANNEL) -> None:
        """Open it again."""
        self._change(channel, "unarchive", archived=False)

    def rename(self, name: str, channel: str = CHANNEL) -> None:
        """Give a channel another name."""
        known = replace(self._known(channel), name=name)
        self.office.workspace.add_channel(known)
        told = {"id": channel, "name": name}
        self.event({"type": f"{_stem(known)}_rename", "channel": told})

    def kick(self, channel: str = CHANNEL) -> None:
        """Remove the bot from a channel."""
        known = self._known(channel)
        self.office.workspace.add_channel(replace(known, members=known.members - {BOT}))
        self.event({"type": f"{_stem(known)}_left", "channel": channel})

    def change_id(self, to: str, channel: str = CHANNEL) -> None:
        """Give a channel another id, as sharing it with another workspace does: the old one is unknown."""
        self.office.workspace.move(self._known(channel).id, to)
        told = {"old_channel_id": channel, "new_channel_id": to}
        self.event({"type": "channel_id_changed", **told})

    def revoke(self) -> None:
        """Revoke the bot's token."""
        self.office.dead = "token_revoked"
        self.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT]}})

    def uninstall(self) -> None:
        """Remove the app from the workspace."""
        self.office.dead = "account_inactive"
        self.event({"type": "app_uninstalled"})

    def install_again(self) -> None:
        """Let the same token be good again."""
        self.office.dead = ""

    def _change(self, channel: str, what: str, *, archived: bool) -> None:
        known = replace(self._known(channel), archived=archived)
        self.office.workspace.add_channel(known)
        self.event({"type": f"{_stem(known)}_{what}", "channel": channel})

    def _known(self, channel: str) -> Channel:
        known = self.office.workspace.channel(channel)
        if known is None:
            raise LookupError(f"the stand-in has no channel {channel}")
        return known


def _stem(channel: Channel) -> str:
    return "group" if kind_of(channel) == "groups" else "channel"
