import Curl

/// What a receiver's answer, or the lack of one, means for a delivery.
///
/// The reasons name codes and phases only: what a receiver says may be anything, and shows to its caller what its
/// network holds.
enum ReceiverAnswer {
  typealias Answer = DeliveryState<ContinuousClock.Instant>.Answer

  /// A receiver may ask for at most as long a delay.
  static let longestRetryAfter: Int64 = 3_600

  static func meaning(ofStatus status: Int, retryAfter: String?) -> Answer {
    switch status {
    case 200..<300:
      return .accepted
    case 400, 401, 403, 404, 410:
      return .refused("it answered \(status); correct its URL or secret")
    case 300..<400:
      return .failed("it answered \(status), and redirects are not followed", retryAfter: nil)
    default:
      let seconds = retryAfter.flatMap(Int64.init).map {
        Duration.seconds(min(max($0, 0), longestRetryAfter))
      }
      return .failed("it answered \(status)", retryAfter: seconds)
    }
  }

  static func meaning(of error: CurlError) -> Answer {
    switch error.phase {
    case .forbidden:
      .refused("its address is a local one, where nothing is sent")
    case .configuration:
      .refused("its URL cannot be used; write it as https://host/path")
    case .resolve: .failed("its name cannot be resolved", retryAfter: nil)
    case .timeout: .failed("it did not answer in time", retryAfter: nil)
    case .tls: .failed("its certificate is not trusted", retryAfter: nil)
    case .connect, .send, .receive, .http, .cancelled, .tooLarge:
      .failed("it cannot be reached (\(error.phase.rawValue))", retryAfter: nil)
    }
  }
}
