# The web client, then one static binary, then nothing but that binary.
FROM node:22-bookworm-slim AS web
WORKDIR /src/portal/web
COPY portal/web/package.json portal/web/package-lock.json portal/web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY portal/web/ ./
RUN npm run build

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/portal/web/dist ./portal/web/dist
RUN CGO_ENABLED=0 go build -trimpath -o /out/housecall ./cmd/housecall && mkdir /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /zoneinfo.zip
COPY --from=build /out/housecall /housecall
COPY --from=build --chown=65532:65532 /out/data /data
ENV ZONEINFO=/zoneinfo.zip HOUSECALL_DATA=/data HOUSECALL_ADDR=0.0.0.0:8080
USER 65532:65532
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/housecall"]
CMD ["serve"]
