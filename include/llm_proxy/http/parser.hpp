#pragma once

#include "llm_proxy/http/head.hpp"

#include <cstddef>
#include <string_view>

namespace llm_proxy::http {

enum class head_state {
    need_more, ///< the head is not complete yet
    ready,     ///< parsed; `consumed` bytes belong to it
    bad,       ///< not HTTP, or a form that invites request smuggling
    too_large, ///< longer than the limit, or too many fields
};

struct head_progress {
    head_state state = head_state::need_more;
    /// Bytes of the head, when ready.
    std::size_t consumed = 0;
    /// What is wrong, when bad.
    const char* what = "";
};

struct head_limits {
    std::size_t bytes = 64 * 1024;
    std::size_t fields = 200;
};

/// Finds and parses a request head at the start of `bytes`, strictly (RFC 9112): only
/// `Transfer-Encoding: chunked` exactly, never together with Content-Length nor in HTTP/1.0; one
/// Content-Length; exactly one Host in HTTP/1.1; origin-form targets without fragment (or `*` for
/// OPTIONS), no CONNECT, methods of at most 32 bytes; no bare LF or CR, no obs-fold, no control
/// bytes; HTTP/1.0 and 1.1 only. Up to two empty lines before the head are skipped.
///
/// `searched` remembers how far earlier calls looked for the end, so that a slow sender costs no
/// quadratic work: start it at 0 and pass it again with the same growing buffer.
/// The views in `out` point into `bytes`; unless the state is `ready`, `out` means nothing. Giving
/// the same `out` again saves allocations.
head_progress parse_request_head(std::string_view bytes, std::size_t& searched,
                                 const head_limits& limits, request_head& out);

/// The same for a response, where no empty line is skipped and the reason phrase may be missing.
/// `head_request` says that the answer has no body whatever it claims. A body with neither length
/// nor chunks lasts until the connection closes. 1xx heads are returned like others (their body is
/// none): the caller skips them.
head_progress parse_response_head(std::string_view bytes, std::size_t& searched,
                                  const head_limits& limits, bool head_request, response_head& out);

} // namespace llm_proxy::http
