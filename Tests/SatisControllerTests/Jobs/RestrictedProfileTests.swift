import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct RestrictedProfileTests {
  /// The pod template of a Job that uses all there is to use.
  private static func template() throws -> JSONValue {
    let job = try JobManifest(repository: Examples.everything, claim: Examples.claim).manifest(
      defaultImage: "satis")
    return try #require(job["spec"]?["template"])
  }

  /// A value with a change at a path; numbers in it are positions in lists.
  private static func changing(
    _ value: JSONValue, at path: ArraySlice<Substring>, to new: JSONValue?
  ) -> JSONValue? {
    guard let step = path.first else { return new }
    guard let position = Int(step) else {
      var copy = value
      copy[String(step)] = changing(value[String(step)] ?? [:], at: path.dropFirst(), to: new)
      return copy
    }
    var elements = value.elements ?? []
    let changed = changing(
      position < elements.count ? elements[position] : [:], at: path.dropFirst(), to: new)
    elements.replaceSubrange(
      min(position, elements.count)..<min(position + 1, elements.count), with: changed.map { [$0] } ?? [])
    return .array(elements)
  }

  private func violations(at path: String, set new: JSONValue?) throws -> [String] {
    let changed = Self.changing(try Self.template(), at: path.split(separator: ".")[...], to: new)
    return RestrictedProfile.violations(ofTemplate: try #require(changed))
  }

  @Test func `the rendered Job keeps to the profile`() throws {
    #expect(RestrictedProfile.violations(ofTemplate: try Self.template()) == [])
  }

  @Test(arguments: [
    "spec.securityContext",
    "spec.securityContext.runAsNonRoot",
    "spec.securityContext.seccompProfile",
    "spec.securityContext.seccompProfile.type",
    "spec.containers.0.securityContext",
    "spec.containers.0.securityContext.allowPrivilegeEscalation",
    "spec.containers.0.securityContext.capabilities",
    "spec.containers.0.securityContext.capabilities.drop",
    "spec.containers.0.securityContext.capabilities.drop.0",
  ])
  func `without any one of its required fields it does not`(path: String) throws {
    #expect(try !violations(at: path, set: nil).isEmpty)
  }

  /// What the Job has in its security contexts beyond the profile, on purpose.
  private static let optional: Set<String> = [
    "spec.securityContext.runAsUser", "spec.securityContext.runAsGroup", "spec.securityContext.fsGroup",
    "spec.securityContext.fsGroupChangePolicy", "spec.containers.0.securityContext.readOnlyRootFilesystem",
  ]

  @Test func `every field of its security contexts is either required or known to be optional`() throws {
    let template = try Self.template()
    for context in ["spec.securityContext", "spec.containers.0.securityContext"] {
      let path = context.split(separator: ".")
      let members = path.reduce(Optional(template)) { value, step in
        Int(step).flatMap { value?.elements?[$0] } ?? value?[String(step)]
      }?.members
      for field in try #require(members).keys {
        let isRequired = try !violations(at: "\(context).\(field)", set: nil).isEmpty
        #expect(isRequired != Self.optional.contains("\(context).\(field)"), "\(context).\(field)")
      }
    }
  }

  private static func template(_ podTemplate: SatisRepository.PodTemplate?) throws -> JSONValue {
    var repository = Examples.plain
    repository.spec.podTemplate = podTemplate
    let job = try JobManifest(repository: repository, claim: Examples.claim).manifest(defaultImage: "satis")
    return try #require(job["spec"]?["template"])
  }

  @Test func `a hostile pod template cannot lead the pod out of the profile`() throws {
    var hostile = SatisRepository.PodTemplate()
    hostile.annotations = [
      "container.apparmor.security.beta.kubernetes.io/satis": "unconfined",
      "seccomp.security.alpha.kubernetes.io/pod": "unconfined",
    ]
    hostile.affinity = ["securityContext": ["runAsUser": 0], "hostNetwork": true]
    hostile.volumes = [.init(name: "host", mountPath: "/host")]
    let template = try Self.template(hostile)
    let plain = try Self.template(nil)
    #expect(RestrictedProfile.violations(ofTemplate: template) == [])
    #expect(template["metadata"] == plain["metadata"])
    #expect(template["spec"]?["securityContext"] == plain["spec"]?["securityContext"])
    let containers = [template, plain].map { $0["spec"]?["containers"]?.elements?.first }
    #expect(containers[0]?["securityContext"] != nil)
    #expect(containers[0]?["securityContext"] == containers[1]?["securityContext"])
  }

  private static let breaches: [(path: String, value: JSONValue)] = [
    ("spec.hostNetwork", true), ("spec.hostPID", true), ("spec.hostIPC", true),
    ("spec.volumes.99", ["name": "host", "hostPath": ["path": "/"]]),
    ("spec.volumes.99", ["name": "nfs", "nfs": ["server": "nfs", "path": "/"]]),
    ("spec.securityContext.runAsUser", 0), ("spec.securityContext.runAsNonRoot", false),
    ("spec.securityContext.seccompProfile.type", "Unconfined"),
    ("spec.securityContext.windowsOptions.hostProcess", true),
    ("spec.securityContext.appArmorProfile.type", "Unconfined"),
    ("spec.securityContext.seLinuxOptions.type", "spc_t"),
    ("spec.securityContext.seLinuxOptions.role", "sysadm_r"),
    ("spec.securityContext.sysctls", [["name": "kernel.msgmax", "value": "1"]]),
    ("metadata.annotations.container~apparmor~security~beta~kubernetes~io/satis", "unconfined"),
    ("spec.containers.0.securityContext.privileged", true),
    ("spec.containers.0.securityContext.procMount", "Unmasked"),
    ("spec.containers.0.securityContext.allowPrivilegeEscalation", true),
    ("spec.containers.0.securityContext.runAsNonRoot", false),
    ("spec.containers.0.securityContext.runAsUser", 0),
    ("spec.containers.0.securityContext.seccompProfile.type", "Unconfined"),
    ("spec.containers.0.securityContext.capabilities.drop.0", "NET_RAW"),
    ("spec.containers.0.securityContext.capabilities.add", ["SYS_ADMIN"]),
    ("spec.containers.0.ports", [["containerPort": 80, "hostPort": 80]]),
    ("spec.containers.0.livenessProbe.httpGet.host", "127.0.0.1"),
    ("spec.containers.0.lifecycle.preStop.tcpSocket.host", "127.0.0.1"),
    ("spec.initContainers", [["name": "init", "image": "init"]]),
    ("spec.ephemeralContainers", [["name": "debug", "image": "debug"]]),
  ]

  @Test(arguments: breaches)
  func `the checker sees what the profile forbids`(path: String, value: JSONValue) throws {
    // Dots are steps of a path, so names that have them are written with tildes.
    let changed = Self.changing(
      try Self.template(),
      at: path.split(separator: ".").map { step in
        step.contains("~") ? Substring(step.replacing("~", with: ".")) : step
      }[...], to: value)
    #expect(RestrictedProfile.violations(ofTemplate: try #require(changed)) != [])
  }
}
