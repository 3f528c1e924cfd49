# The stand-in for composer/satis: its program (Tests/Fixtures/satis, the build context) on Debian's PHP and Composer.
ARG BASE
FROM ${BASE}
RUN set -e; \
    apt-get update; \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
      composer git openssh-client php-cli php-curl php-mbstring php-twig-html-extra php-xml php-zip unzip; \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /usr/share/doc/* /usr/share/man/*
COPY . /satis
ENV COMPOSER_HOME=/composer
WORKDIR /build
ENTRYPOINT ["/satis/bin/satis"]
CMD ["list"]
