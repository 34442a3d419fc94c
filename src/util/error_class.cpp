#include "llm_proxy/util/error_class.hpp"

namespace llm_proxy {

error_class class_of_status(int status) {
    switch (status) {
    case 400:
    case 422:
        return error_class::bad_request;
    case 401:
        return error_class::authentication;
    case 404:
        return error_class::not_found;
    case 408:
    case 504:
        return error_class::timeout;
    case 429:
        return error_class::rate_limit;
    case 500:
        return error_class::internal_server;
    case 502:
        return error_class::bad_gateway;
    case 503:
        return error_class::service_unavailable;
    default:
        return error_class::api_error;
    }
}

} // namespace llm_proxy
