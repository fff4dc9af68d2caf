"""Pages: server time at size, and what a page weighs on the wire."""

import base64
import gzip
import http.cookiejar
import json
import re
import secrets
import statistics
import time
import urllib.parse
import urllib.request

# A 95th percentile of twenty is their slowest; what takes seconds is asked less often.
ROUNDS, LEAST_ROUNDS, LONG_SECONDS = 60, 20, 30
# Each web process compiles a page's templates when it first shows it, and any of them may answer.
WARMING = 8


class Browser:
    """One logged-in person, without a browser's own time."""

    def __init__(self, url: str, email: str, password: str) -> None:
        self.url = url
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', self.get("/login").decode())
        form = {"username": email, "password": password, "csrfmiddlewaretoken": token[1]}
        data = urllib.parse.urlencode(form).encode()
        self.opener.open(urllib.request.Request(f"{url}/login", data, {"Referer": url})).read()

    def get(self, path: str) -> bytes:
        return self.opener.open(self.url + path).read()


def one_trace_of(url: str, keys: tuple[str, str], spans: int) -> str:
    """Send a trace of so many spans, five levels deep, by OTLP; returns its id."""
    trace_id, now = secrets.token_hex(16), time.time_ns()
    ids = [secrets.token_hex(8) for _ in range(spans)]
    authorization = "Basic " + base64.b64encode(":".join(keys).encode()).decode()
    for first in range(0, spans, 2000):
        sent = [
            {
                "traceId": trace_id,
                "spanId": ids[number],
                "parentSpanId": ids[number // 6] if number else "",
                "name": f"step {number}",
                "startTimeUnixNano": str(now - 60 * 10**9 + number * 10**6),
                "endTimeUnixNano": str(now - 50 * 10**9 + number * 10**6),
                "attributes": [{"key": "input.value", "value": {"stringValue": "asked " * 40}}],
            }
            for number in range(first, min(first + 2000, spans))
        ]
        body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": sent}]}]}).encode()
        headers = {"Authorization": authorization, "Content-Type": "application/json"}
        request = urllib.request.Request(f"{url}/v1/traces", body, headers)
        urllib.request.urlopen(request, timeout=60).read()
    return trace_id


def p95_ms(browser: Browser, paths: list[str]) -> tuple[float, float]:
    """(median, p95) milliseconds of up to ROUNDS requests round the paths, once they are warm."""
    for path in paths * WARMING:
        browser.get(path)
    took: list[float] = []
    for number in range(ROUNDS):
        if number >= LEAST_ROUNDS and sum(took) > LONG_SECONDS * 1000:
            break
        began = time.perf_counter()
        browser.get(paths[number % len(paths)])
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), statistics.quantiles(took, n=20)[-1]


def weight_kb(browser: Browser, path: str) -> tuple[float, float]:
    """(HTML, JavaScript) kilobytes as gzip sends them."""
    page = browser.get(path)
    scripts = re.findall(rb'<script[^>]*src="([^"]+)"', page)
    code = sum(len(gzip.compress(browser.get(path.decode()), 6)) for path in scripts)
    return len(gzip.compress(page, 6)) / 1024, code / 1024
