import Foundation
import Testing

@testable import benchmarks

struct RequestCountTests {
  private static func line(
    _ verb: String, _ resource: String, _ subresource: String? = nil, namespace: String = "shop",
    stage: String = "ResponseComplete", agent: String = "satis-operator/0.1.0"
  ) -> String {
    let part = subresource.map { #","subresource":"\#($0)""# } ?? ""
    return #"{"kind":"Event","stage":"\#(stage)","verb":"\#(verb)","userAgent":"\#(agent)","#
      + #""objectRef":{"resource":"\#(resource)","namespace":"\#(namespace)"\#(part)}}"#
  }

  /// What is counted of the lines that are written after the count has begun.
  private func count(before: [String] = [], _ lines: [String]) throws -> [String: Int] {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let text = { (lines: [String]) in Data(lines.map { $0 + "\n" }.joined().utf8) }
    #expect(FileManager.default.createFile(atPath: path, contents: text(before)))
    let count = try RequestCount(auditLog: path)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: text(lines))
    try file.close()
    return try count.requests(in: "shop")
  }

  @Test func `requests are counted by what they do`() throws {
    let counts = try count([
      Self.line("create", "jobs"), Self.line("create", "jobs"), Self.line("patch", "satisbuilds", "status"),
    ])
    #expect(counts == ["create jobs": 2, "patch satisbuilds/status": 1])
  }

  @Test func `what came before does not count`() throws {
    #expect(try count(before: [Self.line("create", "jobs")], [Self.line("list", "pods")]) == ["list pods": 1])
  }

  @Test func `other namespaces, the benchmarks and the server itself do not count`() throws {
    let counts = try count([
      Self.line("create", "jobs", namespace: "shop-2"), Self.line("create", "jobs", agent: "satis-benchmark"),
      Self.line("list", "resourcequotas", agent: "kube-apiserver/v1.20.2"), Self.line("get", "pods"),
    ])
    #expect(counts == ["get pods": 1])
  }

  @Test func `a watch counts when it begins, since it may not end`() throws {
    let counts = try count([
      Self.line("watch", "pods", stage: "ResponseStarted"), Self.line("watch", "pods"),
      Self.line("list", "pods", stage: "ResponseStarted"),
    ])
    #expect(counts == ["watch pods": 1])
  }

  @Test func `no line is lost where the log is read in pieces`() throws {
    // Some 5 MB, more than one piece.
    let lines = [String](repeating: Self.line("get", "pods"), count: 30_000)
    #expect(try count(lines) == ["get pods": 30_000])
  }
}
