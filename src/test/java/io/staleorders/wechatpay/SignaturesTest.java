package io.staleorders.wechatpay;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which provider signs makes no difference but in time. */
@Fast
class SignaturesTest {
  private final PrivateKey key = FakeWechat.account().privateKey();

  @Test
  void providerInUseSignsAsTheJdkDoes() throws GeneralSecurityException {
    Signatures jdk = Signatures.among(Stream.of(Security.getProvider("SunRsaSign")));

    assertThat(jdk.provider()).startsWith("SunRsaSign");
    assertThat(signed(Signatures.best())).isEqualTo(signed(jdk));
  }

  @Test
  void providerWhoseNativeLibraryDoesNotLoadIsPassedOver() throws GeneralSecurityException {
    Signatures signatures = Signatures.among(Stream.of(new Empty()));

    assertThat(signatures.provider()).isEqualTo("JDK");
    assertThat(signed(signatures)).isEqualTo(signed(Signatures.best()));
  }

  private byte[] signed(Signatures signatures) throws GeneralSecurityException {
    Signature signature = signatures.signature();
    signature.initSign(signatures.own(key));
    signature.update(new byte[] {1, 2, 3});
    return signature.sign();
  }

  /** As one that has not found its library: it offers nothing. */
  private static final class Empty extends Provider {
    private static final long serialVersionUID = 1L;

    Empty() {
      super("Empty", "1", "nothing");
    }
  }
}
