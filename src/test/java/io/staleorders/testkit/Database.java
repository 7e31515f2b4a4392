package io.staleorders.testkit;

import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One database, its superuser and how to reach it.
 *
 * @param jdbcUrl without user and password in it
 */
public record Database(String jdbcUrl, String user, String password) {

  /** Opens a new connection each time, as the superuser. */
  public DataSource dataSource() {
    return dataSource(user, password);
  }

  /** Opens a new connection each time, as another role. */
  public DataSource dataSource(String role, String rolePassword) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(jdbcUrl);
    source.setUser(role);
    source.setPassword(rolePassword);
    return source;
  }

  /** What the server calls it. */
  String name() {
    return jdbcUrl.substring(jdbcUrl.lastIndexOf('/') + 1);
  }

  /** Another database of the same server. */
  Database named(String name) {
    return new Database(jdbcUrl.substring(0, jdbcUrl.lastIndexOf('/') + 1) + name, user, password);
  }
}
