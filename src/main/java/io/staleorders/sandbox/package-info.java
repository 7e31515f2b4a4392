/** A stand-in for WeChat Pay: signs, verifies, keeps orders, misbehaves on demand. */
@NullMarked
package io.staleorders.sandbox;

import org.jspecify.annotations.NullMarked;
