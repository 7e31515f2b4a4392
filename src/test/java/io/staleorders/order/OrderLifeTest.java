package io.staleorders.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.Decision.AbandonReason;
import io.staleorders.order.Life.Step;
import io.staleorders.order.Life.Turn;
import io.staleorders.testkit.Fast;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** What holds of every order, whatever WeChat Pay answers and in whatever order. */
@Fast
@PropertyDefaults(edgeCases = EdgeCasesMode.NONE)
class OrderLifeTest {
  private static final Set<TradeState> CLOSED = Set.of(TradeState.CLOSED, TradeState.REVOKED);
  private static final Set<TradeState> PAID = Set.of(TradeState.SUCCESS, TradeState.REFUND);
  private static final Set<TradeState> UNPAID =
      Set.of(TradeState.NOTPAY, TradeState.PAYERROR, TradeState.ACCEPT);
  private static final List<String> ENDS =
      List.of(
          "closed",
          "accepted",
          "paid",
          "not found",
          "EXHAUSTED",
          "CLOSE_REFUSED",
          "NEEDS_REVERSE",
          "open");

  @Provide
  Arbitrary<ClosePolicy> policies() {
    return Lives.policies();
  }

  @Provide
  Arbitrary<List<Turn>> stories() {
    return Lives.stories(Lives.closes(), Lives.queries());
  }

  @Provide
  Arbitrary<List<Turn>> unverifiedStories() {
    return Lives.stories(
        Lives.closes().filter(reply -> !reply.isVerified()),
        Lives.queries().filter(reply -> !reply.isVerified()));
  }

  /** Else the laws below would hold of nothing. */
  @Property
  void storiesComeToEveryEnd(
      @ForAll("policies") ClosePolicy policy, @ForAll("stories") List<Turn> story) {
    Statistics.collect(end(Life.play(policy, story)));
    Statistics.coverage(
        coverage -> {
          for (String end : ENDS) {
            coverage.check(end).count(count -> count > 0);
          }
        });
  }

  @Example
  void weekOfSilenceGivesUpNobody() {
    ClosePolicy policy = new ClosePolicy(true, NotFoundRule.AUTO, Given.RETRY_FOR);
    for (Reply silence : List.of(Given.NO_RESPONSE, Given.UNCLEAR)) {
      Turn halfAnHourLater =
          new Turn(
              (Reply.ToClose) silence,
              (Reply.ToQuery) silence,
              Duration.ofMinutes(30),
              Duration.ZERO,
              true);

      Life life = Life.play(policy, Collections.nCopies(1000, halfAnHourLater));

      assertThat(life.span()).isGreaterThan(Given.RETRY_FOR);
      assertThat(life.steps()).hasSize(1000).noneMatch(Step::isResolved);
    }
  }

  @Property
  void closedOrderWasSeenClosedOrAcceptedWhereThatIsEnough(
      @ForAll("policies") ClosePolicy policy, @ForAll("stories") List<Turn> story) {
    for (Step step : Life.play(policy, story).steps()) {
      if (step.decision() instanceof Decision.Closed) {
        boolean acceptanceIsEnough = !policy.confirm() && step.close() instanceof Reply.Accepted;
        assertThat(isFound(step, CLOSED) || (acceptanceIsEnough && step.query().isEmpty()))
            .isTrue();
      }
    }
  }

  @Property
  void paidOrderWasSeenPaidAndOrderSeenPaidIsPaid(
      @ForAll("policies") ClosePolicy policy, @ForAll("stories") List<Turn> story) {
    for (Step step : Life.play(policy, story).steps()) {
      assertThat(step.decision() instanceof Decision.Paid).isEqualTo(isFound(step, PAID));
    }
  }

  @Property
  void orderNotFoundWasAbsentOnTwoAttemptsWithNothingElseSeenBetween(
      @ForAll("policies") ClosePolicy policy, @ForAll("stories") List<Turn> story) {
    List<Step> steps = Life.play(policy, story).steps();
    for (Step step : steps) {
      if (step.decision() instanceof Decision.NotFound notFound) {
        List<Step> askedBefore =
            steps.subList(0, steps.indexOf(step)).stream()
                .filter(before -> before.query().filter(Reply::isVerified).isPresent())
                .filter(before -> !(before.decision() instanceof Decision.GiveBack))
                .toList();
        assertThat(step.isAbsence()).isTrue();
        assertThat(step.order().secondLook() || askedBefore.getLast().isAbsence()).isTrue();
        assertThat(notFound.lookAgain()).isNotEqualTo(step.order().secondLook());
      }
    }
  }

  @Property
  void orderNotFoundIsMarkedClosedOnlyAsTheRuleAllows(
      @ForAll("policies") ClosePolicy policy, @ForAll("stories") List<Turn> story) {
    for (Step step : Life.play(policy, story).steps()) {
      if (step.decision() instanceof Decision.NotFound notFound && notFound.markClosed()) {
        assertThat(step.order().secondLook()).isFalse();
        assertThat(
                policy.notFound() == NotFoundRule.CLOSE
                    || (policy.notFound() == NotFoundRule.AUTO && step.order().merchantKnown()))
            .isTrue();
      }
    }
  }

  @Property
  void orderIsGivenUpOnlyOnTheTenthAnswerAfterTheLastDayAndAskedAbout(
      @ForAll("policies") ClosePolicy policy, @ForAll("stories") List<Turn> story) {
    Life life = Life.play(policy, story);
    if (life.last().decision().equals(new Decision.Abandoned(AbandonReason.EXHAUSTED))) {
      assertThat(isVerified(life.last())).isTrue();
      assertThat(life.attempts(Step::isAnswered)).isGreaterThanOrEqualTo(10);
      assertThat(life.span()).isGreaterThanOrEqualTo(policy.retryFor());
    }
  }

  @Property
  void orderIsGivenUpAsRefusedOnlyOnAVerifiedRefusalOfAKnownMerchantsUnpaidOrder(
      @ForAll("policies") ClosePolicy policy, @ForAll("stories") List<Turn> story) {
    Step last = Life.play(policy, story).last();
    if (last.decision() instanceof Decision.Abandoned abandoned
        && abandoned.reason() != AbandonReason.EXHAUSTED) {
      assertThat(last.close())
          .isInstanceOfSatisfying(
              Reply.Refused.class,
              refused ->
                  assertThat(refused.code())
                      .isIn(Code.PARAM_ERROR, Code.INVALID_REQUEST, Code.NEEDS_REVERSE));
      assertThat(last.close().isVerified()).isTrue();
      assertThat(isFound(last, UNPAID)).isTrue();
      assertThat(last.order().merchantKnown()).isTrue();
      assertThat(last.order().secondLook()).isFalse();
    }
  }

  @Property
  void answersThatCannotBeBelievedResolveNoOrder(
      @ForAll("policies") ClosePolicy policy, @ForAll("unverifiedStories") List<Turn> story) {
    Life life = Life.play(policy, story);

    assertThat(life.steps()).hasSameSizeAs(story).noneMatch(Step::isResolved);
    assertThat(life.last().order().progress().answered()).isZero();
    assertThat(life.last().order().progress().absences()).isZero();
  }

  @Property
  void everyOpenOrderHasANextStepThatCountsRight(
      @ForAll("policies") ClosePolicy policy, @ForAll("stories") List<Turn> story) {
    for (Step step : Life.play(policy, story).steps()) {
      if (step.decision() instanceof Decision.Retry retry) {
        assertThat(retry.atLeast()).isBetween(Duration.ZERO, Duration.ofSeconds(30));
        assertThat(retry.answered()).isEqualTo(step.isAnswered());
        assertThat(retry.absences() > step.order().progress().absences())
            .isEqualTo(step.isAbsence());
      }
    }
  }

  @Property
  void orderThatMayBeBeingPaidIsLeftInPeace(
      @ForAll("policies") ClosePolicy policy, @ForAll("stories") List<Turn> story) {
    for (Step step : Life.play(policy, story).steps()) {
      boolean hinted =
          step.close().mayBePaying() || step.query().filter(Reply::mayBePaying).isPresent();
      if (step.decision() instanceof Decision.Retry retry) {
        assertThat(retry.atLeast()).isEqualTo(hinted ? Duration.ofSeconds(30) : Duration.ZERO);
      }
    }
  }

  /** Ten answers to the question are enough, however the closes went. */
  @Property
  void orderWhoseQuestionsAreAnsweredIsResolvedInTheEnd(
      @ForAll("policies") ClosePolicy policy, @ForAll("stories") List<Turn> story) {
    Life life = Life.play(policy, story);
    long lateAttempts =
        life.steps().stream()
            .filter(step -> !(step.decision() instanceof Decision.GiveBack))
            .filter(step -> isLate(policy, step))
            .filter(step -> step.query().isEmpty() || isVerified(step))
            .count();
    assertThat(lateAttempts).isLessThanOrEqualTo(10 + 1);
  }

  private static String end(Life life) {
    return switch (life.last().decision()) {
      case Decision.Closed closed -> closed.tradeState().isPresent() ? "closed" : "accepted";
      case Decision.Paid paid -> "paid";
      case Decision.NotFound notFound -> "not found";
      case Decision.Abandoned abandoned -> abandoned.reason().name();
      case Decision.Superseded superseded -> "superseded";
      case Decision.Retry retry -> "open";
      case Decision.GiveBack givenBack -> "open";
    };
  }

  private static boolean isLate(ClosePolicy policy, Step step) {
    return step.order()
        .progress()
        .firstAttemptAt()
        .filter(first -> !step.moment().now().isBefore(first.plus(policy.retryFor())))
        .isPresent();
  }

  private static boolean isVerified(Step step) {
    return step.query().filter(Reply::isVerified).isPresent();
  }

  private static boolean isFound(Step step, Set<TradeState> states) {
    return step.query()
        .filter(Reply.Found.class::isInstance)
        .map(Reply.Found.class::cast)
        .filter(found -> states.contains(found.tradeState()))
        .isPresent();
  }
}
