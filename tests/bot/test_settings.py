from pathlib import Path

import pytest

from bot.options import OPTIONS
from bot.schedule import read_digests
from bot.settings import Secret, SettingsError, read_access, read_run

DIGESTS = '[{"channel": "general", "cron": "* *", "timezone": "Europe/Berlim"}, {"cron": 1}]'
RULES = '[{"name": "x", "right": "read", "users": ["ana"]}, {"name": "y", "right": "rule"}]'
GOOD = {"SLACK_BOT_TOKEN": "xoxb-1-2-three", "SLACK_APP_TOKEN": "xapp-1-A-2-b"}


def test_socket_mode_is_the_default_and_nothing_listens() -> None:
    settings = read_run(GOOD, None, read_digests)
    assert settings.slack.http_port is None
    assert settings.slack.api_url == "https://slack.com/api/"
    assert settings.access.namespace == "kube-system"
    assert settings.redis_url is None


def test_a_signing_secret_alone_listens_on_port_3000() -> None:
    given = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5"}
    assert read_run(given, None, read_digests).slack.http_port == 3000


def test_both_listens_only_when_a_port_is_asked_for() -> None:
    given = GOOD | {"SLACK_SIGNING_SECRET": "abcdef"}
    assert read_run(given, None, read_digests).slack.http_port is None
    assert read_run(given | {"CILIUM_BOT_HTTP_PORT": "8080"}, None, read_digests).slack.http_port == 8080


def test_names_everything_that_is_wrong_at_once_and_never_a_value() -> None:
    given = {
        "SLACK_BOT_TOKEN": "hunter2-is-no-token",
        "SLACK_API_URL": "slack.com with hunter2",
        "CILIUM_BOT_HTTP_PORT": "70000",
        "REDIS_URL": "http://user:hunter2@redis",
        "KUBECONFIG": "/nowhere/hunter2",
        "CILIUM_BOT_NAMESPACE": "Kube System",
        "AWS_REGION": "Ireland",
        "CILIUM_BOT_METRICS_PORT": "metrics",
        "CILIUM_BOT_DIGESTS": DIGESTS,
        "CILIUM_BOT_CLUSTERS": "clusters.yaml",
        "CILIUM_BOT_RULES": RULES,
    }
    with pytest.raises(SettingsError) as raised:
        read_run(given, None, read_digests)
    problems = " ".join(raised.value.problems)
    assert len(raised.value.problems) >= 12
    for name in (*given, "SLACK_APP_TOKEN"):
        assert name in problems
    assert "CILIUM_BOT_DIGESTS[0]: timezone 'Europe/Berlim'" in problems
    assert "CILIUM_BOT_DIGESTS[1]" in problems
    assert "CILIUM_BOT_RULES[0]: users must be ids, such as U0123456789" in problems
    assert "CILIUM_BOT_RULES[1] is malformed" in problems
    assert "hunter2" not in problems


def test_reads_who_may_do_what() -> None:
    rules = '[{"name": "prod", "right": "schedule", "groups": ["S0123"]}]'
    [rule] = read_run(GOOD | {"CILIUM_BOT_RULES": rules}, None, read_digests).rules
    assert (rule.name, rule.groups) == ("prod", ("S0123",))
    assert read_run(GOOD, None, read_digests).rules == ()


def test_names_what_is_missing() -> None:
    with pytest.raises(SettingsError) as raised:
        read_run({}, None, read_digests)
    assert raised.value.problems == (
        "SLACK_BOT_TOKEN is missing",
        "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (signed HTTP) is missing",
    )


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret("xoxb-hunter2")
    settings = read_run(GOOD | {"REDIS_URL": "redis://:hunter2@localhost"}, None, read_digests)
    assert "hunter2" not in f"{secret} {secret!r} {settings!r}"
    assert GOOD["SLACK_APP_TOKEN"] not in repr(settings)
    assert secret.reveal() == "xoxb-hunter2"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/api", "http://127.0.0.1:9/api/"])
def test_the_address_of_the_web_api_ends_with_a_slash(url: str) -> None:
    # The SDK joins by appending, and would ask for /apichat.postMessage.
    assert (
        read_run(GOOD | {"SLACK_API_URL": url}, None, read_digests).slack.api_url == "http://127.0.0.1:9/api/"
    )


def test_reads_how_to_reach_the_cluster(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text("")
    access = read_access(
        {
            "KUBECONFIG": str(file),
            "AWS_REGION": "us-gov-west-1",
            "CILIUM_BOT_AWS_ROLE": "arn:aws:iam::111122223333:role/reader",
            "CILIUM_BOT_PROBES": "no",
            "CILIUM_BOT_NAMESPACE": "cilium",
        }
    )
    assert (access.kubeconfig, access.region, access.probes) == (str(file), "us-gov-west-1", False)
    assert (access.namespace, access.aws_role) == ("cilium", "arn:aws:iam::111122223333:role/reader")


@pytest.mark.parametrize(
    "text",
    ["", "{", "{}", "null", "[1]", '[{"channel":"C123","cron":"0 9 * * *","colour":"red"}]', "[" * 2000],
)
def test_refuses_digests_that_are_no_list_of_schedules(text: str) -> None:
    with pytest.raises(SettingsError, match="CILIUM_BOT_DIGESTS"):
        read_digests(text)


@pytest.mark.parametrize(("given", "read"), [({}, True), ({"CILIUM_BOT_PICTURES": "no"}, False)])
def test_reads_whether_charts_are_drawn(given: dict[str, str], read: bool) -> None:
    assert read_run(GOOD | given, None, read_digests).pictures is read


@pytest.mark.parametrize(("given", "read"), [({}, 3), ({"CILIUM_BOT_UNASKED_PER_DAY": "0"}, 0)])
def test_reads_how_many_messages_a_channel_gets_unasked(given: dict[str, str], read: int) -> None:
    assert read_run(GOOD | given, None, read_digests).unasked_per_day == read
    with pytest.raises(SettingsError, match="CILIUM_BOT_UNASKED_PER_DAY is malformed"):
        read_run(GOOD | {"CILIUM_BOT_UNASKED_PER_DAY": "a few"}, None, read_digests)


def test_every_setting_has_a_flag_of_its_own() -> None:
    assert len({option.flag for option in OPTIONS}) == len(OPTIONS)


@pytest.mark.parametrize(("given", "read"), [({}, "text"), ({"CILIUM_BOT_LOG": "json"}, "json")])
def test_lines_of_the_log_are_text_unless_json_is_wanted(given: dict[str, str], read: str) -> None:
    assert read_run(GOOD | given, None, read_digests).log == read


def test_a_form_of_the_log_that_there_is_not_is_refused() -> None:
    with pytest.raises(SettingsError, match="CILIUM_BOT_LOG is malformed: text or json is wanted"):
        read_run(GOOD | {"CILIUM_BOT_LOG": "xml"}, None, read_digests)
