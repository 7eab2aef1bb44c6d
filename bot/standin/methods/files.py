"""files.getUploadURLExternal, the upload itself, files.completeUploadExternal, files.info."""

import secrets
from collections.abc import Mapping

from bot.standin.methods.common import Answer, Method, joined
from bot.standin.office import Office, Upload
from bot.standin.refusals import Refused
from bot.standin.values import Arguments, list_of, needed, number, text_of
from bot.standin.workspace import BOT, Message

MAX_ALT_CHARS = 1_000


def announced(office: Office, arguments: Arguments) -> Answer:
    """files.getUploadURLExternal: where to send the bytes; an empty file is refused."""
    name, length = needed(arguments, "filename"), number(arguments, "length", 0)
    if length < 1:
        raise Refused("invalid_arguments", told=["[ERROR] must be more than 0 [json-pointer:/length]"])
    alt = text_of(arguments, "alt_txt")
    if len(alt) > MAX_ALT_CHARS:
        told = f"[ERROR] must be less than {MAX_ALT_CHARS + 1} characters [json-pointer:/alt_txt]"
        raise Refused("invalid_arguments", told=[told])
    upload = Upload("F" + secrets.token_hex(5).upper(), name, length, alt=alt)
    office.uploads[upload.id] = upload
    return {"ok": True, "upload_url": f"{office.base}/upload/{upload.id}", "file_id": upload.id}


def received(office: Office, file: str, content: bytes) -> None:
    """The bytes of an announced file. Raises Refused."""
    upload = office.uploads.get(file)
    if upload is None or upload.content is not None:
        raise Refused("invalid_url")
    if len(content) != upload.length:
        raise Refused("length_mismatch")
    upload.content = content


def completed(office: Office, arguments: Arguments) -> Answer:
    """files.completeUploadExternal: without a channel the files stay private to the bot."""
    uploads = [_sent(office, entry) for entry in list_of(arguments, "files")]
    if not uploads:
        raise Refused("invalid_arguments", told=["[ERROR] missing required field: files"])
    named = text_of(arguments, "channel_id")
    if named:
        channel = joined(office, {"channel": named})
        office.limits.post(channel.id)
        office.workspace.put(
            Message(
                channel=channel.id,
                ts=office.workspace.stamp(),
                user=BOT,
                text=text_of(arguments, "initial_comment"),
                thread_ts=text_of(arguments, "thread_ts") or None,
                files=tuple(upload.id for upload in uploads),
            )
        )
    for upload in uploads:
        upload.shared = bool(named)
    return {"ok": True, "files": [{"id": upload.id, "title": upload.title} for upload in uploads]}


def info(office: Office, arguments: Arguments) -> Answer:
    """files.info."""
    upload = office.uploads.get(needed(arguments, "file"))
    if upload is None or upload.content is None:
        raise Refused("file_not_found")
    return {
        "ok": True,
        "file": {"id": upload.id, "name": upload.name, "title": upload.title, "size": upload.length},
    }


def _sent(office: Office, entry: object) -> Upload:
    upload = office.uploads.get(str(entry.get("id"))) if isinstance(entry, Mapping) else None
    if upload is None or upload.content is None or not isinstance(entry, Mapping):
        raise Refused("file_not_found")
    upload.title = str(entry.get("title") or upload.name)
    return upload


METHODS: dict[str, Method] = {
    "files.getUploadURLExternal": announced,
    "files.completeUploadExternal": completed,
    "files.info": info,
}
