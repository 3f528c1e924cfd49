import Curl

/// A program that speaks TLS on a port of its own, and passes what is inside on to another port.
struct TLSFront {
  private let process: ChildProcess
  let port: Int

  /// What it asks of a client beside TLS.
  enum Demand: String {
    case nothing
    case clientCertificate
    /// No version that has been safe in this decade.
    case ancientVersion
  }

  /// - Parameter version: the version of HTTP that is spoken inside.
  init(
    _ identity: TestAuthority.Identity, to port: Int, demand: Demand = .nothing,
    version: CurlRequest.HTTPVersion = .http1
  ) throws {
    process = try ChildProcess([
      "python3", "-u", "-c", Self.program, identity.certificatePath, identity.keyPath, identity.authorityPath,
      "\(port)", demand.rawValue, version == .http2 ? "h2" : "http/1.1",
    ])
    self.port = Int(try process.waitFor(/port ([0-9]+)/).1) ?? 0
  }

  func stop() { process.stop() }

  private static let program = """
    import socket, ssl, sys, threading
    certificate, key, authority, target, demand, version = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols([version])
    if demand == "clientCertificate":
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED
    if demand == "ancientVersion":
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1

    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def serve(client):
        try:
            inside = context.wrap_socket(client, server_side=True)
        except OSError:
            return
        server = socket.create_connection(("127.0.0.1", int(target)))
        for end in (server, inside):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=pump, args=(server, inside), daemon=True).start()
        pump(inside, server)

    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print("port", listener.getsockname()[1])
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
    """
}
