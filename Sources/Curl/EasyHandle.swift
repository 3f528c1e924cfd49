import CCurl
import CCurlShims

/// libcurl's easy handle, which is one transfer, with the memory that has to live as long.
struct EasyHandle: ~Copyable {
  let raw: UnsafeMutableRawPointer
  /// Where libcurl writes why a transfer failed.
  private let complaintBuffer: UnsafeMutablePointer<CChar>
  private var headers = StringList()
  private var connectTo = StringList()

  init() throws(RequestProblem) {
    guard let raw = curl_easy_init() else { throw RequestProblem(CURLE_OUT_OF_MEMORY) }
    self.raw = raw
    complaintBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    complaintBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  /// It has been removed from its multi handle before.
  ///
  /// The lists go after it.
  deinit {
    curl_easy_cleanup(raw)
    complaintBuffer.deallocate()
  }

  // MARK: - Options

  /// Lets libcurl say why a transfer failed.
  func setComplaintBuffer() throws(RequestProblem) {
    try check(curlshims_set_pointer(raw, CURLOPT_ERRORBUFFER, complaintBuffer))
  }

  func set(_ option: CURLoption, _ value: Int) throws(RequestProblem) {
    try check(curlshims_set_long(raw, option, value))
  }

  func set(_ option: CURLoption, size: Int) throws(RequestProblem) {
    try check(curlshims_set_off_t(raw, option, curl_off_t(size)))
  }

  func set(_ option: CURLoption, _ value: String) throws(RequestProblem) {
    try check(curlshims_set_string(raw, option, value))
  }

  /// Takes away what libcurl has by itself.
  func unset(text option: CURLoption) throws(RequestProblem) {
    try check(curlshims_set_string(raw, option, nil))
  }

  /// libcurl copies the bytes.
  func set(_ option: CURLoption, blob bytes: [UInt8]) throws(RequestProblem) {
    try check(bytes.withUnsafeBytes { curlshims_set_blob(raw, option, $0.baseAddress, $0.count) })
  }

  /// libcurl copies the bytes.
  func setBody(_ bytes: [UInt8]) throws(RequestProblem) {
    try set(CURLOPT_POSTFIELDSIZE_LARGE, size: bytes.count)
    // An array without elements may have no address, which would mean "no body set".
    let bytes = bytes.isEmpty ? [0] : bytes
    try check(bytes.withUnsafeBytes { curlshims_set_copied_post_fields(raw, $0.baseAddress) })
  }

  mutating func setHeaders(_ list: consuming StringList) throws(RequestProblem) {
    headers = list
    try check(curlshims_set_list(raw, CURLOPT_HTTPHEADER, headers.head))
  }

  mutating func setConnectTo(_ list: consuming StringList) throws(RequestProblem) {
    connectTo = list
    try check(curlshims_set_list(raw, CURLOPT_CONNECT_TO, connectTo.head))
  }

  func prepareSockets(userTimeout: Duration) throws(RequestProblem) {
    try check(curlshims_prepare_sockets(raw, UInt32(userTimeout.milliseconds)))
  }

  /// Who is told what comes; `context` reaches every callback and has to outlive the transfer.
  func setCallbacks(
    context: UnsafeMutableRawPointer, resolving: @escaping curl_resolver_start_callback,
    connected: @escaping curl_prereq_callback,
    headerLine: @escaping curlshims_data_callback, body: @escaping curlshims_data_callback
  ) throws(RequestProblem) {
    try check(curlshims_set_pointer(raw, CURLOPT_PRIVATE, context))
    try check(curlshims_set_resolver_callback(raw, resolving, context))
    try check(curlshims_set_connected_callback(raw, connected, context))
    try check(curlshims_set_data_callback(raw, CURLOPT_HEADERFUNCTION, headerLine))
    try check(curlshims_set_pointer(raw, CURLOPT_HEADERDATA, context))
    try check(curlshims_set_data_callback(raw, CURLOPT_WRITEFUNCTION, body))
    try check(curlshims_set_pointer(raw, CURLOPT_WRITEDATA, context))
  }

  /// Who opens sockets in libcurl's place; `context` has to outlive the transfer.
  func setSocketOpener(
    context: UnsafeMutableRawPointer, _ open: @escaping curl_opensocket_callback
  ) throws(RequestProblem) {
    try check(curlshims_set_open_socket_callback(raw, open, context))
  }

  private func check(_ code: CURLcode) throws(RequestProblem) {
    guard code == CURLE_OK else { throw RequestProblem(code) }
  }

  // MARK: - A running or finished transfer

  /// Lets a paused transfer go on.
  func resume() {
    curl_easy_pause(raw, CURLPAUSE_CONT)
  }

  /// Lets the connection go with the transfer, if no other transfer uses it.
  ///
  /// libcurl 7.88 resets an unfinished HTTP/2 stream only with the next frame that it sends; on a connection that
  /// nobody uses that may be never, and the server would go on working on the request.
  func forbidReuse() {
    curlshims_set_long(raw, CURLOPT_FORBID_REUSE, 1)
  }

  /// libcurl's own words about a failure; they may be empty.
  var complaint: String { String(cString: complaintBuffer) }

  /// The system's error number of a failed connection; 0 for none.
  var systemError: Int32 {
    var number = 0
    return curlshims_get_long(raw, CURLINFO_OS_ERRNO, &number) == CURLE_OK ? Int32(number) : 0
  }

  /// Whether TCP is connected, to the server or its proxy.
  ///
  /// libcurl 7.88 notes that time only when TLS stands too, but it knows the port at once.
  var hasSocket: Bool {
    var port = 0
    return curlshims_get_long(raw, CURLINFO_LOCAL_PORT, &port) == CURLE_OK && port > 0
  }

  /// Whether the transfer has come past a point whose time libcurl notes.
  func hasPassed(_ milestone: CURLINFO) -> Bool {
    var microseconds: curl_off_t = 0
    return curlshims_get_off_t(raw, milestone, &microseconds) == CURLE_OK && microseconds > 0
  }
}
