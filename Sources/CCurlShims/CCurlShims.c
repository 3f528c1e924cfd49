#include "CCurlShims.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/socket.h>

CURLcode curlshims_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

CURLcode curlshims_set_off_t(CURL *easy, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(easy, option, value);
}

CURLcode curlshims_set_string(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

CURLcode curlshims_set_copied_post_fields(CURL *easy, const void *bytes) {
  return curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes);
}

CURLcode curlshims_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t length) {
  struct curl_blob blob = {.data = (void *)(uintptr_t)bytes, .len = length, .flags = CURL_BLOB_COPY};
  return curl_easy_setopt(easy, option, &blob);
}

CURLcode curlshims_set_pointer(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}

CURLcode curlshims_set_list(CURL *easy, CURLoption option, struct curl_slist *list) {
  return curl_easy_setopt(easy, option, list);
}

CURLcode curlshims_set_data_callback(CURL *easy, CURLoption option, curlshims_data_callback callback) {
  return curl_easy_setopt(easy, option, callback);
}

CURLcode curlshims_set_resolver_callback(CURL *easy, curl_resolver_start_callback callback, void *context) {
  CURLcode result = curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, callback);
  return result == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, context) : result;
}

CURLcode curlshims_set_connected_callback(CURL *easy, curl_prereq_callback callback, void *context) {
  CURLcode result = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
  return result == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_PREREQDATA, context) : result;
}

CURLcode curlshims_set_open_socket_callback(CURL *easy, curl_opensocket_callback callback, void *context) {
  CURLcode result = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
  return result == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context) : result;
}

static int prepare_socket(void *context, curl_socket_t socket, curlsocktype purpose) {
  (void)purpose;
  // A program started meanwhile must not inherit the connection: it would not end when it is closed here.
  (void)fcntl(socket, F_SETFD, FD_CLOEXEC);
  unsigned int milliseconds = (unsigned int)(uintptr_t)context;
  // Where the kernel has no such option the connection works without it.
  (void)setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
  return CURL_SOCKOPT_OK;
}

CURLcode curlshims_prepare_sockets(CURL *easy, unsigned int user_timeout_milliseconds) {
  CURLcode result = curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, prepare_socket);
  if (result != CURLE_OK) return result;
  return curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, (void *)(uintptr_t)user_timeout_milliseconds);
}

CURLcode curlshims_get_long(CURL *easy, CURLINFO info, long *value) {
  return curl_easy_getinfo(easy, info, value);
}

CURLcode curlshims_get_off_t(CURL *easy, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(easy, info, value);
}

void *curlshims_get_private(CURL *easy) {
  char *context = NULL;
  (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &context);
  return context;
}

CURLMcode curlshims_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

bool curlshims_multi_next_finished(CURLM *multi, CURL **easy, CURLcode *result) {
  int remaining = 0;
  for (CURLMsg *message; (message = curl_multi_info_read(multi, &remaining)) != NULL;) {
    if (message->msg != CURLMSG_DONE) continue;
    *easy = message->easy_handle;
    *result = message->data.result;
    return true;
  }
  return false;
}
