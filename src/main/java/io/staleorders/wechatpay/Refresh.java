package io.staleorders.wechatpay;

import java.util.List;

/** What a download of the platform certificates came to. */
public sealed interface Refresh {

  /**
   * A new list is in use.
   *
   * @param serials of the certificates in it that have not expired, hexadecimal
   */
  record Refreshed(List<String> serials) implements Refresh {}

  /**
   * The certificates stay as they were.
   *
   * @param why for a person; no secret is in it
   */
  record Kept(String why) implements Refresh {}

  /**
   * WeChat Pay refuses the list to this merchant: merchants who started with the public key have no
   * platform certificates. Those known stay as they were.
   *
   * @param why for a person; no secret is in it
   */
  record Refused(String why) implements Refresh {}

  /** No request was made: the permit was refused. */
  record NotSent() implements Refresh {}
}
