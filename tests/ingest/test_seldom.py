from ingest import seldom


def test_a_warning_that_repeats_is_logged_once_and_then_with_its_number(caplog, monkeypatch):
    for _ in range(5):
        seldom.warn("test_of_seldom", reason="x")
    assert len([r for r in caplog.records if "test_of_seldom" in r.getMessage()]) == 1
    monkeypatch.setattr(seldom, "EVERY_SECONDS", 0)
    seldom.warn("test_of_seldom", reason="x")
    assert "'times': 5" in caplog.records[-1].getMessage()
