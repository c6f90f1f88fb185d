FROM node:22-slim AS client
WORKDIR /client
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci
COPY frontend/ ./
RUN npm run build

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /seatcast
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY manage.py ./
COPY config/ config/
COPY accounts/ accounts/
COPY reservations/ reservations/
COPY realtime/ realtime/
COPY --from=client /client/dist frontend/dist
USER nobody
EXPOSE 8000
