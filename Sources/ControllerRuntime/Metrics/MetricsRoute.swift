public import Hummingbird

extension MetricsRegistry {
  /// Adds `/metrics` to a router, which should not be one that strangers reach.
  public func addRoute(to router: Router<some RequestContext>) {
    router.get("metrics") { [self] _, _ in
      EditedResponse(headers: [.contentType: Self.contentType], response: exposition())
    }
  }
}
