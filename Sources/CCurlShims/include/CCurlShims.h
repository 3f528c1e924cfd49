#ifndef CCURLSHIMS_H
#define CCURLSHIMS_H

// Swift cannot call C's variadic functions. Here is one function for each type of argument, so that the compiler
// checks what libcurl would take on trust.

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

typedef size_t (*curlshims_data_callback)(char *data, size_t size, size_t count, void *context);

CURLcode curlshims_set_long(CURL *easy, CURLoption option, long value);
CURLcode curlshims_set_off_t(CURL *easy, CURLoption option, curl_off_t value);
// libcurl copies the string.
CURLcode curlshims_set_string(CURL *easy, CURLoption option, const char *value);
// libcurl copies as many bytes as CURLOPT_POSTFIELDSIZE_LARGE says, which has to be set before.
CURLcode curlshims_set_copied_post_fields(CURL *easy, const void *bytes);
// libcurl copies the bytes.
CURLcode curlshims_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t length);
// libcurl keeps the pointer.
CURLcode curlshims_set_pointer(CURL *easy, CURLoption option, void *value);
// libcurl keeps the pointer.
CURLcode curlshims_set_list(CURL *easy, CURLoption option, struct curl_slist *list);
CURLcode curlshims_set_data_callback(CURL *easy, CURLoption option, curlshims_data_callback callback);
// Called before an address is looked for.
CURLcode curlshims_set_resolver_callback(CURL *easy, curl_resolver_start_callback callback, void *context);
// Called once the connection stands (TLS included), before the request is sent.
CURLcode curlshims_set_connected_callback(CURL *easy, curl_prereq_callback callback, void *context);
// Called instead of socket(); CURL_SOCKET_BAD refuses the address.
CURLcode curlshims_set_open_socket_callback(CURL *easy, curl_opensocket_callback callback, void *context);
// Sockets are not inherited by other programs. After this time the kernel gives up a connection whose other side
// acknowledges nothing (TCP_USER_TIMEOUT).
CURLcode curlshims_prepare_sockets(CURL *easy, unsigned int user_timeout_milliseconds);

CURLcode curlshims_get_long(CURL *easy, CURLINFO info, long *value);
CURLcode curlshims_get_off_t(CURL *easy, CURLINFO info, curl_off_t *value);
// What was set as CURLOPT_PRIVATE.
void *curlshims_get_private(CURL *easy);

CURLMcode curlshims_multi_set_long(CURLM *multi, CURLMoption option, long value);
// The next transfer that libcurl has finished, and how; false when there is none.
bool curlshims_multi_next_finished(CURLM *multi, CURL **easy, CURLcode *result);

#endif
