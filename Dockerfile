# One image; the command chooses what it is: everything (serve), or one app (python -m issuer, …).
# Wheels only and exact hashes, so no compiler is needed; what built the image stays in the first stage.

FROM node:22-slim AS assets
WORKDIR /src/assets
COPY assets/package.json assets/package-lock.json assets/.npmrc ./
RUN npm ci --ignore-scripts

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/trillium
COPY requirements/run.txt requirements/run.txt
RUN /opt/trillium/bin/pip install --only-binary :all: --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY specs specs
COPY keys keys
COPY issuer issuer
COPY verifier verifier
COPY wallet_api wallet_api
COPY trillium trillium
COPY tools/copy_assets.py tools/copy_assets.py
COPY --from=assets /src/assets/node_modules assets/node_modules
RUN /opt/trillium/bin/python tools/copy_assets.py \
    && /opt/trillium/bin/pip install --no-deps --no-build-isolation . \
    && /opt/trillium/bin/pip uninstall --yes hatchling pathspec pluggy trove-classifiers setuptools pip

FROM python:3.11-slim
RUN python -m pip uninstall --yes pip setuptools wheel \
    && groupadd --system --gid 10001 trillium \
    && useradd --system --uid 10001 --gid trillium --home-dir /srv/trillium --shell /usr/sbin/nologin trillium \
    && install -d -o trillium -g trillium -m 0700 /srv/trillium /srv/trillium/var
COPY --from=build /opt/trillium /opt/trillium
ENV PATH=/opt/trillium/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/trillium
USER 10001:10001
# Databases, keys and the management token. Mount something that lasts, owned by 10001.
VOLUME ["/srv/trillium/var"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=2).close()"]
ENTRYPOINT ["/opt/trillium/bin/python", "-m"]
CMD ["trillium", "serve", "--host", "0.0.0.0"]
