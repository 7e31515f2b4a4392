package io.staleorders.bench;

import com.wechat.pay.java.core.RSAPublicKeyConfig;
import com.wechat.pay.java.core.http.DefaultHttpClientBuilder;
import com.wechat.pay.java.service.partnerpayments.jsapi.JsapiService;
import com.wechat.pay.java.service.partnerpayments.jsapi.model.CloseOrderRequest;
import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.store.Databases;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.jdbi.v3.core.Jdbi;

/**
 * What a shop would write: WeChat Pay's own client, and for each unpaid order that is old enough a
 * close call and an UPDATE of its row. One after another, or on threads. A program of its own.
 */
final class SdkCloser {
  private static final String DUE =
      "SELECT out_trade_no FROM orders WHERE status = 'NOTPAY'"
          + " AND created_at <= now() - interval '15 minutes' ORDER BY created_at LIMIT ";
  private static final String MARK =
      "UPDATE orders SET status = 'CLOSED' WHERE out_trade_no = ? AND status = 'NOTPAY'";

  private final Jdbi jdbi;
  private final JsapiService service;
  private final String spMchid;

  private SdkCloser(Jdbi jdbi, JsapiService service, String spMchid) {
    this.jdbi = jdbi;
    this.service = service;
    this.spMchid = spMchid;
  }

  /**
   * Says {@code ready}, waits for a line, closes the orders, says how many seconds that took, and
   * waits for another line.
   *
   * @param args how many threads, how many orders
   */
  public static void main(String[] args) throws IOException {
    Map<String, String> settings = System.getenv();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (HikariDataSource pool =
        Databases.pool(
            setting(settings, "DATABASE_URL"),
            Optional.of(setting(settings, "DATABASE_USER")),
            Optional.of(setting(settings, "DATABASE_PASSWORD")),
            10,
            "sdk")) {
      String spMchid = setting(settings, "WECHATPAY_SP_MCHID");
      SdkCloser closer = new SdkCloser(Databases.jdbi(pool), service(settings), spMchid);
      int threads = Integer.parseInt(args[0]);
      System.out.println("ready");
      in.readLine();
      long begun = System.nanoTime();
      closer.closeAll(threads, args[1]);
      System.out.println((System.nanoTime() - begun) / 1e9);
      in.readLine();
    }
  }

  private void closeAll(int threads, String limit) {
    List<String> due =
        jdbi.withHandle(handle -> handle.createQuery(DUE + limit).mapTo(String.class).list());
    if (threads == 1) {
      due.forEach(this::close);
      return;
    }
    ConcurrentLinkedQueue<String> queue = new ConcurrentLinkedQueue<>(due);
    List<Thread> workers =
        IntStream.range(0, threads)
            .mapToObj(i -> Thread.ofPlatform().start(() -> closeFrom(queue)))
            .toList();
    workers.forEach(SdkCloser::join);
  }

  private void closeFrom(ConcurrentLinkedQueue<String> queue) {
    Optional<String> next = Optional.ofNullable(queue.poll());
    while (next.isPresent()) {
      close(next.get());
      next = Optional.ofNullable(queue.poll());
    }
  }

  private void close(String outTradeNo) {
    CloseOrderRequest request = new CloseOrderRequest();
    request.setOutTradeNo(outTradeNo);
    request.setSpMchid(spMchid);
    request.setSubMchid(BenchShop.SUB_MCHID);
    service.closeOrder(request);
    jdbi.useHandle(handle -> handle.execute(MARK, outTradeNo));
  }

  private static void join(Thread worker) {
    try {
      worker.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static JsapiService service(Map<String, String> settings) {
    RSAPublicKeyConfig config =
        new RSAPublicKeyConfig.Builder()
            .merchantId(setting(settings, "WECHATPAY_SP_MCHID"))
            .privateKey(setting(settings, "WECHATPAY_PRIVATE_KEY"))
            .merchantSerialNumber(setting(settings, "WECHATPAY_CERT_SERIAL_NO"))
            .publicKey(setting(settings, "WECHATPAY_PUBLIC_KEY"))
            .publicKeyId(setting(settings, "WECHATPAY_PUBLIC_KEY_ID"))
            .apiV3Key("0123456789abcdef0123456789abcdef")
            .build();
    HttpUrl base = HttpUrl.get(setting(settings, "WECHATPAY_BASE_URL"));
    // As the client comes, but for the host: it keeps five idle connections for seven seconds.
    OkHttpClient http =
        new OkHttpClient.Builder()
            .connectionPool(new ConnectionPool(5, 7, TimeUnit.SECONDS))
            .addInterceptor(chain -> chain.proceed(to(base, chain.request())))
            .build();
    return new JsapiService.Builder()
        .httpClient(new DefaultHttpClientBuilder().okHttpClient(http).config(config).build())
        .build();
  }

  private static Request to(HttpUrl base, Request request) {
    HttpUrl url =
        request
            .url()
            .newBuilder()
            .scheme(base.scheme())
            .host(base.host())
            .port(base.port())
            .build();
    return request.newBuilder().url(url).build();
  }

  private static String setting(Map<String, String> settings, String name) {
    return Objects.requireNonNull(settings.get(name), name);
  }
}
