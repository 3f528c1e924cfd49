import FoundationEssentials

/// Which of the usual mistakes a proof looks like that does not fit.
struct ProofDiagnosis {
  /// What may be wrong, most telling first.
  private(set) var hints: [String] = []

  private let delivery: Delivery
  private let host: any GitHost

  init(of delivery: Delivery, from host: any GitHost, secret: [UInt8]) {
    self.delivery = delivery
    self.host = host
    if secret.allSatisfy({ $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
      hints.append("the secret is empty, and an empty secret lets nobody in")
      return
    }
    if delivery.headers["X-Gitlab-Token"] == "[REDACTED]" {
      hints.append(
        "GitLab does not show the token of a call that it has sent: record a call where it arrives, or compare the secret "
          + "with the hook's by setting it there anew")
      return
    }
    if let old = delivery.headers["X-Hub-Signature"], old.hasPrefix("sha1="),
      delivery.headers["X-Hub-Signature-256"] == nil
    {
      hints.append(
        "there is only X-Hub-Signature, which is SHA-1; the SHA-256 of the same body is needed: update the sender, or "
          + "find out what takes X-Hub-Signature-256 away")
      return
    }
    guard let proof = try? host.proof(in: delivery) else {
      hints.append(
        "the host sends no signature, so no secret is entered there, or something takes the header away")
      return
    }
    // Asked apart: to the service an empty secret is none.
    if proof.fits([]) {
      hints.append("it is signed with an empty secret: enter the secret at the host")
      return
    }
    // As the service takes it.
    let used = Array(secret.dropLast { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
    for (changed, change) in [(used, nil)] + Self.secrets(used) {
      for (body, alteration) in [(delivery.body, nil)] + Self.bodies(delivery)
      where fits(changed, body) {
        hints.append("it would fit \([change, alteration].compactMap(\.self).joined(separator: ", and "))")
        return
      }
    }
    hints.append(
      "it fits none of the usual mistakes: another secret is entered at the host, or the body was changed")
  }

  private func fits(_ secret: [UInt8], _ body: [UInt8]) -> Bool {
    let changed = Delivery(headers: delivery.headers, body: body, time: delivery.time)
    return (try? host.proof(in: changed))?.fits(secret) == true
  }

  // MARK: - Mistakes

  /// What may be entered at the host instead of the secret.
  private static func secrets(_ secret: [UInt8]) -> [([UInt8], String?)] {
    let blank = UInt8(ascii: " ")
    let bare = Array(secret.drop { $0 == blank }).dropLast { $0 == blank }
    var all: [([UInt8], String?)] = [
      (secret + [UInt8(ascii: "\n")], "the secret with a line feed behind it: enter it at the host without"),
      (secret + Array("\r\n".utf8), "the secret with a line end behind it: enter it at the host without"),
      (Array(bare), "the secret without the blanks around it: take them out of the Secret"),
      (secret + [blank], "the secret with a blank behind it: enter it at the host without"),
      (
        Array(Data(secret).base64EncodedString().utf8),
        "the secret in base64: at the host, enter what `base64 --decode` makes of the Secret's data"
      ),
    ]
    if let decoded = Data(base64Encoded: Data(secret)), !decoded.isEmpty {
      all.append((Array(decoded), "what the secret is in base64: the Secret's data was encoded twice"))
    }
    return all
  }

  /// What may have become of the body on its way.
  private static func bodies(_ delivery: Delivery) -> [([UInt8], String?)] {
    let body = delivery.body
    let unix = body.filter { $0 != UInt8(ascii: "\r") }
    let windows = unix.flatMap { $0 == UInt8(ascii: "\n") ? Array("\r\n".utf8) : [$0] }
    var all: [([UInt8], String?)] = [
      (
        Array(body.dropLast({ $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })),
        "the body without the line end at its end: an editor has added it"
      ),
      (body + [UInt8(ascii: "\n")], "the body with a line feed at its end: it was cut off"),
      (unix, "the body with LF as line ends: something has made them CRLF"),
      (windows, "the body with CRLF as line ends: something has made them LF"),
      (
        body.withoutBlanks,
        "the body without blanks between its parts: something reads the JSON and writes it anew"
      ),
    ]
    if let length = delivery.headers["Content-Length"].flatMap(Int.init), length >= 0, length < body.count {
      all.append(
        (Array(body.prefix(length)), "the first \(length) bytes of the body, as Content-Length has it"))
    }
    if let json = Payload.json(in: delivery.headers, body), json != body {
      all.append((json, "the JSON inside of the form: sign the form as it is sent, or send JSON"))
    }
    return all
  }
}

extension [UInt8] {
  fileprivate func dropLast(_ isUnwanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    var rest = self[...]
    while let last = rest.last, isUnwanted(last) { rest.removeLast() }
    return rest
  }

  /// JSON without the blanks and line ends between its tokens.
  fileprivate var withoutBlanks: [UInt8] {
    var result: [UInt8] = []
    var isText = false
    var isEscaped = false
    for byte in self {
      if !isText, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { continue }
      result.append(byte)
      if byte == UInt8(ascii: "\""), !isEscaped { isText.toggle() }
      isEscaped = isText && byte == UInt8(ascii: "\\") && !isEscaped
    }
    return result
  }
}
