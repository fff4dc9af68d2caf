"""Secrets in a text, by what the keys of well-known services begin with."""

from functools import cache
from typing import Any

from evals.checks.matching import compiled, either

PATTERNS = {
    "OpenAI": r"\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_\-]{20,200}",
    "Anthropic": r"\bsk-ant-[A-Za-z0-9_\-]{20,200}",
    "AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "Google": r"\bAIza[0-9A-Za-z_\-]{35}",
    "GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})",
    "GitLab": r"\bglpat-[A-Za-z0-9_\-]{20,}",
    "Slack": r"\bxox[abposr]-[A-Za-z0-9\-]{10,200}",
    "Slack webhook": r"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{16,}",
    "Stripe": r"\b[rsp]k_(?:live|test)_[A-Za-z0-9]{16,200}",
    "Hugging Face": r"\bhf_[A-Za-z0-9]{30,100}",
    "npm": r"\bnpm_[A-Za-z0-9]{36}",
    "PyPI": r"\bpypi-AgE[A-Za-z0-9_\-]{40,}",
    "SendGrid": r"\bSG\.[A-Za-z0-9_\-]{16,64}\.[A-Za-z0-9_\-]{16,64}",
    "Langfuse": r"\bsk-lf-[0-9a-f\-]{30,}",
    "JWT": r"\beyJ[A-Za-z0-9_\-]{10,}\.eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}",
    "private key": r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY-----",
    "password in an address": r"\b[a-z][a-z0-9+]{1,20}://[^\s:/@]{1,64}:[^\s:/@]{3,128}@[A-Za-z0-9]",
    "Bearer": r"\b[Bb]earer [A-Za-z0-9._\-]{20,}",
}


@cache
def any_of_them() -> Any:
    return either(list(PATTERNS.values()))


@cache
def pattern_of(kind: str) -> Any:
    return compiled(PATTERNS[kind])


def kinds_in(utf8: bytes) -> list[str]:
    """Whose secrets stand in it. An Anthropic key is no OpenAI key, though it begins like one."""
    if any_of_them().search(utf8) is None:
        return []
    kinds = [kind for kind in PATTERNS if pattern_of(kind).search(utf8)]
    nearer = [kind for kind in ("Anthropic", "Langfuse") if kind in kinds]
    return [kind for kind in kinds if kind != "OpenAI"] if nearer else kinds
