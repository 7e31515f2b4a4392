package io.staleorders.wechatpay;

import java.time.InstantSource;
import java.util.Optional;

/**
 * What one account needs of WeChat Pay.
 *
 * @param closeClient closes orders and asks about them
 * @param certificates to be refreshed at start and on a schedule; absent without an APIv3 key
 */
public record WechatPay(CloseClient closeClient, Optional<PlatformCertificates> certificates) {

  /** Connects the parts. Nothing is called yet. */
  public static WechatPay connect(
      WechatPayAccount account, Endpoints endpoints, InstantSource clock) {
    PlatformKeys keys = new PlatformKeys(account.publicKey(), clock);
    RequestSigner signer = new RequestSigner(account, clock, RequestSigner.randomNonces());
    SignedCalls calls =
        new SignedCalls(
            new Hosts(endpoints, clock),
            new HttpTransport(signer, keys, clock, endpoints.timeout()));
    Optional<PlatformCertificates> certificates =
        account.apiV3Key().map(key -> new PlatformCertificates(calls, key, keys, clock));
    AnswerReader answers = new AnswerReader(keys, certificates, clock);
    return new WechatPay(new CloseClient(calls, answers), certificates);
  }
}
