package io.staleorders.wechatpay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * Makes one signed request of one host: exactly one, never repeated in silence. Whatever goes wrong
 * is an {@link Outcome}.
 */
final class HttpTransport {
  private static final String USER_AGENT = "stale-order-closer";
  private static final MediaType JSON = MediaType.get("application/json");
  private static final int MAX_IDLE_CONNECTIONS = 256;

  /** WeChat Pay drops a connection that was idle for 8 seconds. */
  private static final Duration KEPT_IDLE = Duration.ofSeconds(7);

  private final RequestSigner signer;
  private final PlatformKeys keys;
  private final InstantSource clock;
  private final LongSupplier ticker;
  private final Duration timeout;
  private final OkHttpClient client;

  HttpTransport(RequestSigner signer, PlatformKeys keys, InstantSource clock, Duration timeout) {
    this(signer, keys, clock, timeout, System::nanoTime);
  }

  /**
   * @param ticker nanoseconds that only go forward
   */
  HttpTransport(
      RequestSigner signer,
      PlatformKeys keys,
      InstantSource clock,
      Duration timeout,
      LongSupplier ticker) {
    this.signer = signer;
    this.keys = keys;
    this.clock = clock;
    this.ticker = ticker;
    this.timeout = timeout;
    this.client = client();
  }

  private OkHttpClient client() {
    return new OkHttpClient.Builder()
        .callTimeout(timeout)
        // The timeout of the whole call is the only one.
        .connectTimeout(Duration.ZERO)
        .readTimeout(Duration.ZERO)
        .writeTimeout(Duration.ZERO)
        .retryOnConnectionFailure(false)
        .followRedirects(false)
        .followSslRedirects(false)
        // On HTTP/2 one lost connection would leave every call under way in doubt.
        .protocols(List.of(Protocol.HTTP_1_1))
        .connectionPool(
            new ConnectionPool(MAX_IDLE_CONNECTIONS, KEPT_IDLE.toSeconds(), TimeUnit.SECONDS))
        .addNetworkInterceptor(HttpTransport::withoutRetryAfter)
        .addNetworkInterceptor(this::onlyInTime)
        .eventListenerFactory(RequestTrace::of)
        .build();
  }

  /** {@code 503} with {@code Retry-After: 0} would make OkHttp repeat the request by itself. */
  private static Response withoutRetryAfter(Interceptor.Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    return response.header("Retry-After") == null
        ? response
        : response.newBuilder().removeHeader("Retry-After").build();
  }

  /**
   * The last step before the first byte. A process that was frozen meanwhile (SIGSTOP, a machine
   * asleep) goes on here, before any timer fires, and by then the order may be another copy's.
   */
  private Response onlyInTime(Interceptor.Chain chain) throws IOException {
    RequestTrace trace = chain.request().tag(RequestTrace.class);
    if (trace != null && ticker.getAsLong() - trace.begunAt() > timeout.toNanos()) {
      throw new InterruptedIOException("its time was over before it was sent");
    }
    return chain.proceed(chain.request());
  }

  /**
   * Makes the request, signed anew, of the host that {@code base} is the address of.
   *
   * @param share of the memory for large bodies, which the caller closes when it has read the body
   */
  Sent send(HttpUrl base, ApiRequest request, LargeBodies.Share share) {
    HttpUrl url = Objects.requireNonNull(base.resolve(request.target()));
    Instant startedAt = clock.instant();
    RequestTrace trace = new RequestTrace(ticker.getAsLong());
    Outcome outcome = exchange(url, request, trace, share);
    return new Sent(
        authority(url), startedAt, Duration.ofNanos(ticker.getAsLong() - trace.begunAt()), outcome);
  }

  /** Name and port of a host, the port only where it is not the usual one. */
  static String authority(HttpUrl url) {
    return url.port() == HttpUrl.defaultPort(url.scheme())
        ? url.host()
        : url.host() + ":" + url.port();
  }

  /** Ends every request under way, as {@link Failure#CANCELLED}. */
  void cancelAll() {
    client.dispatcher().cancelAll();
  }

  private Outcome exchange(
      HttpUrl url, ApiRequest request, RequestTrace trace, LargeBodies.Share share) {
    Call call = client.newCall(trace.on(signed(url, request)).build());
    try (Response response = call.execute()) {
      byte[] body = body(response.body().byteStream(), share);
      return body.length > LargeBodies.MAX
          ? new Outcome.Failed(
              trace.status(), Failure.TOO_LARGE, true, "more than " + LargeBodies.MAX + " bytes")
          : new Outcome.Answered(response.code(), response.headers(), body);
    } catch (Exception e) {
      // Not IOException alone: OkHttp is Kotlin, where InterruptedException needs no declaration,
      // and headers that make no sense have made it throw a RuntimeException.
      return failed(e, call, trace);
    }
  }

  /** The body, or the first bytes of one that is too large. */
  private byte[] body(InputStream in, LargeBodies.Share share)
      throws IOException, InterruptedException {
    byte[] start = in.readNBytes(LargeBodies.SMALL + 1);
    if (start.length <= LargeBodies.SMALL) {
      return start;
    }
    if (!share.grow(timeout)) {
      throw new InterruptedIOException("no memory for a large body in time");
    }
    byte[] most = Arrays.copyOf(start, LargeBodies.MAX + 1);
    int length = start.length + in.readNBytes(most, start.length, most.length - start.length);
    return Arrays.copyOf(most, length);
  }

  private static Outcome failed(Exception e, Call call, RequestTrace trace) {
    String message = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    return new Outcome.Failed(trace.status(), failure(e, call), trace.sent(), message);
  }

  private static Failure failure(Exception e, Call call) {
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    if (Thread.currentThread().isInterrupted()) {
      return Failure.INTERRUPTED;
    }
    Failure failure = Failure.of(e);
    // A timeout cancels the call as well.
    return call.isCanceled() && failure != Failure.TIMEOUT ? Failure.CANCELLED : failure;
  }

  private Request.Builder signed(HttpUrl url, ApiRequest request) {
    String query = url.encodedQuery();
    String target = query == null ? url.encodedPath() : url.encodedPath() + "?" + query;
    Request.Builder builder =
        new Request.Builder()
            .url(url)
            .header("Accept", "application/json")
            .header("User-Agent", USER_AGENT)
            .header(
                "Authorization", signer.authorization(request.method(), target, request.body()));
    keys.askedFor().ifPresent(serial -> builder.header(ReplyVerifier.SERIAL, serial));
    return request.body().isEmpty()
        ? builder.method(request.method(), null)
        : builder.method(
            request.method(), RequestBody.create(request.body().getBytes(UTF_8), JSON));
  }
}
