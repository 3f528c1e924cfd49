import CCurl

/// Where a request goes, in the parts that messages may show.
struct Destination: Sendable, Hashable {
  /// The URL without user info, query and fragment.
  let url: String
  /// The host as in a URL: an IPv6 address stands in brackets.
  let host: String
  /// The port, also where the URL leaves it to the scheme.
  let port: String
  /// Whether the connection is encrypted.
  let usesTLS: Bool

  /// The Host field of a request.
  ///
  /// RFC 9112, section 3.2: the scheme's own port is left out.
  let hostField: String

  /// Host and port.
  var server: String { "\(host):\(port)" }

  /// - Throws: `CurlError` in phase `configuration` for what is no http or https URL.
  init(_ text: String) throws(CurlError) {
    do throws(RequestProblem) {
      let parsed = try ParsedURL(text)
      let scheme = parsed.part(CURLUPART_SCHEME)
      guard scheme == "http" || scheme == "https" else {
        throw RequestProblem(CURLE_UNSUPPORTED_PROTOCOL, "its scheme is neither http nor https")
      }
      for part in [
        CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_QUERY, CURLUPART_FRAGMENT,
      ] {
        try parsed.set(part, nil)
      }
      guard let url = parsed.part(CURLUPART_URL), let host = parsed.part(CURLUPART_HOST),
        let port = parsed.part(CURLUPART_PORT, flags: CURLU_DEFAULT_PORT)
      else { throw RequestProblem(CURLE_URL_MALFORMAT, "it has no host") }
      self.url = url
      self.host = host
      self.port = port
      hostField = parsed.part(CURLUPART_PORT, flags: CURLU_NO_DEFAULT_PORT) == nil ? host : "\(host):\(port)"
      usesTLS = scheme == "https"
    } catch {
      throw CurlError(
        phase: .configuration, code: Int32(error.code.rawValue), url: "",
        message: "The URL of a request cannot be read (\(error.reason)). Write it as https://host:port/path.")
    }
  }
}
