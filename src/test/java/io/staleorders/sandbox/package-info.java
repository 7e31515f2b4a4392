/** The sandbox against the official client, and each of its misbehaviours. */
@NullMarked
package io.staleorders.sandbox;

import org.jspecify.annotations.NullMarked;
