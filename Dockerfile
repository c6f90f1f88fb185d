# `make images` writes the digests behind the tags. The Python is the one that tests run on.
ARG NODE_IMAGE=node:22.23.3-slim
ARG PYTHON_IMAGE=python:3.11.16-slim
ARG CADDY_IMAGE=caddy:2.11.7

FROM ${NODE_IMAGE} AS client
WORKDIR /client
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci
COPY frontend/ ./
# Its types are for `make check`.
RUN npx vite build

FROM ${PYTHON_IMAGE} AS server
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /seatcast
COPY requirements.txt ./
# No source packages: what builds them would be fetched without a hash.
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt
COPY manage.py pyproject.toml ./
COPY config/ config/
COPY accounts/ accounts/
COPY reservations/ reservations/
COPY realtime/ realtime/
COPY organisations/ organisations/
COPY webhooks/ webhooks/
COPY doors/ doors/
COPY infrastructure/ infrastructure/
# Nothing can be written when it runs, and to compile it all at every start takes long.
RUN python -m compileall -q .
# nobody, as a number: Kubernetes must see that it is not root.
USER 65534:65534
EXPOSE 8000

FROM server AS static
RUN SEATCAST_DATA_DIR=/tmp/data python manage.py collectstatic --no-input

FROM ${CADDY_IMAGE} AS proxy
COPY deploy/Caddyfile /etc/caddy/Caddyfile
COPY --from=client /client/dist /srv/client
COPY --from=static /tmp/data/static /srv/static
# It listens on no port that takes a privilege, and could not be started without it otherwise.
RUN setcap -r /usr/bin/caddy && chown 65534:65534 /data
USER 65534:65534
EXPOSE 8080 8443
