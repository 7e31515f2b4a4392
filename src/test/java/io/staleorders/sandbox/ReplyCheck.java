package io.staleorders.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/** What a careful shop makes of a reply's signature: one word. */
final class ReplyCheck {
  private ReplyCheck() {}

  static String of(RawReply reply, Sandbox sandbox) {
    String signature = reply.header("Wechatpay-Signature");
    String timestamp = reply.header("Wechatpay-Timestamp");
    String nonce = reply.header("Wechatpay-Nonce");
    String serial = reply.header("Wechatpay-Serial");
    if (signature.isEmpty() && timestamp.isEmpty() && nonce.isEmpty() && serial.isEmpty()) {
      return "unsigned";
    }
    if (signature.isEmpty() || timestamp.isEmpty() || nonce.isEmpty() || serial.isEmpty()) {
      return "incomplete";
    }
    if (signature.startsWith("WECHATPAY/SIGNTEST/")) {
      return "signtest";
    }
    if (!serial.equals(sandbox.keys().publicKeyId())) {
      return "unknown";
    }
    Instant at = Instant.ofEpochSecond(Long.parseLong(timestamp));
    Instant now = sandbox.clock().instant();
    if (Duration.between(at, now).abs().compareTo(Duration.ofMinutes(5)) > 0) {
      return "stale";
    }
    return verifies(reply, timestamp, nonce, signature, sandbox) ? "signed" : "wrong";
  }

  private static boolean verifies(
      RawReply reply, String timestamp, String nonce, String signature, Sandbox sandbox) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.writeBytes((timestamp + "\n" + nonce + "\n").getBytes(StandardCharsets.UTF_8));
    message.writeBytes(reply.body());
    message.write('\n');
    try {
      Signature verifier = Signature.getInstance("SHA256withRSA");
      verifier.initVerify(sandbox.keys().wechatPayPublicKey());
      verifier.update(message.toByteArray());
      return verifier.verify(Base64.getDecoder().decode(signature));
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
