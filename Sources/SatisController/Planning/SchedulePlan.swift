import KubernetesClient
public import SatisAPI

/// What is built without anybody asking: ordinary builds, made at scheduled times.
extension RepositoryPlanner {
  mutating func planSchedules(of repository: SatisRepository) -> SatisRepository.Status {
    var status = repository.status ?? SatisRepository.Status()
    let full = plan(
      schedule(repository.spec.schedule?.full, of: repository), .build, of: repository,
      last: status.lastScheduledFullTime, next: status.nextFullBuildTime)
    status.lastScheduledFullTime = full.last
    status.nextFullBuildTime = full.next
    let purge = plan(
      schedule(repository.spec.schedule?.purge, of: repository), .purge, of: repository,
      last: status.lastScheduledPurgeTime, next: status.nextPurgeTime)
    status.lastScheduledPurgeTime = purge.last
    status.nextPurgeTime = purge.next
    return status
  }

  /// Makes the build that is due, the latest where several were missed, and says when the next one is.
  private mutating func plan(
    _ schedule: Schedule?, _ operation: SatisBuild.Operation, of repository: SatisRepository,
    last: Timestamp?,
    next: Timestamp?
  ) -> (last: Timestamp?, next: Timestamp?) {
    guard let schedule else { return (last, nil) }
    // A clock that was ahead for a while must not keep the schedule from running until then.
    var last = last.flatMap { $0 > situation.now + Self.clockTolerance ? nil : $0 }
    // A schedule that is new looks forward only.
    let start = last ?? next.map { $0 + (-Spread.longest - 1) } ?? situation.now
    let uid = repository.metadata.uid ?? ""
    if let due = schedule.latest(after: start, notAfter: situation.now) {
      let time = due + Spread.delay(uid: uid, schedule: schedule, run: due)
      guard situation.now >= time else {
        lookAgain(at: time)
        return (last, time)
      }
      let name = ResourceNames.scheduledBuild(
        repository: repository.metadata, operation: operation, time: due)
      let build = SatisBuild(
        named: name, of: repository, operation: operation == .build ? nil : operation, trigger: .schedule)
      guard situation.builds.contains(where: { $0.metadata.name == name }) || create(build) else {
        return (last, next)
      }
      last = due
    }
    let following = schedule.next(after: situation.now).map { run in
      run + Spread.delay(uid: uid, schedule: schedule, run: run)
    }
    if let following { lookAgain(at: following) }
    return (last, following)
  }

  /// The schedule of an expression; nil when there is none, or one that cannot be read.
  private func schedule(_ expression: String?, of repository: SatisRepository) -> Schedule? {
    expression.flatMap { try? Schedule($0, timeZone: repository.spec.schedule?.timeZone) }
  }
}

extension SatisRepository {
  /// What is wrong with the schedules, in a sentence that names the field and the remedy; nil when they can be used.
  public var scheduleProblem: String? {
    let schedule = spec.schedule
    for (field, expression) in [("full", schedule?.full), ("purge", schedule?.purge)] {
      if let expression, let problem = problem(with: expression, in: schedule?.timeZone) {
        return "spec.schedule.\(field): \(problem)"
      }
    }
    return nil
  }
}

/// Outside of the repository, in which `Schedule` is the part of its spec.
private func problem(with expression: String, in timeZone: String?) -> ScheduleProblem? {
  do throws(ScheduleProblem) {
    _ = try Schedule(expression, timeZone: timeZone)
    return nil
  } catch {
    return error
  }
}
