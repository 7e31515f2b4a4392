package io.staleorders.order;

import io.staleorders.order.CloseDecider.AfterClose;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** An order's whole story: attempt after attempt, until it is resolved or the replies run out. */
record Life(ClosePolicy policy, List<Step> steps) {

  /**
   * What WeChat Pay and the world have in store for one attempt.
   *
   * @param query what a query would be answered, if one is made
   * @param since the attempt before
   */
  record Turn(
      Reply.ToClose close,
      Reply.ToQuery query,
      Duration since,
      Duration databaseAhead,
      boolean merchantKnown) {}

  /**
   * One attempt as it went.
   *
   * @param query the answer, if WeChat Pay was asked
   */
  record Step(
      ClaimedOrder order,
      Moment moment,
      Reply.ToClose close,
      Optional<Reply.ToQuery> query,
      Decision decision) {

    boolean isAnswered() {
      return close.isVerified() || query.filter(Reply::isVerified).isPresent();
    }

    boolean isAbsence() {
      return query.isPresent()
          && query.get() instanceof Reply.Refused refused
          && refused.code() == Code.ORDER_NOT_EXIST
          && refused.status() == 404
          && refused.verified();
    }

    boolean isResolved() {
      return decision instanceof Decision.Resolution;
    }
  }

  Step last() {
    return steps.getLast();
  }

  /** The steps, the last too, that count as attempts and are so. */
  long attempts(Predicate<Step> so) {
    return steps.stream()
        .filter(step -> !(step.decision() instanceof Decision.GiveBack))
        .filter(so)
        .count();
  }

  /** From the first step that counted as an attempt to the last step. */
  Duration span() {
    return steps.stream()
        .filter(step -> !(step.decision() instanceof Decision.GiveBack))
        .findFirst()
        .map(first -> Duration.between(first.moment().now(), last().moment().now()))
        .orElse(Duration.ZERO);
  }

  /** Plays the turns, and keeps the order's progress as the database would. */
  static Life play(ClosePolicy policy, List<Turn> turns) {
    CloseDecider decider = new CloseDecider(policy);
    List<Step> steps = new ArrayList<>();
    Progress progress = Progress.NONE;
    boolean secondLook = false;
    Moment moment = Given.MOMENT;
    for (Turn turn : turns) {
      moment = new Moment(moment.now().plus(turn.since()), turn.databaseAhead());
      ClaimedOrder order = Given.order(progress, secondLook, turn.merchantKnown());
      Step step = attempt(decider, order, moment, turn);
      steps.add(step);
      if (isOver(step.decision())) {
        break;
      }
      secondLook = secondLook || step.decision() instanceof Decision.NotFound;
      progress = after(step, progress);
    }
    return new Life(policy, steps);
  }

  private static Step attempt(CloseDecider decider, ClaimedOrder order, Moment moment, Turn turn) {
    return switch (decider.afterClose(order, turn.close(), moment)) {
      case AfterClose.Decided decided ->
          new Step(order, moment, turn.close(), Optional.empty(), decided.decision());
      case AfterClose.Ask ask ->
          new Step(
              order,
              moment,
              turn.close(),
              Optional.of(turn.query()),
              decider.afterQuery(order, turn.close(), turn.query(), moment));
    };
  }

  private static boolean isOver(Decision decision) {
    return decision instanceof Decision.Resolution
        && !(decision instanceof Decision.NotFound notFound && notFound.lookAgain());
  }

  private static Progress after(Step step, Progress before) {
    return switch (step.decision()) {
      case Decision.Retry retry -> counted(step, before, retry.answered(), retry.absences());
      case Decision.Resolution resolution -> counted(step, before, true, before.absences() + 1);
      case Decision.RateLimited limited ->
          new Progress(
              before.attempts(),
              before.answered(),
              before.absences(),
              before.rateRefusals() + 1,
              before.firstAttemptAt());
      case Decision.GiveBack givenBack ->
          new Progress(
              before.attempts(), before.answered(), before.absences(), 0, before.firstAttemptAt());
    };
  }

  private static Progress counted(Step step, Progress before, boolean answered, int absences) {
    return new Progress(
        before.attempts() + 1,
        before.answered() + (answered ? 1 : 0),
        absences,
        0,
        before.firstAttemptAt().or(() -> Optional.of(step.moment().now())));
  }
}
