package io.staleorders.demo;

import io.staleorders.sandbox.Facts;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.sandbox.Sandbox;
import io.staleorders.sandbox.Script;
import java.util.Optional;

/** What happens in the shop in the very moment in which the service closes an order. */
record Meanwhile(Sandbox sandbox, DemoShop shop) implements Script {

  /** Lets the request go on, once the thing has happened. */
  @Override
  public Optional<Misbehaviour> choose(Facts facts) {
    if (facts.nth() == 1) {
      facts.outTradeNo().ifPresent(this::beforeFirstCall);
    }
    return Optional.empty();
  }

  private void beforeFirstCall(String outTradeNo) {
    switch (Became.kindOf(outTradeNo)) {
      case "MEANWHILE" -> {
        sandbox.pay(outTradeNo);
        shop.setStatus(outTradeNo, "PAID");
      }
      case "CANCELLED" -> shop.setStatus(outTradeNo, "CANCELLED");
      default -> {}
    }
  }
}
