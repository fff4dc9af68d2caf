"""Failures of calls, told to people: what it is and what one can do."""

from django.utils.translation import gettext_lazy, ngettext

from llm.chat import Failed, Kind

WORDS = {
    Kind.KEY: gettext_lazy("The provider does not take the key."),
    Kind.FORBIDDEN: gettext_lazy("The key may not do this."),
    Kind.NOT_FOUND: gettext_lazy(
        "There is no such model, or nothing at this address. Check the model’s name and the base "
        "URL, which ends in /v1 for most servers."
    ),
    Kind.RATE_LIMIT: gettext_lazy("The provider takes no more requests for now."),
    Kind.QUOTA: gettext_lazy("The provider’s account has nothing left to spend."),
    Kind.OVERLOADED: gettext_lazy("The provider is overloaded. Try again."),
    Kind.TIMEOUT: gettext_lazy("The answer did not come in time."),
    Kind.CONTENT_FILTER: gettext_lazy("The provider’s content filter stopped this."),
    Kind.REFUSED: gettext_lazy("The provider does not take the request as it is."),
    Kind.PROVIDER: gettext_lazy("The provider had a fault of its own."),
    Kind.MALFORMED: gettext_lazy(
        "What came back is no answer of this protocol. Check the provider and the base URL."
    ),
    Kind.TOO_LARGE: gettext_lazy("The answer is longer than Sonde takes."),
    Kind.UNREACHABLE: gettext_lazy("The provider cannot be reached."),
    Kind.ADDRESS: gettext_lazy("Sonde does not ask this address."),
    Kind.STOPPED: gettext_lazy("Stopped."),
    Kind.SEALED: gettext_lazy("The stored key cannot be decrypted."),
    Kind.OURS: gettext_lazy("This is a fault of Sonde’s own. Its log tells more."),
}


def told(failure: Failed) -> str:
    """The sentence, and after how long to try again where the provider said it. What the provider
    said itself is beside it, in `failure.said`.
    """
    sentence = str(WORDS[failure.kind])
    if failure.retry_after is None:
        return sentence
    seconds = round(failure.retry_after)
    wait = ngettext("Try again in %(n)d second.", "Try again in %(n)d seconds.", seconds)
    return f"{sentence} {wait % {'n': seconds}}"
