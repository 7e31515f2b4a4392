/** Signed calls to WeChat Pay and verified replies; every failure is a value. */
@NullMarked
package io.staleorders.wechatpay;

import org.jspecify.annotations.NullMarked;
