package io.staleorders.schedule;

import io.staleorders.sweep.Sweep;
import java.time.Duration;
import org.quartz.DateBuilder;
import org.quartz.DateBuilder.IntervalUnit;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.Job;
import org.quartz.JobExecutionContext;
import org.quartz.SchedulerException;
import org.quartz.TriggerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one sweep, and sets the next firing to the moment when something falls due. */
@DisallowConcurrentExecution
final class SweepJob implements Job {
  private static final Logger log = LoggerFactory.getLogger(SweepJob.class);

  /** Two passes are never closer, whatever the database says. */
  private static final Duration SHORTEST = Duration.ofMillis(50);

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

  private final Sweep sweep;

  SweepJob(Sweep sweep) {
    this.sweep = sweep;
  }

  @Override
  public void execute(JobExecutionContext context) {
    Duration next = AFTER_FAILURE;
    try {
      next = sweep.run();
    } catch (RuntimeException e) {
      log.error("a sweep failed in a way that was not foreseen", e);
    } finally {
      fireAfter(context, next.compareTo(SHORTEST) > 0 ? next : SHORTEST);
    }
  }

  private static void fireAfter(JobExecutionContext context, Duration wait) {
    try {
      context
          .getScheduler()
          .rescheduleJob(
              context.getTrigger().getKey(),
              TriggerBuilder.newTrigger()
                  .withIdentity(context.getTrigger().getKey())
                  .startAt(
                      DateBuilder.futureDate(
                          Math.toIntExact(wait.toMillis()), IntervalUnit.MILLISECOND))
                  .build());
    } catch (SchedulerException e) {
      log.error("the next sweep cannot be scheduled", e);
    }
  }
}
