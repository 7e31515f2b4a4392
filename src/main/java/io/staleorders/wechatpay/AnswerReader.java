package io.staleorders.wechatpay;

import io.staleorders.order.VerificationFault;
import java.time.InstantSource;
import java.util.Optional;

/** Reads a response and checks whether it is WeChat Pay's. */
final class AnswerReader {
  private final ReplyVerifier verifier;
  private final PlatformKeys keys;
  private final InstantSource clock;

  AnswerReader(PlatformKeys keys, InstantSource clock) {
    this.verifier = new ReplyVerifier(clock);
    this.keys = keys;
    this.clock = clock;
  }

  /** The answer; absent if no whole response came. */
  Optional<Answer> read(Outcome outcome) {
    if (!(outcome instanceof Outcome.Answered http)) {
      return Optional.empty();
    }
    Optional<VerificationFault> fault = verifier.fault(http.headers(), http.body(), keys);
    return Optional.of(Answer.of(http, fault, clock.instant()));
  }
}
