# basewatch as an image: one stage builds the wheel and installs it, the other carries nothing but the result.
#
#   docker build -t basewatch .
#   mkdir config && cp -r feeds.yaml rules config/
#   docker run -d --name basewatch --stop-timeout 40 -v basewatch:/data -v "$PWD/config:/config:ro" basewatch
#
# With the board: -p 127.0.0.1:8470:8470 -e BASEWATCH_WEB=0.0.0.0:8470 and a password (docs/operations.md, "The board").
#
# /config  feeds.yaml, rules/, channels.yaml, policies.yaml, templates/; mount your own over it, read-only. The image brings
#          the shipped feeds and rules.
# /data    the SQLite database, and the working folder.

FROM python:3.11-slim AS build
WORKDIR /src
ENV PIP_CONSTRAINT=/src/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY constraints.txt ./
COPY pyproject.toml README.md LICENSE NOTICE.md feeds.yaml ./
COPY monitor ./monitor
COPY migrations ./migrations
COPY rules ./rules
RUN python -m pip wheel --no-deps --wheel-dir /wheels . \
 && python -m venv /opt/basewatch \
 && /opt/basewatch/bin/python -m pip install --constraint constraints.txt /wheels/basewatch-*.whl

FROM python:3.11-slim
LABEL org.opencontainers.image.title="basewatch" \
      org.opencontainers.image.description="Tells you of attacks on military bases: once, with sources, and why" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/basewatch /opt/basewatch
COPY feeds.yaml /config/feeds.yaml
COPY rules /config/rules
RUN install -d -o 10001 -g 10001 /data
ENV PATH=/opt/basewatch/bin:$PATH HOME=/data BASEWATCH_CONFIG=/config/feeds.yaml PYTHONUNBUFFERED=1
# the database is not named here: its default, basewatch.db in the working folder, gives way to BASEWATCH_DATABASE_URL(_FILE)
WORKDIR /data
VOLUME /data
USER 10001:10001
STOPSIGNAL SIGTERM
# the verdict of the board's /health, and it needs neither board nor port
HEALTHCHECK --interval=60s --timeout=15s --start-period=60s --retries=3 CMD ["basewatch", "health"]
ENTRYPOINT ["basewatch"]
CMD ["run"]
