package io.staleorders.testkit;

import io.staleorders.sandbox.Sandbox;
import io.staleorders.sandbox.SandboxKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A shop's database in real time, the sandbox on a real port, and the settings of a service for
 * both, as an operator would give them.
 */
public final class Installation implements AutoCloseable {
  private final Shop shop;
  private final Sandbox sandbox = Sandbox.start();
  private final Map<String, String> settings = new HashMap<>();
  private final Path healthFile;

  private Installation(Shop shop) {
    this.shop = shop;
    // Ages given to the shop count from now: commands go by PostgreSQL's own clock.
    shop.execute("UPDATE testkit.clock SET now = now()");
    try {
      healthFile = Files.createTempFile("stale-order-closer-test-", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    SandboxKeys keys = sandbox.keys();
    settings.put("DATABASE_URL", shop.database().jdbcUrl());
    settings.put("DATABASE_USER", shop.database().user());
    settings.put("DATABASE_PASSWORD", shop.database().password());
    settings.put("DATABASE_POOL_SIZE", "4");
    settings.put("WECHATPAY_SP_MCHID", keys.spMchid());
    settings.put("WECHATPAY_CERT_SERIAL_NO", keys.merchantSerial());
    settings.put("WECHATPAY_PRIVATE_KEY", keys.merchantPrivateKeyPem());
    settings.put("WECHATPAY_PUBLIC_KEY_ID", keys.publicKeyId());
    settings.put("WECHATPAY_PUBLIC_KEY", keys.wechatPayPublicKeyPem());
    settings.put("WECHATPAY_BASE_URL", sandbox.baseUrl());
    settings.put("CLOSE_RATE", "500");
    settings.put("HEALTH_FILE", healthFile.toString());
    settings.put("INSTANCE_ID", "test");
  }

  /** An empty shop with our schema in it. */
  public static Installation open() {
    return open(Shop.open());
  }

  /** The settings for this shop, with our schema in it. */
  public static Installation open(Shop shop) {
    return new Installation(shop);
  }

  public Shop shop() {
    return shop;
  }

  public Sandbox sandbox() {
    return sandbox;
  }

  public Path healthFile() {
    return healthFile;
  }

  /** The settings so far. */
  public Map<String, String> settings() {
    return Map.copyOf(settings);
  }

  /** Sets one more. */
  public Installation set(String name, String value) {
    settings.put(name, value);
    return this;
  }

  /** Sets one less. */
  public Installation unset(String name) {
    settings.remove(name);
    return this;
  }

  @Override
  public void close() {
    sandbox.close();
    try {
      Files.deleteIfExists(healthFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
