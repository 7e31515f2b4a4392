package io.staleorders.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** A shop's request, right in everything until a test spoils something; sent over a bare socket. */
final class ShopRequest {
  static final String SUB = "1900000109";
  private static final String ORDERS = "/v3/pay/partner/transactions/out-trade-no/";

  private final Sandbox sandbox;
  private final String method;
  private final String target;
  private String body;
  private PrivateKey key;
  private String scheme = "WECHATPAY2-SHA256-RSA2048";
  private String signedSuffix = "";
  private final Map<String, String> fields = new HashMap<>();
  private final Map<String, String> headers = new LinkedHashMap<>();
  private int port;
  private int timeoutMillis = 5_000;

  private ShopRequest(Sandbox sandbox, String method, String target, String body) {
    this.sandbox = sandbox;
    this.method = method;
    this.target = target;
    this.body = body;
    this.port = sandbox.port();
    this.key = sandbox.keys().merchantPrivateKey();
    fields.put("mchid", sandbox.keys().spMchid());
    fields.put("serial_no", sandbox.keys().merchantSerial());
    fields.put("nonce_str", UUID.randomUUID().toString());
    fields.put("timestamp", Long.toString(sandbox.clock().instant().getEpochSecond()));
    headers.put("Accept", "application/json");
    headers.put("User-Agent", "test");
    headers.put("Content-Type", "application/json");
  }

  static ShopRequest close(Sandbox sandbox, String outTradeNo) {
    return post(
        sandbox,
        ORDERS + outTradeNo + "/close",
        "{\"sp_mchid\":\"" + sandbox.keys().spMchid() + "\",\"sub_mchid\":\"" + SUB + "\"}");
  }

  static ShopRequest query(Sandbox sandbox, String outTradeNo) {
    String sp = sandbox.keys().spMchid();
    return get(sandbox, ORDERS + outTradeNo + "?sp_mchid=" + sp + "&sub_mchid=" + SUB);
  }

  static ShopRequest get(Sandbox sandbox, String target) {
    return new ShopRequest(sandbox, "GET", target, "");
  }

  static ShopRequest post(Sandbox sandbox, String target, String body) {
    return new ShopRequest(sandbox, "POST", target, body);
  }

  static ShopRequest to(Sandbox sandbox, String method, String target, String body) {
    return new ShopRequest(sandbox, method, target, body);
  }

  ShopRequest field(String name, String value) {
    fields.put(name, value);
    return this;
  }

  ShopRequest header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  ShopRequest without(String header) {
    headers.remove(header);
    return this;
  }

  ShopRequest body(String newBody) {
    this.body = newBody;
    return this;
  }

  ShopRequest key(PrivateKey otherKey) {
    this.key = otherKey;
    return this;
  }

  ShopRequest scheme(String other) {
    this.scheme = other;
    return this;
  }

  /** What is signed differs from what is sent. */
  ShopRequest signedWith(String suffix) {
    this.signedSuffix = suffix;
    return this;
  }

  ShopRequest signedAt(Instant at) {
    return field("timestamp", Long.toString(at.getEpochSecond()));
  }

  ShopRequest toBackup() {
    this.port = Integer.parseInt(sandbox.backupUrl().replaceAll(".*:", ""));
    return this;
  }

  ShopRequest waitingFor(int millis) {
    this.timeoutMillis = millis;
    return this;
  }

  RawReply send() {
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(timeoutMillis);
      socket.getOutputStream().write(bytes());
      socket.getOutputStream().flush();
      String ending = read(socket, received);
      return RawReply.of(received.toByteArray(), ending);
    } catch (SocketException e) {
      return RawReply.of(received.toByteArray(), "reset");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Socket socket, ByteArrayOutputStream received) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[65_536];
    try {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        received.write(buffer, 0, n);
      }
      return "end";
    } catch (SocketTimeoutException e) {
      return "timeout";
    } catch (SocketException e) {
      return "reset";
    }
  }

  private byte[] bytes() {
    StringBuilder request = new StringBuilder();
    request.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
    request.append("Host: sandbox\r\nConnection: close\r\n");
    headers.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
    request.append("Authorization: " + scheme + " " + authorization() + "\r\n");
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    request.append("Content-Length: " + content.length + "\r\n\r\n").append(body);
    return request.toString().getBytes(StandardCharsets.UTF_8);
  }

  private String authorization() {
    String message =
        String.join(
            "\n",
            method,
            target + signedSuffix,
            fields.getOrDefault("timestamp", ""),
            fields.getOrDefault("nonce_str", ""),
            body,
            "");
    Map<String, String> all = new HashMap<>(fields);
    all.putIfAbsent("signature", sign(message));
    StringBuilder text = new StringBuilder();
    all.forEach((name, value) -> text.append(name + "=\"" + value + "\","));
    return text.substring(0, text.length() - 1);
  }

  private String sign(String message) {
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key);
      signature.update(message.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
