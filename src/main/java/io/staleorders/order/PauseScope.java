package io.staleorders.order;

/** What is paused: everything, or one sub-merchant. */
public sealed interface PauseScope {

  /** As stored and logged: {@code account}, or the sub-merchant's number. */
  String text();

  /** The whole account of the service provider. */
  record Account() implements PauseScope {
    @Override
    public String text() {
      return "account";
    }
  }

  /** One sub-merchant. */
  record SubMerchant(MerchantId subMchid) implements PauseScope {
    @Override
    public String text() {
      return subMchid.value();
    }
  }
}
