import Glibc
import Testing

@testable import Curl

@Suite(.timeLimit(.minutes(1))) struct `A client for which no file descriptor is free` {
  @Test func `is not made, since nobody could wake its threads`() async {
    // In a process of its own: the limit holds for whatever runs beside it.
    await #expect(processExitsWith: .success) {
      try Library.initialise()
      let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
      var limit = rlimit()
      getrlimit(files, &limit)
      let usual = limit.rlim_cur
      limit.rlim_cur = 64
      setrlimit(files, &limit)
      while dup(STDERR_FILENO) >= 0 {}
      #expect(throws: CurlError.self) { try CurlClient() }
      limit.rlim_cur = usual
      setrlimit(files, &limit)
      try await CurlClient().shutdown()
    }
  }
}
