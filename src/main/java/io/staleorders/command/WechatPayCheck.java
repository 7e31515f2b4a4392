package io.staleorders.command;

import io.staleorders.config.Settings;
import io.staleorders.order.Code;
import io.staleorders.order.Exchange;
import io.staleorders.order.Merchant;
import io.staleorders.order.Reply;
import io.staleorders.wechatpay.CallPermit;
import io.staleorders.wechatpay.Probe;
import io.staleorders.wechatpay.Refresh;
import io.staleorders.wechatpay.WechatPay;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A signed call to WeChat Pay: it proves key, serial, clock and network at once. */
final class WechatPayCheck {
  private static final String CALL = "WeChat Pay";
  private static final String PROVEN =
      "a signed call was answered and its signature holds: key, serial, clock and network are right";
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

  private final WechatPay wechatPay;
  private final Merchant merchant;
  private final CallPermit permit;
  private final boolean hasPublicKey;

  private WechatPayCheck(
      WechatPay wechatPay, Merchant merchant, CallPermit permit, boolean hasPublicKey) {
    this.wechatPay = wechatPay;
    this.merchant = merchant;
    this.permit = permit;
    this.hasPublicKey = hasPublicKey;
  }

  static WechatPayCheck of(Settings settings, InstantSource clock, CallPermit permit) {
    return new WechatPayCheck(
        WechatPay.connect(Service.account(settings), Service.endpoints(settings), clock),
        new Merchant(settings.wechatPay().spMchid(), Service.anySubMerchant(settings)),
        permit,
        settings.wechatPay().publicKey().isPresent());
  }

  private void certificatesRefused(Refresh.Refused refused, CheckList list) {
    if (hasPublicKey) {
      list.warning(
          "platform certificates",
          "platform certificates are not available to this merchant, the public key serves: "
              + refused.why());
    } else {
      list.failed(
          "platform certificates",
          "platform certificates are not available to this merchant: set WECHATPAY_PUBLIC_KEY_ID and WECHATPAY_PUBLIC_KEY; "
              + refused.why());
    }
  }

  void run(CheckList list) {
    wechatPay
        .certificates()
        .ifPresent(
            certificates -> {
              switch (certificates.refresh(permit)) {
                case Refresh.Refreshed refreshed ->
                    list.ok("platform certificates", "in use: " + refreshed.serials());
                case Refresh.Kept kept -> list.failed("platform certificates", kept.why());
                case Refresh.Refused refused -> certificatesRefused(refused, list);
                case Refresh.NotSent notSent -> list.failed("platform certificates", "not asked");
              }
            });
    Probe probe = wechatPay.closeClient().probe(merchant, permit);
    List<String> answers = probe.call().exchanges().stream().map(WechatPayCheck::text).toList();
    String answer = answers.isEmpty() ? "" : answers.getLast();
    if (answers.size() > 1 && !(probe.call().reply() instanceof Reply.NoResponse)) {
      list.warning(CALL, "the backup host was used: " + answers.getFirst());
    }
    switch (probe.call().reply()) {
      case Reply.Refused refused -> refused(refused, probe, answer, list);
      // The sandbox knows any order; a verified answer is all that is wanted.
      case Reply.Found found -> list.ok(CALL, PROVEN);
      case Reply.Unverified unverified ->
          list.failed(
              CALL,
              String.format(
                  Locale.ROOT,
                  "the answer's signature does not hold (%s): check WECHATPAY_PUBLIC_KEY_ID, WECHATPAY_PUBLIC_KEY, WECHATPAY_API_V3_KEY; %s",
                  unverified.fault(),
                  answer));
      case Reply.Unclear unclear -> list.failed(CALL, "an answer that says nothing: " + answer);
      case Reply.NoResponse none ->
          list.failed(
              CALL,
              "no answer: check WECHATPAY_BASE_URL, WECHATPAY_BACKUP_BASE_URL and the way out; "
                  + String.join("; ", answers));
      case Reply.NotSent none -> list.failed(CALL, "not called");
    }
  }

  private static void refused(Reply.Refused refused, Probe probe, String answer, CheckList list) {
    refused.dateAhead().ifPresent(ahead -> clock(ahead, list));
    if (refused.code() == Code.ORDER_NOT_EXIST && refused.verified()) {
      list.ok(CALL, PROVEN);
    } else if (refused.code() == Code.SIGN_ERROR) {
      list.failed(
          CALL,
          "it refuses our signature: check WECHATPAY_PRIVATE_KEY, WECHATPAY_CERT_SERIAL_NO, WECHATPAY_SP_MCHID and this machine's clock; "
              + answer);
    } else if (refused.verified()) {
      list.warning(CALL, "our signature is accepted, but the probe was refused: " + answer);
    } else {
      list.failed(
          CALL,
          String.format(
              Locale.ROOT,
              "the answer is not verified (%s): %s",
              probe.fault().map(Enum::name).orElse("no signature"),
              answer));
    }
  }

  private static void clock(Duration ahead, CheckList list) {
    String text =
        String.format(
            Locale.ROOT, "WeChat Pay's clock is %d s ahead of this machine's", ahead.toSeconds());
    if (ahead.abs().compareTo(CLOCK_TOLERANCE) <= 0) {
      list.ok("clock, WeChat Pay", text);
    } else {
      list.warning("clock, WeChat Pay", text + "; over 5 minutes every call is refused");
    }
  }

  private static String text(Exchange exchange) {
    String status =
        exchange.httpStatus().isPresent() ? Integer.toString(exchange.httpStatus().getAsInt()) : "";
    String what =
        Stream.of(status, exchange.code().orElse(""), exchange.message().orElse(""))
            .filter(part -> !part.isBlank())
            .collect(Collectors.joining(" "));
    return exchange.host()
        + ": "
        + what
        + exchange.requestId().map(id -> " (Request-ID " + id + ")").orElse("");
  }
}
