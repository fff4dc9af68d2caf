"""The pages of boards, for pictures of them."""


def pages_of_dashboards(project: str) -> dict[str, str]:
    board = f"{project}/dashboards"
    ready = ("cost", "latency", "quality", "agents", "retrieval", "prompts")
    return {
        **{f"board-{name}": f"{board}/{name}?range=7d" for name in ready},
        "board-overview": f"{board}?range=7d",
        "board-narrowed": f"{board}/overview?range=24h&environment=demo&compare=off&bucket=hour",
        "board-unreadable": f"{board}/overview?q=colour:red",
        "board-empty": f"{board}/overview?q=user:nobody",
        "board-panel": f"{board}/overview?range=7d&part=cost",
        "board-markers": f"{project}/markers?range=7d",
        "own-boards": f"{board}/custom",
        "own-board-new": f"{board}/custom/new",
        "own-board-import": f"{board}/custom/import",
        "sql": f"{project}/sql",
        "budgets": f"{project}/budgets?figures=1",
        "budget-new": f"{project}/budgets/new",
        "cost-forecast": f"{project}/budgets/forecast",
        "cost-anomalies": f"{project}/budgets/forecast/anomalies",
        "cost-advice": f"{project}/advice?figures=1",
    }
