/// Debian's nghttpx: it speaks HTTP/2 on a port of its own, and passes requests on to an HTTP/1.1 server.
struct HTTP2Front {
  private let process: ChildProcess
  let port: Int

  init(_ identity: TestAuthority.Identity, to backend: Int) throws {
    port = try LoopbackSocket.closedPort()
    process = try ChildProcess([
      "nghttpx", "--conf=/dev/null", "--single-process", "--no-ocsp", "--frontend=127.0.0.1,\(port)",
      "--backend=127.0.0.1,\(backend)", identity.keyPath, identity.certificatePath,
    ])
    do {
      _ = try process.waitFor(/Listening on/)
    } catch {
      throw ChildFailure(
        description: "nghttpx does not run; it is in Debian's package nghttp2-proxy (\(error))")
    }
  }

  func stop() { process.stop() }
}
