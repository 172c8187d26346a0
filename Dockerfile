# syntax=docker/dockerfile:1
# One image with the binary and every service's program, each with the log on Kafka. compose/compose.yaml runs it; docs/compose.md says how.

FROM rust:1.95.0-trixie AS build
# The image's toolchain, and not another with the components of rust-toolchain.toml.
ENV RUSTUP_TOOLCHAIN=1.95.0
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    make build-kafka \
    && mkdir /programs \
    && find target/release -maxdepth 1 -name 'plimsoll*' -type f -perm -u+x -exec install --strip -t /programs {} +

FROM alpine/helm:3.17.2 AS helm

FROM debian:trixie-slim
# git reads and writes repositories; curl asks for a service's health.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl git libssl3t64 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/plimsoll plimsoll
COPY --from=helm /usr/bin/helm /usr/local/bin/helm
COPY --from=build /programs/ /usr/local/bin/
USER plimsoll
WORKDIR /var/lib/plimsoll
CMD ["plimsoll", "--help"]
