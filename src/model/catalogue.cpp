#include "llm_proxy/model/catalogue.hpp"

#include <algorithm>
#include <utility>

namespace llm_proxy::model {

namespace {

/// The part of `name` that the pattern's first `*` stands for; nothing if it does not match.
std::optional<std::string_view> match_wildcard(std::string_view pattern, std::string_view name) {
    const std::size_t star = pattern.find('*');
    const std::string_view head = pattern.substr(0, star);
    const std::string_view tail = pattern.substr(star + 1);
    if (name.size() < head.size() + tail.size() || !name.starts_with(head) ||
        !name.ends_with(tail)) {
        return std::nullopt;
    }
    return name.substr(head.size(), name.size() - head.size() - tail.size());
}

} // namespace

catalogue::catalogue(deployment_list deployments, std::vector<config::model_alias> aliases)
    : deployments_(std::move(deployments)), aliases_(std::move(aliases)) {
    for (const auto& item : deployments_) {
        const auto [place, added] = by_name_.try_emplace(item->group, groups_.size());
        if (added) {
            groups_.push_back(
                model_group{item->group, {}, item->group.find('*') != std::string::npos});
        }
        const std::size_t index = place->second;
        groups_[index].deployments.push_back(item);
        by_id_.try_emplace(item->id, index, item.get());
        by_model_.try_emplace(item->model_name, index);
    }
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        if (groups_[i].wildcard) {
            wildcards_.push_back(i);
        }
    }
    // The longer the fixed text, the more specific the pattern.
    std::sort(wildcards_.begin(), wildcards_.end(), [this](std::size_t a, std::size_t b) {
        const std::size_t size_a = groups_[a].name.size();
        const std::size_t size_b = groups_[b].name.size();
        return size_a != size_b ? size_a > size_b : a < b;
    });
}

std::optional<match> catalogue::find_exact(std::string_view name) const {
    if (const auto named = by_name_.find(name); named != by_name_.end()) {
        return match{&groups_[named->second], nullptr, {}};
    }
    if (const auto id = by_id_.find(name); id != by_id_.end()) {
        return match{&groups_[id->second.first], id->second.second, {}};
    }
    if (const auto model = by_model_.find(name); model != by_model_.end()) {
        return match{&groups_[model->second], nullptr, {}};
    }
    return std::nullopt;
}

std::optional<match> catalogue::find(std::string_view name) const {
    for (const auto& alias : aliases_) {
        if (alias.name == name) {
            name = alias.target;
            break;
        }
    }
    if (auto exact = find_exact(name)) {
        return exact;
    }
    for (const std::size_t index : wildcards_) {
        if (const auto part = match_wildcard(groups_[index].name, name)) {
            return match{&groups_[index], nullptr, *part};
        }
    }
    return std::nullopt;
}

std::string resolve_upstream_model(const deployment& target, std::string_view wildcard_part) {
    std::string name = target.upstream_model;
    const std::size_t star = name.find('*');
    if (star != std::string::npos && target.group.find('*') != std::string::npos) {
        name.replace(star, 1, wildcard_part);
    }
    return name;
}

std::optional<std::string> public_name(const deployment& of, std::string_view upstream_model) {
    const std::size_t star = of.group.find('*');
    if (star == std::string::npos || of.upstream_model.find('*') == std::string::npos) {
        return std::nullopt;
    }
    const auto part = match_wildcard(of.upstream_model, upstream_model);
    if (!part || part->empty()) {
        return std::nullopt;
    }
    std::string name = of.group;
    return name.replace(star, 1, *part);
}

} // namespace llm_proxy::model
