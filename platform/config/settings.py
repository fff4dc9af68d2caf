"""All settings, read from the environment once, at start. docs/configuration.md lists what an
operator may set.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import environment as env
from config.openapi import SPECTACULAR_SETTINGS  # noqa: F401
from config.schedule import SCHEDULE

ROOT = Path(__file__).resolve().parents[2]
DATA_DIR = Path(env.text("SONDE_DATA_DIR", str(ROOT / ".sonde"))).resolve()

DEBUG = env.flag("SONDE_DEBUG")
SECRET_KEY = env.text("SONDE_SECRET_KEY")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SONDE_SECRET_KEY is not set. `make up` makes one; elsewhere set it to 50 or more "
        "random characters."
    )

HOST = env.text("SONDE_HOST", "127.0.0.1")  # what the web server listens on
PORT = env.text("SONDE_PORT", "8000")
BASE_URL = env.text("SONDE_BASE_URL", f"http://{HOST}:{PORT}").rstrip("/")
SECURE = BASE_URL.startswith("https://")
# The loopback names stay, for health checks from inside; a page that rebinds DNS sends its own
# name.
ALLOWED_HOSTS = [
    urlsplit(BASE_URL).hostname or "localhost",
    "localhost",
    "127.0.0.1",
    "[::1]",
    *env.words("SONDE_ALLOWED_HOSTS"),
]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# The first seals what is stored encrypted, all of them open it (accounts.sealing).
ENCRYPTION_KEYS = env.words("SONDE_ENCRYPTION_KEYS")

# Stores
DATABASE_URL = env.text("DATABASE_URL")
CLICKHOUSE_URL = env.text("CLICKHOUSE_URL")
VALKEY_URL = env.text("VALKEY_URL")
DATABASES = {
    "default": {
        **environ.Env.db_url_config(DATABASE_URL or "postgres://127.0.0.1/sonde"),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
CLICKHOUSE_CLUSTER = env.text("SONDE_CLICKHOUSE_CLUSTER")  # "" is one server
# Some threads of a web process are always left to those who write.
CLICKHOUSE_MOST_READS = max(1, env.number("SONDE_WEB_THREADS", 16) * 3 // 4)
CLICKHOUSE_MAX_EXECUTION_SECONDS = env.number("SONDE_CLICKHOUSE_MAX_EXECUTION_SECONDS", 10)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache"
        if VALKEY_URL
        else "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": VALKEY_URL or "sonde",
        "KEY_PREFIX": "sonde",
        # What is only remembered is not waited for.
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5} if VALKEY_URL else {},
    }
}

# Playgrounds that one web process streams to at a time: the other threads are for others.
LLM_MOST_RUNS = max(1, env.number("SONDE_WEB_THREADS", 16) // 4)
# Worker processes that wait for judges at a time: the others are for other work.
JUDGE_MOST_WORKERS = max(1, env.number("SONDE_JUDGE_MOST_WORKERS", 1))
# The same for experiments.
EXPERIMENT_MOST_WORKERS = max(1, env.number("SONDE_EXPERIMENT_MOST_WORKERS", 1))

# Ingest: docs/durability.md says what each is for.
# After inflating.
INGEST_MAX_BODY_BYTES = env.number("SONDE_INGEST_MAX_BODY_BYTES", 64 * 1024 * 1024)
# Postgres is for web processes on several hosts.
INGEST_TRACE_LOCKS = env.text("SONDE_INGEST_TRACE_LOCKS", "file")
INGEST_HELD_MAX_BYTES = env.number("SONDE_INGEST_HELD_MAX_BYTES", 20 * 1024 * 1024 * 1024)
INGEST_INFLIGHT_MAX_BYTES = env.number("SONDE_INGEST_INFLIGHT_MAX_BYTES", 256 * 1024 * 1024)
# Requests to addresses that people typed: docs/configuration.md
OUTBOUND_ALLOWED_NETWORKS = env.networks("SONDE_OUTBOUND_ALLOWED_NETWORKS")
OUTBOUND_ALLOWED_NETWORKS_OF = {
    "llm": env.networks("SONDE_OUTBOUND_LLM_NETWORKS"),
    "webhook": env.networks("SONDE_OUTBOUND_WEBHOOK_NETWORKS"),
    "alert": env.networks("SONDE_OUTBOUND_ALERT_NETWORKS"),
}
OUTBOUND_ALLOW_HTTP = env.flag("SONDE_OUTBOUND_ALLOW_HTTP")
OUTBOUND_PROXY = env.text("SONDE_OUTBOUND_PROXY")
# E-mail, which alerts are sent by: without a server there is none.
EMAIL_HOST = env.text("SONDE_SMTP_HOST")
EMAIL_PORT = env.number("SONDE_SMTP_PORT", 587)
EMAIL_HOST_USER = env.text("SONDE_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("SONDE_SMTP_PASSWORD")
SMTP_SECURITY = env.word("SONDE_SMTP_SECURITY", ("starttls", "tls", "none"))
EMAIL_USE_TLS, EMAIL_USE_SSL = SMTP_SECURITY == "starttls", SMTP_SECURITY == "tls"
EMAIL_TIMEOUT = 10  # seconds, for each step
DEFAULT_FROM_EMAIL = env.text("SONDE_EMAIL_FROM", f"Sonde <sonde@{ALLOWED_HOSTS[0]}>")
METRICS_TOKEN = env.text("SONDE_METRICS_TOKEN")  # lets Prometheus in from another machine
DATA_UPLOAD_MAX_MEMORY_SIZE = INGEST_MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "csp",
    "accounts",
    "comments",
    "saved",
    "sharing",
    "webhooks",
    "traces",
    "pricing",
    "llm",
    "prompts",
    "ingest",
    "exports",
    "evals.scores",
    "evals.datasets",
    "evals.annotation",
    "evals.checks",
    "evals.judges",
    "evals.experiments",
    "evals.drift",
    "evals.drift.acting",
    "evals.drift.performance",
    "alerts.channels",
    "alerts.incidents",
    "alerts.rules",
    "dashboards.boards",
    "dashboards.custom",
    "dashboards.budgets",
    "dashboards.sql",
    "embedded",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.access.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# People
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_NAME = "__Host-sonde" if SECURE else "sonde"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if SECURE else 0
TRUST_PROXY = env.flag("SONDE_TRUST_PROXY")  # X-Forwarded-For and -Proto are then believed
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# HTTPS redirects, HSTS for subdomains and preloading are the proxy's and its owner's to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
    }
}

# What the first boot makes; Langfuse's names work too, so that a deployment moves over.
INIT = {
    name: env.text(f"SONDE_INIT_{name}") or env.text(f"LANGFUSE_INIT_{name}")
    for name in (
        "ORG_ID", "ORG_NAME", "PROJECT_ID", "PROJECT_NAME", "PROJECT_PUBLIC_KEY",
        "PROJECT_SECRET_KEY", "USER_EMAIL", "USER_NAME", "USER_PASSWORD",
    )
}  # fmt: skip

# Words and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ko", _("Korean"))]
LOCALE_PATHS = [ROOT / "templates" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"]
STATIC_ROOT = Path(env.text("SONDE_STATIC_ROOT", str(DATA_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # half the files to compress at the first start
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_MAX_BYTES = env.number("SONDE_MEDIA_MAX_BYTES", 256 * 1024 * 1024)  # of one file

# Exports: docs/exports.md
EXPORT_DIR = Path(env.text("SONDE_EXPORT_DIR", str(DATA_DIR / "exports")))
EXPORT_MAX_ROWS = env.number("SONDE_EXPORT_MAX_ROWS", 1_000_000)  # of one file

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.authentication.DenyUnlessDeclared"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}

# Background work
CELERY_BROKER_URL = VALKEY_URL or "memory://"
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_TIME_LIMIT = 900
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = SCHEDULE

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGGING_CONFIG = "config.log.configure"
LOGGING = {
    "level": env.text("SONDE_LOG_LEVEL", "INFO"),
    "format": env.text("SONDE_LOG_FORMAT", "json"),
}
