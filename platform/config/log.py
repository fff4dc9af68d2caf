"""Logs: one JSON line per event (or readable lines with SONDE_LOG_FORMAT=console), never a payload,
a key, or an address that carries a permission.
"""

import logging
import logging.config
import re

import structlog

from ingest import seldom

MOST_CHARACTERS = 200  # of a refusal's reason, which quotes what the client sent

# What follows is a permission: to put or get a file, to join an organisation, to read a trace, to
# acknowledge an alert.
TOKEN = re.compile(
    r"((?:/|%2F)(?:media(?:/|%2F)(?:up|down)load|invitations|shared|feedback|alerts(?:/|%2F)links)"
    r"(?:/|%2F))[\w.:~%-]+",
    re.I,
)


def without_tokens(text: str) -> str:
    return TOKEN.sub(r"\1…", text)


class WithoutTokens(logging.Formatter):
    """A plain line, for loggers with handlers of their own."""

    def format(self, record: logging.LogRecord) -> str:
        return without_tokens(super().format(record))


class Refusals(logging.Handler):
    """What Django refuses before any view, such as a foreign Host: nobody has logged in for it, so
    it gets one short line in a while, and no traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.name.rpartition(".")[2]
        seldom.warn("request_refused", kind=kind, reason=record.getMessage()[:MOST_CHARACTERS])


def rendered_without_tokens(renderer):
    """A structlog renderer whose lines, tracebacks too, show no token."""
    return lambda logger, name, event: without_tokens(renderer(logger, name, event))


def configure(options: dict) -> None:
    """Django's LOGGING_CONFIG: route structlog and the standard library through one formatter to
    stderr.
    """
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = (
        structlog.dev.ConsoleRenderer()
        if options["format"] == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    configure_standard_library(options["level"], shared, renderer)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def configure_standard_library(level: str, shared: list, renderer) -> None:
    """One handler, whose formatter structlog's events go through too."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.format_exc_info,
                        rendered_without_tokens(renderer),
                    ],
                }
            },
            "handlers": {
                "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
                "refusals": {"()": Refusals},
            },
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
                "django.security": {"handlers": ["refusals"], "propagate": False},
                "django.security.csrf": {"handlers": ["stderr"], "propagate": False},
                "httpx": {"level": "WARNING"},
                # Their warnings quote addresses, in which values of a query may stand.
                "clickhouse_connect": {"level": "ERROR"},
                "urllib3": {"level": "ERROR"},
            },
        }
    )
