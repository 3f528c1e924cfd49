import CCurl

extension EasyHandle {
  /// Sets all that a request and the client's configuration ask for.
  mutating func configure(
    _ exchange: borrowing Exchange, _ configuration: CurlConfiguration
  ) throws(RequestProblem) {
    let request = exchange.request
    try setBasics(request)
    try setMethod(request)
    try setConnection(request, configuration)
    try setDelivery(exchange.delivery, usesTLS: exchange.destination.usesTLS)
    try setTLS(request.tls)
    try setAddress(request, exchange.destination)
  }

  private func setBasics(_ request: CurlRequest) throws(RequestProblem) {
    try setComplaintBuffer()
    // Signals belong to the program, not to a library in one of its threads.
    try set(CURLOPT_NOSIGNAL, 1)
    // A transfer that ends while its name is resolved would wait for the resolver, and all others with it.
    try set(CURLOPT_QUICK_EXIT, 1)
    try set(CURLOPT_PROTOCOLS_STR, "http,https")
    // A redirect could carry a token to another server.
    try set(CURLOPT_FOLLOWLOCATION, 0)
    try set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.milliseconds)
    if let timeout = request.timeout { try set(CURLOPT_TIMEOUT_MS, timeout.milliseconds) }
  }

  private func setMethod(_ request: CurlRequest) throws(RequestProblem) {
    guard request.method.rawValue.isToken else {
      throw RequestProblem(CURLE_BAD_FUNCTION_ARGUMENT, "its method is no HTTP token")
    }
    switch (request.method, request.body) {
    case (.head, _):
      try set(CURLOPT_NOBODY, 1)
    case (.get, nil):
      try set(CURLOPT_HTTPGET, 1)
    case (.post, let body), (.put, let body), (.patch, let body):
      // Without a body they say so, by a Content-Length of 0.
      try setBody(body ?? [])
      try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    case (_, let body):
      if let body { try setBody(body) }
      try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }
  }

  private func setConnection(
    _ request: CurlRequest, _ configuration: CurlConfiguration
  ) throws(RequestProblem) {
    try setProxy(request.proxy)
    try set(CURLOPT_TCP_KEEPALIVE, 1)
    try set(CURLOPT_TCP_KEEPIDLE, configuration.keepAliveInterval.wholeSeconds)
    try set(CURLOPT_TCP_KEEPINTVL, configuration.keepAliveInterval.wholeSeconds)
    try prepareSockets(userTimeout: configuration.unacknowledgedTimeout)
    if request.forbidsLocalAddresses {
      guard request.proxy == nil else {
        throw RequestProblem(CURLE_BAD_FUNCTION_ARGUMENT, "a proxy hides the address that it must not reach")
      }
      // A connection that another request has made may lead anywhere.
      try set(CURLOPT_FRESH_CONNECT, 1)
      try set(CURLOPT_FORBID_REUSE, 1)
    }
  }

  private func setProxy(_ proxy: String?) throws(RequestProblem) {
    // Empty, not unset: otherwise libcurl asks the environment.
    try set(CURLOPT_PROXY, proxy ?? "")
    try set(CURLOPT_NOPROXY, "")
    // A proxy's own answer is not the response.
    try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    // Checked here, as libcurl's complaint quotes the URL with its password.
    if let proxy {
      let scheme = try ParsedURL(proxy, flags: CURLU_NON_SUPPORT_SCHEME).part(CURLUPART_SCHEME) ?? ""
      guard ["http", "https", "socks5", "socks5h"].contains(scheme) else {
        throw RequestProblem(
          CURLE_UNSUPPORTED_PROTOCOL, "the scheme of its proxy is none of http, https, socks5 and socks5h")
      }
    }
  }

  /// The buffer of a request that shares its connection, in bytes: the largest one that libcurl (7.88) has.
  ///
  /// libcurl reads for all requests of the connection what it finds for one. Where that is more than another one's buffer
  /// takes, it stops inside of the frame, and when those bytes were the last ones it does not notice the end of the answer
  /// before the next bytes come: the request may wait for its time limit. The usual 16 KB are less than a list of Jobs.
  private static let sharedBufferBytes = 512 << 10

  private func setDelivery(_ delivery: Delivery, usesTLS: Bool) throws(RequestProblem) {
    switch delivery {
    case .whole(let httpVersion, let maximumBytes):
      // Refuses by Content-Length already; the bytes are counted besides.
      try set(CURLOPT_MAXFILESIZE_LARGE, size: maximumBytes)
      switch httpVersion {
      case .http1:
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
      case .http2:
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        // Better to wait whether the connection that is being made can be shared than to make another. Without TLS
        // it never can, and libcurl would wait for the first answer to learn that.
        if usesTLS {
          try set(CURLOPT_PIPEWAIT, 1)
          try set(CURLOPT_BUFFERSIZE, Self.sharedBufferBytes)
        }
      }
    case .pieces:
      // A connection of its own: it is paused for a slow reader, and over HTTP/2 libcurl 7.88 then spins.
      try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
      try set(CURLOPT_FRESH_CONNECT, 1)
      try set(CURLOPT_FORBID_REUSE, 1)
    }
  }

  func setTLS(_ tls: CurlTLS) throws(RequestProblem) {
    try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    try set(CURLOPT_SSL_VERIFYPEER, tls.verifies ? 1 : 0)
    try set(CURLOPT_SSL_VERIFYHOST, tls.verifies ? 2 : 0)
    if let authority = tls.certificateAuthority {
      try set(CURLOPT_CAINFO_BLOB, blob: authority)
      // libcurl would trust the system's folder of authorities besides: then any of them could vouch for the server.
      try unset(text: CURLOPT_CAPATH)
    }
    if let certificate = tls.clientCertificate, let key = tls.clientKey {
      try set(CURLOPT_SSLCERTTYPE, "PEM")
      try set(CURLOPT_SSLCERT_BLOB, blob: certificate)
      try set(CURLOPT_SSLKEYTYPE, "PEM")
      try set(CURLOPT_SSLKEY_BLOB, blob: key)
    }
  }

  /// Sets URL and header fields.
  ///
  /// libcurl takes the TLS name from the URL. Where another is wanted it gets the URL of that name, the address to
  /// connect to instead, and the Host field that the URL would have made.
  private mutating func setAddress(
    _ request: CurlRequest, _ destination: Destination
  ) throws(RequestProblem) {
    var headers = StringList()
    let names = Set(request.headers.map { $0.name.lowercased() })
    if let serverName = request.tls.serverName, destination.usesTLS {
      let url = try ParsedURL(request.url)
      try url.set(CURLUPART_HOST, serverName)
      try set(CURLOPT_URL, url.text)
      var addresses = StringList()
      try addresses.append("::\(destination.server)")
      try setConnectTo(addresses)
      if !names.contains("host") { try headers.append(HeaderLine.encode("Host", destination.hostField)) }
    } else {
      try set(CURLOPT_URL, request.url)
    }
    for (name, value) in request.headers { try headers.append(HeaderLine.encode(name, value)) }
    // libcurl would call every body a form, and would wait a second for permission to send a larger one.
    if !names.contains("content-type") { try headers.append(HeaderLine.without("Content-Type")) }
    if !names.contains("expect") { try headers.append(HeaderLine.without("Expect")) }
    try setHeaders(headers)
  }
}
