package io.staleorders.wechatpay;

import java.time.InstantSource;

/**
 * What one account needs of WeChat Pay.
 *
 * @param closeClient closes orders and asks about them
 */
public record WechatPay(CloseClient closeClient) {

  /** Connects the parts. Nothing is called yet. */
  public static WechatPay connect(
      WechatPayAccount account, Endpoints endpoints, InstantSource clock) {
    PlatformKeys keys = new PlatformKeys(account.publicKey());
    RequestSigner signer = new RequestSigner(account, clock, RequestSigner.randomNonces());
    SignedCalls calls =
        new SignedCalls(
            new Hosts(endpoints, clock),
            new HttpTransport(signer, keys, clock, endpoints.timeout()));
    return new WechatPay(new CloseClient(calls, new AnswerReader(keys, clock)));
  }
}
