// SPDX-License-Identifier: Apache-2.0
#include <curl/curl.h>

// Swift sees no variadic functions; libcurl sets and reads everything through them.

static inline CURLcode waybill_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode waybill_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode waybill_curl_set_writer(
    CURL *handle, size_t (*writer)(char *, size_t, size_t, void *), void *context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, writer);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

static inline CURLcode waybill_curl_set_header_writer(
    CURL *handle, size_t (*writer)(char *, size_t, size_t, void *), void *context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, writer);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
}

static inline CURLcode waybill_curl_set_headers(CURL *handle, struct curl_slist *list) {
  return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list);
}

// The bytes are not copied: they must stay where they are until the transfer has ended. libcurl can send them
// again from their beginning as often as a sign-in wants it.
static inline CURLcode waybill_curl_set_body(CURL *handle, const void *bytes, long long count) {
  CURLcode code =
      curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_POSTFIELDS, bytes);
}

// Windows integrated sign-in: a ticket of the Kerberos cache, or NTLM.
static inline CURLcode waybill_curl_set_integrated(CURL *handle) {
  CURLcode code = curl_easy_setopt(
      handle, CURLOPT_HTTPAUTH, (long)(CURLAUTH_NEGOTIATE | CURLAUTH_NTLM));
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_USERPWD, ":");
}

// Called before each request that is sent, also before one that libcurl repeats by itself.
static inline CURLcode waybill_curl_set_before_request(
    CURL *handle, int (*before)(void *, char *, char *, int, int), void *context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, before);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_PREREQDATA, context);
}

static inline CURLcode waybill_curl_set_error_buffer(CURL *handle, char *buffer) {
  return curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, buffer);
}

static inline CURLcode waybill_curl_get_status(CURL *handle, long *status) {
  return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status);
}
