package io.staleorders.sandbox;

import com.wechat.pay.java.core.Config;
import com.wechat.pay.java.core.RSAAutoCertificateConfig;
import com.wechat.pay.java.core.RSAPublicKeyConfig;
import com.wechat.pay.java.core.http.DefaultHttpClientBuilder;
import com.wechat.pay.java.service.partnerpayments.jsapi.JsapiService;
import com.wechat.pay.java.service.partnerpayments.jsapi.model.CloseOrderRequest;
import com.wechat.pay.java.service.partnerpayments.jsapi.model.QueryOrderByOutTradeNoRequest;
import com.wechat.pay.java.service.partnerpayments.jsapi.model.Transaction;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/** WeChat Pay's own client, turned to the sandbox. */
final class OfficialClient {
  private final JsapiService service;
  private final String spMchid;

  private OfficialClient(Config config, Sandbox sandbox) {
    this.spMchid = sandbox.keys().spMchid();
    this.service =
        new JsapiService.Builder().httpClient(http(sandbox).config(config).build()).build();
  }

  /** Checks replies with the WeChat Pay public key. */
  static OfficialClient withPublicKey(Sandbox sandbox) {
    SandboxKeys keys = sandbox.keys();
    return new OfficialClient(
        new RSAPublicKeyConfig.Builder()
            .merchantId(keys.spMchid())
            .privateKey(keys.merchantPrivateKeyPem())
            .merchantSerialNumber(keys.merchantSerial())
            .publicKey(keys.wechatPayPublicKeyPem())
            .publicKeyId(keys.publicKeyId())
            .apiV3Key(keys.apiV3Key())
            .build(),
        sandbox);
  }

  /** Checks replies with platform certificates, which it downloads. */
  static OfficialClient withCertificates(Sandbox sandbox) {
    SandboxKeys keys = sandbox.keys();
    return new OfficialClient(
        new RSAAutoCertificateConfig.Builder()
            .merchantId(keys.spMchid())
            .privateKey(keys.merchantPrivateKeyPem())
            .merchantSerialNumber(keys.merchantSerial())
            .apiV3Key(keys.apiV3Key())
            .httpClientBuilder(http(sandbox))
            .build(),
        sandbox);
  }

  void close(String outTradeNo, String subMchid) {
    CloseOrderRequest request = new CloseOrderRequest();
    request.setOutTradeNo(outTradeNo);
    request.setSpMchid(spMchid);
    request.setSubMchid(subMchid);
    service.closeOrder(request);
  }

  Transaction query(String outTradeNo, String subMchid) {
    QueryOrderByOutTradeNoRequest request = new QueryOrderByOutTradeNoRequest();
    request.setOutTradeNo(outTradeNo);
    request.setSpMchid(spMchid);
    request.setSubMchid(subMchid);
    return service.queryOrderByOutTradeNo(request);
  }

  private static DefaultHttpClientBuilder http(Sandbox sandbox) {
    HttpUrl base = HttpUrl.get(sandbox.baseUrl());
    OkHttpClient toSandbox =
        new OkHttpClient.Builder()
            .addInterceptor(
                chain ->
                    chain.proceed(
                        chain
                            .request()
                            .newBuilder()
                            .url(
                                chain
                                    .request()
                                    .url()
                                    .newBuilder()
                                    .scheme(base.scheme())
                                    .host(base.host())
                                    .port(base.port())
                                    .build())
                            .build()))
            .build();
    return new DefaultHttpClientBuilder().okHttpClient(toSandbox);
  }
}
