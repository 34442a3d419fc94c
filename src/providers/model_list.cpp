#include "llm_proxy/providers/model_list.hpp"

#include "llm_proxy/http/head_writer.hpp"

#include <algorithm>

namespace llm_proxy::providers {

namespace {

constexpr std::size_t most_names = 5000;
constexpr std::size_t longest_name = 256;

bool can_be_written(std::string_view name) {
    return !name.empty() && name.size() <= longest_name &&
           std::none_of(name.begin(), name.end(), [](char c) {
               const auto code = static_cast<unsigned char>(c);
               return code < 0x20 || code == 0x7f || c == '*';
           });
}

} // namespace

std::string make_list_request(const model::deployment& target, std::string_view path) {
    std::string out;
    http::head_writer head(out);
    head.request_line("GET", path);
    head.raw(target.header_lines);
    head.end();
    return out;
}

std::string listed_model::name(std::string_view member) const {
    const auto* item = json::find(text, members, member);
    if (item == nullptr || item->type != json::kind::string) {
        return {};
    }
    return json::unescape(json::value_of(text, *item));
}

std::string listed_model::name(std::string_view member, std::string_view within) const {
    const auto* item = json::find(text, members, member);
    if (item == nullptr || item->type != json::kind::object) {
        return {};
    }
    const std::string_view object = json::value_of(text, *item);
    std::vector<json::member> inner;
    json::scan_valid(object, inner);
    return listed_model{object, inner}.name(within);
}

std::vector<std::string>
read_listed_names(std::string_view body, std::string_view list,
                  const std::function<std::string(const listed_model&)>& name_of) {
    std::vector<json::member> root;
    std::vector<std::string> out;
    if (!json::scan(body, root)) {
        return out;
    }
    const auto* found = json::find(body, root, list);
    if (!body.starts_with('{') || found == nullptr || found->type != json::kind::array) {
        return out;
    }
    const std::string_view array = json::value_of(body, *found);
    std::vector<json::member> items;
    json::scan_valid(array, items);
    std::vector<json::member> members;
    for (const auto& item : items) {
        if (item.type != json::kind::object || out.size() == most_names) {
            continue;
        }
        const std::string_view text = json::value_of(array, item);
        members.clear();
        json::scan_valid(text, members);
        std::string name = name_of(listed_model{text, members});
        if (can_be_written(name)) {
            out.push_back(std::move(name));
        }
    }
    return out;
}

} // namespace llm_proxy::providers
