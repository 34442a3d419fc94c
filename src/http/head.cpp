#include "llm_proxy/http/head.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>

namespace llm_proxy::http {

bool name_equal(std::string_view a, std::string_view b) {
    return iequals(a, b);
}

std::optional<std::string_view> fields::find(std::string_view name) const {
    for (const field& one : list_) {
        if (name_equal(one.name, name))
            return one.value;
    }
    return std::nullopt;
}

std::size_t fields::count(std::string_view name) const {
    const auto same = [name](const field& one) { return name_equal(one.name, name); };
    return static_cast<std::size_t>(std::count_if(list_.begin(), list_.end(), same));
}

namespace {

std::string_view moved(std::string_view view, const char* from, const char* to) {
    return view.empty() ? view : std::string_view(to + (view.data() - from), view.size());
}

} // namespace

void fields::move_to(const char* from, const char* to) {
    for (field& item : list_) {
        item.name = moved(item.name, from, to);
        item.value = moved(item.value, from, to);
    }
}

void request_head::move_to(const char* from, const char* to) {
    method = moved(method, from, to);
    target = moved(target, from, to);
    headers.move_to(from, to);
}

} // namespace llm_proxy::http
