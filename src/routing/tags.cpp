#include "llm_proxy/routing/tags.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace llm_proxy::routing {

namespace {

using found = const std::shared_ptr<const model::deployment>*;
using names = std::vector<std::string_view>;

/// A request's tags by what they ask for.
struct wishes {
    names wanted;
    names demanded; // `&tag`
    names excluded; // `!tag`
};

wishes wishes_of(std::span<const std::string> tags) {
    wishes out;
    for (const std::string_view tag : tags) {
        if (tag.size() > 1 && tag.front() == '!') {
            out.excluded.push_back(tag.substr(1));
        } else if (tag.size() > 1 && tag.front() == '&') {
            out.demanded.push_back(tag.substr(1));
        } else {
            out.wanted.push_back(tag);
        }
    }
    return out;
}

bool has(const model::deployment& item, std::string_view tag) {
    const auto& tags = item.routing.tags;
    return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

bool has_any(const model::deployment& item, const names& tags) {
    return std::any_of(tags.begin(), tags.end(),
                       [&item](std::string_view tag) { return has(item, tag); });
}

bool has_all(const model::deployment& item, const names& tags) {
    return std::all_of(tags.begin(), tags.end(),
                       [&item](std::string_view tag) { return has(item, tag); });
}

template <class Test>
candidates filtered(const candidates& list, Test test) {
    candidates out;
    std::copy_if(list.begin(), list.end(), std::back_inserter(out),
                 [&test](found item) { return test(**item); });
    return out;
}

} // namespace

void keep_tagged(candidates& list, const candidates& all, const choice& how) {
    const wishes asked = wishes_of(how.tags);
    const auto is_default = [](const model::deployment& item) { return has(item, "default"); };
    list = filtered(list, [&asked](const model::deployment& item) {
        return !has_any(item, asked.excluded) && has_all(item, asked.demanded);
    });
    if (asked.wanted.empty()) {
        // Whatever rests: the default ones alone serve requests without tags.
        const bool has_default = !filtered(all, is_default).empty();
        if (how.tags.empty() && has_default) {
            list = filtered(list, is_default);
        }
        return;
    }
    const auto knows_tag = [&asked](const model::deployment& item) {
        return has_any(item, asked.wanted);
    };
    if (filtered(all, knows_tag).empty()) {
        list = filtered(list, is_default);
        return;
    }
    list = filtered(list, [&](const model::deployment& item) {
        return how.rules.tag_filtering_match_any ? has_any(item, asked.wanted)
                                                 : has_all(item, asked.wanted);
    });
}

} // namespace llm_proxy::routing
