/// Who the client is, and whom it trusts, at the moment of one request.
struct Credential: Sendable, Hashable {
  var token: String?
  var certificateAuthority: [UInt8]?
  var clientCertificate: [UInt8]?
  var clientKey: [UInt8]?
}

/// Keeps the credentials of a configuration valid: files are read again, plugins run again.
final class Credentials: Sendable {
  private let token: TokenSource
  private let certificateAuthority: RenewedPEM
  private let clientCertificate: RenewedPEM
  private let clientKey: RenewedPEM

  private enum TokenSource {
    case none
    case fixed(String)
    case file(RenewedFile)
    case plugin(PluginCredentials)
  }

  init(
    _ configuration: ClusterConfiguration, now: @escaping RenewedFile.Clock = { .now }
  ) {
    certificateAuthority = RenewedPEM(
      configuration.certificateAuthority, subject: "the authority of \(configuration.origin)", now: now)
    let identity = configuration.clientIdentity
    let subject = "the client certificate of \(configuration.origin)"
    clientCertificate = RenewedPEM(identity?.certificate, subject: subject, now: now)
    clientKey = RenewedPEM(identity?.key, subject: subject, now: now)
    token =
      switch configuration.token {
      case .none: .none
      case .fixed(let token): .fixed(token)
      case .file(let path): .file(RenewedFile(path: path, subject: "the bearer token", now: now))
      case .plugin(let plugin): .plugin(PluginCredentials(plugin))
      }
  }

  /// What the next request carries.
  func current() async throws(ConfigurationError) -> Credential {
    var credential = Credential(
      certificateAuthority: try certificateAuthority.contents(),
      clientCertificate: try clientCertificate.contents(), clientKey: try clientKey.contents())
    switch token {
    case .none: break
    case .fixed(let token): credential.token = token
    case .file(let file): credential.token = FileContents.trimmed(try file.contents())
    case .plugin(let plugin):
      let printed = try await plugin.credential()
      credential.token = printed.token
      if let identity = printed.identity {
        credential.clientCertificate = identity.certificate.bytes
        credential.clientKey = identity.key.bytes
      }
    }
    return credential
  }

  /// The server does not accept a credential (401).
  ///
  /// - Returns: whether trying again can bring another one.
  func refuse(_ credential: Credential) async -> Bool {
    switch token {
    // The certificate may be what has expired: API servers say so by 401 as well.
    case .none, .fixed: return distrust(credential)
    case .file(let file):
      file.forget()
      return true
    case .plugin(let plugin):
      await plugin.refuse(token: credential.token, certificate: credential.clientCertificate)
      return true
    }
  }

  /// Client and server do not trust each other: a certificate may have been replaced meanwhile.
  ///
  /// - Returns: whether there is another one by now than the request has carried.
  func distrust(_ credential: Credential) -> Bool {
    let changes = [
      certificateAuthority.isReplaced(since: credential.certificateAuthority),
      clientCertificate.isReplaced(since: credential.clientCertificate),
      clientKey.isReplaced(since: credential.clientKey),
    ]
    return changes.contains(true)
  }
}

/// A PEM text that is read again if it came from a file.
private struct RenewedPEM: Sendable {
  private let fixed: [UInt8]?
  private let file: RenewedFile?

  init(_ pem: PEM?, subject: String, now: @escaping RenewedFile.Clock) {
    fixed = pem?.bytes
    file = pem.flatMap { pem in
      pem.path.map { RenewedFile(path: $0, subject: subject, bytes: pem.bytes, now: now) }
    }
  }

  func contents() throws(ConfigurationError) -> [UInt8]? { try file?.contents() ?? fixed }

  func isReplaced(since bytes: [UInt8]?) -> Bool { file?.isReplaced(since: bytes) ?? false }
}
