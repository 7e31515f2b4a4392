package io.staleorders.testkit;

import java.security.Provider;
import java.security.Security;
import java.time.Duration;
import java.util.ServiceLoader;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;
import org.opentest4j.TestAbortedException;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Gives every test its {@link TestScope}, without being asked, and adds to a failure what the
 * service logged in that test and the rows that it left.
 */
public final class TestScopes
    implements Extension,
        TestInstancePreConstructCallback,
        TestExecutionExceptionHandler,
        AfterEachCallback {

  static {
    // What libraries log through java.util.logging belongs to the test's log, too.
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.WARNING);
    ServiceLoader.load(Provider.class).stream()
        .filter(provider -> provider.type().getPackageName().startsWith("com.amazon.corretto"))
        .forEach(provider -> Security.addProvider(provider.get()));
    // Longer than the busiest machine needs, and noticed at once.
    Awaitility.setDefaultTimeout(Duration.ofSeconds(90));
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
  }

  @Override
  public void preConstructTestInstance(
      TestInstanceFactoryContext factory, ExtensionContext context) {
    TestScope.begin();
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    if (!(failure instanceof TestAbortedException)) {
      TestScope.current()
          .map(scope -> FailureStory.of(scope, String.valueOf(failure.getMessage())))
          .filter(story -> !story.isEmpty())
          .ifPresent(story -> failure.addSuppressed(new WhatHappened(story)));
    }
    throw failure;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    TestScope.end();
  }

  /** Shown with the failure's stack trace; it has none of its own. */
  private static final class WhatHappened extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WhatHappened(String story) {
      super("\n" + story, null, false, false);
    }
  }
}
