# BrowserFarm with Debian's Chromium headless shell, as another user than root, with an init that reaps the browsers.
#
#   docker build -t browserfarm:dev .            (or ./farm image)
#   docker run --rm --security-opt seccomp=unconfined -v farm-data:/data browserfarm:dev crawl https://example.org
#
# Chromium's sandbox needs user namespaces, which Docker's default seccomp profile forbids; see docs/operating.md.
#
# .NET 10 has no Debian images, and Ubuntu's Chromium is a snap, which a container cannot run:
# so the runtime is taken from the SDK image and laid on plain Debian. It is the portable build, at home on both.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
ARG BASE_IMAGE=debian:13-slim

FROM ${SDK_IMAGE} AS build
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
WORKDIR /source
# The driver's own node comes out of its package executable for the owner alone: hence the chmod after publishing.
# -r leaves out the native libraries of every other platform; compiled ahead of time, a render starts sooner.
RUN case "$(uname -m)" in x86_64) echo linux-x64 ;; aarch64) echo linux-arm64 ;; *) exit 1 ;; esac >/rid
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/ContextPool/ContextPool.csproj src/ContextPool/
COPY src/BrowserFarm/BrowserFarm.csproj src/BrowserFarm/
RUN dotnet restore src/BrowserFarm -r "$(cat /rid)" -p:PublishReadyToRun=true
COPY BannedSymbols.txt .editorconfig playwright.config.json ./
COPY src/ src/
RUN dotnet publish src/BrowserFarm -c Release -o /out/app --no-restore \
        -r "$(cat /rid)" --self-contained false -p:PublishReadyToRun=true \
    && rm -f /out/app/*.xml /out/app/playwright.ps1 \
    && chmod -R a+rX /out/app
RUN sdk="$(dirname "$(readlink -f "$(command -v dotnet)")")" \
    && mkdir -p /out/dotnet/shared \
    && cp -a "$sdk/dotnet" "$sdk/host" "$sdk"/*.txt /out/dotnet/ \
    && cp -a "$sdk/shared/Microsoft.NETCore.App" "$sdk/shared/Microsoft.AspNetCore.App" /out/dotnet/shared/

FROM ${BASE_IMAGE}
# ca-certificates brings the OpenSSL library that .NET loads. Fonts for screenshots: Liberation stands in for Arial, Times and
# Courier, Zen Hei writes Chinese, Japanese and Korean; for Arabic, Thai and the scripts of India add fonts-noto-core (43 MB).
# Removed again: Mesa's software renderer with LLVM, and Vulkan's validation layer. They are 224 MB that the headless shell
# never loads here; it brings SwiftShader, and WebGL still answers without them.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates chromium-headless-shell libstdc++6 tini tzdata \
        fonts-liberation fonts-wqy-zenhei fonts-noto-color-emoji \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb \
        /usr/lib/*/libLLVM* /usr/lib/*/libgallium-* /usr/lib/*/libz3.so.* /usr/lib/chromium/libVkLayer_* \
    && useradd --uid 10001 --user-group --create-home --shell /usr/sbin/nologin farm \
    && install -d -o farm -g farm /data

COPY --from=build /out/dotnet /usr/share/dotnet
COPY --from=build /out/app /app

ENV PATH=/usr/share/dotnet:$PATH \
    DOTNET_ROOT=/usr/share/dotnet \
    BROWSERFARM_CHROMIUM=/usr/bin/chromium-headless-shell \
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1

USER 10001:10001
WORKDIR /data
VOLUME /data
ENTRYPOINT ["/usr/bin/tini", "--", "dotnet", "/app/BrowserFarm.dll"]
CMD ["--help"]
