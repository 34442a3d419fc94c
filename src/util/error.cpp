#include "llm_proxy/util/error.hpp"

#include <stdexcept>

namespace llm_proxy {

void throw_exception_from_error(const error& failure, const boost::source_location&) {
    throw std::logic_error("unexpected error " + std::to_string(failure.status) + ": " +
                           failure.message);
}

std::string_view error_type_for_status(int status) {
    switch (status) {
    case 401:
        return "authentication_error";
    case 403:
        return "permission_error";
    case 429:
        return "rate_limit_error";
    default:
        return status >= 400 && status < 500 ? "invalid_request_error" : "internal_server_error";
    }
}

} // namespace llm_proxy
