package io.staleorders.sandbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The platform certificates in force, oldest first, and the list of them for download. */
public final class PlatformCertificates {
  private static final String ASSOCIATED_DATA = "certificate";

  private final byte[] apiV3Key;
  private final CopyOnWriteArrayList<PlatformCertificate> inForce;
  private volatile ListFault fault = ListFault.NONE;

  /** What can be wrong with the list. */
  public enum ListFault {
    NONE,
    /** Its ciphertexts are random. */
    GARBAGE,
    /** Encrypted under another APIv3 key. */
    OTHER_KEY,
    /** No certificate in it. */
    EMPTY
  }

  PlatformCertificates(SandboxKeys keys) {
    this.apiV3Key = keys.apiV3Key().getBytes(StandardCharsets.UTF_8);
    this.inForce = new CopyOnWriteArrayList<>(List.of(keys.platform()));
  }

  /** Adds a new certificate, which signs from now on; the older ones stay in force. */
  public void rotate() {
    inForce.add(PlatformCertificate.issue(Rsa.newKeys()));
  }

  /** Takes all but the newest out of force. */
  public void retireOld() {
    inForce.subList(0, inForce.size() - 1).clear();
  }

  /** What is wrong with the list from now on. */
  public void listFault(ListFault newFault) {
    this.fault = newFault;
  }

  ListFault listFault() {
    return fault;
  }

  /** Serials of those in force, oldest first. */
  public List<String> serials() {
    return inForce.stream().map(PlatformCertificate::serial).toList();
  }

  PlatformCertificate newest() {
    return inForce.getLast();
  }

  Optional<PlatformCertificate> bySerial(String serial) {
    return inForce.stream().filter(certificate -> certificate.serial().equals(serial)).findAny();
  }

  /** The body of {@code GET /v3/certificates}. */
  ObjectNode list() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode data = body.putArray("data");
    Stream<PlatformCertificate> listed =
        fault == ListFault.EMPTY ? Stream.empty() : inForce.stream();
    listed.forEach(certificate -> describe(certificate, data.addObject()));
    return body;
  }

  private void describe(PlatformCertificate certificate, ObjectNode node) {
    node.put("serial_no", certificate.serial());
    node.put("effective_time", time(certificate.certificate().getNotBefore().toInstant()));
    node.put("expire_time", time(certificate.certificate().getNotAfter().toInstant()));
    String nonce = UUID.randomUUID().toString().substring(0, 12);
    byte[] pem = certificate.pem().getBytes(StandardCharsets.US_ASCII);
    node.putObject("encrypt_certificate")
        .put("algorithm", "AEAD_AES_256_GCM")
        .put("nonce", nonce)
        .put("associated_data", ASSOCIATED_DATA)
        .put("ciphertext", Base64.getEncoder().encodeToString(encrypt(pem, nonce)));
  }

  private byte[] encrypt(byte[] plain, String nonce) {
    if (fault == ListFault.GARBAGE) {
      return nonce.repeat(20).getBytes(StandardCharsets.US_ASCII);
    }
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(fault == ListFault.OTHER_KEY ? new byte[32] : apiV3Key, "AES"),
          new GCMParameterSpec(128, nonce.getBytes(StandardCharsets.US_ASCII)));
      cipher.updateAAD(ASSOCIATED_DATA.getBytes(StandardCharsets.US_ASCII));
      return cipher.doFinal(plain);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  private static String time(Instant instant) {
    return instant.atOffset(ZoneOffset.ofHours(8)).toString();
  }
}
