package io.staleorders.schedule;

import org.quartz.DisallowConcurrentExecution;
import org.quartz.Job;
import org.quartz.JobExecutionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a piece of work that has no schedule of its own making. */
@DisallowConcurrentExecution
final class RunnableJob implements Job {
  private static final Logger log = LoggerFactory.getLogger(RunnableJob.class);

  private final Runnable work;

  RunnableJob(Runnable work) {
    this.work = work;
  }

  @Override
  public void execute(JobExecutionContext context) {
    try {
      work.run();
    } catch (RuntimeException e) {
      log.error("{} failed in a way that was not foreseen", context.getJobDetail().getKey(), e);
    }
  }
}
