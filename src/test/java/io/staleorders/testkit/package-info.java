/** What tests stand on: a real PostgreSQL, a clock that is set by hand. */
@NullMarked
package io.staleorders.testkit;

import org.jspecify.annotations.NullMarked;
