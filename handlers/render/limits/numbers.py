"""Every limit of Block Kit and of a message's text, by name.

Where Slack's pages disagree, the smaller number stands. Sources: https://docs.slack.dev/reference/block-kit/blocks,
https://docs.slack.dev/reference/block-kit/composition-objects, https://docs.slack.dev/reference/methods/chat.update.
"""

MAX_MESSAGE_BLOCKS = 50
MAX_VIEW_BLOCKS = 100  # modals and Home
MAX_MESSAGE_CHARS = 10_000  # all blocks together; Slack documents none and refuses from about 11,300 on
MAX_TEXT_CHARS = 4_000  # top-level text: chat.update refuses more
MAX_ID_CHARS = 255  # block_id, action_id, callback_id, external_id
MAX_TEXT_OBJECT_CHARS = 3_000
MAX_SECTION_CHARS = 3_000
MAX_SECTION_FIELDS = 10
MAX_FIELD_CHARS = 2_000
MAX_HEADER_CHARS = 150
MAX_CONTEXT_ELEMENTS = 10
MAX_CONTEXT_ACTIONS = 5
MAX_ACTIONS = 25
MAX_BUTTON_TEXT_CHARS = 75
MAX_BUTTON_VALUE_CHARS = 2_000
MAX_URL_CHARS = 3_000
MAX_ACCESSIBILITY_LABEL_CHARS = 75
MAX_CONFIRM_TITLE_CHARS = 100
MAX_CONFIRM_TEXT_CHARS = 300
MAX_CONFIRM_BUTTON_CHARS = 30
MAX_SELECT_OPTIONS = 100
MAX_SELECT_GROUPS = 100
MAX_PLACEHOLDER_CHARS = 150
MAX_OPTION_TEXT_CHARS = 75
MAX_OPTION_VALUE_CHARS = 150
MAX_OPTION_DESCRIPTION_CHARS = 75
MAX_OVERFLOW_OPTIONS = 5
MAX_CHOICES = 10  # checkboxes, radio buttons
MAX_INPUT_LENGTH = 3_000  # plain_text_input.max_length
MAX_INPUT_LABEL_CHARS = 2_000  # and the hint
MAX_ALT_TEXT_CHARS = 2_000
MAX_IMAGE_TITLE_CHARS = 2_000
MAX_VIDEO_TITLE_CHARS = 200  # alt_text, title and description alike
MAX_VIDEO_NAME_CHARS = 50  # author and provider
MAX_MARKDOWN_CHARS = 12_000  # all markdown blocks of a payload together
MAX_TABLES = 1
MAX_TABLE_ROWS = 100
MAX_TABLE_COLUMNS = 20
MAX_TABLE_CHARS = 10_000
MAX_DATA_TABLE_ROWS = 101  # the header's row included
MAX_DATA_TABLE_CHARS = 10_000
MAX_PAGE_SIZE = 100
MAX_CHARTS = 2
MAX_CHART_TITLE_CHARS = 50  # and the axis labels
MAX_CHART_SERIES = 6  # and the segments of a pie
MAX_CHART_POINTS = 20
MAX_CHART_LABEL_CHARS = 20
MAX_CONTAINER_CHILDREN = 10
MAX_CARD_TITLE_CHARS = 150  # and subtitles, and those of containers
MAX_CARD_BODY_CHARS = 200
MAX_CARD_BUTTONS = 3
MAX_CAROUSEL_CARDS = 10
MAX_ALERT_CHARS = 200
MAX_VIEW_TITLE_CHARS = 24  # and submit, close
MAX_PRIVATE_METADATA_CHARS = 3_000
MAX_VIEW_BYTES = 250_000
