package io.staleorders.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks who sent a request, as WeChat Pay does. */
final class RequestVerifier {
  private static final String SCHEME = "WECHATPAY2-SHA256-RSA2048 ";
  private static final Pattern FIELD = Pattern.compile("\\s*([a-z_]+)=\"([^\"]*)\"\\s*(?:,|$)");
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  /** More than come in the ten minutes for which a nonce could be used again. */
  private static final int NONCES_KEPT = 200_000;

  private final SandboxKeys keys;
  private final InstantSource clock;
  private final Journal journal;
  private final LinkedHashSet<String> nonces = new LinkedHashSet<>();

  RequestVerifier(SandboxKeys keys, InstantSource clock, Journal journal) {
    this.keys = keys;
    this.clock = clock;
    this.journal = journal;
  }

  /** Why the request is refused; empty if it is as it should be. */
  Optional<Refusal> refuse(Incoming request) {
    if (request.header("Accept").isEmpty() || request.header("User-Agent").isEmpty()) {
      return Optional.of(Refusal.paramError("Http头缺少Accept或User-Agent"));
    }
    String authorization = request.header("Authorization");
    if (!authorization.startsWith(SCHEME)) {
      return Optional.of(Refusal.signError("Http头Authorization的认证类型不正确"));
    }
    Map<String, String> fields = new HashMap<>();
    Matcher matcher = FIELD.matcher(authorization.substring(SCHEME.length()));
    while (matcher.lookingAt()) {
      fields.put(matcher.group(1), matcher.group(2));
      matcher.region(matcher.end(), matcher.regionEnd());
    }
    if (matcher.regionStart() != matcher.regionEnd()) {
      return Optional.of(Refusal.signError("Http头Authorization格式不正确"));
    }
    return refuse(request, fields).map(Refusal::signError);
  }

  private Optional<String> refuse(Incoming request, Map<String, String> fields) {
    if (!fields.getOrDefault("mchid", "").equals(keys.spMchid())) {
      return Optional.of("商户号不存在");
    }
    if (!fields.getOrDefault("serial_no", "").equals(keys.merchantSerial())) {
      return Optional.of("商户证书序列号有误");
    }
    String timestamp = fields.getOrDefault("timestamp", "");
    if (!isFresh(timestamp)) {
      return Optional.of("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟");
    }
    String nonce = fields.getOrDefault("nonce_str", "");
    if (nonce.isEmpty() || nonce.length() > 64) {
      return Optional.of("Http头Authorization中的nonce_str不正确");
    }
    if (!isSigned(request, timestamp, nonce, fields.getOrDefault("signature", ""))) {
      return Optional.of("错误的签名，验签失败");
    }
    if (!isFirstUse(nonce)) {
      journal.count(Counter.NONCES_REUSED);
      return Optional.of("nonce_str重复使用");
    }
    return Optional.empty();
  }

  private boolean isFresh(String timestamp) {
    if (!timestamp.matches("[0-9]{1,11}")) {
      return false;
    }
    Instant signedAt = Instant.ofEpochSecond(Long.parseLong(timestamp));
    return Duration.between(signedAt, clock.instant()).abs().compareTo(TOLERANCE) <= 0;
  }

  private boolean isSigned(Incoming request, String timestamp, String nonce, String signature) {
    byte[] head =
        (request.method() + "\n" + request.target() + "\n" + timestamp + "\n" + nonce + "\n")
            .getBytes(StandardCharsets.UTF_8);
    byte[] message = new byte[head.length + request.body().length + 1];
    System.arraycopy(head, 0, message, 0, head.length);
    System.arraycopy(request.body(), 0, message, head.length, request.body().length);
    message[message.length - 1] = '\n';
    try {
      return Rsa.verify(
          keys.merchant().getPublic(), message, Base64.getDecoder().decode(signature));
    } catch (IllegalArgumentException e) {
      return false; // not Base64
    }
  }

  private boolean isFirstUse(String nonce) {
    synchronized (nonces) {
      if (nonces.size() >= NONCES_KEPT) {
        nonces.removeFirst();
      }
      return nonces.add(nonce);
    }
  }
}
