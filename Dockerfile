# One image for all programs of Plantwright; docker-compose.yml says which command each runs.
FROM python:3.11.13-slim-bookworm AS libraries
COPY requirements.lock .
# The lock names everything with its hash: nothing is resolved, nothing is built here.
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary=:all: --requirement requirements.lock

FROM python:3.11.13-slim-bookworm
RUN groupadd --gid 10001 plantwright \
    && useradd --uid 10001 --gid plantwright --no-create-home --shell /usr/sbin/nologin plantwright \
    && install --directory --owner plantwright --group plantwright \
        /var/lib/plantwright /var/lib/plantwright/media /var/lib/plantwright/beat /var/lib/plantwright/spool
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=mes.settings.production \
    MES_HOME=/var/lib/plantwright
COPY --from=libraries /venv /venv
WORKDIR /app
# The files stay root's: the programs read them and cannot change them. .dockerignore says what is copied.
COPY . .
# The settings want values that this command has no use for; none of them is kept in the image.
RUN SECRET_KEY=none DATABASE_URL=postgresql://none REDIS_URL=redis://none MES_ALLOWED_HOSTS=none \
    python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q .
USER 10001:10001
EXPOSE 8000
