package io.staleorders.wechatpay;

import io.staleorders.order.VerificationFault;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps WeChat Pay's platform certificates fresh. A list is taken only if all of it can be
 * decrypted and its own signature holds, by a key known before or by one in the list, which is how
 * the first list proves itself. Safe for use by many threads.
 */
public final class PlatformCertificates {
  private static final Logger log = LoggerFactory.getLogger(PlatformCertificates.class);
  private static final int MAX_TEXT = 300;

  private final SignedCalls calls;
  private final ApiV3Key apiV3Key;
  private final PlatformKeys keys;
  private final ReplyVerifier verifier;
  private final InstantSource clock;
  private final RefreshLimit limit = new RefreshLimit();
  private final ReentrantLock oneAtATime = new ReentrantLock();

  PlatformCertificates(
      SignedCalls calls, ApiV3Key apiV3Key, PlatformKeys keys, InstantSource clock) {
    this.calls = calls;
    this.apiV3Key = apiV3Key;
    this.keys = keys;
    this.verifier = new ReplyVerifier(clock);
    this.clock = clock;
  }

  /** Downloads the list now: at start, and on a schedule. */
  public Refresh refresh(CallPermit permit) {
    oneAtATime.lock();
    try {
      Refresh refresh = download(permit);
      report(refresh);
      return refresh;
    } finally {
      oneAtATime.unlock();
    }
  }

  /**
   * Looks for a certificate that a reply names and that is not known, if it may be looked for yet.
   *
   * @return whether it is known now
   */
  boolean find(String serial, CallPermit permit) {
    if (PlatformKeys.isPublicKeyId(serial)) {
      return false;
    }
    oneAtATime.lock();
    try {
      // Another call may have found it while this one waited.
      if (keys.named(serial).isPresent()) {
        return true;
      }
      if (!limit.allows(serial, clock.instant())) {
        return false;
      }
      boolean asked = !(refresh(permit) instanceof Refresh.NotSent);
      boolean known = keys.named(serial).isPresent();
      if (asked) {
        limit.tried(serial, known, clock.instant());
      }
      return known;
    } finally {
      oneAtATime.unlock();
    }
  }

  private Refresh download(CallPermit permit) {
    List<Sent> sent = calls.send(ApiRequest.certificates(), permit, UnaryOperator.identity());
    if (sent.isEmpty()) {
      return new Refresh.NotSent();
    }
    return switch (sent.getLast().outcome()) {
      case Outcome.Answered answered -> take(answered);
      case Outcome.Failed failed ->
          new Refresh.Kept(failed.failure() + ": " + PlainText.of(failed.message(), MAX_TEXT));
    };
  }

  private Refresh take(Outcome.Answered answered) {
    Answer answer = Answer.of(answered, Optional.empty(), clock.instant());
    if (answer.status() != 200) {
      return isRefused(answer)
          ? new Refresh.Refused(refusal(answer))
          : new Refresh.Kept(refusal(answer));
    }
    if (answered.body().length > LargeBodies.SMALL) {
      return new Refresh.Kept("the list is larger than " + LargeBodies.SMALL + " bytes");
    }
    return switch (CertificateList.read(Json.object(answered.body()), apiV3Key)) {
      case CertificateList.Whole list -> takeIfSigned(answered, list.certificates());
      case CertificateList.Garbled garbled -> new Refresh.Kept(garbled.why());
    };
  }

  private Refresh takeIfSigned(Outcome.Answered answered, List<X509Certificate> certificates) {
    Instant now = clock.instant();
    CertificateSet list = CertificateSet.of(certificates, now);
    Function<String, Optional<PublicKey>> knownOrListed =
        serial -> keys.named(serial).or(() -> list.named(serial, now));
    Optional<VerificationFault> fault =
        verifier.fault(answered.headers(), answered.body(), knownOrListed);
    if (fault.isPresent()) {
      return new Refresh.Kept("the list's own signature does not hold: " + fault.get());
    }
    if (!list.equals(keys.certificates())) {
      log.info("platform certificates in use: {}", list.serials());
    }
    keys.replaceCertificates(list);
    return new Refresh.Refreshed(list.serials());
  }

  /** A fault of our signature, or of the rate, is not about this list. */
  private static boolean isRefused(Answer answer) {
    return answer.isClientError()
        && answer.status() != 401
        && answer.status() != 429
        && answer.text("code").isPresent();
  }

  private static String refusal(Answer answer) {
    return PlainText.of(
        String.format(
            Locale.ROOT,
            "WeChat Pay answered %d %s %s (Request-ID %s)",
            answer.status(),
            answer.text("code").orElse(""),
            answer.text("message").orElse(""),
            answer.requestId().orElse("none")),
        MAX_TEXT);
  }

  private void report(Refresh refresh) {
    switch (refresh) {
      case Refresh.Kept kept ->
          log.warn("platform certificates not refreshed, those known stay in use: {}", kept.why());
      case Refresh.Refused refused -> {
        if (keys.askedFor().isPresent()) {
          log.info("no platform certificates, the public key serves: {}", refused.why());
        } else {
          log.warn("platform certificates refused to this merchant: {}", refused.why());
        }
      }
      case Refresh.Refreshed refreshed -> {}
      case Refresh.NotSent notSent -> {}
    }
  }
}
