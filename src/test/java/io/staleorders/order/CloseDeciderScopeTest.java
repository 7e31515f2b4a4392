package io.staleorders.order;

import static io.staleorders.order.Given.ACCEPTED;
import static io.staleorders.order.Given.ASK;
import static io.staleorders.order.Given.MOMENT;
import static io.staleorders.order.Given.NOW;
import static io.staleorders.order.Given.SUB_MCHID;
import static io.staleorders.order.Given.decided;
import static io.staleorders.order.Given.decider;
import static io.staleorders.order.Given.order;
import static io.staleorders.order.Given.unverified;
import static io.staleorders.order.Given.verified;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Decision.ClockOff;
import io.staleorders.order.Decision.Pause;
import io.staleorders.order.Decision.RateLimited;
import io.staleorders.order.Decision.Retry;
import io.staleorders.order.Decision.RetryReason;
import io.staleorders.order.PauseScope.Account;
import io.staleorders.order.PauseScope.SubMerchant;
import io.staleorders.testkit.Fast;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Faults of the account, of a sub-merchant and of this machine's clock. */
@Fast
class CloseDeciderScopeTest {
  private static final Duration TOLERATED = Duration.ofMinutes(5);
  private static final Duration OFF = TOLERATED.plusMillis(1);

  @ParameterizedTest
  @CsvSource({"0, 2", "1, 4", "2, 8", "3, 16", "4, 32", "5, 60", "6, 60", "1000000, 60"})
  void refusalForTheRateWaitsTwiceAsLongEachTimeUpToAMinute(int refusals, long seconds) {
    ClaimedOrder order = order(new Progress(0, 0, 0, refusals, Optional.empty()));
    RateLimited limited = new RateLimited(Duration.ofSeconds(seconds));

    assertBoth(order, verified(429, Code.RATELIMIT_EXCEEDED), limited);
    assertBoth(order, unverified(429, Code.RATELIMIT_EXCEEDED), limited);
  }

  @Test
  void signErrorPausesTheAccount() {
    Pause pause = new Pause(new Account(), "SIGN_ERROR");

    assertBoth(order(), verified(401, Code.SIGN_ERROR), pause);
    assertBoth(order(), unverified(401, Code.SIGN_ERROR), pause);
  }

  @ParameterizedTest
  @EnumSource(names = {"NO_AUTH", "MCH_NOT_EXISTS", "ACCOUNT_ERROR"})
  void merchantFaultPausesThatSubMerchantAlone(Code code) {
    Pause pause = new Pause(new SubMerchant(SUB_MCHID), code.name());

    assertBoth(order(), verified(403, code), pause);
    assertBoth(order(), unverified(403, code), pause);
  }

  @Test
  void clockThatTwoOthersContradictStopsThisCopyAlone() {
    assertThat(afterSignError(OFF, OFF)).isEqualTo(new ClockOff(OFF));
    assertThat(afterSignError(OFF.negated(), OFF.negated())).isEqualTo(new ClockOff(OFF.negated()));
  }

  @Test
  void clockThatOneOtherContradictsIsNotBlamed() {
    Pause pause = new Pause(new Account(), "SIGN_ERROR");

    assertThat(afterSignError(OFF, Duration.ZERO)).isEqualTo(pause);
    assertThat(afterSignError(Duration.ZERO, OFF)).isEqualTo(pause);
    assertThat(afterSignError(OFF, TOLERATED)).isEqualTo(pause);
    assertThat(afterSignError(TOLERATED, OFF)).isEqualTo(pause);
    assertThat(afterSignError(TOLERATED.negated(), OFF.negated())).isEqualTo(pause);
  }

  @Test
  void signErrorWithoutADateBlamesNoClock() {
    assertThat(decider().afterClose(order(), verified(401, Code.SIGN_ERROR), new Moment(NOW, OFF)))
        .isEqualTo(decided(new Pause(new Account(), "SIGN_ERROR")));
  }

  @Test
  void staleAnswersStopACopyWhoseClockIsOff() {
    Reply.Unverified stale = stale(VerificationFault.STALE_TIMESTAMP, OFF);

    assertThat(decider().afterClose(order(), stale, new Moment(NOW, OFF)))
        .isEqualTo(decided(new ClockOff(OFF)));
    assertThat(decider().afterQuery(order(), stale, stale, new Moment(NOW, OFF)))
        .isEqualTo(new ClockOff(OFF));
  }

  @Test
  void staleAnswerIsAskedAboutWhereTheClockIsRight() {
    Reply.Unverified stale = stale(VerificationFault.STALE_TIMESTAMP, OFF);

    assertThat(decider().afterClose(order(), stale, MOMENT)).isEqualTo(ASK);
    assertThat(decider().afterQuery(order(), stale, stale, MOMENT))
        .isEqualTo(new Retry(RetryReason.UNVERIFIED, Duration.ZERO, false, 0));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STALE_TIMESTAMP")
  void wrongSignatureBlamesNoClock(VerificationFault fault) {
    Moment off = new Moment(NOW, OFF);

    assertThat(decider().afterClose(order(), stale(fault, OFF), off)).isEqualTo(ASK);
    assertThat(decider().afterQuery(order(), stale(fault, OFF), stale(fault, OFF), off))
        .isEqualTo(new Retry(RetryReason.UNVERIFIED, Duration.ZERO, false, 0));
  }

  private static Reply.Unverified stale(VerificationFault fault, Duration dateAhead) {
    return new Reply.Unverified(fault, Optional.of(dateAhead));
  }

  private static Decision afterSignError(Duration dateAhead, Duration databaseAhead) {
    Reply.Refused reply = new Reply.Refused(401, Code.SIGN_ERROR, false, Optional.of(dateAhead));
    return decider().afterQuery(order(), ACCEPTED, reply, new Moment(NOW, databaseAhead));
  }

  private static void assertBoth(ClaimedOrder order, Reply.Refused reply, Decision decision) {
    assertThat(decider().afterClose(order, reply, MOMENT)).isEqualTo(decided(decision));
    assertThat(decider().afterQuery(order, ACCEPTED, reply, MOMENT)).isEqualTo(decision);
  }
}
