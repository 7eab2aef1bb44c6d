"""Messages of other apps as they stand in Slack: Alertmanager, Grafana, PagerDuty, and people."""

from tests.handlers.render.samples import node_name

Message = dict[str, object]
POD = "api-7c9f8d6b5-00003"
NODE = node_name(3)
HOST = NODE.partition(".")[0]


def alertmanager(**labels: str) -> Message:
    """The layout of Alertmanager's own template, with the labels as the common one writes them."""
    title = f"[FIRING:1] KubePodNotReady ({' '.join(labels.values())})"
    lines = "\n".join(f" • *{key}:* `{value}`" for key, value in labels.items())
    return {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": "B0ALERTS",
        "text": "",
        "attachments": [
            {
                "id": 1,
                "color": "a30200",
                "fallback": f"{title} | <http://alertmanager.example:9093/#/alerts?receiver=slack>",
                "title": title,
                "title_link": "http://alertmanager.example:9093/#/alerts?receiver=slack",
                "text": f"*Alert:* Pod has been not ready for 15 minutes. `warning`\n*Details:*\n{lines}",
                "mrkdwn_in": ["text", "pretext", "fields"],
            }
        ],
    }


def fields(**values: str) -> Message:
    """An attachment with fields, each with a title and a value."""
    found = [{"title": key, "value": value, "short": True} for key, value in values.items()]
    return {"type": "message", "text": "", "attachments": [{"fallback": "[no preview]", "fields": found}]}


def grafana(**labels: str) -> Message:
    """Grafana's default layout."""
    lines = "\n".join(f" - {key} = {value}" for key, value in labels.items())
    text = f"**Firing**\n\nValue: A=1, C=1\nLabels:\n - alertname = PodsPending\n{lines}\nAnnotations:\n"
    link = "http://grafana.example/alerting/grafana/x/view?orgId=1"
    return {
        "type": "message",
        "text": "",
        "attachments": [
            {
                "title": "[FIRING:1] PodsPending (infra)",
                "title_link": link,
                "fallback": "[FIRING:1] PodsPending (infra)",
                "text": f"{text}Source: {link}\nSilence: {link}&matcher=alertname%3DPodsPending",
                "footer": "Grafana v11.1.0",
                "color": "#D63232",
            }
        ],
    }


def pagerduty(details: str) -> Message:
    """PagerDuty's blocks: the incident, and a section with its fields."""
    return {
        "type": "message",
        "text": "Triggered #4711: pods wait",
        "attachments": [
            {
                "color": "#b80006",
                "blocks": [
                    {
                        "type": "section",
                        "text": {
                            "type": "mrkdwn",
                            "text": f"*<https://acme.pagerduty.com/incidents/Q1|#4711>: {details}*",
                        },
                        "fields": [
                            {"type": "mrkdwn", "text": "*Assigned:*\n<@U0ONCALL>"},
                            {"type": "mrkdwn", "text": "*Service:*\n<https://acme.pagerduty.com/s/P1|shop>"},
                        ],
                    },
                    {
                        "type": "actions",
                        "elements": [
                            {
                                "type": "button",
                                "action_id": "ack",
                                "text": {"type": "plain_text", "text": "Acknowledge"},
                            }
                        ],
                    },
                ],
            }
        ],
    }


def rich(*pieces: str) -> Message:
    """What a person pasted; every second piece is code."""
    elements = [
        {"type": "text", "text": piece, **({"style": {"code": True}} if number % 2 else {})}
        for number, piece in enumerate(pieces)
    ]
    block = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}
    return {"type": "message", "text": "".join(pieces), "user": "U0ONCALL", "blocks": [block]}


def said(text: str) -> Message:
    """Plain words."""
    return {"type": "message", "text": text, "user": "U0ONCALL"}
