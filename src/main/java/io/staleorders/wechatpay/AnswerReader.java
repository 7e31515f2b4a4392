package io.staleorders.wechatpay;

import io.staleorders.order.VerificationFault;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Reads a response and checks whether it is WeChat Pay's; a certificate that it names and that is
 * not known is looked for first.
 */
final class AnswerReader {
  private final PlatformKeys keys;
  private final Optional<PlatformCertificates> certificates;
  private final ReplyVerifier verifier;
  private final InstantSource clock;

  AnswerReader(
      PlatformKeys keys, Optional<PlatformCertificates> certificates, InstantSource clock) {
    this.keys = keys;
    this.certificates = certificates;
    this.verifier = new ReplyVerifier(clock);
    this.clock = clock;
  }

  /**
   * The answer; absent if no whole response came.
   *
   * @param permit for the download of certificates, if one is needed
   */
  Optional<Answer> read(Outcome outcome, CallPermit permit) {
    if (!(outcome instanceof Outcome.Answered http)) {
      return Optional.empty();
    }
    Optional<VerificationFault> fault = fault(http);
    if (fault.equals(Optional.of(VerificationFault.UNKNOWN_SERIAL)) && isFoundNow(http, permit)) {
      fault = fault(http);
    }
    return Optional.of(Answer.of(http, fault, clock.instant()));
  }

  private Optional<VerificationFault> fault(Outcome.Answered http) {
    return verifier.fault(http.headers(), http.body(), keys::named);
  }

  private boolean isFoundNow(Outcome.Answered http, CallPermit permit) {
    Optional<String> serial = Optional.ofNullable(http.headers().get(ReplyVerifier.SERIAL));
    return serial.isPresent()
        && certificates.filter(list -> list.find(serial.get(), permit)).isPresent();
  }
}
