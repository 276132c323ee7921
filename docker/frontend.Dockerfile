# The frontend's image. Build context: frontend/
#
# Build arguments: NODE_IMAGE, a Node.js 24; VERSION, REVISION and CREATED
# (RFC 3339) for the labels.
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
# The modules get a folder, and below a layer, of their own: they change far less often than
# the source.
RUN --mount=type=cache,target=/app/.next/cache,sharing=locked \
    node_modules/.bin/next build \
    && mv .next/standalone/node_modules /modules

FROM ${NODE_IMAGE} AS runner
WORKDIR /app
ENV NODE_ENV=production \
    NEXT_TELEMETRY_DISABLED=1 \
    HOSTNAME=0.0.0.0 \
    PORT=3000 \
    HOME=/tmp
COPY --link --from=builder /modules ./node_modules
COPY --link --from=builder /app/.next/standalone ./
COPY --link --from=builder /app/.next/static ./.next/static
COPY --link --from=builder /app/public ./public
# By number: Kubernetes can tell that it is not root, and no base image need know the name.
USER 10001:10001
EXPOSE 3000
CMD ["node", "server.js"]
ARG VERSION=1.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="taskflow-frontend" \
      org.opencontainers.image.description="TaskFlow's web app." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
