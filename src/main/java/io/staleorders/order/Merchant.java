package io.staleorders.order;

/**
 * Whose order it is, in partner mode.
 *
 * @param spMchid the service provider, in whose name requests are signed
 * @param subMchid the sub-merchant that sells
 */
public record Merchant(MerchantId spMchid, MerchantId subMchid) {}
