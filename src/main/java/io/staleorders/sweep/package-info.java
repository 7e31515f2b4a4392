/** One pass: scan, claim, call, decide, record. */
@NullMarked
package io.staleorders.sweep;

import org.jspecify.annotations.NullMarked;
