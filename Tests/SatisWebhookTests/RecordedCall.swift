import Crypto
import Foundation
import KubernetesClient

/// A call from the folder `Fixtures`, in the shape that the host's documentation shows, and the proof that its host
/// adds to it.
enum RecordedCall {
  /// Reads headers, an empty line and the body.
  ///
  /// - Parameter name: host and call, as in `gitlab/push`.
  static func unproven(_ name: String) throws -> Call {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Fixtures")
    let text = try String(contentsOf: folder.appendingPathComponent("\(name).http"), encoding: .utf8)
    guard let end = text.firstRange(of: "\n\n") else { throw CocoaError(.fileReadCorruptFile) }
    var headers: [String: String] = [:]
    for line in text[..<end.lowerBound].split(separator: "\n") {
      guard let colon = line.firstRange(of: ": ") else { throw CocoaError(.fileReadCorruptFile) }
      headers[String(line[..<colon.lowerBound])] = String(line[colon.upperBound...])
    }
    return Call(headers, String(text[end.upperBound...].dropLast()))
  }

  /// The call as its host sends it.
  static func read(_ name: String, secret: String = Fixture.secret) throws -> Call {
    prove(try unproven(name), from: host(of: name), secret: secret)
  }

  static func host(of name: String) -> String {
    String(name.prefix { $0 != "/" })
  }

  /// The header by which a host shows that it has the secret.
  static func proofHeader(of host: String) -> String {
    switch host {
    case "gitlab": "X-Gitlab-Token"
    case "bitbucket-cloud", "bitbucket-data-center": "X-Hub-Signature"
    case "gitea": "X-Gitea-Signature"
    case "forgejo": "X-Forgejo-Signature"
    case "azure-devops": "Authorization"
    default: "X-Hub-Signature-256"
    }
  }

  static func prove(_ call: Call, from host: String, secret: String = Fixture.secret) -> Call {
    var call = call
    let signature = Call.signature(of: call.body, secret: secret)
    switch host {
    case "gitlab": call.headers["X-Gitlab-Token"] = secret
    case "bitbucket-cloud", "bitbucket-data-center": call.headers["X-Hub-Signature"] = signature
    case "gitea", "forgejo":
      for name in ["Gitea", "Gogs"] + (host == "forgejo" ? ["Forgejo"] : []) {
        call.headers["X-\(name)-Signature"] = String(signature.dropFirst(7))
      }
      call.headers["X-Hub-Signature"] = "sha1=\(String(repeating: "a", count: 40))"
      call.headers["X-Hub-Signature-256"] = signature
    case "azure-devops":
      call.headers["Authorization"] = "Basic \(Data("satis:\(secret)".utf8).base64EncodedString())"
    default: call.headers["X-Hub-Signature-256"] = signature
    }
    return call
  }

  /// The call with the signature of the Standard Webhooks specification instead of a token.
  static func standardSigned(
    _ call: Call, key: [UInt8] = Array(Fixture.secret.utf8), id: String = "msg-1",
    time: Int64 = Fixture.time.seconds
  ) -> Call {
    var call = call
    let code = HMAC<SHA256>.authenticationCode(
      for: Array("\(id).\(time).".utf8) + call.body, using: SymmetricKey(data: key))
    call.headers["webhook-id"] = id
    call.headers["webhook-timestamp"] = "\(time)"
    call.headers["webhook-signature"] = "v1,\(Data(code).base64EncodedString())"
    return call
  }
}
