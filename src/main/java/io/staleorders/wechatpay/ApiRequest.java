package io.staleorders.wechatpay;

import io.staleorders.order.Merchant;
import io.staleorders.order.OutTradeNo;

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
        "{\"sp_mchid\":\"%s\",\"sub_mchid\":\"%s\"}"
            .formatted(merchant.spMchid(), merchant.subMchid()));
  }

  static ApiRequest query(OutTradeNo number, Merchant merchant) {
    return new ApiRequest(
        "GET",
        BY_OUT_TRADE_NO
            + "%s?sp_mchid=%s&sub_mchid=%s"
                .formatted(number, merchant.spMchid(), merchant.subMchid()),
        "");
  }

  static ApiRequest certificates() {
    return new ApiRequest("GET", "/v3/certificates", "");
  }
}
