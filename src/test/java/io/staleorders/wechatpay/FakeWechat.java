package io.staleorders.wechatpay;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.wechat.pay.java.core.cipher.RSASigner;
import io.staleorders.order.MerchantId;
import io.staleorders.testkit.ScriptedServer;
import io.staleorders.testkit.ScriptedServer.Act;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Keys of both sides, and replies that the official SDK signs as WeChat Pay would. */
final class FakeWechat {
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  static final InstantSource CLOCK = InstantSource.fixed(NOW);
  static final MerchantId SP = new MerchantId("1900000109");
  static final String SERIAL = "7132D72A03E93CDDF8C03BBD1F37EEDF25B6C0AA";
  static final String PUBLIC_KEY_ID = "PUB_KEY_ID_0119000001092026030100000001";
  static final KeyPair MERCHANT = rsa(2048);
  static final KeyPair PLATFORM = rsa(2048);
  static final KeyPair STRANGER = rsa(2048);

  private FakeWechat() {}

  static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static WechatPayAccount account() {
    return new WechatPayAccount(
        SP,
        SERIAL,
        MERCHANT.getPrivate(),
        Optional.of(new WechatPayPublicKey(PUBLIC_KEY_ID, PLATFORM.getPublic())),
        Optional.empty());
  }

  static CloseClient client(URI base, Duration timeout) {
    return WechatPay.connect(account(), new Endpoints(base, Optional.empty(), timeout), CLOCK)
        .closeClient();
  }

  static CloseClient client(URI base, URI backup, Duration timeout) {
    return WechatPay.connect(account(), new Endpoints(base, Optional.of(backup), timeout), CLOCK)
        .closeClient();
  }

  /** An answer signed with the platform's key, as of now. */
  static Act signed(int status, String body) {
    return ScriptedServer.reply(status, headers(body), body.getBytes(UTF_8));
  }

  /** The headers of an answer signed with the platform's key, as of now; they can be changed. */
  static Map<String, String> headers(String body) {
    return headers(PUBLIC_KEY_ID, PLATFORM, NOW, body);
  }

  /** The same of a body that is no text. */
  static Map<String, String> headers(byte[] body) {
    try {
      Map<String, String> headers = headers("");
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(PLATFORM.getPrivate());
      String start =
          headers.get("Wechatpay-Timestamp") + "\n" + headers.get("Wechatpay-Nonce") + "\n";
      signature.update(start.getBytes(UTF_8));
      signature.update(body);
      signature.update((byte) '\n');
      headers.put("Wechatpay-Signature", Base64.getEncoder().encodeToString(signature.sign()));
      return headers;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static Map<String, String> headers(String serial, KeyPair key, Instant at, String body) {
    String nonce = "c5ac7061fccab6bf3e254dcf98995b8c";
    String text = at.getEpochSecond() + "\n" + nonce + "\n" + body + "\n";
    Map<String, String> headers = new HashMap<>();
    headers.put("Wechatpay-Serial", serial);
    headers.put("Wechatpay-Nonce", nonce);
    headers.put("Wechatpay-Timestamp", Long.toString(at.getEpochSecond()));
    headers.put(
        "Wechatpay-Signature", new RSASigner(serial, key.getPrivate()).sign(text).getSign());
    headers.put("Request-ID", "08F78BB5AF0610D302-0");
    return headers;
  }

  /** An answer that nobody signed. */
  static Act unsigned(int status, String body) {
    return ScriptedServer.reply(
        status, Map.of("Request-ID", "08F78BB5AF0610D302-0"), body.getBytes(UTF_8));
  }
}
