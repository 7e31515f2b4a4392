package io.staleorders.sandbox;

/** {@code trade_state} of an order here, and one more: not placed. */
public enum OrderState {
  /** WeChat Pay does not know it. */
  ABSENT("订单不存在"),
  NOTPAY("订单未支付"),
  CLOSED("订单已关闭"),
  SUCCESS("支付成功"),
  REFUND("订单发生过退款"),
  REVOKED("已撤销"),
  USERPAYING("用户支付中"),
  PAYERROR("支付失败"),
  ACCEPT("已接收，等待扣款");

  private final String text;

  OrderState(String text) {
    this.text = text;
  }

  /** {@code trade_state_desc}. */
  String text() {
    return text;
  }

  /** Whether money has moved. */
  public boolean isPaid() {
    return this == SUCCESS || this == REFUND;
  }

  /** Whether a payment can still succeed. */
  public boolean isPayable() {
    return switch (this) {
      case NOTPAY, USERPAYING, PAYERROR, ACCEPT -> true;
      case ABSENT, CLOSED, SUCCESS, REFUND, REVOKED -> false;
    };
  }
}
