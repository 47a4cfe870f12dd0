# honeyjam in a container: `up`, `serve` or `report`, as its command says. See docs/how-to/run-in-a-container.md

FROM docker.io/library/node:24-trixie-slim AS build
WORKDIR /opt/honeyjam
COPY package.json package-lock.json ./
# no install script is needed: the SQLite binding and the compiler bring their binaries
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/clean-dist.mjs scripts/
COPY src src
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund
COPY LICENSE ./
COPY bin bin
COPY demo demo
# what is left of the SQLite binding: its code and the binary of this processor; and a checkout with a strict umask becomes readable
RUN cd node_modules/better-sqlite3 \
 && mv "prebuilds/linux-$(node --print process.arch).node" . && rm -r prebuilds/* deps src && mv ./*.node prebuilds/ \
 && chmod --recursive a+rX /opt/honeyjam

# The same Debian as above, without npm and what it brings. Nothing in here belongs to the user or can be changed by it.
FROM docker.io/library/debian:trixie-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="honeyjam" \
      org.opencontainers.image.description="Reports Cowrie's attackers to a self-hosted, Threat Jammer compatible denylist" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="docker.io/library/debian:trixie-slim"
# a number that no other user has: neither the first one of a host (1000) nor Cowrie (999) nor T-Pot (2000)
RUN groupadd --gid 10001 honeyjam \
 && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir /var/lib/honeyjam --shell /usr/sbin/nologin honeyjam \
 && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/honeyjam \
 && ln -s /opt/honeyjam/bin/honeyjam.js /usr/local/bin/honeyjam
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /usr/local/LICENSE /usr/share/doc/node/LICENSE
COPY --from=build /opt/honeyjam/package.json /opt/honeyjam/LICENSE /opt/honeyjam/
COPY --from=build /opt/honeyjam/node_modules /opt/honeyjam/node_modules
COPY --from=build /opt/honeyjam/bin /opt/honeyjam/bin
COPY --from=build /opt/honeyjam/demo /opt/honeyjam/demo
COPY --from=build /opt/honeyjam/dist /opt/honeyjam/dist

# HONEYJAM_HOST: whether anybody outside reaches the port is decided where it is published
ENV NODE_ENV=production \
    HOME=/var/lib/honeyjam \
    HONEYJAM_DATA=/var/lib/honeyjam \
    HONEYJAM_HOST=0.0.0.0
VOLUME /var/lib/honeyjam
WORKDIR /var/lib/honeyjam
USER 10001:10001
EXPOSE 8088
HEALTHCHECK --interval=1m --timeout=10s --start-period=30s --retries=3 \
  CMD ["node", "/opt/honeyjam/dist/cli/healthcheck.js", "/var/lib/honeyjam"]
ENTRYPOINT ["honeyjam"]
CMD ["up"]
