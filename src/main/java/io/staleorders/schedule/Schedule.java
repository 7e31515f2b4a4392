package io.staleorders.schedule;

import io.staleorders.sweep.Sweep;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.quartz.DateBuilder;
import org.quartz.DateBuilder.IntervalUnit;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;

/**
 * The in-memory Quartz scheduler of this copy. Nothing of it is shared between copies: what is due
 * stands in the database, and the row locks there keep copies apart.
 */
public final class Schedule implements AutoCloseable {
  private final Scheduler scheduler;
  private final Map<JobKey, Job> jobs = new ConcurrentHashMap<>();

  private Schedule(Scheduler scheduler) throws SchedulerException {
    this.scheduler = scheduler;
    scheduler.setJobFactory((fired, of) -> job(fired.getJobDetail().getKey()));
  }

  private Job job(JobKey key) throws SchedulerException {
    Job job = jobs.get(key);
    if (job == null) {
      throw new SchedulerException("no such job: " + key);
    }
    return job;
  }

  /** A scheduler that has not started yet. */
  public static Schedule create() {
    Properties properties = new Properties();
    properties.setProperty("org.quartz.scheduler.instanceName", "stale-order-closer");
    properties.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
    properties.setProperty("org.quartz.jobStore.class", "org.quartz.simpl.RAMJobStore");
    properties.setProperty("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
    properties.setProperty("org.quartz.threadPool.threadCount", "4");
    properties.setProperty("org.quartz.threadPool.makeThreadsDaemons", "false");
    try {
      return new Schedule(new StdSchedulerFactory(properties).getScheduler());
    } catch (SchedulerException e) {
      throw new IllegalStateException("Quartz does not start", e);
    }
  }

  /** Runs the sweep at once, and then each time something is due. */
  public void sweep(Sweep sweep) {
    add(new SweepJob(sweep), "sweep", TriggerBuilder.newTrigger().withIdentity("sweep").startNow());
  }

  /** Runs {@code work} every so often, the first time after {@code first}. */
  public void every(Duration interval, Duration first, String name, Runnable work) {
    add(
        new RunnableJob(work),
        name,
        TriggerBuilder.newTrigger()
            .withIdentity(name)
            .startAt(
                DateBuilder.futureDate(Math.toIntExact(first.toMillis()), IntervalUnit.MILLISECOND))
            .withSchedule(
                SimpleScheduleBuilder.simpleSchedule()
                    .withIntervalInMilliseconds(interval.toMillis())
                    .repeatForever()
                    .withMisfireHandlingInstructionNextWithRemainingCount()));
  }

  /** Begins to fire. */
  public void start() {
    try {
      scheduler.start();
    } catch (SchedulerException e) {
      throw new IllegalStateException("Quartz does not start", e);
    }
  }

  /** Fires nothing more; what is running may end. */
  public void stopFiring() {
    try {
      scheduler.standby();
    } catch (SchedulerException e) {
      throw new IllegalStateException("Quartz does not stop", e);
    }
  }

  /** Waits for running jobs to end, and ends. */
  @Override
  public void close() {
    try {
      scheduler.shutdown(true);
    } catch (SchedulerException e) {
      throw new IllegalStateException("Quartz does not stop", e);
    }
  }

  private void add(Job job, String name, TriggerBuilder<?> trigger) {
    JobDetail detail = JobBuilder.newJob(job.getClass()).withIdentity(name).build();
    jobs.put(detail.getKey(), job);
    try {
      scheduler.scheduleJob(detail, trigger.build());
    } catch (SchedulerException e) {
      throw new IllegalStateException("Quartz does not take the job " + name, e);
    }
  }
}
