/** PostgreSQL through Jdbi: scan, claim, record, rate, pause, report. Every statement is whole. */
@NullMarked
package io.staleorders.store;

import org.jspecify.annotations.NullMarked;
