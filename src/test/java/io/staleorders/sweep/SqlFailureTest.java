package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.sql.SQLException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a SQLSTATE is a sign of. */
@Fast
class SqlFailureTest {
  /** Among them: read-only, disk full, out of memory, too many clients, shut down, starting up. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "08001", "08006", "08P01", "25006", "28P01", "3D000", "53100", "53200", "53300", "57P01",
        "57P02", "57P03", "57P05", "58030"
      })
  void serverThatFailsIsTold(String state) {
    assertThat(SqlFailure.isOfServer(failure(state))).isTrue();
    assertThat(SqlFailure.isPassing(failure(state))).isFalse();
  }

  /** As where no connection of the pool is free. */
  @Test
  void failureWithoutASqlStateIsTheServers() {
    assertThat(SqlFailure.isOfServer(new ConnectionException(new SQLException("timeout"))))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"40001", "40P01", "55P03", "57014"})
  void statementThatMaySucceedAMomentLaterIsTold(String state) {
    assertThat(SqlFailure.isPassing(failure(state))).isTrue();
    assertThat(SqlFailure.isOfServer(failure(state))).isFalse();
    assertThat(SqlFailure.isConflict(failure(state))).isEqualTo(state.startsWith("40"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"P0001", "23505", "42501", "XX000", "45000"})
  void refusalOfOneRowIsNeither(String state) {
    assertThat(SqlFailure.isPassing(failure(state))).isFalse();
    assertThat(SqlFailure.isOfServer(failure(state))).isFalse();
  }

  private static JdbiException failure(String state) {
    return new ConnectionException(new SQLException("no", state));
  }
}
