#pragma once

#include "llm_proxy/auth/authenticator.hpp"
#include "llm_proxy/server/request.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace llm_proxy::server {

/// Serves anybody.
using open_handler = net::task<> (*)(request&);
/// Serves who showed a key: the caller is the proof, so such a handler cannot be reached without.
using key_handler = net::task<> (*)(request&, const auth::caller&);

/// One route. Its access rule is the type of its handler, so there is none without.
struct route {
    std::string_view method; // empty: any
    std::string_view path;   // ends in `/*` where a variable part follows
    std::variant<open_handler, key_handler> handler;
    /// How its clients read errors, the refusal of their key included.
    error_form errors = relay::error_json;
};

/// A path that is served; `matched` is null if it is, but not with that method.
struct route_match {
    const route* matched = nullptr;
    std::string value;      // the variable part, decoded
    std::string_view allow; // methods for a 405
};

/// Finds the route of a path (without query); nothing if the path is unknown.
std::optional<route_match> find_route(std::string_view method, std::string_view path);

const std::vector<route>& all_routes();

} // namespace llm_proxy::server
