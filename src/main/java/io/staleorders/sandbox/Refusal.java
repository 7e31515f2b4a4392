package io.staleorders.sandbox;

/**
 * An error answer as WeChat Pay words it.
 *
 * @param number the end of {@code Request-ID}
 */
record Refusal(int status, String code, long number, String message) {
  static final Refusal ORDER_CLOSED = new Refusal(400, "ORDER_CLOSED", 268447914, "订单已关闭");
  static final Refusal ORDER_PAID = new Refusal(400, "ORDER_PAID", 268449538, "该订单已支付");
  static final Refusal ORDER_NOT_EXIST = new Refusal(404, "ORDER_NOT_EXIST", 268512771, "订单不存在");
  static final Refusal USER_PAYING = new Refusal(202, "USER_PAYING", 268449540, "用户支付中，需要输入密码");
  static final Refusal TRADE_ERROR = new Refusal(403, "TRADE_ERROR", 268449543, "交易错误");
  static final Refusal NOT_THE_ORDERS_MERCHANT =
      new Refusal(400, "INVALID_REQUEST", 268447845, "sub_mchid与下单时不一致");
  static final Refusal RATELIMIT_EXCEEDED =
      new Refusal(429, "RATELIMIT_EXCEEDED", 268447840, "请求超过频率限制");

  private static final long SIGN_ERROR_NUMBER = 268443699;
  private static final long PARAM_ERROR_NUMBER = 268435461;

  static Refusal signError(String message) {
    return new Refusal(401, "SIGN_ERROR", SIGN_ERROR_NUMBER, message);
  }

  static Refusal paramError(String message) {
    return new Refusal(400, "PARAM_ERROR", PARAM_ERROR_NUMBER, message);
  }

  static Refusal of(int status, String code, long number) {
    return new Refusal(status, code, number, "沙箱按要求返回的错误");
  }
}
