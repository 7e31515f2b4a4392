/** How fast the service is, beside what a shop would write instead: programs, not tests. */
@NullMarked
package io.staleorders.bench;

import org.jspecify.annotations.NullMarked;
