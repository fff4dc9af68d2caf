"""Pages: server time at size, and what a page weighs on the wire."""

import gzip
import http.cookiejar
import re
import statistics
import time
import urllib.parse
import urllib.request

ROUNDS = 20


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


def p95_ms(browser: Browser, paths: list[str]) -> tuple[float, float]:
    """(median, p95) milliseconds of ROUNDS requests round the paths, after one of each."""
    for path in paths:
        browser.get(path)
    took = []
    for number in range(ROUNDS):
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
