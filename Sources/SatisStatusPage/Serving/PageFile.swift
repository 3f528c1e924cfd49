import Hummingbird

/// A file of the page, carried inside this binary.
struct PageFile: Sendable {
  let path: RouterPath
  private let type: String
  private let bytes: [UInt8]

  static let all = [
    Self(path: "/", type: "text/html; charset=utf-8", bytes: PackageResources.page_html),
    Self(path: "/page.css", type: "text/css; charset=utf-8", bytes: PackageResources.page_css),
    Self(path: "/icon.svg", type: "image/svg+xml", bytes: PackageResources.icon_svg),
    script("/page.js", PackageResources.page_js),
    script("/chart.js", PackageResources.chart_js),
    script("/details.js", PackageResources.details_js),
    script("/store.js", PackageResources.store_js),
    script("/tables.js", PackageResources.tables_js),
    script("/words.js", PackageResources.words_js),
  ]

  private static func script(_ path: RouterPath, _ bytes: [UInt8]) -> Self {
    Self(path: path, type: "text/javascript; charset=utf-8", bytes: bytes)
  }

  /// Asked for again at each visit: a new version of the operator has a new page.
  var response: Response {
    Response(
      status: .ok, headers: [.contentType: type, .cacheControl: "no-cache"],
      body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
