import Foundation

/// A certificate authority in a temporary directory, until it is removed.
final class TestAuthority: Sendable {
  private let directory: URL

  /// Its certificate, as PEM.
  var certificate: [UInt8] { get throws { try read("ca.crt") } }

  init() throws {
    // OpenSSL tells authorities apart by their names.
    let name = UUID().uuidString
    directory = FileManager.default.temporaryDirectory.appending(path: "curl-tests-\(name)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try openssl(
      "req", "-x509", "-subj", "/CN=Test authority \(name)", "-keyout", path("ca.key"), "-out",
      path("ca.crt"),
      "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
  }

  /// Deletes all files.
  func remove() {
    try? FileManager.default.removeItem(at: directory)
  }

  /// Issues a certificate for a DNS name.
  func issue(_ name: String) throws -> Identity {
    try openssl(
      "req", "-x509", "-CA", path("ca.crt"), "-CAkey", path("ca.key"), "-subj", "/CN=\(name)",
      "-addext", "subjectAltName=DNS:\(name)", "-addext", "basicConstraints=critical,CA:FALSE",
      "-keyout", path("\(name).key"), "-out", path("\(name).crt"),
      "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    return Identity(
      certificate: try read("\(name).crt"), key: try read("\(name).key"),
      certificatePath: path("\(name).crt"), keyPath: path("\(name).key"), authorityPath: path("ca.crt"))
  }

  /// A folder in which OpenSSL finds it, as it finds the system's authorities.
  func hashedFolder() throws -> String {
    let folder = directory.appending(path: "hashed")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(certificate).write(to: folder.appending(path: "ca.crt"))
    try openssl("rehash", path("hashed"))
    return path("hashed")
  }

  /// A certificate with its key, as PEM and as files.
  struct Identity: Sendable {
    let certificate: [UInt8]
    let key: [UInt8]
    let certificatePath: String
    let keyPath: String
    let authorityPath: String
  }

  private func openssl(_ arguments: String...) throws {
    try ChildProcess.run(["openssl"] + arguments)
  }

  private func path(_ name: String) -> String { directory.appending(path: name).path() }

  private func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: directory.appending(path: name)))
  }
}
