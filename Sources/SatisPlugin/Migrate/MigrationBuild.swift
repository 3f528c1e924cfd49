import KubernetesClient
import SatisAPI
import SatisController

/// How Satis runs, by the clock and for pushes.
extension MigrationPlan {
  mutating func build() -> CommentedYAML.Member? {
    var members: [CommentedYAML.Member] = []
    let options = self.options()
    if !options.isEmpty { members.append(.init("options", .list(options.map(CommentedYAML.text)))) }
    let variables = self.variables()
    if !variables.isEmpty { members.append(.init("env", .list(variables))) }
    return members.isEmpty ? nil : .init("build", .map(members))
  }

  private mutating func options() -> [String] {
    var options: [String] = []
    for option in worker.script.calls.filter({ $0.command == "build" }).flatMap(\.options) {
      switch option.prefix(while: { $0 != "=" }) {
      case "--minify": options.append("Minify")
      case "--no-html-output": options.append("NoHTML")
      case "--skip-errors":
        note(
          .left,
          "--skip-errors: a source that fails is found and served as it was; with that option its packages would vanish"
        )
      case "--repository-url", "--repository-strict":
        note(.left, "\(option): the operator builds what was pushed")
      case "--no-interaction", "-n", "--no-ansi", "--ansi", "-v", "-vv", "-vvv", "--verbose", "-q", "--quiet":
        break
      default: note(.left, "the option \(option): the operator does not pass it on")
      }
    }
    for option in Set(options).sorted() { note(.taken, "spec.build.options: \(option)") }
    return Set(options).sorted()
  }

  private mutating func variables() -> [CommentedYAML] {
    var kept: [CommentedYAML] = []
    let own = [
      "HOME", "PATH", "POD_NAME", "SATIS_HOMEPAGE", "COMPOSER_AUTH", "COMPOSER_HOME", "COMPOSER_CACHE_DIR",
    ]
    for variable in worker.container["env"]?.elements ?? [] {
      guard let name = variable["name"]?.text else { continue }
      if own.contains(name) { continue }
      if ["COMPOSER_", "SATIS_", "PHP_", "LD_", "GIT_"].contains(where: name.hasPrefix) {
        note(.left, "the variable \(name): the operator sets those itself")
      } else if let value = variable["value"]?.text {
        if Self.isSecret(name) || RedactedText(value).description != value {
          note(
            .decide,
            "the variable \(name) was left out: it has a credential in it, which whoever reads the repository would see"
          )
        } else if !worker.script.text.contains("$\(name)") && !worker.script.text.contains("${\(name)") {
          note(.taken, "spec.build.env: \(name)")
          kept.append(.fields(["name": .text(name), "value": .text(value)]))
        }
      } else if variable["valueFrom"] != nil {
        note(.left, "the variable \(name): spec.build.env has no values from other objects")
      }
    }
    if worker.container["envFrom"] != nil {
      note(.decide, "envFrom was left out: write the variables that Satis needs into spec.build.env")
    }
    return kept
  }

  /// Whether a variable's name says that its value is nothing for others.
  private static func isSecret(_ name: String) -> Bool {
    let name = name.uppercased()
    return ["SECRET", "TOKEN", "PASSW", "CREDENTIAL", "AUTH", "_KEY"].contains { name.contains($0) }
  }

  // MARK: - By the clock

  var schedule: CommentedYAML.Member? {
    mutating get {
      var fields: [String: String] = [:]
      var zone: String?
      var comment: String?
      for object in objects where object.kind == "CronJob" {
        let jobs = OldWorker.candidates(in: [object] + objects.filter { $0.kind == "ConfigMap" })
        guard let job = jobs.first, let text = object.value["spec"]?["schedule"]?.text else { continue }
        let expression = SatisRepository.Schedule.fiveFields(text)
        var probe = SatisRepository(
          metadata: ObjectMetadata(name: name, namespace: namespace),
          spec: .init(config: .init(inline: "{}"), output: .init(claimName: "output")))
        probe.spec.schedule = .init(full: expression)
        if let problem = probe.scheduleProblem {
          note(.decide, "the schedule '\(text)' of CronJob \(object.name) was left out: \(problem)")
          continue
        }
        for call in job.script.calls {
          let field = call.command == "purge" ? "purge" : "full"
          fields[field] = expression
          note(.taken, "spec.schedule.\(field): '\(expression)' of CronJob \(object.name)")
        }
        zone = object.value["spec"]?["timeZone"]?.text ?? zone
      }
      if fields["purge"] == nil, worker.kind != "CronJob", worker.call("purge") != nil {
        fields["purge"] = "0 5 * * SUN"
        comment = "Decide: the old worker purged in its loop; this does on Sundays."
        note(
          .decide,
          "spec.schedule.purge: the old worker purged in its loop, the manifest says on Sundays at 5:00")
      }
      guard !fields.isEmpty else { return nil }
      return .init(
        "schedule",
        .fields([
          "full": fields["full"].map(CommentedYAML.text), "purge": fields["purge"].map(CommentedYAML.text),
          "timeZone": zone.map(CommentedYAML.text),
        ]), comment: comment)
    }
  }

  // MARK: - For pushes

  var webhook: CommentedYAML.Member? {
    mutating get {
      let containers = objects.flatMap { object in
        object.podSpecs.flatMap { $0["containers"]?.elements ?? [] }.map { (object.name, $0) }
      }
      for (object, container) in containers {
        let title = "\(object) \(container["name"]?.text ?? "") \(container["image"]?.text ?? "")"
          .lowercased()
        guard title.contains("hook") else { continue }
        for variable in container["env"]?.elements ?? [] {
          let variableName = variable["name"]?.text ?? ""
          guard Self.isSecret(variableName),
            let reference = variable["valueFrom"]?["secretKeyRef"], let secret = reference["name"]?.text,
            let key = reference["key"]?.text
          else { continue }
          note(
            .taken, "spec.webhook.secretRefs: key \(key) of Secret \(secret), the secret of the old webhook")
          return .init(
            "webhook",
            .fields(["secretRefs": .list([.fields(["name": .text(secret), "key": .text(key)])])]))
        }
      }
      note(
        .decide,
        "spec.webhook: no secret of an old webhook was found; without one no push is taken in. Make a Secret and name it there"
      )
      return nil
    }
  }
}
