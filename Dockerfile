# The same app as `make up`, for server images of the stores (docker-compose.yml). No compiler, no root, no write to the image.
FROM python:3.13.9-slim-bookworm AS packages
WORKDIR /packages
COPY requirements-server.txt .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-server.txt

FROM python:3.13.9-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app:/app/platform \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    SONDE_HOST=0.0.0.0 \
    SONDE_DATA_DIR=/data \
    SONDE_STATIC_ROOT=/app/staticfiles
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin sonde && install -d -o sonde -g sonde /data
COPY --from=packages /venv /venv
WORKDIR /app
COPY manage.py ./
COPY platform platform
COPY prompts prompts
COPY ingest ingest
COPY evals evals
COPY templates templates
COPY static static
COPY docker/make_secrets.py docker/make_secrets.py
RUN python -m compileall -q platform prompts ingest evals \
    && SONDE_SECRET_KEY=only-for-the-build python manage.py collectstatic --noinput --verbosity 0
USER sonde
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
