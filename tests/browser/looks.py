"""In which windows, colours and languages pages are looked at."""

import pytest

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}

# Every run sees each size, theme and language once; `make screenshots` sees the other pairs too.
LOOKS = pytest.mark.parametrize(
    ("size", "theme", "language"),
    [
        pytest.param(PHONE, "dark", "en", id="dark-en-360"),
        pytest.param(DESK, "light", "ko", id="light-ko-1440"),
        pytest.param(PHONE, "light", "ko", id="light-ko-360", marks=pytest.mark.browser_all),
        pytest.param(DESK, "dark", "en", id="dark-en-1440", marks=pytest.mark.browser_all),
    ],
)
