from hypothesis import given
from hypothesis import strategies as st

from handlers.question import MAX_WORDS, parse, split


def test_reads_the_words_of_a_command() -> None:
    question = parse(
        {
            "command": "/cilium-dev",
            "text": " Status  shop --quiet",
            "channel_id": "C1",
            "user_id": "U1",
            "token": "x",
        }
    )
    assert (question.command, question.word, question.others) == ("/cilium-dev", "status", ("shop",))
    assert question.place.quiet
    assert (question.place.channel, question.place.user, question.place.message_ts) == ("C1", "U1", None)


def test_no_text_is_no_word() -> None:
    assert parse({"text": ""}).word == parse({"text": " \u200b "}).word == parse({}).word == ""


def test_undoes_what_phones_make_of_dashes_and_quotes() -> None:
    assert split("status —quiet") == ["status", "--quiet"]
    assert split("status –quiet") == ["status", "--quiet"]
    assert split("why “api–7c9”") == ["why", "api-7c9"]
    assert split("status ‘shop’") == ["status", "shop"]


def test_undoes_what_slack_makes_of_links_and_mentions() -> None:
    assert split(
        "node <http://ip-10-0-1-7.eu-west-1.compute.internal|ip-10-0-1-7.eu-west-1.compute.internal>"
    ) == [
        "node",
        "ip-10-0-1-7.eu-west-1.compute.internal",
    ]
    assert split("node <https://api.example.com>") == ["node", "api.example.com"]
    assert split("ack <@U123|ada> <#C1|> a&lt;b &amp;amp;") == ["ack", "@U123", "#C1", "a<b", "&amp;"]


def test_a_long_text_is_cut_and_has_few_words() -> None:
    assert len(split("a " * 10_000)) == MAX_WORDS
    assert len(split("a" * 10_000)[0]) <= 1_000


@given(st.text(max_size=500))
def test_any_text_gives_words_without_blanks_or_control_characters(text: str) -> None:
    for word in split(text):
        assert word
        assert word.isprintable()
        assert " " not in word
