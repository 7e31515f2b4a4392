package io.staleorders;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.staleorders.config.LogSetup;
import io.staleorders.testkit.Fast;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Calendar;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which of our packages may know which, and what none of them may do. */
@Fast
class ArchitectureTest {
  private static final String ROOT = "io.staleorders.";

  /** Each of our packages, and those of ours that it may use. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          "order", Set.of(),
          "store", Set.of("order"),
          "wechatpay", Set.of("order"),
          "sweep", Set.of("order", "store", "wechatpay"),
          "schedule", Set.of("sweep"),
          "config", Set.of("order"),
          "sandbox", Set.of(),
          "command",
              Set.of("order", "store", "wechatpay", "sweep", "schedule", "config", "sandbox"));

  /** The programs' edges, where a clock may be made and the terminal written to. */
  private static final String[] EDGES = {ROOT + "command..", ROOT + "sandbox.."};

  /** What makes a test need a database, or another process. */
  private static final Set<String> NOT_FAST =
      Set.of(
          ROOT + "testkit.Postgres", ROOT + "testkit.EmbeddedServer", "java.lang.ProcessBuilder");

  /** What goes by the default locale, unless one is given. */
  private static final Map<String, Set<String>> BY_LOCALE =
      Map.of(
          "java.lang.String", Set.of("format", "formatted", "toLowerCase", "toUpperCase"),
          "java.io.PrintStream", Set.of("format", "printf"),
          "java.io.PrintWriter", Set.of("format", "printf"),
          "java.util.Formatter", Set.of("<init>", "format"),
          "java.util.Scanner", Set.of("<init>"),
          "java.util.Calendar", Set.of("getInstance"),
          "java.util.Locale", Set.of("getDefault"),
          "java.time.format.DateTimeFormatter", Set.of("ofPattern"),
          "java.time.format.DateTimeFormatterBuilder", Set.of("toFormatter"));

  private static final JavaClasses MAIN = classes(new ImportOption.DoNotIncludeTests());

  static Set<String> packages() {
    return MAY_USE.keySet();
  }

  @Test
  void everyClassIsInAPackageWhosePlaceIsKnown() {
    assertThat(MAIN.stream().map(ArchitectureTest::packageOf).collect(Collectors.toSet()))
        .isNotEmpty()
        .isSubsetOf(MAY_USE.keySet());
  }

  @ParameterizedTest
  @MethodSource("packages")
  void packageUsesOnlyThoseBeneathIt(String name) {
    DescribedPredicate<JavaClass> outOfReach =
        describe(
            "of ours that it may not use",
            other ->
                other.getPackageName().startsWith(ROOT)
                    && !packageOf(other).equals(name)
                    && !MAY_USE.get(name).contains(packageOf(other)));

    noClasses()
        .that()
        .resideInAPackage(ROOT + name + "..")
        .should()
        .dependOnClassesThat(outOfReach)
        .allowEmptyShould(true)
        .check(MAIN);
  }

  @Test
  void decisionsDoNoInputOrOutput() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "order..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.io..", "java.net..", "java.nio..", "java.sql..", "javax.sql..", "okhttp3..")
        .check(MAIN);
  }

  @Test
  void nobodyReadsTheSystemClockPastTheInjectedOne() {
    noClasses()
        .should()
        .accessTargetWhere(reaches("reads the system clock", ArchitectureTest::isSystemClock))
        .check(MAIN);
  }

  @Test
  void systemClockIsMadeOnlyAtTheEdges() {
    noClasses()
        .that()
        .resideOutsideOfPackages(EDGES)
        .should()
        .accessTargetWhere(
            reaches(
                "makes the system clock",
                used ->
                    used.getOwner().isEquivalentTo(InstantSource.class)
                        && used.getName().equals("system")))
        .check(MAIN);
  }

  @Test
  void nobodyLogsByJavaLogging() {
    noClasses()
        .that()
        .areNotAssignableTo(LogSetup.class)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.util.logging..")
        .check(MAIN);
  }

  @Test
  void onlyTheEdgesWriteToTheTerminal() {
    noClasses()
        .that()
        .resideOutsideOfPackages(EDGES)
        .should()
        .accessTargetWhere(
            reaches(
                "is standard output or error",
                used ->
                    used.getOwner().isEquivalentTo(System.class)
                        && Set.of("out", "err").contains(used.getName())))
        .check(MAIN);
  }

  @Test
  void nobodyPrintsAStackTrace() {
    noClasses()
        .should()
        .accessTargetWhere(
            reaches("prints a stack trace", used -> used.getName().equals("printStackTrace")))
        .check(MAIN);
  }

  @Test
  void nothingIsFormattedByTheLocaleOfTheProcess() {
    noClasses()
        .should()
        .accessTargetWhere(
            reaches("depends on the default locale", ArchitectureTest::isByDefaultLocale))
        .check(MAIN);
  }

  @Test
  void everyPackageIsNullMarked() {
    assertThat(MAIN)
        .allSatisfy(
            type ->
                assertThat(type.getPackage().isAnnotatedWith(NullMarked.class))
                    .as(type.getPackageName())
                    .isTrue());
  }

  @Test
  void fastTestsAreThoseThatNeedNoDatabaseAndNoOtherProcess() {
    List<JavaClass> tests =
        classes(new ImportOption.OnlyIncludeTests()).stream()
            .filter(type -> type.getName().matches(".*Test"))
            .toList();

    assertThat(tests.stream().filter(type -> type.isAnnotatedWith(Fast.class)))
        .hasSizeGreaterThan(20)
        .containsExactlyInAnyOrderElementsOf(
            tests.stream().filter(ArchitectureTest::isFast).toList());
  }

  private static boolean isFast(JavaClass test) {
    return test.getTransitiveDependenciesFromSelf().stream()
        .map(dependency -> dependency.getTargetClass().getName())
        .noneMatch(NOT_FAST::contains);
  }

  private static JavaClasses classes(ImportOption which) {
    // Names are enough here: reading every library's classes too takes ten times as long.
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    return new ClassFileImporter().withImportOption(which).importPackages("io.staleorders");
  }

  private static String packageOf(JavaClass type) {
    String rest = type.getPackageName().substring(ROOT.length());
    return rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest;
  }

  /** Calls, method references and fields alike. */
  private static DescribedPredicate<JavaAccess<?>> reaches(
      String what, Predicate<AccessTarget> target) {
    return describe(what, access -> target.test(access.getTarget()));
  }

  /** The many ways to ask the machine for the time. */
  private static boolean isSystemClock(AccessTarget used) {
    JavaClass owner = used.getOwner();
    String name = used.getName();
    boolean isNow =
        name.equals("now")
            && owner.getPackageName().startsWith("java.time")
            && !used.getFullName().contains("(" + Clock.class.getName());
    boolean isClock =
        owner.isEquivalentTo(Clock.class) && (name.startsWith("system") || name.startsWith("tick"));
    boolean isMillis = owner.isEquivalentTo(System.class) && name.equals("currentTimeMillis");
    boolean isOldDate = owner.isEquivalentTo(Date.class) && used.getFullName().endsWith("<init>()");
    boolean isCalendar = owner.isEquivalentTo(Calendar.class) && name.equals("getInstance");
    return isNow || isClock || isMillis || isOldDate || isCalendar;
  }

  /** Asks for the default locale, or leaves out the {@link Locale} that could be given. */
  private static boolean isByDefaultLocale(AccessTarget used) {
    String owner = used.getOwner().getName();
    Set<String> byLocale = BY_LOCALE.getOrDefault(owner, Set.of());
    boolean isText = owner.startsWith("java.text.") && !owner.equals("java.text.Normalizer");
    return used.getName().startsWith("ofLocalized")
        || ((isText || byLocale.contains(used.getName()))
            && !used.getFullName().contains(Locale.class.getName() + ",")
            && !used.getFullName().contains(Locale.class.getName() + ")"));
  }
}
