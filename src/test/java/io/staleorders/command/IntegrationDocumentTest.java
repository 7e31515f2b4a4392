package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Ran;
import io.staleorders.testkit.Shop;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code docs/INTEGRATION.md} shows is done as it stands there, and comes out as it says. */
class IntegrationDocumentTest {
  private static final Path DOCUMENT = Path.of("docs", "INTEGRATION.md");

  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @ValueSource(strings = {"Example 1", "Example 2", "Example 3"})
  void exampleWorksAsItSays(String heading) throws IOException {
    try (Installation site = Installation.open()) {
      List<Fence> example = section(heading);
      prepare(site, example);

      Ran check = Commands.run(site.settings(), "check");
      Ran once = Commands.run(site.settings(), "once");

      assertThat(check.out()).contains("ok       orders table").contains("ok       indexes");
      assertThat(check.exitCode()).isZero();
      assertThat(once.exitCode()).isZero();
      assertThat(rows(site.shop(), query(example)))
          .isEqualTo(example.getLast().text().lines().toList());
    }
  }

  @Test
  void listenerPutsStockBackWhenAnOrderIsClosed() throws IOException {
    List<Fence> listening = section("Releasing stock");
    Path program = folder.resolve("ReleaseStock.java");
    Files.writeString(program, fences(listening, "java").getFirst());
    try (Installation site = Installation.open()) {
      Shop shop = site.shop();
      prepare(site, section("Example 1"));
      fences(listening, "sql").forEach(shop::execute);
      List<String> lines = new CopyOnWriteArrayList<>();
      Process listener = start(program, site);
      try {
        Thread.ofVirtual().start(() -> read(listener, lines));
        await().until(() -> lines.contains("listening"));
        assertThat(shop.text("SELECT available FROM stock")).isEqualTo("5");

        Commands.run(site.settings(), "once");

        await().until(() -> shop.text("SELECT available FROM stock").equals("7"));
        assertThat(lines)
            .anyMatch(
                line ->
                    line.startsWith("rang: ")
                        && line.contains("SN202603010001")
                        && line.contains("CLOSED"));
      } finally {
        listener.destroy();
        listener.onExit().join();
      }
    }
  }

  private static Process start(Path program, Installation site) throws IOException {
    String driver =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> entry.matches(".*[/\\\\]postgresql-4[^/\\\\]*\\.jar"))
            .collect(Collectors.joining());
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                driver,
                program.toString())
            .redirectErrorStream(true);
    builder
        .environment()
        .put(
            "SHOP_URL",
            "%s?user=%s&password=%s"
                .formatted(
                    site.shop().database().jdbcUrl(),
                    site.shop().database().user(),
                    site.shop().database().password()));
    return builder.start();
  }

  private static void read(Process process, List<String> lines) {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      reader.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      // It ended while it was being read.
    }
  }

  /** All SQL but the query at the end, and all settings. */
  private static void prepare(Installation site, List<Fence> example) {
    String query = query(example);
    fences(example, "sql").stream().filter(sql -> !sql.equals(query)).forEach(site.shop()::execute);
    fences(example, "ini").stream()
        .flatMap(String::lines)
        .map(line -> line.split("=", 2))
        .forEach(setting -> site.set(setting[0], setting[1]));
  }

  private static String query(List<Fence> example) {
    return fences(example, "sql").getLast();
  }

  private static List<String> rows(Shop shop, String query) {
    return shop.jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(query)
                    .map(
                        (row, ctx) -> {
                          StringBuilder line = new StringBuilder();
                          for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                            line.append(i == 1 ? "" : " | ").append(row.getString(i));
                          }
                          return line.toString();
                        })
                    .list());
  }

  private static List<String> fences(List<Fence> section, String language) {
    return section.stream()
        .filter(fence -> fence.language().equals(language))
        .map(Fence::text)
        .toList();
  }

  private static List<Fence> section(String heading) throws IOException {
    List<Fence> section = Fence.of(Files.readString(DOCUMENT), heading);
    assertThat(section).isNotEmpty();
    return section;
  }
}
