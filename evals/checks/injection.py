"""Words that try to make a model do something else than it was told, weighted by how surely."""

from functools import cache
from typing import Any

from evals.checks.matching import compiled, either

# What of it: a name, its weight, and its patterns. English and Korean; any case.
RULES: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    (
        "instructions overridden",
        0.9,
        (
            r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,20}\b(?:all|any|the|your|my|every)?"
            r".{0,20}\b(?:previous|prior|above|earlier|preceding|foregoing|initial|original|system)\b"
            r".{0,20}\b(?:instructions?|prompts?|rules?|directions?|guidelines?|context|commands?)",
            r"\b(?:do not|don't) (?:follow|obey) (?:the|your|any) (?:\w+ )?"
            r"(?:instructions?|rules?|guidelines?)",
            r"(?:이전|위|앞|기존|지금까지)(?:의|에)? ?.{0,20}"
            r"(?:지시|명령|규칙|프롬프트|지침|설정).{0,10}(?:무시|잊|따르지)",
        ),
    ),
    (
        "do anything now",
        0.95,
        (
            r"\bdo anything now\b",
            r"\byou are (?:now )?(?:going to act as )?DAN\b",
            r"\b(?:DAN|STAN|DUDE) mode\b",
        ),
    ),
    (
        "jailbreak",
        0.8,
        (
            r"\bjail ?break(?:ing|ed)?\b",
            r"\b(?:without|no|free (?:of|from)) (?:any )?(?:ethical|moral|safety|content) "
            r"(?:restrictions?|guidelines?|filters?|limits?)",
            r"탈옥 ?(?:모드|프롬프트)|(?:안전|윤리) ?(?:필터|지침|제한).{0,6}(?:해제|없이|끄)",
        ),
    ),
    (
        "system prompt asked for",
        0.85,
        (
            r"\b(?:reveal|show|print|repeat|output|display|tell me|give me|leak|what (?:is|are))\b"
            r".{0,20}\b(?:your|the)\b.{0,20}\b(?:system|initial|hidden|original|secret) "
            r"(?:prompt|instructions?|message|rules?)",
            r"\brepeat (?:everything|all|the (?:text|words)) above\b",
            r"(?:시스템|초기|숨겨진) ?(?:프롬프트|지시|명령|메시지).{0,12}"
            r"(?:보여|출력|알려|공개|말해)",
        ),
    ),
    (
        "another role",
        0.85,
        (
            r"\bpretend (?:that )?(?:you are|to be)\b.{0,40}\b(?:unrestricted|evil|unfiltered"
            r"|hacker|no (?:rules|limits|restrictions))",
            r"\bact as (?:an? )?(?:unrestricted|unfiltered|uncensored|evil|amoral)",
            r"\byou are no longer (?:an? )?(?:ai|assistant|language model|bound)",
            r"(?:제한|검열|규칙) ?(?:이|은)? ?없는 ?(?:ai|인공지능|챗봇|모델).{0,12}"
            r"(?:처럼|되어|역할|행동)",
        ),
    ),
    (
        "developer mode",
        0.7,
        (
            r"\b(?:developer|debug|god|admin|sudo|maintenance) mode\b.{0,20}"
            r"\b(?:on|enabled?|activated?)\b",
            r"\b(?:enable|activate|enter|switch to) (?:developer|debug|god|admin|sudo) mode\b",
            r"(?:개발자|관리자|디버그) ?모드.{0,8}(?:활성|켜|전환|들어가)",
        ),
    ),
    (
        "delimiters",
        0.7,
        (
            r"<\|(?:im_start|im_end|system|endoftext|start_header_id)\|>",
            r"\[/?INST\]|<</?SYS>>",
            r"(?:^|\n)\s{0,4}#{2,4} ?(?:system|new instructions?) ?:?\s{0,4}(?:\n|$)",
        ),
    ),
    (
        "hidden instructions",
        0.6,
        (
            r"\b(?:decode|execute|run|follow|eval) (?:this|the following) (?:base ?64|rot13|hex)\b",
            r"\bbase64[ _-]?(?:decode|encoded)\b.{0,40}\b(?:execute|run|follow|obey)\b",
            # Invisible characters in a row, which people do not type and models read.
            r"[\x{200b}-\x{200f}\x{2060}-\x{2064}]{8,}|[\x{e0020}-\x{e007e}]{4,}",
        ),
    ),
)


@cache
def any_of_them() -> Any:
    return compiled("(?i)" + "|".join(f"(?:{one})" for _, _, some in RULES for one in some))


@cache
def rules() -> tuple[tuple[str, float, Any], ...]:
    return tuple((name, weight, either([f"(?i){one}" for one in some]))
                 for name, weight, some in RULES)  # fmt: skip


def suspicion(utf8: bytes) -> tuple[float, list[str]]:
    """The weight of the surest rule that holds, 0 where none does; and which rules hold."""
    if any_of_them().search(utf8) is None:
        return 0.0, []
    held = [(weight, name) for name, weight, pattern in rules() if pattern.search(utf8)]
    return max((weight for weight, _ in held), default=0.0), [name for _, name in held]
