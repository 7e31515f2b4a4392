package io.staleorders.container;

import java.io.UncheckedIOException;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.PostDiscoveryFilter;

/** Leaves tests of containers out where no Docker answers, as if there were none; says so once. */
public final class WhereDockerAnswers implements PostDiscoveryFilter {
  static final String TAG = "docker";

  private static final class Answer {
    static final boolean YES = ask();
  }

  @Override
  public FilterResult apply(TestDescriptor test) {
    return FilterResult.includedIf(
        !test.getTags().contains(TestTag.create(TAG)) || Answer.YES,
        () -> "",
        () -> "Docker does not answer");
  }

  private static boolean ask() {
    boolean answers;
    try {
      answers =
          Docker.tryTo("version").exitCode() == 0
              && Docker.tryTo("compose", "version").exitCode() == 0;
    } catch (UncheckedIOException noSuchCommand) {
      answers = false;
    }
    if (!answers) {
      System.out.println(
          "Docker does not answer: the tests of image and compose file are left out");
    }
    return answers;
  }
}
