# The service as a container: `docker build .`, and docker-compose.yml shows it at work.

FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /build
COPY pom.xml ./
RUN mvn -B -ntp dependency:copy-dependencies@libraries
COPY db/migration db/migration
COPY src/main src/main
RUN mvn -B -ntp resources:resources compiler:compile jar:jar
# The native library that signs. It would unpack itself into a temporary folder, and there is none to write to.
RUN cd target && jar xf lib/AmazonCorrettoCryptoProvider-*.jar \
      com/amazon/corretto/crypto/provider/libamazonCorrettoCryptoProvider.so \
    && mkdir native && mv com/amazon/corretto/crypto/provider/*.so native/
# One time for all, so that the same libraries are the same layer wherever they were downloaded.
RUN find target/lib target/native target/stale-order-closer.jar -exec touch -d 2026-01-01T00:00:00Z {} +

FROM eclipse-temurin:25-jre AS runtime
COPY --from=build /build/target/lib /app/lib
COPY --from=build /build/target/native /app/native
COPY --from=build /build/target/stale-order-closer.jar /app/

# A short life of the service with a real database, for the JVM to learn from. The cache that comes
# of it is good for the very same JVM and class path only, so both are those of the stage above.
FROM postgres:17 AS training
COPY --from=runtime /opt/java/openjdk /opt/java/openjdk
COPY --from=runtime /app /app
COPY db/demo /docker-entrypoint-initdb.d
COPY container/train /
RUN /train

FROM runtime
COPY --from=training /app/stale-order-closer.aot /app/
COPY container/stale-order-closer /usr/local/bin/
LABEL org.opencontainers.image.title="stale-order-closer" \
      org.opencontainers.image.description="Closes unpaid WeChat Pay orders at WeChat Pay, and only then in the shop's database." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.base.name="eclipse-temurin:25-jre"
# The JVM decodes environment variables by the locale: values in Chinese need UTF-8.
ENV LANG=C.UTF-8 LC_ALL=C.UTF-8
WORKDIR /app
USER 10001:10001
# The file that it looks at is young only while the scheduler ticks and the database answers.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=2 CMD ["stale-order-closer", "health"]
ENTRYPOINT ["stale-order-closer"]
CMD ["run"]
