from collections.abc import Callable, Mapping

import pytest

from handlers.render.limits import message_faults, view_faults
from handlers.render.limits import numbers as n

Block = dict[str, object]


def plain(size: int) -> Block:
    return {"type": "plain_text", "text": "x" * size}


def mrkdwn(size: int) -> Block:
    return {"type": "mrkdwn", "text": "x" * size}


def actions(element: Block) -> Block:
    return {"type": "actions", "elements": [element]}


def button(**more: object) -> Block:
    return {"type": "button", "text": plain(5), "action_id": "a", **more}


def options(count: int, **more: object) -> list[Block]:
    return [{"text": plain(3), "value": f"v{index}", **more} for index in range(count)]


def select(**more: object) -> Block:
    return {"type": "static_select", "action_id": "s", **more}


def confirm(**more: object) -> Block:
    whole = {"title": plain(3), "text": plain(3), "confirm": plain(3), "deny": plain(3)}
    return button(confirm=whole | more)


def table(rows: int, columns: int = 2, size: int = 1) -> Block:
    cell = {"type": "raw_text", "text": "x" * size}
    return {"type": "table", "rows": [[cell] * columns for _ in range(rows)]}


def data_table(rows: int, columns: int = 2, size: int = 1, **more: object) -> Block:
    return table(rows, columns, size) | {"type": "data_table", "caption": "c", **more}


def chart(series: int = 1, points: int = 1, title: int = 5, label: int = 3) -> Block:
    data = [{"label": f"{index:0{label}}", "value": 1} for index in range(points)]
    lines = [{"name": f"s{index}", "data": data} for index in range(series)]
    axes = {"categories": [point["label"] for point in data]}
    return {
        "type": "data_visualization",
        "title": "t" * title,
        "chart": {"type": "line", "series": lines, "axis_config": axes},
    }


def pie(segments: int, value: float = 1.0) -> Block:
    parts = [{"label": f"p{index}", "value": value} for index in range(segments)]
    return {"type": "data_visualization", "title": "t", "chart": {"type": "pie", "segments": parts}}


def video(**more: object) -> Block:
    whole: Block = {"type": "video", "alt_text": "a", "title": plain(3)}
    return whole | {"video_url": "https://e.com/v", "thumbnail_url": "https://e.com/t"} | more


def image(**more: object) -> Block:
    return {"type": "image", "image_url": "https://e.com/i.png", "alt_text": "a"} | more


def rich(*texts: str) -> Block:
    inline = [{"type": "text", "text": text} for text in texts]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": inline}]}


def spread(total: int) -> list[Block]:
    """Sections that hold so many characters together."""
    sizes = [2_500] * (total // 2_500) + ([total % 2_500] if total % 2_500 else [])
    return [{"type": "section", "text": mrkdwn(size)} for size in sizes]


MESSAGE_LIMITS: Mapping[str, tuple[int, Callable[[int], list[Block]]]] = {
    "blocks": (n.MAX_MESSAGE_BLOCKS, lambda k: [{"type": "divider"}] * k),
    "characters": (n.MAX_MESSAGE_CHARS, spread),
    "section": (n.MAX_SECTION_CHARS, lambda k: [{"type": "section", "text": mrkdwn(k)}]),
    "fields": (n.MAX_SECTION_FIELDS, lambda k: [{"type": "section", "fields": [mrkdwn(2)] * k}]),
    "field": (n.MAX_FIELD_CHARS, lambda k: [{"type": "section", "fields": [mrkdwn(k)]}]),
    "header": (n.MAX_HEADER_CHARS, lambda k: [{"type": "header", "text": plain(k)}]),
    "block_id": (n.MAX_ID_CHARS, lambda k: [{"type": "divider", "block_id": "b" * k}]),
    "context": (n.MAX_CONTEXT_ELEMENTS, lambda k: [{"type": "context", "elements": [plain(1)] * k}]),
    "context text": (
        n.MAX_TEXT_OBJECT_CHARS,
        lambda k: [{"type": "context", "elements": [mrkdwn(k)]}],
    ),
    "context actions": (
        n.MAX_CONTEXT_ACTIONS,
        lambda k: [
            {
                "type": "context_actions",
                "elements": [{"type": "icon_button", "icon": "trash", "text": plain(2)}] * k,
            }
        ],
    ),
    "actions": (
        n.MAX_ACTIONS,
        lambda k: [{"type": "actions", "elements": [button(action_id=f"a{i}") for i in range(k)]}],
    ),
    "button": (n.MAX_BUTTON_TEXT_CHARS, lambda k: [actions(button(text=plain(k)))]),
    "button value": (n.MAX_BUTTON_VALUE_CHARS, lambda k: [actions(button(value="v" * k))]),
    "button url": (n.MAX_URL_CHARS, lambda k: [actions(button(url="u" * k))]),
    "button label": (
        n.MAX_ACCESSIBILITY_LABEL_CHARS,
        lambda k: [actions(button(accessibility_label="l" * k))],
    ),
    "action_id": (n.MAX_ID_CHARS, lambda k: [actions(button(action_id="a" * k))]),
    "confirm title": (n.MAX_CONFIRM_TITLE_CHARS, lambda k: [actions(confirm(title=plain(k)))]),
    "confirm text": (n.MAX_CONFIRM_TEXT_CHARS, lambda k: [actions(confirm(text=plain(k)))]),
    "confirm yes": (n.MAX_CONFIRM_BUTTON_CHARS, lambda k: [actions(confirm(confirm=plain(k)))]),
    "confirm no": (n.MAX_CONFIRM_BUTTON_CHARS, lambda k: [actions(confirm(deny=plain(k)))]),
    "select": (n.MAX_SELECT_OPTIONS, lambda k: [actions(select(options=options(k)))]),
    "select groups": (
        n.MAX_SELECT_GROUPS,
        lambda k: [actions(select(option_groups=[{"label": plain(2), "options": options(1)}] * k))],
    ),
    "placeholder": (
        n.MAX_PLACEHOLDER_CHARS,
        lambda k: [actions(select(options=options(1), placeholder=plain(k)))],
    ),
    "option": (n.MAX_OPTION_TEXT_CHARS, lambda k: [actions(select(options=options(1, text=plain(k))))]),
    "option value": (
        n.MAX_OPTION_VALUE_CHARS,
        lambda k: [actions(select(options=options(1, value="v" * k)))],
    ),
    "option description": (
        n.MAX_OPTION_DESCRIPTION_CHARS,
        lambda k: [actions(select(options=options(1, description=plain(k))))],
    ),
    "overflow": (n.MAX_OVERFLOW_OPTIONS, lambda k: [actions({"type": "overflow", "options": options(k)})]),
    "checkboxes": (n.MAX_CHOICES, lambda k: [actions({"type": "checkboxes", "options": options(k)})]),
    "radio buttons": (n.MAX_CHOICES, lambda k: [actions({"type": "radio_buttons", "options": options(k)})]),
    "image url": (n.MAX_URL_CHARS, lambda k: [image(image_url="u" * k)]),
    "alt text": (n.MAX_ALT_TEXT_CHARS, lambda k: [image(alt_text="a" * k)]),
    "image title": (n.MAX_IMAGE_TITLE_CHARS, lambda k: [image(title=plain(k))]),
    "video title": (n.MAX_VIDEO_TITLE_CHARS, lambda k: [video(title=plain(k))]),
    "video alt text": (n.MAX_VIDEO_TITLE_CHARS, lambda k: [video(alt_text="a" * k)]),
    "video description": (n.MAX_VIDEO_TITLE_CHARS, lambda k: [video(description=plain(k))]),
    "video author": (n.MAX_VIDEO_NAME_CHARS, lambda k: [video(author_name="a" * k)]),
    "video provider": (n.MAX_VIDEO_NAME_CHARS, lambda k: [video(provider_name="a" * k)]),
    "table rows": (n.MAX_TABLE_ROWS, lambda k: [table(k)]),
    "table columns": (n.MAX_TABLE_COLUMNS, lambda k: [table(2, k)]),
    "tables": (n.MAX_TABLES, lambda k: [table(2)] * k),
    "column settings": (n.MAX_TABLE_COLUMNS, lambda k: [table(2) | {"column_settings": [{}] * k}]),
    "data table rows": (n.MAX_DATA_TABLE_ROWS, lambda k: [data_table(k)]),
    "data table columns": (n.MAX_TABLE_COLUMNS, lambda k: [data_table(2, k)]),
    "data table pages": (n.MAX_PAGE_SIZE, lambda k: [data_table(2, page_size=k)]),
    "charts": (n.MAX_CHARTS, lambda k: [chart()] * k),
    "chart title": (n.MAX_CHART_TITLE_CHARS, lambda k: [chart(title=k)]),
    "chart series": (n.MAX_CHART_SERIES, lambda k: [chart(series=k)]),
    "chart points": (n.MAX_CHART_POINTS, lambda k: [chart(points=k)]),
    "chart labels": (n.MAX_CHART_LABEL_CHARS, lambda k: [chart(label=k)]),
    "pie segments": (n.MAX_CHART_SERIES, lambda k: [pie(k)]),
    "container": (
        n.MAX_CONTAINER_CHILDREN,
        lambda k: [{"type": "container", "child_blocks": [{"type": "divider"}] * k}],
    ),
    "container title": (
        n.MAX_CARD_TITLE_CHARS,
        lambda k: [{"type": "container", "title": plain(k), "child_blocks": [{"type": "divider"}]}],
    ),
    "card title": (n.MAX_CARD_TITLE_CHARS, lambda k: [{"type": "card", "title": plain(k)}]),
    "card body": (n.MAX_CARD_BODY_CHARS, lambda k: [{"type": "card", "body": plain(k)}]),
    "card buttons": (
        n.MAX_CARD_BUTTONS,
        lambda k: [{"type": "card", "actions": [button(action_id=f"a{i}") for i in range(k)]}],
    ),
    "carousel": (
        n.MAX_CAROUSEL_CARDS,
        lambda k: [{"type": "carousel", "elements": [{"type": "card", "title": plain(2)}] * k}],
    ),
    "rich text": (n.MAX_TEXT_OBJECT_CHARS, lambda k: [rich("x" * k)]),
}


@pytest.mark.parametrize("name", MESSAGE_LIMITS)
def test_takes_what_is_at_the_limit_and_refuses_one_more(name: str) -> None:
    limit, build = MESSAGE_LIMITS[name]
    assert message_faults(build(limit), "said") == ()
    assert message_faults(build(limit + 1), "said") != ()


def test_takes_a_table_of_ten_thousand_characters_and_refuses_one_more() -> None:
    for build in (table, data_table):
        assert [f.rule for f in message_faults([build(10, 10, 101)], "x") if "table holds" in f.rule]
        assert not [f.rule for f in message_faults([build(10, 10, 100)], "x") if "table holds" in f.rule]


def test_counts_markdown_blocks_of_a_message_together() -> None:
    pair: list[Block] = [{"type": "markdown", "text": "x" * 6_000}, {"type": "markdown", "text": "x" * 6_001}]
    assert any("markdown" in fault.rule for fault in message_faults(pair, "x"))


def test_refuses_a_text_that_an_edit_could_not_carry() -> None:
    assert message_faults((), "x" * 4_000) == ()
    assert [fault.error for fault in message_faults((), "x" * 4_001)] == ["msg_too_long"]


@pytest.mark.parametrize("text", [None, "", "  "])
def test_refuses_a_message_that_says_nothing(text: str | None) -> None:
    assert [fault.error for fault in message_faults((), text)] == ["no_text"]


def test_names_the_error_that_slack_answers_for_too_much_text() -> None:
    [fault] = message_faults(spread(n.MAX_MESSAGE_CHARS + 1), "x")
    assert (fault.pointer, fault.error) == ("/blocks", "msg_blocks_too_long")


def test_points_at_the_block_that_is_wrong() -> None:
    [fault] = message_faults([{"type": "divider"}, {"type": "section", "text": mrkdwn(3_001)}], "x")
    assert fault.pointer == "/blocks/1/text/text"
    assert fault.rule == "must be less than 3001 characters"


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section"},
        {"type": "section", "text": mrkdwn(0)},
        {"type": "section", "text": {"type": "mrkdwn", "text": " \n"}},
        {"type": "section", "text": {"type": "html", "text": "x"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}},
        {"type": "section", "text": "x"},
        {"type": "section", "text": mrkdwn(1), "accessory": {"type": "icon_button"}},
        {"type": "header", "text": mrkdwn(3)},
        {"type": "context", "elements": []},
        {"type": "actions", "elements": []},
        {"type": "actions", "elements": ["x"]},
        {"type": "actions", "elements": [{"type": "plain_text_input", "action_id": "a"}]},
        {"type": "image", "image_url": "https://e.com/i.png"},
        {"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]},
        {"type": "table", "rows": [[{"type": "button"}]]},
        {"type": "table", "rows": []},
        {"type": "rich_text", "elements": []},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]},
        {"type": "rich_text", "elements": [{"type": "section"}]},
        rich(""),
        {"type": "alert", "text": plain(3)},
        {"type": "no_such_block"},
        {"type": ["section"]},
        {},
        "section",
        None,
        data_table(2) | {"rows": [[{"type": "raw_text", "text": "x"}] * size for size in (1, 2)]},
        data_table(2) | {"caption": ""},
        {"type": "data_table", "caption": "c", "rows": [[rich("x")]]},
        pie(1, 0),
        chart() | {"chart": None},
    ],
)
def test_refuses_what_is_empty_unknown_or_in_the_wrong_place(block: object) -> None:
    assert message_faults([block], "x") != ()


def test_refuses_an_id_that_is_given_twice() -> None:
    twice = [actions(button()), actions(button())]
    assert [fault.pointer for fault in message_faults(twice, "x")] == ["/blocks/1/elements/0/action_id"]


def test_takes_rich_text_with_spaces_between_its_pieces() -> None:
    assert message_faults([rich("a", " ", "\n", "b")], "x") == ()


def modal(**more: object) -> Block:
    return {"type": "modal", "title": plain(5), "blocks": [{"type": "divider"}], **more}


def entry(**more: object) -> Block:
    field = {"type": "plain_text_input", "action_id": "i"}
    return {"type": "input", "label": plain(3), "element": field, **more}


VIEW_LIMITS: Mapping[str, tuple[int, Callable[[int], Block]]] = {
    "blocks": (n.MAX_VIEW_BLOCKS, lambda k: modal(blocks=[{"type": "divider"}] * k)),
    "title": (n.MAX_VIEW_TITLE_CHARS, lambda k: modal(title=plain(k))),
    "submit": (n.MAX_VIEW_TITLE_CHARS, lambda k: modal(submit=plain(k))),
    "close": (n.MAX_VIEW_TITLE_CHARS, lambda k: modal(close=plain(k))),
    "private_metadata": (n.MAX_PRIVATE_METADATA_CHARS, lambda k: modal(private_metadata="m" * k)),
    "callback_id": (n.MAX_ID_CHARS, lambda k: modal(callback_id="c" * k)),
    "external_id": (n.MAX_ID_CHARS, lambda k: modal(external_id="c" * k)),
    "label": (n.MAX_INPUT_LABEL_CHARS, lambda k: modal(blocks=[entry(label=plain(k))])),
    "hint": (n.MAX_INPUT_LABEL_CHARS, lambda k: modal(blocks=[entry(hint=plain(k))])),
    "max_length": (
        n.MAX_INPUT_LENGTH,
        lambda k: modal(blocks=[entry(element={"type": "plain_text_input", "max_length": k})]),
    ),
    "alert": (n.MAX_ALERT_CHARS, lambda k: modal(blocks=[{"type": "alert", "text": plain(k)}])),
}


@pytest.mark.parametrize("name", VIEW_LIMITS)
def test_takes_a_view_at_the_limit_and_refuses_one_more(name: str) -> None:
    limit, build = VIEW_LIMITS[name]
    assert view_faults(build(limit)) == ()
    assert view_faults(build(limit + 1)) != ()


def test_refuses_a_view_without_title_of_another_kind_or_too_large() -> None:
    assert view_faults({"type": "modal", "blocks": []}) != ()
    assert view_faults({"type": "home", "blocks": [{"type": "divider"}]}) == ()
    assert view_faults({"type": "page", "blocks": []}) != ()
    assert view_faults(modal(blocks=[table(2)])) != ()
    heavy = modal(blocks=[{"type": "section", "text": mrkdwn(2_999)}] * 100)
    assert [fault.error for fault in view_faults(heavy)] == ["view_too_large"]
