import Glibc
import Testing

@testable import benchmarks

struct ProcessUsageTests {
  @Test func `a process that has worked has used time and memory`() throws {
    let memory = [UInt8](repeating: 1, count: 64 << 20)
    let before = try ProcessUsage(of: getpid())
    // Without memory of its own it could not be more than the pages of its file.
    #expect(before.anonymous > Double(memory.count))
    #expect(before.resident >= before.anonymous)
    #expect(before.peakResident >= before.resident)
    var sum = 0
    repeat {
      sum &+= memory.prefix(1 << 16).reduce(0) { $0 &+ Int($1) }
    } while try ProcessUsage(of: getpid()).cpuSeconds <= before.cpuSeconds
    #expect(sum > 0)
  }

  @Test func `a process that is gone is an error`() {
    #expect(throws: BenchmarkError.self) { try ProcessUsage(of: pid_t.max) }
  }
}
