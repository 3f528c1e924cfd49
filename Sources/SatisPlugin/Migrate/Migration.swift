import KubernetesClient
import SatisAPI
import SatisController

/// A SatisRepository in the place of an old worker: a container that runs Satis in a loop or by the clock.
///
/// Nothing is applied, and nothing of a Secret is ever printed.
public struct Migration {
  /// The manifest, with comments where a person has to decide.
  public private(set) var manifest = ""
  /// What was taken over from where, what was left out and why, and what is to be done.
  public private(set) var notes: [Note] = []

  /// Something to tell about the migration.
  public struct Note: Hashable, Sendable, CustomStringConvertible {
    /// What kind of thing it is.
    public var kind: Kind
    /// A sentence.
    public var text: String

    /// What kind of thing is told.
    public enum Kind: String, Sendable, CaseIterable {
      /// It is in the manifest.
      case taken = "taken over"
      /// It is not in the manifest, and need not be.
      case left = "left out"
      /// A person has to look at it.
      case decide = "decide"
    }

    /// With its kind before it.
    public var description: String { "\(kind.rawValue): \(text)" }
  }

  /// Reads manifests.
  ///
  /// - Parameters:
  ///   - inputs: files with the old objects, as `kubectl get … -o yaml` prints them.
  ///   - satisJSON: the file satis.json, where no ConfigMap or Secret has it.
  ///   - worker: the name of the object that runs Satis, where there are several.
  /// - Throws: `PluginFailure` where no worker or no satis.json is found.
  public init(
    _ inputs: [Lint.Input], satisJSON: Lint.Input? = nil, worker name: String? = nil
  ) throws(PluginFailure) {
    var objects: [ManifestObject] = []
    for input in inputs {
      let file = ManifestFile(name: input.name, text: String(decoding: input.bytes, as: UTF8.self))
      if let problem = file.problem { throw PluginFailure(.failed, "\(problem)") }
      objects += file.objects
    }
    let worker = try Self.worker(named: name, in: objects)
    var plan = MigrationPlan(
      worker, objects, satisJSON: satisJSON.map { String(decoding: $0.bytes, as: UTF8.self) })
    try plan.make()
    notes = plan.notes
    do {
      manifest = try plan.document.text()
    } catch {
      throw PluginFailure(.failed, "the manifest cannot be written: \(error)")
    }
    let lint = Lint([Lint.Input(name: "the manifest", bytes: Array(manifest.utf8))])
    notes += lint.findings.map { Note(kind: .decide, text: "\($0.message): \($0.remedy) (line \($0.line))") }
  }

  private static func worker(
    named name: String?, in objects: [ManifestObject]
  ) throws(PluginFailure) -> OldWorker {
    let all = OldWorker.candidates(in: objects).filter { name == nil || $0.name == name }
    // What runs for ever is the worker; a CronJob beside it is its timetable.
    let ranked = all.sorted {
      ($0.kind == "CronJob" ? 1 : 0, -$0.score) < ($1.kind == "CronJob" ? 1 : 0, -$1.score)
    }
    guard let best = ranked.first else {
      throw PluginFailure(
        .failed,
        name.map { "no container of '\($0)' runs Satis; name the object that does" }
          ?? "no container in these manifests runs Satis (`satis build`, or an image with satis in its name); give the old "
          + "worker too, as in `kubectl get deployments,cronjobs,configmaps,persistentvolumeclaims,ingresses -o yaml`"
      )
    }
    let equals = Set(ranked.filter { $0.kind != "CronJob" && $0.score == best.score }.map(\.name))
    guard best.kind == "CronJob" || equals.count < 2 else {
      throw PluginFailure(
        .usage,
        "several objects run Satis; name one with --worker, one after the other: \(equals.sorted().joined(separator: ", "))"
      )
    }
    return best
  }
}
