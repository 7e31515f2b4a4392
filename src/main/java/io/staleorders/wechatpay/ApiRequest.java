package io.staleorders.wechatpay;

import io.staleorders.order.Merchant;
import io.staleorders.order.OutTradeNo;
import java.util.Locale;

/**
 * What is asked of WeChat Pay, whichever host it goes to.
 *
 * @param target path and query
 * @param body JSON, empty for a GET
 */
record ApiRequest(String method, String target, String body) {
  private static final String BY_OUT_TRADE_NO = "/v3/pay/partner/transactions/out-trade-no/";

  static ApiRequest close(OutTradeNo number, Merchant merchant) {
    return new ApiRequest(
        "POST",
        BY_OUT_TRADE_NO + number + "/close",
        String.format(
            Locale.ROOT,
            "{\"sp_mchid\":\"%s\",\"sub_mchid\":\"%s\"}",
            merchant.spMchid(),
            merchant.subMchid()));
  }

  static ApiRequest query(OutTradeNo number, Merchant merchant) {
    return new ApiRequest(
        "GET",
        BY_OUT_TRADE_NO
            + String.format(
                Locale.ROOT,
                "%s?sp_mchid=%s&sub_mchid=%s",
                number,
                merchant.spMchid(),
                merchant.subMchid()),
        "");
  }

  static ApiRequest certificates() {
    return new ApiRequest("GET", "/v3/certificates", "");
  }
}
