/// Runs tasks on the thread of the simulation, one job after the other, and only when it is told to.
///
/// A task that waits for the simulated API server is a continuation in the agenda; nothing here depends on real time
/// or on other threads.
final class StepExecutor: TaskExecutor, @unchecked Sendable {
  // Unchecked: one run has one executor, which one thread uses.
  private var jobs: [UnownedJob] = []

  func enqueue(_ job: consuming ExecutorJob) {
    jobs.append(UnownedJob(job))
  }

  /// Runs what can run.
  func drain() {
    while !jobs.isEmpty {
      let ready = jobs
      jobs = []
      for job in ready { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
  }
}
