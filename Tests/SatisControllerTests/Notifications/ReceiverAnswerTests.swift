import Testing

@testable import Curl
@testable import SatisController

@Suite struct ReceiverAnswerTests {
  @Test(arguments: [200, 201, 202, 204, 299])
  func `a good status acknowledges`(status: Int) {
    #expect(ReceiverAnswer.meaning(ofStatus: status, retryAfter: nil) == .accepted)
  }

  @Test(arguments: [400, 401, 403, 404, 410])
  func `a status that will not change is final`(status: Int) {
    let answer = ReceiverAnswer.meaning(ofStatus: status, retryAfter: nil)
    #expect(answer == .refused("it answered \(status); correct its URL or secret"))
  }

  @Test(arguments: [
    (408, nil, nil), (429, "7", 7), (500, nil, nil), (503, "99999", 3_600), (503, "soon", nil),
    (503, "-1", 0),
  ])
  func `any other status may change, after as long as the receiver asks for`(
    status: Int, retryAfter: String?, seconds: Int64?
  ) {
    let answer = ReceiverAnswer.meaning(ofStatus: status, retryAfter: retryAfter)
    #expect(answer == .failed("it answered \(status)", retryAfter: seconds.map { .seconds($0) }))
  }

  @Test(arguments: CurlError.Phase.allCases)
  func `a failure is told without what the network said`(phase: CurlError.Phase) {
    let error = CurlError(phase: phase, code: 1, url: "https://planted", message: "planted")
    let answer = ReceiverAnswer.meaning(of: error)
    #expect(!"\(answer)".contains("planted"))
    let isFinal = if case .refused = answer { true } else { false }
    #expect(isFinal == [.forbidden, .configuration].contains(phase))
  }
}
