package io.staleorders.schedule;

import io.staleorders.sweep.StopDeadline;
import io.staleorders.sweep.Sweep;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.quartz.DateBuilder;
import org.quartz.DateBuilder.IntervalUnit;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The in-memory Quartz scheduler of this copy. Nothing of it is shared between copies: what is due
 * stands in the database, and the row locks there keep copies apart.
 */
public final class Schedule {
  private static final Logger log = LoggerFactory.getLogger(Schedule.class);
  private static final Duration BETWEEN_LOOKS_AT_THE_CLOCK = Duration.ofSeconds(1);

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Scheduler scheduler;
  private final ClockWatch clock;
  private final Map<JobKey, Job> jobs = new ConcurrentHashMap<>();
  private final Map<JobKey, Supplier<Trigger>> atOnce = new ConcurrentHashMap<>();
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("clock-watch").daemon().factory());

  private Optional<Future<?>> looking = Optional.empty();

  private Schedule(Scheduler scheduler, InstantSource clock) throws SchedulerException {
    this.scheduler = scheduler;
    this.clock = new ClockWatch(clock);
    scheduler.setJobFactory((fired, of) -> job(fired.getJobDetail().getKey()));
  }

  private Job job(JobKey key) throws SchedulerException {
    Job job = jobs.get(key);
    if (job == null) {
      throw new SchedulerException("no such job: " + key);
    }
    return job;
  }

  /**
   * A scheduler that has not started yet.
   *
   * @param clock this machine's wall clock, which Quartz itself goes by
   */
  public static Schedule create(InstantSource clock) {
    Properties properties = new Properties();
    // Quartz keeps schedulers by name: a second one of the same name would be the first.
    properties.setProperty(
        "org.quartz.scheduler.instanceName", "stale-order-closer-" + COUNT.incrementAndGet());
    properties.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
    properties.setProperty("org.quartz.jobStore.class", "org.quartz.simpl.RAMJobStore");
    properties.setProperty("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
    properties.setProperty("org.quartz.threadPool.threadCount", "4");
    // A job that does not end must not hold the process.
    properties.setProperty("org.quartz.threadPool.makeThreadsDaemons", "true");
    properties.setProperty("org.quartz.scheduler.makeSchedulerThreadDaemon", "true");
    try {
      return new Schedule(new StdSchedulerFactory(properties).getScheduler(), clock);
    } catch (SchedulerException e) {
      throw new IllegalStateException("Quartz does not start", e);
    }
  }

  /** Runs the sweep at once, and then each time something is due. */
  public void sweep(Sweep sweep) {
    add(
        new SweepJob(sweep),
        "sweep",
        Duration.ZERO,
        first -> TriggerBuilder.newTrigger().withIdentity("sweep").startAt(from(first)).build());
  }

  /** Runs {@code work} every so often, the first time after {@code first}. */
  public void every(Duration interval, Duration first, String name, Runnable work) {
    add(
        new RunnableJob(work),
        name,
        first,
        begin ->
            TriggerBuilder.newTrigger()
                .withIdentity(name)
                .startAt(from(begin))
                .withSchedule(
                    SimpleScheduleBuilder.simpleSchedule()
                        .withIntervalInMilliseconds(interval.toMillis())
                        .repeatForever()
                        .withMisfireHandlingInstructionNextWithRemainingCount())
                .build());
  }

  /** Begins to fire. */
  public void start() {
    try {
      scheduler.start();
      long between = BETWEEN_LOOKS_AT_THE_CLOCK.toMillis();
      looking =
          Optional.of(
              watch.scheduleWithFixedDelay(
                  this::fireIfSetBack, between, between, TimeUnit.MILLISECONDS));
    } catch (SchedulerException e) {
      throw new IllegalStateException("Quartz does not start", e);
    }
  }

  /** Fires nothing more; what is running may end. */
  public void stopFiring() {
    looking.ifPresent(look -> look.cancel(false));
    try {
      scheduler.standby();
    } catch (SchedulerException e) {
      throw new IllegalStateException("Quartz does not stop", e);
    }
  }

  /** Ends; waits for running jobs as long as the deadline allows. */
  public void stop(StopDeadline deadline) {
    stopFiring();
    watch.shutdownNow();
    Thread end = Thread.ofPlatform().name("end-of-jobs").daemon().start(this::awaitJobs);
    try {
      end.join(deadline.toRecord());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitJobs() {
    try {
      scheduler.shutdown(true);
    } catch (SchedulerException e) {
      throw new IllegalStateException("Quartz does not stop", e);
    }
  }

  private void add(
      Job job, String name, Duration first, Function<Duration, Trigger> beginningAfter) {
    JobDetail detail = JobBuilder.newJob(job.getClass()).withIdentity(name).build();
    jobs.put(detail.getKey(), job);
    atOnce.put(detail.getKey(), () -> beginningAfter.apply(Duration.ZERO));
    try {
      scheduler.scheduleJob(detail, beginningAfter.apply(first));
    } catch (SchedulerException e) {
      throw new IllegalStateException("Quartz does not take the job " + name, e);
    }
  }

  /**
   * Quartz plans by the wall clock: once that is set back, all that is planned would wait until it
   * has caught up. So everything is done at once, and planned anew.
   */
  private void fireIfSetBack() {
    if (!clock.wasSetBack()) {
      return;
    }
    log.warn("this machine's clock was set back; what was planned by it is done now");
    for (Supplier<Trigger> trigger : atOnce.values()) {
      Trigger now = trigger.get();
      try {
        // Nothing is planned of a job that runs just now: it does that at its end, by the new time.
        scheduler.rescheduleJob(now.getKey(), now);
      } catch (SchedulerException e) {
        log.error("{} cannot be planned anew", now.getKey(), e);
      }
    }
  }

  private static Date from(Duration wait) {
    return DateBuilder.futureDate(Math.toIntExact(wait.toMillis()), IntervalUnit.MILLISECOND);
  }
}
