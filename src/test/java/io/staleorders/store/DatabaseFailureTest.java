package io.staleorders.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.store.DatabaseFailure.Scope;
import io.staleorders.testkit.Fast;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/** What a SQLSTATE means, whatever language the server writes. */
@Fast
class DatabaseFailureTest {
  /** The classes of PostgreSQL's appendix A, and the codes that differ from the rest of theirs. */
  private static final String TABLE =
      """
      00000 ROW
      01000 ROW
      02000 ROW
      03000 ROW
      08000 CONNECTION
      08001 CONNECTION
      08003 CONNECTION
      08004 CONNECTION
      08006 CONNECTION
      08007 CONNECTION
      08P01 CONNECTION
      09000 ROW
      0A000 CONFIGURATION
      0B000 ROW
      0F000 ROW
      0L000 ROW
      0P000 ROW
      0Z000 ROW
      10608 ROW
      20000 ROW
      21000 ROW
      22000 ROW
      22021 ROW
      22P05 ROW
      23505 ROW
      23514 ROW
      24000 ROW
      25000 STATEMENT
      25001 STATEMENT
      25006 SERVER
      25P02 STATEMENT
      25P03 CONNECTION
      25P04 CONNECTION
      26000 STATEMENT
      27000 ROW
      28000 CONFIGURATION
      28P01 CONFIGURATION
      2B000 ROW
      2BP01 ROW
      2D000 ROW
      2F000 ROW
      34000 ROW
      38000 ROW
      39000 ROW
      3B000 ROW
      3D000 CONFIGURATION
      3F000 CONFIGURATION
      40001 STATEMENT
      40P01 STATEMENT
      42501 CONFIGURATION
      42703 CONFIGURATION
      42804 CONFIGURATION
      42883 CONFIGURATION
      42P01 CONFIGURATION
      44000 ROW
      53100 SERVER
      53200 SERVER
      53300 SERVER
      54000 ROW
      54001 ROW
      55000 STATEMENT
      55P03 STATEMENT
      57000 STATEMENT
      57014 STATEMENT
      57P01 CONNECTION
      57P02 CONNECTION
      57P03 SERVER
      57P04 SERVER
      57P05 CONNECTION
      58000 SERVER
      58030 SERVER
      72000 ROW
      F0000 SERVER
      HV000 ROW
      P0001 ROW
      XX000 SERVER
      XX001 SERVER
      45000 ROW
      ABCDE ROW
      """;

  private static final Set<String> PASSING = Set.of("40001", "40P01", "55000", "55P03", "57014");

  @Test
  void sqlStateTellsTheScopeInEveryLanguageOfTheServer() {
    Map<String, Scope> expected = new TreeMap<>();
    TABLE
        .lines()
        .map(line -> line.split(" "))
        .forEach(line -> expected.put(line[0], Scope.valueOf(line[1])));
    for (String severity : new String[] {"ERROR", "FATAL", "错误", "致命错误", "FEHLER", "ОШИБКА"}) {
      Map<String, Scope> seen = new TreeMap<>();
      for (String state : expected.keySet()) {
        DatabaseFailure failure = said(severity, state);
        seen.put(state, failure.scope());
        assertThat(failure.isSaidByServer()).as("%s %s", severity, state).isTrue();
        assertThat(failure.mayPass()).as(state).isEqualTo(PASSING.contains(state));
        assertThat(failure.isConflict()).as(state).isEqualTo(state.startsWith("40"));
      }
      assertThat(seen).isEqualTo(expected);
    }
  }

  @Test
  void driverErrorHasTheScopeOfItsSqlStateAndIsNotSaidByTheServer() {
    TABLE
        .lines()
        .map(line -> line.split(" "))
        .forEach(
            line -> {
              DatabaseFailure failure = raised(new SQLException("x", line[0]));
              assertThat(failure.scope()).as(line[0]).isEqualTo(Scope.valueOf(line[1]));
              assertThat(failure.isSaidByServer()).isFalse();
            });
  }

  /** What the driver reports of a connection must never be taken for a row's. */
  @Test
  void everySqlStateOfTheDriverHasAScope() {
    Set<PSQLState> lost =
        EnumSet.of(
            PSQLState.UNKNOWN_STATE,
            PSQLState.CONNECTION_REJECTED,
            PSQLState.CONNECTION_UNABLE_TO_CONNECT,
            PSQLState.CONNECTION_DOES_NOT_EXIST,
            PSQLState.CONNECTION_FAILURE,
            PSQLState.CONNECTION_FAILURE_DURING_TRANSACTION,
            PSQLState.PROTOCOL_VIOLATION,
            PSQLState.COMMUNICATION_ERROR);
    Arrays.stream(PSQLState.values())
        .forEach(
            state ->
                assertThat(raised(new PSQLException("x", state)).scope() == Scope.CONNECTION)
                    .as(state.name())
                    .isEqualTo(lost.contains(state)));
  }

  /** As where no connection of the pool is free: its own error says only how long it waited. */
  @Test
  void failureWithinThePoolsOwnIsTheOneThatCounts() {
    SQLTransientConnectionException timeout = new SQLTransientConnectionException("timed out");
    assertThat(DatabaseFailure.of(new ConnectionException(timeout)).scope())
        .isEqualTo(Scope.CONNECTION);

    timeout.initCause(serverError("致命错误", "28P01"));
    DatabaseFailure refused = DatabaseFailure.of(new ConnectionException(timeout));
    assertThat(refused.scope()).isEqualTo(Scope.CONFIGURATION);
    assertThat(refused.isSaidByServer()).isTrue();
  }

  @Test
  void failureOfABatchIsTheServersOwn() {
    DatabaseFailure failure =
        raised(
            new BatchUpdateException("batch", "23505", new int[0], serverError("ERROR", "23505")));
    assertThat(failure.scope()).isEqualTo(Scope.ROW);
    assertThat(failure.isSaidByServer()).isTrue();
  }

  @Test
  void exceptionWithoutAnSqlExceptionIsOfTheConnection() {
    DatabaseFailure failure = DatabaseFailure.of(new IllegalStateException("two\nlines"));
    assertThat(failure).isEqualTo(new DatabaseFailure("", false, false, "two"));
    assertThat(failure.scope()).isEqualTo(Scope.CONNECTION);
  }

  private static DatabaseFailure said(String severity, String sqlState) {
    return raised(serverError(severity, sqlState));
  }

  private static DatabaseFailure raised(SQLException e) {
    return DatabaseFailure.of(new UnableToExecuteStatementException(e, null));
  }

  private static PSQLException serverError(String severity, String sqlState) {
    return new PSQLException(
        new ServerErrorMessage("S" + severity + "\0C" + sqlState + "\0M出错了\0"));
  }
}
