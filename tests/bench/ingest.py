"""Ingest: spans a second that are acked and queryable, the ack's latency, and the ratio to the raw
engine.
"""

import base64
import http.client
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.bench.traffic import Requests


@dataclass
class Run:
    """What one load did. Latencies are seconds from the first byte sent to the whole answer."""

    seconds: float
    acked_spans: int
    refused: int
    latencies: list[float] = field(repr=False)

    @property
    def rate(self) -> float:
        return self.acked_spans / self.seconds

    def percentile(self, q: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * q))]


class Client(threading.Thread):
    """One kept-alive connection that posts request after request until the deadline."""

    def __init__(
        self, url: str, authorization: str, requests: Requests, deadline: float, pace: float
    ):
        super().__init__(daemon=True)
        self.address = urlsplit(url)
        self.headers = {
            "Authorization": authorization,
            "Content-Type": "application/x-protobuf",
        }
        self.requests, self.deadline, self.pace = requests, deadline, pace
        self.latencies: list[float] = []
        self.refused = 0

    def run(self) -> None:
        connection = http.client.HTTPConnection(
            self.address.hostname, self.address.port, timeout=60
        )
        due = time.perf_counter()
        while (now := time.perf_counter()) < self.deadline:
            if self.pace and now < due:
                time.sleep(min(due - now, self.deadline - now))
                continue
            due += self.pace
            _, body = self.requests.next()
            began = time.perf_counter()
            connection.request("POST", "/v1/traces", body, self.headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                self.latencies.append(time.perf_counter() - began)
            else:
                self.refused += 1
        connection.close()


def load(
    url: str,
    keys: tuple[str, str],
    *,
    seconds: float,
    connections: int,
    traces_a_request: int,
    spans_a_second: float | None = None,
) -> Run:
    """Send for `seconds`; `spans_a_second` paces the load, None is as fast as it goes."""
    requests = Requests(traces_a_request)
    authorization = "Basic " + base64.b64encode(":".join(keys).encode()).decode()
    pace = requests.spans * connections / spans_a_second if spans_a_second else 0.0
    began = time.perf_counter()
    clients = [
        Client(url, authorization, requests, began + seconds, pace) for _ in range(connections)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    latencies = [latency for client in clients for latency in client.latencies]
    return Run(
        seconds=time.perf_counter() - began,
        acked_spans=len(latencies) * requests.spans,
        refused=sum(client.refused for client in clients),
        latencies=latencies,
    )
