package io.staleorders.order;

import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.Life.Turn;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Every reply there can be, and stories made of them. */
final class Lives {
  private static final int LONGEST = 40;
  private static final List<Code> WRONG =
      List.of(Code.PARAM_ERROR, Code.INVALID_REQUEST, Code.NEEDS_REVERSE);

  private Lives() {}

  static Arbitrary<ClosePolicy> policies() {
    return Combinators.combine(
            Arbitraries.of(true, false),
            Arbitraries.of(NotFoundRule.class),
            Arbitraries.of(Duration.ofHours(1), Given.RETRY_FOR))
        .as(ClosePolicy::new);
  }

  static Arbitrary<Reply.ToClose> closes() {
    return Arbitraries.frequencyOf(
        List.of(
            weighted(2, Arbitraries.just(Given.ACCEPTED)),
            weighted(4, refusals()),
            weighted(2, Arbitraries.of(WRONG).map(code -> Given.verified(400, code))),
            weighted(1, unverified()),
            weighted(2, Arbitraries.of(Given.UNCLEAR, Given.NO_RESPONSE, Given.NOT_SENT))));
  }

  static Arbitrary<Reply.ToQuery> queries() {
    return Arbitraries.frequencyOf(
        List.of(
            weighted(3, Arbitraries.of(TradeState.class).map(Given::found)),
            weighted(1, Arbitraries.just(Given.NOTPAY)),
            weighted(2, Arbitraries.just(Given.ABSENT)),
            weighted(3, refusals()),
            weighted(1, unverified()),
            weighted(1, Arbitraries.of(Given.UNCLEAR, Given.NO_RESPONSE, Given.NOT_SENT))));
  }

  /**
   * Stories in which few replies come again and again, as they do in the world: else no order would
   * ever be absent twice, or answered ten times.
   */
  static Arbitrary<List<Turn>> stories(
      Arbitrary<? extends Reply.ToClose> closes, Arbitrary<? extends Reply.ToQuery> queries) {
    return Combinators.combine(
            closes.list().ofMinSize(1).ofMaxSize(3), queries.list().ofMinSize(1).ofMaxSize(3))
        .flatAs(
            (someCloses, someQueries) ->
                turns(Arbitraries.of(someCloses), Arbitraries.of(someQueries))
                    .list()
                    .ofMinSize(1)
                    .ofMaxSize(LONGEST));
  }

  private static Arbitrary<Turn> turns(
      Arbitrary<? extends Reply.ToClose> closes, Arbitrary<? extends Reply.ToQuery> queries) {
    return Combinators.combine(
            closes,
            queries,
            Arbitraries.of(Duration.ofSeconds(10), Duration.ofMinutes(30), Duration.ofDays(1)),
            Arbitraries.of(Duration.ZERO, Duration.ofMinutes(10), Duration.ofMinutes(-10)),
            Arbitraries.of(true, false))
        .as(Turn::new);
  }

  private static Arbitrary<Reply.Refused> refusals() {
    return Combinators.combine(
            Arbitraries.of(202, 400, 401, 403, 404, 429),
            Arbitraries.of(Code.class),
            Arbitraries.of(true, false),
            dates())
        .as(Reply.Refused::new);
  }

  private static Arbitrary<Reply.Unverified> unverified() {
    return Combinators.combine(Arbitraries.of(VerificationFault.class), dates())
        .as(Reply.Unverified::new);
  }

  private static Arbitrary<Optional<Duration>> dates() {
    return Arbitraries.of(
        Optional.empty(),
        Optional.of(Duration.ZERO),
        Optional.of(Duration.ofMinutes(10)),
        Optional.of(Duration.ofMinutes(-10)));
  }

  private static <T> Tuple.Tuple2<Integer, Arbitrary<T>> weighted(
      int weight, Arbitrary<? extends T> arbitrary) {
    return Tuple.of(weight, arbitrary.map(value -> value));
  }
}
