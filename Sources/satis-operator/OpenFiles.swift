import Glibc

/// Files and connections that the process may have open at once.
enum OpenFiles {
  /// Raises the limit as far as the system lets the process, as programs in Go do by themselves.
  ///
  /// The low limit that is common at first (1,024) is kept for programs that use select(2), which this one does not.
  ///
  /// - Returns: the limit.
  static func raiseLimit() -> Int {
    let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(files, &limit) == 0 else { return 1_024 }
    if limit.rlim_cur < limit.rlim_max {
      var raised = limit
      raised.rlim_cur = limit.rlim_max
      if setrlimit(files, &raised) == 0 { limit = raised }
    }
    return Int(clamping: limit.rlim_cur)
  }
}
