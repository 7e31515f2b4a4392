/** One class a command, and the one place where everything is wired together. */
@NullMarked
package io.staleorders.command;

import org.jspecify.annotations.NullMarked;
