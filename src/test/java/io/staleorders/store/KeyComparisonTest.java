package io.staleorders.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Postgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

/** An order number of ours equals a key exactly when it is the key's text, and never fails. */
class KeyComparisonTest {
  private static final List<String> NUMBERS =
      List.of(
          "",
          " ",
          "0",
          "-0",
          "00",
          "1",
          "-1",
          "+1",
          "01",
          " 1",
          "1 ",
          "1\n",
          "\t1",
          "1.0",
          "1.",
          ".1",
          "1e3",
          "1000",
          "1_000",
          "0x10",
          "16",
          "32767",
          "32768",
          "-32768",
          "2147483647",
          "2147483648",
          "-2147483648",
          "002147483647",
          "9223372036854775807",
          "9223372036854775808",
          "09223372036854775807",
          "18446744073709551616",
          "9".repeat(32),
          "9".repeat(33),
          "1" + "0".repeat(32),
          "9".repeat(100),
          "NaN",
          "Infinity",
          "infinity",
          "null",
          "ORDER-1",
          "order-1",
          "ORDER-1 ",
          "ORDER_1",
          "ORDER|1*@",
          "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
          "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
          "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
          "a0eebc999c0b4ef8bb6d6bb9bd380a11",
          "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1",
          "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g",
          "订单1234",
          "１",
          "{1}",
          "'1'",
          "\\x31",
          "%",
          "t",
          "2026-01-01");

  /**
   * A type of a key.
   *
   * @param base what the statements are made for, as {@link ShopColumn} gives it
   * @param text the text of the key {@code k}, as our tables hold it
   */
  private record KeyType(String sql, String base, String text) {
    KeyType(String sql, String base) {
      this(sql, base, "k::text");
    }
  }

  private static final List<KeyType> TYPES =
      List.of(
          new KeyType("text", "\"pg_catalog\".\"text\""),
          new KeyType("varchar(200)", "\"pg_catalog\".\"varchar\""),
          new KeyType("char(120)", "\"pg_catalog\".\"bpchar\"", "rtrim(k::text, ' ')"),
          new KeyType("int2", "\"pg_catalog\".\"int2\""),
          new KeyType("int4", "\"pg_catalog\".\"int4\""),
          new KeyType("int8", "\"pg_catalog\".\"int8\""),
          new KeyType("numeric", "\"pg_catalog\".\"numeric\""),
          new KeyType("numeric(40, 2)", "\"pg_catalog\".\"numeric\""),
          new KeyType("uuid", "\"pg_catalog\".\"uuid\""),
          new KeyType("public.citext", "\"public\".\"citext\"", "lower(k::text)"),
          new KeyType("public.short_number", "\"pg_catalog\".\"varchar\""),
          new KeyType("public.positive", "\"pg_catalog\".\"int8\""),
          new KeyType("date", "\"pg_catalog\".\"date\""),
          new KeyType("bytea", "\"pg_catalog\".\"bytea\""),
          new KeyType("bool", "\"pg_catalog\".\"bool\""));

  @Test
  void numberEqualsAKeyOfAnyTypeExactlyWhenItIsItsTextAndNeverFails() {
    Jdbi jdbi = Databases.jdbi(Postgres.freshDatabase().dataSource());
    jdbi.useHandle(
        handle -> {
          handle.execute("CREATE EXTENSION citext");
          handle.execute("CREATE DOMAIN short_number AS varchar(8) CHECK (VALUE ~ '^[0-9A-Z-]+$')");
          handle.execute("CREATE DOMAIN positive AS int8 CHECK (VALUE > 0)");
          for (KeyType type : TYPES) {
            fill(handle, type);
            assertThat(wrong(handle, type)).as(type.sql()).isEmpty();
          }
        });
  }

  /** All that the type takes. */
  private static void fill(Handle handle, KeyType type) {
    handle.execute("DROP TABLE IF EXISTS keys");
    handle.execute("CREATE TABLE keys (k " + type.sql() + ")");
    for (String number : NUMBERS) {
      handle
          .createUpdate(
              """
              DO $do$ BEGIN
                INSERT INTO keys VALUES (%s::%s);
              EXCEPTION WHEN data_exception OR check_violation THEN NULL; END $do$
              """
                  .formatted(SqlText.literal(number), type.sql()))
          .execute();
    }
    assertThat(handle.createQuery("SELECT count(*) FROM keys").mapTo(int.class).one()).isPositive();
  }

  /** What is compared otherwise than its text. */
  private static List<String> wrong(Handle handle, KeyType type) {
    KeyComparison keys = KeyComparison.of(type.base());
    List<String> wrong = new ArrayList<>();
    String number =
        type.text().equals("k::text") ? "number" : type.text().replace("k::text", "number");
    wrong.addAll(
        handle
            .createQuery(
                String.format(
                    Locale.ROOT,
                    """
                    SELECT format('key %%L, number %%L: %%s', k, number, %1$s)
                    FROM keys, unnest(CAST(:numbers AS text[])) AS number
                    WHERE (%1$s) IS TRUE <> (%2$s = %3$s)
                    """,
                    keys.is("k", "number"),
                    type.text(),
                    number))
            .bind("numbers", NUMBERS.toArray(String[]::new))
            .mapTo(String.class)
            .list());
    wrong.addAll(
        handle
            .createQuery(
                String.format(
                    Locale.ROOT,
                    "SELECT 'any: ' || k::text FROM keys WHERE (%s) IS NOT TRUE AND %s = ANY"
                        + " (CAST(:numbers AS text[]))",
                    keys.isAny("k", "CAST(:numbers AS text[])"),
                    type.text()))
            .bind("numbers", NUMBERS.toArray(String[]::new))
            .mapTo(String.class)
            .list());
    return wrong;
  }
}
