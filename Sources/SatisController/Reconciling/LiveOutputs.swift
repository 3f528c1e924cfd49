import KubernetesClient

/// The Jobs and pods of outputs as the server has them.
///
/// The pods are never older than the Jobs: a Job that has ended, or is gone, when the Jobs are listed makes no pod that
/// pods which are listed then could lack.
struct LiveOutputs: Sendable {
  let jobs: OutputLists<Job>
  let pods: OutputLists<Pod>

  /// Lists what belongs to some outputs, by the values of their label.
  func view(
    of outputs: Set<String>, in namespace: String
  ) async throws(KubernetesError) -> Situation.OutputView {
    // Where many ask at once, pods that were listed early would be too old, and the work for nothing.
    let isQuiet = jobs.isFree(in: namespace) && pods.isFree(in: namespace)
    async let early = isQuiet ? pods.objects(of: outputs, in: namespace) : nil
    let jobs = try await jobs.objects(of: outputs, in: namespace).get()
    if let pods = try await early?.get(), pods.isAsNew(as: jobs) {
      return Situation.OutputView(jobs: jobs.items, pods: pods.items)
    }
    let pods = try await pods.objects(of: outputs, in: namespace).get()
    return Situation.OutputView(jobs: jobs.items, pods: pods.items)
  }
}
