extension SatisBuild.Attempt {
  /// Why an attempt ended as it did: every word that the controller and the runner have for it.
  ///
  /// A node that ends a pod gives reasons of its own, which no list can have; `status.attempts[].reason` is text
  /// therefore.
  public enum Reason: String, Sendable, CaseIterable {
    /// What was asked is served.
    case succeeded = "Succeeded"

    // MARK: What the runner found

    /// satis.json, or what the runner was given, cannot be used.
    case configurationInvalid = "ConfigurationInvalid"
    /// satis.json is not the one of the release that was to be purged.
    case configurationChanged = "ConfigurationChanged"
    /// The deadline of the build passed.
    case deadlineExceeded = "DeadlineExceeded"
    /// Satis, PHP or git had not enough memory.
    case outOfMemory = "OutOfMemory"
    /// What Satis made, or the release that was to be served, is not whole.
    case outputInvalid = "OutputInvalid"
    /// The volume cannot be written.
    case outputNotWritable = "OutputNotWritable"
    /// Another release was served while this one was made.
    case releaseMoved = "ReleaseMoved"
    /// The release that was to be served again is not there.
    case releaseUnknown = "ReleaseUnknown"
    /// The runner itself failed.
    case runnerFailed = "RunnerFailed"
    /// Satis failed, in words that nobody knows.
    case satisFailed = "SatisFailed"
    /// The image has no Satis.
    case satisNotFound = "SatisNotFound"
    /// A git host does not let Satis in.
    case sourceDenied = "SourceDenied"
    /// A source has no package that Satis can build.
    case sourceInvalid = "SourceInvalid"
    /// Several sources failed, for different reasons.
    case sourcesFailed = "SourcesFailed"
    /// satis.json does not list the source in this spelling.
    case sourceUnknown = "SourceUnknown"
    /// A git host did not answer as it should.
    case sourceUnreachable = "SourceUnreachable"
    /// The pod was told to stop.
    case terminated = "Terminated"
    /// A volume is full.
    case volumeFull = "VolumeFull"

    // MARK: What the controller saw

    /// The container ended without a report.
    case containerFailed = "ContainerFailed"
    /// The node ran short and evicted the pod.
    case evicted = "Evicted"
    /// The image could not be pulled in time.
    case imageNotPulled = "ImageNotPulled"
    /// The Job was deleted before its end was recorded.
    case jobDeleted = "JobDeleted"
    /// The API server does not take the Job.
    case jobRejected = "JobRejected"
    /// The pod's node does not answer.
    case nodeLost = "NodeLost"
    /// The pod failed before Satis ran.
    case podFailed = "PodFailed"
    /// The pod is gone and left no report.
    case podLost = "PodLost"
    /// The Job has made no pod in time.
    case podNotCreated = "PodNotCreated"
    /// The pod's container did not start in time.
    case podNotStarted = "PodNotStarted"
    /// A reason was given that is no word.
    case unknown = "Unknown"
    /// No node took the pod in time.
    case unschedulable = "Unschedulable"

    /// Whether no repetition mends it: somebody has to change something first.
    public var isPermanent: Bool {
      switch self {
      case .configurationInvalid, .jobRejected, .releaseUnknown, .satisNotFound, .sourceDenied,
        .sourceInvalid,
        .sourceUnknown:
        true
      default: false
      }
    }
  }

  /// The reason, where it is one of those that controller and runner give.
  public var knownReason: Reason? { reason.flatMap(Reason.init) }
}
