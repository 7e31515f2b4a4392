package io.staleorders.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import org.junit.jupiter.api.Test;

@Fast
class PauseScopeTest {
  @Test
  void scopeIsCalledAccountOrByTheSubMerchantsNumber() {
    assertThat(new PauseScope.Account().text()).isEqualTo("account");
    assertThat(new PauseScope.SubMerchant(new MerchantId("1900000109")).text())
        .isEqualTo("1900000109");
  }
}
