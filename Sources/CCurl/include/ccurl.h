#pragma once

#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/// Swift cannot call variadic functions. Each function below is one variadic call of libcurl with one type of argument,
/// so that a wrong type is a compile error there instead of a corrupted stack here. epoll and eventfd, which Swift's
/// Glibc module leaves out, come with this header.

/// `curl_easy_setopt` for options that take a `long` (booleans, enums, sizes below 2 GiB).
CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);

/// `curl_easy_setopt` for options that take a `curl_off_t` (their names end with `_LARGE`).
CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value);

/// `curl_easy_setopt` for options that take a string. libcurl copies it; NULL puts the default back.
CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value);

/// `curl_easy_setopt` for options that take a pointer which libcurl keeps (`*DATA`, `POSTFIELDS`, `ERRORBUFFER`,
/// `SHARE`, `PRIVATE`). What it points to must live until the transfer has ended.
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, const void *value);

/// `curl_easy_setopt` for options that take a list (`HTTPHEADER`, `RESOLVE`). libcurl keeps the pointer: the list must
/// live until the transfer has ended.
CURLcode ccurl_set_list(CURL *easy, CURLoption option, const struct curl_slist *value);

/// `CURLOPT_WRITEFUNCTION` and `CURLOPT_HEADERFUNCTION`, which have one type.
CURLcode ccurl_set_write_function(CURL *easy, CURLoption option, curl_write_callback function);

/// `CURLOPT_READFUNCTION`.
CURLcode ccurl_set_read_function(CURL *easy, curl_read_callback function);

/// `CURLOPT_PREREQFUNCTION`: called when a connection stands, right before a request is sent on it.
CURLcode ccurl_set_prereq_function(CURL *easy, curl_prereq_callback function);

/// `CURLOPT_OPENSOCKETFUNCTION`: called instead of socket(2).
CURLcode ccurl_set_opensocket_function(CURL *easy, curl_opensocket_callback function);

/// Copies the address that a socket is to be opened for, in network order, and returns its length: 4, 16, or 0 for any other family.
int ccurl_address_bytes(const struct curl_sockaddr *address, unsigned char bytes[16]);

/// `CURLOPT_RESOLVER_START_FUNCTION`: called when libcurl is about to look a name up itself.
CURLcode ccurl_set_resolver_start_function(CURL *easy, curl_resolver_start_callback function);

/// `curl_easy_getinfo` for values of type `curl_off_t` (their names end with `_T`).
CURLcode ccurl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value);

/// `curl_easy_getinfo(CURLINFO_PRIVATE)`: what `CURLOPT_PRIVATE` was set to.
CURLcode ccurl_get_private(CURL *easy, void **value);

/// `curl_multi_setopt` for options that take a `long`.
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);

/// `curl_multi_setopt` for options that take a pointer (`CURLMOPT_SOCKETDATA`, `CURLMOPT_TIMERDATA`).
CURLMcode ccurl_multi_set_pointer(CURLM *multi, CURLMoption option, void *value);

/// `CURLMOPT_SOCKETFUNCTION`: called when libcurl wants a socket watched otherwise.
CURLMcode ccurl_multi_set_socket_function(CURLM *multi, curl_socket_callback function);

/// `CURLMOPT_TIMERFUNCTION`: called when libcurl wants to be called at another time.
CURLMcode ccurl_multi_set_timer_function(CURLM *multi, curl_multi_timer_callback function);

/// `curl_share_setopt(CURLSHOPT_SHARE)`: share this kind of data between the handles of one thread (no lock is set).
CURLSHcode ccurl_share_data(CURLSH *share, curl_lock_data data);

/// Names the calling thread, for debuggers and `top -H`; 15 bytes of the name are kept. (pthread_setname_np needs _GNU_SOURCE.)
void ccurl_name_thread(const char *name);

/// The result code of a finished transfer (`CURLMsg.data` is a union, which Swift reads awkwardly).
CURLcode ccurl_message_result(const CURLMsg *message);
