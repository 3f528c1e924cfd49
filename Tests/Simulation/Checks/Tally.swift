/// Counts of what was done to a run and of what was seen in it.
struct Tally: Sendable {
  private(set) var faults: [Fault: Int] = [:]
  private(set) var actions: [String: Int] = [:]
  private(set) var events: [Event: Int] = [:]

  mutating func count(_ fault: Fault) { faults[fault, default: 0] += 1 }
  mutating func count(_ action: String) { actions[action, default: 0] += 1 }
  mutating func count(_ event: Event) { events[event, default: 0] += 1 }

  mutating func add(_ other: Self) {
    faults.merge(other.faults, uniquingKeysWith: +)
    actions.merge(other.actions, uniquingKeysWith: +)
    events.merge(other.events, uniquingKeysWith: +)
  }
}

/// What goes wrong in a run.
enum Fault: String, CaseIterable, Sendable {
  case crashBeforeWrite = "controller killed before a write"
  case crashAfterWrite = "controller killed after a write"
  case crash = "controller killed at any time"
  case stall = "controller stalled"
  case secondLeader = "second leader"
  case otherVersion = "controller of an earlier version"
  case transportError = "request lost"
  case lostResponse = "response lost"
  case conflict = "409 for a stale version"
  case alreadyExists = "409 for a name in use"
  case quota = "403 on a Job (quota)"
  case jobInvalid = "422 on a Job"
  case slowWatch = "watch far behind"
  case relist = "versions skipped (relist)"
  case staleRestart = "restart with a stale list"
  case unseen = "object created and deleted unseen"
  case skewedController = "controller's clock wrong"
  case clockJump = "controller's clock jumps"
  case skewedServer = "creation time from another clock"
  case lateCollection = "garbage collected late"
  case latePod = "pod made late"
  case replacedPod = "second pod of a Job"
  case jobEndsFirst = "Job ended before its pod"
  case imagePull = "image not pulled"
  case unschedulable = "unschedulable"
  case outOfMemory = "out of memory"
  case evicted = "pod evicted"
  case reportLost = "container lost its report"
  case shortReport = "report without all that failed"
  case nodeLost = "node lost"
  case forcedDeletion = "pod on a lost node deleted by force"
  case nodeBack = "node came back"
  case podDeleted = "pod deleted by hand"
  case jobDeleted = "Job deleted by hand"
  case foreignJob = "foreign Job of the claim's name"
  case lateJob = "Job created late by a stranger"
  case hostDown = "git host down for a source"
  case sourceDenied = "git host denies a source"
  case publishFails = "release cannot be published"
  case slowSatis = "Satis runs into its deadline"
  case noLocks = "storage without locks"
  case brokenConfiguration = "satis.json broken"
  case missingConfiguration = "satis.json missing"
  case missingClaim = "volume claim missing"
}

/// What people do and what becomes of it.
enum Event: String, CaseIterable, Sendable {
  case push = "push with webhook"
  case prunePush = "branch deleted, with webhook"
  case redelivery = "webhook redelivered"
  case lostWebhook = "webhook not accepted"
  case sourceBuild = "source build by hand"
  case fullBuild = "full build by hand"
  case purge = "purge"
  case rollback = "rollback"
  case unknownSource = "build of an unlisted source"
  case orphanBuild = "build of a missing repository"
  case cancel = "build cancelled"
  case deleteBuild = "build deleted"
  case tamper = "spec of a build changed"
  case suspend = "repository suspended"
  case resume = "repository resumed"
  case changeConfiguration = "satis.json changed"
  case deleteRepository = "repository deleted"
  case recreateRepository = "repository created anew"
  case overlap = "overlapping repository"
  case process = "Satis process"
  case published = "release published"
  case releaseMoved = "release moved meanwhile"
  case lockProtected = "two processes, kept apart by the lock"
  case unprotected = "two processes without a lock"
  case stray = "Job created late"
  case succeeded = "ended Succeeded"
  case failed = "ended Failed"
  case timedOut = "ended TimedOut"
  case cancelled = "ended Cancelled"
  case superseded = "ended Superseded"
  case invalid = "ended Invalid"
}
