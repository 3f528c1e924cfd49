/// Whom to trust, and who to be.
///
/// TLS is 1.2 at least.
public struct CurlTLS: Sendable {
  /// PEM text of the authorities to trust; nil for the system's own.
  public var certificateAuthority: [UInt8]?
  /// PEM text of the client's certificate.
  ///
  /// It is used together with `clientKey` only.
  public var clientCertificate: [UInt8]?
  /// PEM text of the client's key.
  public var clientKey: [UInt8]?
  /// Whether the server's certificate is checked.
  public var verifies = true
  /// The name to ask for and to expect in the certificate, where it is not the URL's host.
  public var serverName: String?

  /// The system's authorities, and nobody in particular.
  public init() {}
}

extension CurlTLS: CustomStringConvertible, CustomDebugStringConvertible {
  /// Without the key.
  public var description: String {
    "TLS(verifies: \(verifies), serverName: \(serverName ?? "as in the URL"), "
      + "client certificate: \(clientCertificate == nil ? "no" : "yes"))"
  }

  /// The same as `description`, for the same reason.
  public var debugDescription: String { description }
}
