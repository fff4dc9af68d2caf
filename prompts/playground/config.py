"""A version's configuration and a column's settings, one made of the other. Pure.

Teams write the same settings under several names; what is known is read, and saved where it stood.
"""

import json
from collections.abc import Mapping
from typing import Any

from llm.loose import mapping
from prompts.playground.column import Column

NAMES = {
    "model": ("model", "model_name", "modelName"),
    "temperature": ("temperature",),
    "top_p": ("top_p", "topP"),
    "max_tokens": ("max_tokens", "max_completion_tokens", "maxTokens", "max_output_tokens"),
    "tools": ("tools",),
    "schema": ("response_format", "json_schema", "output_schema", "schema"),
}


def settings_of(config: Any) -> dict[str, str]:
    """As the fields of a column hold them: texts, empty where nothing is said."""
    config = mapping(config)
    found = {name: config.get(key_of(config, name)) for name in NAMES}
    schema = mapping(found["schema"])
    if schema.get("type") == "json_schema":
        schema = mapping(schema.get("json_schema"))
    schema = mapping(schema.get("schema")) or schema
    plain = {
        name: str(found[name])
        for name in ("model", "temperature", "top_p", "max_tokens")
        if isinstance(found[name], str | int | float) and not isinstance(found[name], bool)
    }
    return {
        **{name: plain.get(name, "") for name in ("model", "temperature", "top_p", "max_tokens")},
        "tools": shown(found["tools"]) if isinstance(found["tools"], list) else "",
        "schema": shown(schema) if schema and schema.get("type") != "json_object" else "",
    }


def key_of(config: Mapping[str, Any], name: str) -> str:
    """Where the setting stands; the first of its names where it does not."""
    return next((key for key in NAMES[name] if key in config), NAMES[name][0])


def config_of(column: Column, before: Any) -> dict[str, Any]:
    """What a version saved from the column keeps: what it knew before, with these settings."""
    config = dict(mapping(before))
    said = {
        "model": column.model or None,
        "temperature": column.temperature,
        "top_p": column.top_p,
        "max_tokens": column.max_tokens,
        "tools": [tool_shape(tool) for tool in column.tools] or None,
    }
    was = settings_of(config)
    for name, value in said.items():
        key = key_of(config, name)
        if value is not None:
            config[key] = value
        elif was[name]:
            config.pop(key, None)
    return with_schema(config, column.schema, was["schema"])


def with_schema(
    config: dict[str, Any], schema: Mapping[str, Any] | None, was: str
) -> dict[str, Any]:
    key = key_of(config, "schema")
    if schema is None:
        if was:
            config.pop(key, None)
    elif key == "response_format":
        wrapped = {"name": "answer", **mapping(mapping(config.get(key)).get("json_schema"))}
        config[key] = {"type": "json_schema", "json_schema": {**wrapped, "schema": dict(schema)}}
    else:
        config[key] = dict(schema)
    return config


def tool_shape(tool: Any) -> dict[str, Any]:
    told = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": {k: v for k, v in told.items() if v != ""}}


def shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
