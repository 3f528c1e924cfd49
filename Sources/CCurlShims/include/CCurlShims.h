#ifndef CCURLSHIMS_H
#define CCURLSHIMS_H

// libcurl's variadic functions, one for each type of argument: Swift cannot call C's variadic functions, and here
// the compiler checks what libcurl would take on trust.

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

typedef size_t (*curlshims_data_callback)(char *data, size_t size, size_t count, void *context);

CURLcode curlshims_set_long(CURL *easy, CURLoption option, long value);
CURLcode curlshims_set_size(CURL *easy, CURLoption option, curl_off_t value);
// libcurl copies the string.
CURLcode curlshims_set_string(CURL *easy, CURLoption option, const char *value);
// libcurl keeps the pointer.
CURLcode curlshims_set_pointer(CURL *easy, CURLoption option, void *value);
// libcurl copies the bytes.
CURLcode curlshims_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t length);
CURLcode curlshims_set_headers(CURL *easy, struct curl_slist *headers);
CURLcode curlshims_set_write_callback(CURL *easy, curlshims_data_callback callback, void *context);
CURLcode curlshims_set_header_callback(CURL *easy, curlshims_data_callback callback, void *context);
// Sets TCP_USER_TIMEOUT on each socket, after which the kernel gives up on unacknowledged data.
CURLcode curlshims_set_tcp_user_timeout(CURL *easy, long milliseconds);

CURLcode curlshims_get_long(CURL *easy, CURLINFO info, long *value);
CURLcode curlshims_get_off_t(CURL *easy, CURLINFO info, curl_off_t *value);
void *curlshims_get_private(CURL *easy);

CURLMcode curlshims_multi_set_long(CURLM *multi, CURLMoption option, long value);
// The next finished transfer; false when there is none.
bool curlshims_multi_next_done(CURLM *multi, CURL **easy, CURLcode *result);

#endif
