# The frontend's image. Build context: frontend/
#
# Build arguments: NODE_IMAGE, a Node.js 24; VERSION, REVISION and CREATED (RFC 3339) for the
# labels; SOURCE_DATE_EPOCH, the same moment in seconds.
# Optional secret "ca": a bundle of certificates for machines behind a proxy of their own.
ARG NODE_IMAGE=node:24-alpine

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
# Not npm ci: it refuses a lock that lacks the builds of other platforms, which not every
# registry has. npm install takes the locked versions and checks their hashes all the same.
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm,sharing=locked \
    --mount=type=secret,id=ca \
    if [ -s /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi \
    && npm install --no-save --ignore-scripts --no-audit --no-fund

FROM dependencies AS builder
ENV NODE_ENV=production \
    NEXT_TELEMETRY_DISABLED=1
COPY . .
# A build's id is a hash of its sources. Next.js also draws keys, for preview mode and for server
# actions, which TaskFlow has neither of: an image must not hold a secret, so they are taken out.
# What stands for them, half of a surrogate pair, is in no header and no cookie there can be.
# The modules get a folder, and below a layer, of their own: they change far less often than
# the source.
RUN --mount=type=cache,target=/app/.next/cache,sharing=locked \
    BUILD_ID=$(find . \( -path ./node_modules -o -path ./.next \) -prune -o -type f -print0 \
        | sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-16) node_modules/.bin/next build \
    && find .next/standalone/.next -name '*.map' -delete \
    && find .next/standalone/.next -name '*.json' -o -name '*.js' | xargs sed -i -E \
        -e 's/("previewMode[A-Za-z]+": *")[0-9a-f]+"/\1\\ud800"/' \
        -e 's/(encryptionKey\\?": *\\?")[A-Za-z0-9+/]+=*/\1/' \
    && mkdir -p /modules/app /image/app/.next \
    && mv .next/standalone/node_modules /modules/app/ \
    && cp -R .next/standalone/. /image/app/ \
    && cp -R .next/static /image/app/.next/ \
    && cp -R public serve.mjs /image/app/ \
    && rm /image/app/server.js \
    && chmod -R u=rwX,go=rX /modules /image \
    && find /modules -exec touch -h -d @0 {} +
# The browser's copies of files are checked by their time.
ARG SOURCE_DATE_EPOCH=0
RUN find /image -exec touch -h -d @${SOURCE_DATE_EPOCH} {} +

FROM ${NODE_IMAGE} AS runner
LABEL org.opencontainers.image.title="taskflow-frontend" \
      org.opencontainers.image.description="TaskFlow's web app." \
      org.opencontainers.image.licenses="MIT"
# npm and its kind come with the base, and nothing here needs them. /dev is no part of the image.
RUN touch /dev/begin \
    && rm -rf /usr/local/lib/node_modules /opt/yarn* \
    && cd /usr/local/bin && rm -f npm npx corepack yarn yarnpkg \
    && touch -d @0 /usr && find / -xdev -newer /dev/begin -exec touch -h -d @0 {} +
WORKDIR /app
ENV NODE_ENV=production \
    NEXT_TELEMETRY_DISABLED=1 \
    NEXT_MANUAL_SIG_HANDLE=1 \
    HOSTNAME=0.0.0.0 \
    PORT=3000 \
    HOME=/tmp \
    TMPDIR=/dev/shm
COPY --link --from=builder /modules/ /
COPY --link --from=builder /image/ /
# By number: Kubernetes can tell that it is not root, and no base image need know the name.
USER 10001:10001
EXPOSE 3000
# A start makes much that is soon garbage; with room for it, it is looked for less often.
CMD ["node", "--min-semi-space-size=16", "serve.mjs"]
ARG VERSION=1.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
