#pragma once

#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/model/deployment.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// The request for the list of models at `path` of the deployment's origin.
std::string make_list_request(const model::deployment& target, std::string_view path);

/// One object of a provider's list.
struct listed_model {
    std::string_view text;
    const std::vector<json::member>& members;

    /// The member's characters; empty if it is no string.
    std::string name(std::string_view member) const;
    /// The same of a member of the object `member`.
    std::string name(std::string_view member, std::string_view within) const;
};

/// The names that `name_of` finds for the objects in the array `list` of an answer, in order: empty
/// ones are left out, and those that no client could write. At most 5000; none if the answer is no
/// such list.
std::vector<std::string>
read_listed_names(std::string_view body, std::string_view list,
                  const std::function<std::string(const listed_model&)>& name_of);

} // namespace llm_proxy::providers
