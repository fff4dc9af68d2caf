"""The pages of traces, by name: what is pictured is also looked at by axe."""


def pages_of_traces(project: str, sent: dict[str, str]) -> dict[str, str]:
    long, failed = (f"{project}/traces/{sent[name]}" for name in ("long", "failed"))
    return {
        "traces": f"{project}/traces",
        "traces-narrowed": f"{project}/traces?q=environment:demo+latency:>0&from=2026-01-01",
        "traces-unreadable": f"{project}/traces?q=level:ERROR+colour:red",
        "observations": f"{project}/traces?kind=observations",
        "traces-empty": f"{project}/traces?user=nobody",
        "trace-failed": failed,
        "trace-long": long,
        "trace-search": f"{failed}?find=refund",
        "trace-critical": f"{long}?mark=critical",
        "trace-graph": f"{long}?view=graph",
        "trace-talk": f"{failed}?view=talk",
        "trace-comments": f"{failed}?tab=comments",
        "trace-compare": f"{failed}?span=trace&with={sent['rag']}",
        "trace-compare-spans": f"{long}?span={sent['step']}&with_span={sent['other-step']}",
        "trace-orphaned": f"{project}/traces/{sent['orphaned']}",
        "trace-missing": f"{project}/traces/missing",
        "trace-hostile": f"{project}/traces/{sent['hostile']}",
        "trace-itself": f"{failed}?span=trace",
        **{f"trace-{tab}": f"{failed}?tab={tab}" for tab in ("messages", "raw", "events")},
        "trace-call": f"{long}?span={sent['other-step']}&tab=call",
        "trace-attributes": f"{project}/traces/{sent['rag']}?tab=attributes",
        "sessions": f"{project}/sessions",
        "session": f"{project}/sessions/one?id={sent['session']}",
        "sessions-narrowed": f"{project}/sessions?environment=demo&range=7d",
        "users": f"{project}/users",
        "user": f"{project}/users/one?id={sent['user']}",
        "setup": f"{project}/setup",
        "exports": f"{project}/exports",
        "mentions": "/mentions",
        "trace-scores": f"{failed}?tab=scores",
        "api-docs": "/api/docs",
    }
