import CCurl
import CCurlShims
import Glibc

/// One libcurl transfer: a handle with all that must live as long as it.
///
/// It stays on the thread that owns the multi handle.
struct EasyHandle: ~Copyable {
  /// The raw handle, for adding to and removing from a multi handle.
  let raw: UnsafeMutableRawPointer
  private let headerList: UnsafeMutablePointer<curl_slist>?
  private let body: UnsafeMutableBufferPointer<UInt8>?

  /// A handle set up for a request. The transfer gets the callbacks and has to outlive the handle.
  static func make(_ request: CurlRequest, transfer: Transfer) throws(CurlError) -> EasyHandle {
    guard let raw = curl_easy_init() else {
      throw CurlError(
        phase: .configuration, server: transfer.server, message: "libcurl has no memory for another transfer")
    }
    let handle = EasyHandle(raw: raw, request)
    let result = handle.configure(request, transfer)
    guard result == CURLE_OK else {
      throw CurlError(
        phase: .configuration, code: result.rawValue, server: transfer.server,
        message: "the request cannot be set up: \(String(cString: curl_easy_strerror(result)))")
    }
    return handle
  }

  private init(raw: UnsafeMutableRawPointer, _ request: CurlRequest) {
    self.raw = raw
    headerList = Self.headerList(request)
    body = request.body.map { bytes in
      let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
      _ = copy.initialize(from: bytes)
      return copy
    }
  }

  private func configure(_ request: CurlRequest, _ transfer: Transfer) -> CURLcode {
    var settings = Settings(raw: raw)
    settings.setBasics(request)
    settings.setConnection(request)
    settings.setTLS(request.tls)
    settings.keep(curlshims_set_headers(raw, headerList))
    if let body {
      settings.set(CURLOPT_POSTFIELDSIZE_LARGE, size: body.count)
      settings.keep(curlshims_set_pointer(raw, CURLOPT_POSTFIELDS, body.baseAddress))
    }
    let context = Unmanaged.passUnretained(transfer).toOpaque()
    settings.keep(curlshims_set_pointer(raw, CURLOPT_PRIVATE, context))
    settings.keep(curlshims_set_header_callback(raw, receiveHeader, context))
    settings.keep(curlshims_set_write_callback(raw, receiveBody, context))
    return settings.result
  }

  deinit {
    curl_easy_cleanup(raw)
    curl_slist_free_all(headerList)
    body?.deallocate()
  }

  /// Reads on after the transfer was paused.
  func resume() {
    curl_easy_pause(raw, CURLPAUSE_CONT)
  }

  /// Bytes of the body received so far.
  var receivedBytes: curl_off_t {
    var size: curl_off_t = 0
    return curlshims_get_off_t(raw, CURLINFO_SIZE_DOWNLOAD_T, &size) == CURLE_OK ? size : 0
  }

  /// Why the transfer failed, in words that say how far it came.
  func error(_ code: CURLcode, _ transfer: Transfer) -> CurlError {
    let phase = CurlError.Phase(code)
    let text = String(cString: curl_easy_strerror(code))
    let message =
      switch phase {
      case .resolve: "the host's name cannot be resolved; check the name and DNS"
      case .connect: "no connection (\(systemError)); check that the server runs and that the port is right"
      case .tls: "TLS failed: \(text); check the CA, the server's name and the client certificate"
      case .timeout: "no answer in time, \(whereItHung)"
      case .tooLarge: "the answer is larger than \(transfer.request.maximumBodyBytes) bytes"
      case .send: "the request could not be sent: \(text)"
      case .receive: "the connection broke before the answer was whole: \(text)"
      case .http: "the answer is no valid HTTP: \(text)"
      case .cancelled: "cancelled"
      case .configuration: text
      }
    return CurlError(phase: phase, code: code.rawValue, server: transfer.server, message: message)
  }

  /// The part of the transfer that a timeout fell into.
  private var whereItHung: String {
    func happened(_ info: CURLINFO) -> Bool {
      var time: curl_off_t = 0
      return curlshims_get_off_t(raw, info, &time) == CURLE_OK && time > 0
    }
    if happened(CURLINFO_PRETRANSFER_TIME_T) { return "while waiting for the answer" }
    if happened(CURLINFO_CONNECT_TIME_T) { return "during the TLS handshake" }
    if happened(CURLINFO_NAMELOOKUP_TIME_T) { return "while connecting" }
    return "while resolving the host's name or connecting"
  }

  private var systemError: String {
    var number = 0
    guard curlshims_get_long(raw, CURLINFO_OS_ERRNO, &number) == CURLE_OK, number != 0 else {
      return "no address answered"
    }
    return String(cString: strerror(Int32(number)))
  }

  private static func headerList(_ request: CurlRequest) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    for (name, value) in request.headers {
      list = curl_slist_append(list, "\(name): \(value)") ?? list
    }
    // Without it libcurl waits a second for a server's permission to send a larger body.
    return curl_slist_append(list, "Expect:") ?? list
  }
}

/// Sets options and keeps the first failure.
private struct Settings {
  let raw: UnsafeMutableRawPointer
  private(set) var result = CURLE_OK

  init(raw: UnsafeMutableRawPointer) {
    self.raw = raw
  }

  mutating func keep(_ code: CURLcode) {
    if result == CURLE_OK { result = code }
  }

  mutating func set(_ option: CURLoption, _ value: Int) {
    keep(curlshims_set_long(raw, option, value))
  }

  mutating func set(_ option: CURLoption, size: Int) {
    keep(curlshims_set_size(raw, option, curl_off_t(size)))
  }

  mutating func set(_ option: CURLoption, _ value: String) {
    keep(curlshims_set_string(raw, option, value))
  }

  mutating func set(_ option: CURLoption, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes { keep(curlshims_set_blob(raw, option, $0.baseAddress, $0.count)) }
  }

  mutating func setBasics(_ request: CurlRequest) {
    set(CURLOPT_URL, request.url)
    if request.method == "GET", request.body == nil {
      set(CURLOPT_HTTPGET, 1)
    } else {
      set(CURLOPT_CUSTOMREQUEST, request.method)
    }
    // Signals belong to the program, not to a library in one of its threads.
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    // A value of CURLOPT_PROTOCOLS_STR, which libcurl has since 7.85.
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_ACCEPT_ENCODING, "")
    if let timeout = request.timeout { set(CURLOPT_TIMEOUT_MS, timeout.milliseconds) }
    set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.milliseconds)
  }

  mutating func setConnection(_ request: CurlRequest) {
    switch request.httpVersion {
    case .http1_1:
      set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    case .http2:
      set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
      // Better to wait for a connection that can be shared than to open one each.
      set(CURLOPT_PIPEWAIT, 1)
    }
    // An explicit empty proxy keeps variables of the environment out: the API server is reached as configured.
    set(CURLOPT_PROXY, request.proxy ?? "")
    set(CURLOPT_TCP_KEEPALIVE, 1)
    set(CURLOPT_TCP_KEEPIDLE, 15)
    set(CURLOPT_TCP_KEEPINTVL, 15)
    keep(curlshims_set_tcp_user_timeout(raw, 30_000))
  }

  mutating func setTLS(_ tls: CurlRequest.TLS) {
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    set(CURLOPT_SSL_VERIFYPEER, tls.verifies ? 1 : 0)
    set(CURLOPT_SSL_VERIFYHOST, tls.verifies ? 2 : 0)
    if let authority = tls.certificateAuthority { set(CURLOPT_CAINFO_BLOB, authority) }
    if let certificate = tls.clientCertificate, let key = tls.clientKey {
      set(CURLOPT_SSLCERT_BLOB, certificate)
      set(CURLOPT_SSLCERTTYPE, "PEM")
      set(CURLOPT_SSLKEY_BLOB, key)
      set(CURLOPT_SSLKEYTYPE, "PEM")
    }
  }
}

extension Duration {
  fileprivate var milliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
  }
}

private func receiveHeader(
  _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let data, let context else { return 0 }
  let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  transfer.received(headerLine: UnsafeRawBufferPointer(start: data, count: size * count))
  return size * count
}

private func receiveBody(
  _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let data, let context else { return 0 }
  let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  return switch transfer.received(body: UnsafeRawBufferPointer(start: data, count: size * count)) {
  case .taken: size * count
  case .paused: Int(CURL_WRITEFUNC_PAUSE)
  // Any other number makes libcurl give up.
  case .refused: 0
  }
}
