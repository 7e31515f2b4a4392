package io.staleorders.sandbox;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/**
 * A stand-in for WeChat Pay's APIv3 in partner mode: it checks requests, keeps orders, signs
 * replies, and misbehaves on demand. It runs from {@link #start} until {@link #close}.
 *
 * <p>It listens twice: as the main host, and, on the loopback address, as the backup host, which
 * knows the same orders.
 */
public final class Sandbox implements AutoCloseable {
  static final String BACKUP = "backup";

  /** WeChat Pay drops a connection that was idle for so long. */
  private static final int IDLE_MILLIS = 8_000;

  private final SandboxKeys keys;
  private final Faults faults = new Faults();
  private final InstantSource clock;
  private final Orders orders;
  private final PlatformCertificates certificates;
  private final TokenBucket rate;
  private final ReplySigner signer;
  private final Journal journal = new Journal();
  private final Wire wire = new Wire();
  private final Server server = new Server(new VirtualThreadPool());
  private final ServerConnector main;
  private final ServerConnector backup;

  private Sandbox(SandboxKeys keys, InstantSource baseClock, InetSocketAddress address) {
    this.keys = keys;
    this.clock = () -> baseClock.instant().plus(faults.clockAhead());
    this.orders = new Orders(clock);
    this.certificates = new PlatformCertificates(keys);
    this.rate = new TokenBucket(clock);
    this.signer = new ReplySigner(keys, certificates, clock);
    this.main = connector(address);
    this.backup = connector(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    backup.setName(BACKUP);
    Desk desk =
        new Desk(
            this,
            new RequestVerifier(keys, clock, journal),
            new Transactions(orders, clock),
            journal);
    server.addConnector(main);
    server.addConnector(backup);
    server.setHandler(new Dispatch(this, desk, signer, journal, wire));
  }

  /** Starts one on the loopback address and a free port, with keys in memory. */
  public static Sandbox start() {
    return start(InstantSource.system());
  }

  /** Starts one on the loopback address and a free port, with keys in memory. */
  public static Sandbox start(InstantSource clock) {
    return start(
        SandboxKeys.inMemory(), clock, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /** Starts one; port 0 is a free port. */
  public static Sandbox start(SandboxKeys keys, InstantSource clock, InetSocketAddress address) {
    if (address.isUnresolved()) {
      throw new IllegalStateException("no such address: " + address.getHostString());
    }
    Sandbox sandbox = new Sandbox(keys, clock, address);
    try {
      sandbox.server.start();
      // The same again after refuseConnections.
      sandbox.main.setPort(sandbox.main.getLocalPort());
      sandbox.backup.setPort(sandbox.backup.getLocalPort());
    } catch (Exception e) {
      throw new IllegalStateException("cannot listen on " + address + ": " + e.getMessage(), e);
    }
    return sandbox;
  }

  /** The port of the main host. */
  public int port() {
    return main.getPort();
  }

  /** For {@code WECHATPAY_BASE_URL}. */
  public String baseUrl() {
    return url(main);
  }

  /** For {@code WECHATPAY_BACKUP_BASE_URL}. */
  public String backupUrl() {
    return url(backup);
  }

  public SandboxKeys keys() {
    return keys;
  }

  /** The sandbox's clock: the one it was given, and what {@link Faults#clockAhead} adds. */
  public InstantSource clock() {
    return clock;
  }

  public Orders orders() {
    return orders;
  }

  public Faults faults() {
    return faults;
  }

  public PlatformCertificates certificates() {
    return certificates;
  }

  /** Places an unpaid order; false if it is known already. */
  public boolean place(String outTradeNo, String subMchid) {
    return orders.place(outTradeNo, subMchid);
  }

  /** Pays an order; false if it is not known, closed, or paid already. */
  public boolean pay(String outTradeNo) {
    return orders.pay(outTradeNo);
  }

  /** The order's state; {@link OrderState#ABSENT} if it was never heard of. */
  public OrderState state(String outTradeNo) {
    return orders.state(outTradeNo);
  }

  /** The latest requests about an order, oldest first. */
  public List<SeenRequest> requests(String outTradeNo) {
    return journal.about(outTradeNo);
  }

  /** The latest requests (100,000 at most), oldest first. */
  public List<SeenRequest> requests() {
    return journal.all();
  }

  /** How often that happened since the start. */
  public long count(Counter counter) {
    return journal.counted(counter);
  }

  /** The order's next requests meet these, one each. */
  public void nextReplies(String outTradeNo, Misbehaviour... next) {
    faults.nextReplies(outTradeNo, next);
  }

  /** Decides about every request from now on. */
  public void script(Script script) {
    faults.script(script);
  }

  /** How many requests a second the account may make; infinity for any number. */
  public void rateLimit(double perSecond) {
    rate.limit(perSecond);
  }

  /** Whether replies are signed by the newest platform certificate unless asked otherwise. */
  public void signByCertificate(boolean on) {
    signer.byCertificate(on);
  }

  /** Whether connections to the main host are refused: nobody listens on its port. */
  public void refuseConnections(boolean on) {
    try {
      if (on) {
        main.stop();
      } else {
        main.start();
      }
    } catch (Exception e) {
      throw new IllegalStateException("port " + port(), e);
    }
  }

  @Override
  public void close() {
    wire.stop();
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the sandbox does not stop", e);
    }
  }

  TokenBucket rate() {
    return rate;
  }

  ReplySigner signer() {
    return signer;
  }

  private static String url(ServerConnector connector) {
    String host = connector.getHost().equals("0.0.0.0") ? "127.0.0.1" : connector.getHost();
    return "http://" + host + ":" + connector.getPort();
  }

  private ServerConnector connector(InetSocketAddress address) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendDateHeader(false);
    // out_trade_no may hold a |, which some clients send as it is.
    http.setUriCompliance(UriCompliance.UNSAFE);
    ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(address.getAddress().getHostAddress());
    connector.setPort(address.getPort());
    connector.setIdleTimeout(IDLE_MILLIS);
    connector.setShutdownIdleTimeout(0);
    return connector;
  }
}
