package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Database;
import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Ran;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Database URLs of both forms, as a service with a real database takes them. */
class DatabaseUrlTest {
  private final Installation site = Installation.open();

  @AfterEach
  void close() {
    site.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://localhost:1,HOST?targetServerType=primary&prepareThreshold=0",
        "postgres://localhost:1,HOST?target_session_attrs=read-write&connect_timeout=3",
        "postgresql://USER:PASSWORD@HOST?sslmode=disable&keepalives=1&application_name=shop%20closer",
      })
  void ordersAreClosedThroughThem(String form) {
    Database database = site.shop().database();
    String place = database.jdbcUrl().substring("jdbc:postgresql://".length());
    site.set(
        "DATABASE_URL",
        form.replace("HOST", place)
            .replace("USER", database.user())
            .replace("PASSWORD", database.password()));
    site.shop().order("ORDER-1", Duration.ofHours(1));

    Ran ran = Commands.run(site.settings(), "once");

    assertThat(ran.exitCode()).isZero();
    assertThat(site.shop().status("ORDER-1")).isEqualTo("CLOSED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sslmod=verify-full", "prepareThreshold=5", "loggerFile=/tmp/driver.log"})
  void parameterThatIsRefusedStopsEveryCommand(String parameter) {
    site.set("DATABASE_URL", site.shop().database().jdbcUrl() + "?" + parameter);

    for (String command : new String[] {"run", "once", "check", "report", "migrate"}) {
      Ran ran = Commands.run(site.settings(), command);

      assertThat(ran.exitCode()).as(command).isEqualTo(2);
      assertThat(ran.out()).as(command).contains("DATABASE_URL", parameter.split("=", 2)[0]);
    }
  }
}
