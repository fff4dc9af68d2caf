"""A prompt as an answer that caches may keep, if they ask each time whether it is still the one."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from prompts.serving import Served

# Private: it is for who holds the key. no-cache: may be kept, and is asked after before each use,
# because a label that moved must count at once; where nothing moved that costs a 304 and no body.
CACHE_CONTROL = "private, no-cache"
STALE = '110 sonde "Response is stale: the database is away"'


def prompt_response(request: HttpRequest, served: Served) -> HttpResponse:
    answer = (
        HttpResponseNotModified()
        if is_known(request.headers.get("If-None-Match", ""), served.etag)
        else HttpResponse(served.body, content_type="application/json")
    )
    answer["ETag"] = served.etag
    answer["Cache-Control"] = CACHE_CONTROL
    answer["Vary"] = "Authorization"
    if served.split:
        answer["X-Sonde-Split"] = served.split
    if served.is_old:
        answer["Warning"] = STALE
    return answer


def is_known(given: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    return etag in tags or "*" in tags
