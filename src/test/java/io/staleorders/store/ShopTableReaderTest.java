package io.staleorders.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.staleorders.testkit.Shop;
import io.staleorders.testkit.Tap;
import java.sql.SQLException;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found wrong with the shop's table when the service starts. */
class ShopTableReaderTest {
  private final Shop shop = Shop.open();

  /** Or the service would end as wrongly set up, while the database is only being restarted. */
  @ParameterizedTest
  @ValueSource(strings = {"SELECT CAST(? AS text)::", "EXPLAIN"})
  void databaseThatGoesAwayMeanwhileIsNoFaultOfTheTable(String statement) {
    assertThatThrownBy(() -> read(statement, "57P01")).isInstanceOf(JdbiException.class);
    assertThatThrownBy(() -> read(statement, "08006")).isInstanceOf(JdbiException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELECT CAST(? AS text)::", "EXPLAIN"})
  void statementThatTheServerRefusesIsAFaultOfTheTable(String statement) {
    assertThat(read(statement, "42501")).isInstanceOf(ShopTableReader.Outcome.Unusable.class);
  }

  private ShopTableReader.Outcome read(String failing, String sqlState) {
    Tap.Listener listener =
        new Tap.Listener() {
          @Override
          public void before(String sql) throws SQLException {
            if (sql.startsWith(failing)) {
              throw new SQLException("failed on purpose", sqlState);
            }
          }

          @Override
          public void after(String sql) {}
        };
    Jdbi jdbi = Databases.jdbi(Tap.on(shop.database().dataSource(), listener));
    return ShopTableReader.read(jdbi, Shop.mapping());
  }
}
