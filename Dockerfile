# A server of runs, docs/serving.md:
#   docker build -t rootsigma .
#   docker run --rm -p 8080:8080 -v "$PWD/runs:/runs:ro" -e ROOTSIGMA_TOKEN=… rootsigma /runs/people

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build
# What the last stage takes can be read by its user, whatever modes the files here have.
RUN chmod -R a+rX dist package.json LICENSE THIRD_PARTY.md

# What it needs to run: what package-lock.json pins, no install script, and of ONNX Runtime's libraries those of this system.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund
RUN rm -rf node_modules/onnxruntime-node/bin/*/darwin node_modules/onnxruntime-node/bin/*/win32

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production ORT_DISABLE_TELEMETRY=1
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/package.json /app/LICENSE /app/THIRD_PARTY.md ./
# It writes nothing, so that --read-only does as well.
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli/main.js", "serve", "--host", "0.0.0.0", "--log", "json"]
