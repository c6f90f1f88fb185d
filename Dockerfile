FROM node:22-slim AS client
WORKDIR /client
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci
COPY frontend/ ./
RUN npm run build

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
USER nobody
EXPOSE 8000

FROM server AS static
RUN SEATCAST_DATA_DIR=/tmp/data python manage.py collectstatic --no-input

FROM caddy:2.11.7 AS proxy
COPY deploy/Caddyfile /etc/caddy/Caddyfile
COPY --from=client /client/dist /srv/client
COPY --from=static /tmp/data/static /srv/static
RUN chown nobody:nobody /data
USER nobody
EXPOSE 8000
