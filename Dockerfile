FROM node:22-slim AS client
WORKDIR /client
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci
COPY frontend/ ./
# Its types are for `make check`.
RUN npx vite build

FROM python:3.13-slim AS server
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /seatcast
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY manage.py ./
COPY config/ config/
COPY accounts/ accounts/
COPY reservations/ reservations/
COPY realtime/ realtime/
# Nothing can be written when it runs, and to compile it all at every start takes long.
RUN python -m compileall -q .
# nobody, as a number: Kubernetes must see that it is not root.
USER 65534:65534
EXPOSE 8000

FROM server AS static
RUN SEATCAST_DATA_DIR=/tmp/data python manage.py collectstatic --no-input

FROM caddy:2.11.7 AS proxy
COPY deploy/Caddyfile /etc/caddy/Caddyfile
COPY --from=client /client/dist /srv/client
COPY --from=static /tmp/data/static /srv/static
# It listens on no port that takes a privilege, and could not be started without it otherwise.
RUN setcap -r /usr/bin/caddy && chown 65534:65534 /data
USER 65534:65534
EXPOSE 8080 8443
