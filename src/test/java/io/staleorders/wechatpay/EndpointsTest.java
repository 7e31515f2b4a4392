package io.staleorders.wechatpay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.staleorders.testkit.Fast;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Fast
class EndpointsTest {
  private static final URI MAIN = URI.create("https://api.mch.weixin.qq.com");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://api.mch.weixin.qq.com",
        "https://api.mch.weixin.qq.com/",
        "http://127.0.0.1:8089",
        "http://[::1]:8089",
        "http://wechat_sandbox:8089"
      })
  void anAddressIsSchemeHostAndPort(String address) {
    assertThat(new Endpoints(URI.create(address), Optional.empty(), Duration.ofSeconds(1)).main())
        .hasToString(address.endsWith("/") ? address : address + "/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://127.0.0.1",
        "api.mch.weixin.qq.com",
        "https://127.0.0.1/v3",
        "https://127.0.0.1/?a=b",
        "https://127.0.0.1/#a",
        "https://user:secret@127.0.0.1",
        ""
      })
  void anythingElseIsRefused(String address) {
    URI uri = URI.create(address);

    assertThatThrownBy(() -> new Endpoints(uri, Optional.empty(), Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> new Endpoints(MAIN, Optional.of(uri), Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void withoutTimeNothingCanBeAsked() {
    assertThatThrownBy(() -> new Endpoints(MAIN, Optional.empty(), Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
