# The backend's image. Build context: backend/
#
# Build arguments: PYTHON_IMAGE, a Python 3.11 on Debian; VERSION, REVISION and
# CREATED (RFC 3339) for the labels; SOURCE_DATE_EPOCH, the same moment in seconds.
# Optional secret "ca": a bundle of certificates for machines behind a proxy of their own.
ARG PYTHON_IMAGE=python:3.11-slim

FROM ${PYTHON_IMAGE} AS dependencies
# pip lives beside the environment, not in it: nothing in the image can install anything.
RUN python3.11 -m venv /opt/pip
COPY requirements.txt /opt/requirements.txt
# Compiled by content and not by time, so that a rebuild gives the same bytes.
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    --mount=type=secret,id=ca \
    if [ -s /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi \
    && python3.11 -m venv --without-pip /opt/venv \
    && /opt/pip/bin/pip --python /opt/venv/bin/python --disable-pip-version-check install \
        --require-hashes --only-binary=:all: --no-compile --requirement /opt/requirements.txt \
    && rm -rf /opt/venv/include \
    && find /opt/venv/lib -type d -name tests -prune -exec rm -rf {} + \
    && python3.11 -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib \
    && mkdir -p /image/opt && mv /opt/venv /image/opt/ \
    && chmod -R u=rwX,go=rX /image && find /image -exec touch -h -d @0 {} +

FROM ${PYTHON_IMAGE} AS source
WORKDIR /image/app
COPY alembic.ini ./
COPY migrations ./migrations
COPY src ./src
RUN python3.11 -m compileall -q --invalidation-mode unchecked-hash -s /image -p / /image/app \
    && chmod -R u=rwX,go=rX /image && find /image -exec touch -h -d @0 {} +

FROM ${PYTHON_IMAGE} AS runner
LABEL org.opencontainers.image.title="taskflow-backend" \
      org.opencontainers.image.description="TaskFlow's API: tasks, accounts and the assistant." \
      org.opencontainers.image.licenses="MIT"
# pip comes with the base, as Debian's packages or by itself, and nothing here needs it.
# /dev is no part of the image.
RUN touch /dev/begin \
    && if dpkg --status python3.11-venv >/dev/null 2>&1; then \
        dpkg --purge python3.11-venv python3-pip-whl python3-setuptools-whl; fi \
    && rm -rf /usr/local/lib/python3.11/ensurepip /usr/local/lib/python3.11/site-packages/* \
        /usr/local/bin/pip* /usr/local/bin/wheel /var/log/dpkg.log \
    && find / -xdev -newer /dev/begin -exec touch -h -d @0 {} +
WORKDIR /app
ENV PATH=/opt/venv/bin:${PATH} \
    HOME=/tmp \
    TMPDIR=/dev/shm \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
COPY --link --from=dependencies /image/ /
COPY --link --from=source /image/ /
# By number: Kubernetes can tell that it is not root, and no base image need know the name.
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "src.server", "--port", "8000", "--host", "0.0.0.0"]
ARG VERSION=1.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
