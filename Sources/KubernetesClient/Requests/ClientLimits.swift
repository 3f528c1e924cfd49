import Curl

/// How long a client waits for a server before it takes a connection, a request or a watch for dead.
struct ClientLimits: Sendable {
  /// Longest time to get a connection.
  var connectTimeout: Duration = .seconds(10)
  /// Longest time for a request that is no watch.
  ///
  /// API servers end long requests after a minute themselves.
  var requestTimeout: Duration = .seconds(60)
  /// When the server shall end a watch, in seconds: spread, so that the watches of many clients do not all end together.
  var watchSeconds = 290...580
  /// How much longer than that a watch may be silent.
  ///
  /// The server ends it by then; only a connection that is dead does not bring that.
  var watchGrace: Duration = .seconds(5)
  /// A streaming list that has nothing to tell for this long before its end was not understood.
  ///
  /// A server that understands it waits 3 s at most, until its own memory is up to date.
  var streamingListSilence: Duration = .seconds(10)
  /// What the kernel does about connections on which nobody answers.
  var connections = CurlConfiguration()

  /// How long a watch may be without a word that the server shall end after as many seconds.
  ///
  /// There is no limit on the whole of a watch, which lives by being long.
  func silence(ofWatch timeoutSeconds: Int) -> Duration { .seconds(timeoutSeconds) + watchGrace }
}
