import Foundation
import KubernetesClient
import SatisAPI
import Synchronization
import TestSupport
import Testing

/// What composer finds at the web server while one release follows another.
@Suite(.timeLimit(.minutes(10))) struct ReaderTests {
  /// How much was read.
  private final class Count: Sendable {
    private let files = Mutex<[Int]>([])

    var reads: Int { files.withLock { $0.count } }
    var allFiles: Int { files.withLock { $0.reduce(0, +) } }

    func add(_ read: Set<String>) { files.withLock { $0.append(read.count) } }
  }

  @Test func `during fifty builds, killed pods and purges, readers find everything, and all of it whole`()
    async throws
  {
    try await Site.open { site in
      let repository = try await site.createRepository("acme", packages: ["app", "lib"]) {
        // Longer than a reader of this test takes, and short enough for purges to find something.
        $0.history = .init(graceSeconds: 60)
      }
      let controller = try await site.startController()
      defer { controller.killHard() }
      #expect(try await repository.built("full").condition?.reason == "Succeeded")
      let web = try await WebServer.start(in: site)
      let quick = Count()
      let slow = Count()

      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await untilCancelled { quick.add(try await web.reader.readEverything()) }
        }
        group.addTask {
          try await untilCancelled {
            let read = try await web.reader.readEverything {
              let release = site.output.release
              try await repository.wait { _ in site.output.release != release }
            }
            slow.add(read)
          }
        }
        group.addTask {
          var busy = Busy(site: site, repository: repository)
          try await busy.build(50)
          print("reader: \(busy)")
        }
        // The builds end first, unless a reader fails.
        try await group.next()
        group.cancelAll()
      }

      print(
        "reader: read everything \(quick.reads) times and \(slow.reads) times slowly, "
          + "\(quick.allFiles + slow.allFiles) files")
      #expect(quick.reads > 0)
      #expect(slow.reads > 0)
    }
  }

  /// Repeats a step; that a request breaks off then is no failure.
  private func untilCancelled(_ step: () async throws -> Void) async throws {
    while !Task.isCancelled {
      do {
        try await step()
      } catch {
        guard Task.isCancelled else { throw error }
      }
    }
  }

  /// Keeps a repository busy with all that may happen to it.
  private struct Busy: CustomStringConvertible {
    let site: Site
    let repository: BuildRepository
    var number = 0
    var killed = 0
    var purges = 0
    var deletedArchives = 0
    var tags: [String] = []

    init(site: Site, repository: BuildRepository) {
      self.site = site
      self.repository = repository
    }

    var description: String {
      "\(number) builds, \(killed) of them killed, \(purges) purges that deleted \(deletedArchives) archives"
    }

    mutating func build(_ times: Int) async throws {
      for _ in 0..<times {
        number += 1
        switch number % 8 {
        case 2: try await pushAndKill()
        case 5: try await deleteTag()
        case 7: try await purge()
        default: try await push()
        }
      }
    }

    private mutating func push() async throws {
      try await tag()
      let build = try await repository.built("b\(number)", source: site.git.url(of: "lib"))
      #expect(build.condition?.reason == "Succeeded")
    }

    /// The runner dies when half of the metadata is written.
    private mutating func pushAndKill() async throws {
      try await tag()
      let gate = try Gate(in: repository.cache)
      try await repository.createBuild("b\(number)", source: site.git.url(of: "lib"))
      try await gate.waitUntilReached()
      try await repository.killProcesses(of: repository.pod(of: "b\(number)"))
      gate.open()
      #expect(try await repository.ended("b\(number)").condition?.reason == "Failed")
      killed += 1
    }

    private mutating func deleteTag() async throws {
      try await site.git.deleteTag("lib", tags.removeFirst())
      let build = try await repository.built("b\(number)", source: site.git.url(of: "lib"), prune: true)
      #expect(build.condition?.reason == "Succeeded")
    }

    private mutating func purge() async throws {
      let build = try await repository.built("b\(number)", operation: .purge)
      #expect(build.condition?.reason == "Succeeded")
      purges += 1
      let words = build.condition?.message.split(separator: " ") ?? []
      if words.first == "Deleted" { deletedArchives += Int(words[1]) ?? 0 }
    }

    private mutating func tag() async throws {
      let version = "1.\(number).0"
      try await site.git.tag("lib", version)
      tags.append(version)
    }
  }
}
