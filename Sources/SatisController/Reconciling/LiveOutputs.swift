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
    guard jobs.isFree(in: namespace), pods.isFree(in: namespace) else {
      let listed = try await jobs.objects(of: outputs, in: namespace).get()
      return try await view(listed, pods.objects(of: outputs, in: namespace).get())
    }
    async let early = pods.objects(of: outputs, in: namespace)
    let listed = try await jobs.objects(of: outputs, in: namespace).get()
    let beside = try await early.get()
    if beside.isAsNew(as: listed) { return view(listed, beside) }
    return try await view(listed, pods.objects(of: outputs, in: namespace).get())
  }

  private func view(_ jobs: ObjectList<Job>, _ pods: ObjectList<Pod>) -> Situation.OutputView {
    Situation.OutputView(jobs: jobs.items, pods: pods.items)
  }
}
