"""How often a feedback link, and whoever clicks, may write or look: counted in Valkey, a window at
a time.

While Valkey is away nobody is counted. What a link can do then is still small: it writes again and
again the few scores that it names.
"""

from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from accounts.login_limit import client_address
from accounts.models import digest_of

WINDOW_SECONDS = 600
MOST_OF_A_LINK = 30
MOST_OF_AN_ADDRESS = 120  # an office may share one
MOST_OF_A_PROJECT = 6_000
LOOKS = 4  # may be so many times as many as answers


def is_too_fast(request: HttpRequest, project_id: str, link_id: str) -> bool:
    """Counts this one. In a window, which begins with the first."""
    address = digest_of(f"feedback\0{client_address(request)}")
    counted = (
        (f"link:{link_id}", MOST_OF_A_LINK),
        (f"from:{address}", MOST_OF_AN_ADDRESS),
        (f"project:{project_id}", MOST_OF_A_PROJECT),
    )
    kind, times = ("answer", 1) if request.method == "POST" else ("look", LOOKS)
    try:
        return any(count(f"feedback-{kind}-{key}") > times * most for key, most in counted)
    except (RedisError, OSError):
        return False


def count(key: str) -> int:
    if cache.add(key, 1, WINDOW_SECONDS):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # the window ended in between
        return 1
