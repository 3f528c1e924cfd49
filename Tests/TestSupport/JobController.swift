public import KubernetesClient

/// Plays the part of Kubernetes' Job controller and kubelet on a server that has neither: makes a Job's pod and
/// writes how both end.
public struct JobController: Sendable {
  private static let startTime = "2026-01-01T00:00:00Z"
  private static let endTime = "2026-01-01T00:01:00Z"

  private let client: KubernetesClient

  /// Acts through a client.
  public init(client: KubernetesClient) {
    self.client = client
  }

  /// Creates the Job's pod with the labels of its template, running.
  ///
  /// - Parameter node: where it runs; a pod without a node is gone as soon as it is deleted.
  @discardableResult
  public func startPod(of job: Job, name: String? = nil, on node: String? = nil) async throws -> Pod {
    let name = name ?? "\(job.metadata.name)-pod"
    var labels = job.metadata.labels ?? [:]
    labels["job-name"] = job.metadata.name
    let key = NamespacedName(namespace: job.metadata.namespace ?? "", name: name)
    _ = try await client.createReturningMetadata(
      Pod.self,
      manifest: [
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": [
          "name": .string(name),
          "namespace": .string(key.namespace),
          "labels": .object(labels.mapValues { .string($0) }),
          "ownerReferences": [
            [
              "apiVersion": "batch/v1", "kind": "Job", "name": .string(job.metadata.name),
              "uid": .string(job.metadata.uid ?? ""), "controller": true,
            ]
          ],
        ],
        "spec": [
          "containers": [["name": "satis", "image": "none"]],
          "nodeName": node.map { .string($0) } ?? .null,
        ],
      ],
      key: key)
    return try await setStatus(of: key, ["phase": "Running"])
  }

  /// Ends the pod's container and then the Job.
  ///
  /// - Parameters:
  ///   - exitCode: 0 for success.
  ///   - message: the container's termination message.
  public func end(
    _ job: Job, pod: Pod, exitCode: Int64, message: String?, containerReason: String? = nil
  ) async throws {
    let succeeded = exitCode == 0
    var terminated: JSONValue = [
      "exitCode": .integer(exitCode),
      "reason": .string(containerReason ?? (succeeded ? "Completed" : "Error")),
      "startedAt": .string(Self.startTime), "finishedAt": .string(Self.endTime),
    ]
    if let message { terminated["message"] = .string(message) }
    try await setStatus(
      of: pod.key,
      [
        "phase": succeeded ? "Succeeded" : "Failed",
        "containerStatuses": [
          [
            "name": "satis", "image": "none", "imageID": "", "ready": false, "restartCount": 0,
            "state": ["terminated": terminated],
          ]
        ],
      ])
    try await finish(job, succeeded: succeeded)
  }

  /// Writes the conditions that end a Job, and the times that newer servers ask for with them.
  public func finish(_ job: Job, succeeded: Bool) async throws {
    var status: JSONValue = ["startTime": .string(Self.startTime)]
    guard succeeded else {
      status["failed"] = 1
      status["conditions"] = Self.conditions("FailureTarget", "Failed")
      return try await setStatus(of: job, status)
    }
    status["succeeded"] = 1
    status["completionTime"] = .string(Self.endTime)
    do throws(KubernetesError) {
      status["conditions"] = Self.conditions("SuccessCriteriaMet", "Complete")
      try await setStatus(of: job, status)
    } catch {
      guard error.isInvalid else { throw error }
      // What newer servers want first is for Jobs with a success policy alone on those that were the first to know it.
      status["conditions"] = Self.conditions("Complete")
      try await setStatus(of: job, status)
    }
  }

  private static func conditions(_ types: String...) -> JSONValue {
    .array(types.map { ["type": .string($0), "status": "True"] })
  }

  private func setStatus(of job: Job, _ status: JSONValue) async throws(KubernetesError) {
    _ = try await client.mergePatch(
      Job.self, job.key, subresource: .status, patch: ["status": status], resourceVersion: nil)
  }

  /// Writes a pod's status.
  @discardableResult
  public func setStatus(of key: NamespacedName, _ status: JSONValue) async throws -> Pod {
    try await client.mergePatch(
      Pod.self, key, subresource: .status, patch: ["status": status], resourceVersion: nil)
  }
}

/// A termination message as the runner leaves it.
public func runnerReport(succeeded: Bool, reason: String? = nil, message: String = "what happened") -> String
{
  """
  {"version":1,"result":"\(succeeded ? "Succeeded" : "Failed")",\
  "reason":"\(reason ?? (succeeded ? "Succeeded" : "SatisFailed"))","message":"\(message)",\
  "release":\(succeeded ? "\"20260101T000000Z-1\"" : "null"),"exitCode":\(succeeded ? 0 : 1),\
  "failedSources":[],"packages":1,"startTime":"2026-01-01T00:00:00Z","endTime":"2026-01-01T00:01:00Z",\
  "log":"the end of the log"}
  """
}
