/** What is given to those who deploy the service, against the schemas it is written for. */
@NullMarked
package io.staleorders.deploy;

import org.jspecify.annotations.NullMarked;
