# BrowserFarm with Debian's Chromium headless shell, as another user than root, with an init that reaps the browsers. docs/container.md tells how it is run.
#
#   docker build -t browserfarm:dev .            (or ./farm image)
#   docker run --rm --security-opt seccomp=deploy/seccomp/chromium.json browserfarm:dev crawl https://example.org
#
# .NET 10 has no Debian images, and Ubuntu's Chromium is a snap, which a container cannot run: so the runtime is taken from its own image and laid on
# plain Debian. It is the portable build, at home on both. Taken as it is, it is one layer that a new release of the farm does not change.
#
# For amd64 and arm64 (docker build --platform linux/arm64). What compiles runs on the machine that builds, for either: .NET's SDK does not work under
# emulation. Of the other kind only apt runs, in the last stage.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0
ARG NODE_IMAGE=node:22-slim
ARG BASE_IMAGE=debian:13-slim

FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS dashboard
COPY src/BrowserFarm/Dashboard/ /dashboard/
RUN /dashboard/build-dashboard /lib-out

FROM ${RUNTIME_IMAGE} AS runtime

FROM --platform=$BUILDPLATFORM ${SDK_IMAGE} AS build
ARG TARGETARCH
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
WORKDIR /source
# -r leaves out the native libraries of every other platform; compiled ahead of time, a render starts sooner.
RUN case "$TARGETARCH" in \
        amd64) rid=linux-x64 gnu=x86_64-linux-gnu package=binutils-x86-64-linux-gnu ;; \
        arm64) rid=linux-arm64 gnu=aarch64-linux-gnu package=binutils-aarch64-linux-gnu ;; \
        *) echo "The image is for amd64 and arm64, not for '$TARGETARCH'." >&2; exit 1 ;; \
    esac \
    && { command -v $gnu-strip >/dev/null || { apt-get update && apt-get install -y --no-install-recommends $package; }; } \
    && echo $rid >/rid && ln -s "$(command -v $gnu-strip)" /usr/local/bin/strip-target
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/ContextPool/ContextPool.csproj src/ContextPool/
COPY src/BrowserFarm/BrowserFarm.csproj src/BrowserFarm/
RUN dotnet restore src/BrowserFarm -r "$(cat /rid)" -p:PublishReadyToRun=true
COPY BannedSymbols.txt .editorconfig playwright.config.json ./
COPY src/ src/
COPY --from=dashboard /lib-out src/BrowserFarm/Dashboard/web/lib
# Analyzers have had their say in ./farm check, and take half of the time. Of the driver, what its programs for people need is left out (trace viewer,
# recorder, types), and the symbols of its node; node comes out of its package executable for the owner alone, hence the chmod.
RUN dotnet publish src/BrowserFarm -c Release -o /out/app --no-restore \
        -r "$(cat /rid)" --self-contained false -p:PublishReadyToRun=true -p:RunAnalyzers=false \
    && cd /out/app \
    && rm -rf ./*.xml ./*.pdb playwright.ps1 .playwright/package/lib/vite .playwright/package/types \
    && find .playwright/node -mindepth 1 -maxdepth 1 -type d ! -name "$(cat /rid)" -exec rm -rf {} + \
    && strip-target .playwright/node/*/node \
    && chmod -R a+rX .

FROM ${BASE_IMAGE}
# ca-certificates brings the OpenSSL library that .NET loads. Liberation stands in for Arial, Times and Courier, Zen Hei writes Chinese, Japanese and
# Korean, Noto everything else: of it the plain faces are kept of scripts that are written today. Removed besides, 280 MB that the headless shell never
# loads: Mesa's software renderer with LLVM (it brings SwiftShader), Vulkan's validation layer, what only a window needs. The image test proves that
# pages, pictures, PDF and WebGL come out.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates chromium-headless-shell libstdc++6 tini tzdata \
        fonts-liberation fonts-wqy-zenhei fonts-noto-core fonts-noto-color-emoji \
    && find /usr/share/fonts/truetype/noto -type f ! -name 'NotoColorEmoji.ttf' \
        ! -regex '.*/Noto\(Sans\|Naskh\)\(Arabic\|Armenian\|Bengali\|Devanagari\|Ethiopic\|Georgian\|Gujarati\|Gurmukhi\|Hebrew\|Kannada\|Khmer\|Lao\|Malayalam\|Math\|Myanmar\|Oriya\|Sinhala\|Symbols\|Symbols2\|Tamil\|Telugu\|Thaana\|Thai\)-\(Regular\|Bold\)\.ttf' \
        -delete \
    && fc-cache -f \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/*.log /var/log/apt \
        /usr/lib/*/libLLVM* /usr/lib/*/libgallium-* /usr/lib/*/libz3.so.* \
        /usr/lib/chromium/libVkLayer_* /usr/lib/chromium/*.TOC /usr/lib/chromium/resources.pak /usr/share/X11/locale /usr/share/X11/xkb \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin farm \
    && install -d -o farm -g farm /data \
    && find / -xdev -perm /6000 -type f -exec chmod a-s {} +

COPY --from=runtime /usr/share/dotnet /usr/share/dotnet
COPY --from=build /out/app /app

# Nothing is written but to /data and /tmp, so the root file system may be read-only: caches of fonts and settings go to /tmp, and .NET opens no pipe
# for debuggers there.
ENV PATH=/usr/share/dotnet:$PATH \
    DOTNET_ROOT=/usr/share/dotnet \
    DOTNET_EnableDiagnostics=0 \
    BROWSERFARM_CHROMIUM=/usr/bin/chromium-headless-shell \
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 \
    HOME=/data \
    TMPDIR=/tmp \
    XDG_CACHE_HOME=/tmp/.cache \
    XDG_CONFIG_HOME=/tmp/.config

USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 CMD ["/app/BrowserFarm", "health"]
ENTRYPOINT ["/usr/bin/tini", "--", "/app/BrowserFarm"]
# Reachable from outside, so it does not start without tokens: docs/container.md#tokens.
CMD ["serve", "--data", "/data", "--urls", "http://0.0.0.0:8080", "--tokens", "/run/secrets/tokens", "--log", "json"]
