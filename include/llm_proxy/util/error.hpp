#pragma once

#include "llm_proxy/util/error_class.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm_proxy {

/// A failure on the request path, as a value: what the client is told, and what only the log is.
///
/// The wire form is OpenAI's error object as LiteLLM fills it: `code` is always the HTTP status as
/// a string, `type` and `param` may be null.
struct error {
    /// A fault of this program without a text; `boost::system::result::error()` needs it.
    error() : error(500, "internal_server_error", "Internal server error") {}
    error(int http_status, std::string error_type, std::string client_message)
        : status(http_status), type(std::move(error_type)), message(std::move(client_message)) {}

    /// HTTP status, 400–599.
    int status;
    /// OpenAI's `error.type`; empty is written as null.
    std::string type;
    /// What the client reads. Never holds a secret.
    std::string message;
    /// OpenAI's `error.param`; nothing is written as null.
    std::optional<std::string> param;
    /// What kind of failure of an upstream it is; for the router.
    error_class kind = error_class::unknown;
    /// Detail for the log alone.
    std::string internal;
    /// Extra answer headers, such as `retry-after`.
    std::vector<std::pair<std::string, std::string>> headers;
    /// Close the client's connection after the answer: its position in the byte stream is unsure.
    bool close_connection = false;
};

/// A value or an `error`.
template <class T>
using result = boost::system::result<T, error>;

/// Called by `result::value()` on an error: using a failed result is a bug, not a condition.
/// Throws `std::logic_error` with the status and the client's message.
[[noreturn]] void throw_exception_from_error(const error& failure, const boost::source_location&);

/// `error.type` that LiteLLM gives a status when nothing better is known: 401, 403 and 429 have
/// one of their own, other 4xx share one, and so does everything else.
std::string_view error_type_for_status(int status);

} // namespace llm_proxy
