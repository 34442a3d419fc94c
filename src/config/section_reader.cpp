#include "llm_proxy/config/section_reader.hpp"

#include <algorithm>
#include <limits>

namespace llm_proxy::config {

namespace {

/// A key that is not read may look as it likes, but for the limits: they will be served.
bool is_checked(const property& known) {
    return known.state != property_state::not_served ||
           known.kind == value_kind::positive_integer || known.kind == value_kind::positive_number;
}

std::string describe(const value& item) {
    if (item.is_map())
        return "a mapping";
    if (item.is_list())
        return "a list";
    // A value out of the environment may be a secret.
    if (!item.from_environment.empty())
        return "the value of " + item.from_environment;
    if (item.is_string())
        return "text";
    return python_str(item);
}

} // namespace

void reading::report(severity level, const mark& where, std::string key, std::string text,
                     std::string hint) {
    found.push_back({level, where, std::move(key), std::move(text), std::move(hint), false});
}

void reading::fatal(const mark& where, std::string key, std::string text, std::string hint) {
    found.push_back(
        {severity::error, where, std::move(key), std::move(text), std::move(hint), true});
}

void reading::note_once(const section& within, const map_entry& entry, std::string path,
                        std::string text) {
    if (noted.insert(std::string(within.name) + '.' + entry.key).second)
        report(severity::warning, entry.key_where, std::move(path), std::move(text));
}

section_reader::section_reader(const section& within, const value* mapping, std::string path,
                               reading& shared)
    : section_(within), path_(std::move(path)), shared_(shared) {
    if (mapping == nullptr || mapping->is_null())
        return;
    members_ = std::get_if<map>(&mapping->data);
    if (members_ == nullptr) {
        shared_.fatal(mapping->where, path_, "must be a mapping, not " + describe(*mapping));
        has_wrong_type_ = true;
        return;
    }
    for (const map_entry& one : *members_)
        check(one);
}

void section_reader::check(const map_entry& one) {
    const property* known = find_property(section_, one.key);
    if (known != nullptr)
        check_value(one, *known);
    else if (!is_also_known(section_, one.key)) {
        if (!section_.open)
            report_unknown(one);
        return;
    }
    if (known == nullptr || known->state == property_state::not_served)
        shared_.note_once(section_, one, path_of(one.key),
                          "accepted, but this program does not serve it yet");
}

void section_reader::check_value(const map_entry& one, const property& known) {
    if (one.item.is_null() || !is_checked(known))
        return;
    value copy = one.item;
    const fit found = conform(copy, known.kind);
    if (found == fit::good) {
        values_.emplace(one.key, std::move(copy));
        return;
    }
    const bool needs_quotes =
        known.kind == value_kind::text && !one.item.is_map() && !one.item.is_list();
    const std::string text =
        "must be " + std::string(kind_name(known.kind)) + ", not " + describe(one.item);
    if (found == fit::wrong_type)
        fail(one.key, text, needs_quotes ? "write it in quotes" : "");
    else
        shared_.report(severity::error, one.item.where, path_of(one.key), text);
}

void section_reader::report_unknown(const map_entry& one) {
    const auto near = closest_key(section_, one.key);
    shared_.report(severity::error, one.key_where, path_of(one.key),
                   "unknown key `" + one.key + "`",
                   near ? "did you mean `" + std::string(*near) + "`?" : "it is ignored");
}

const map_entry* section_reader::entry(std::string_view name) const {
    if (members_ == nullptr)
        return nullptr;
    const auto found = std::find_if(members_->begin(), members_->end(),
                                    [&](const map_entry& one) { return one.key == name; });
    return found == members_->end() ? nullptr : &*found;
}

const value* section_reader::find(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
}

std::optional<std::string> section_reader::text(std::string_view name) const {
    const value* item = find(name);
    return item == nullptr ? std::nullopt : std::optional(python_str(*item));
}

std::optional<bool> section_reader::boolean(std::string_view name) const {
    const value* item = find(name);
    return item == nullptr ? std::nullopt : std::optional(std::get<bool>(item->data));
}

std::optional<double> section_reader::number(std::string_view name) const {
    const value* item = find(name);
    if (item == nullptr)
        return std::nullopt;
    if (const auto* whole = std::get_if<std::int64_t>(&item->data))
        return static_cast<double>(*whole);
    return std::get<double>(item->data);
}

std::optional<int> section_reader::integer(std::string_view name) const {
    const value* item = find(name);
    if (item == nullptr)
        return std::nullopt;
    const std::int64_t whole = std::get<std::int64_t>(item->data);
    return static_cast<int>(std::clamp<std::int64_t>(whole, std::numeric_limits<int>::min(),
                                                     std::numeric_limits<int>::max()));
}

std::optional<tls_verify> section_reader::tls(std::string_view name) {
    const value* item = find(name);
    if (item == nullptr)
        return std::nullopt;
    value copy = *item;
    if (conform(copy, value_kind::boolean) == fit::good)
        return tls_verify{std::get<bool>(copy.data), {}};
    if (const auto* path = std::get_if<std::string>(&item->data); path != nullptr && !path->empty())
        return tls_verify{true, *path};
    fail(name, "must be true, false or the path of a CA file");
    return std::nullopt;
}

bool section_reader::is_null(std::string_view name) const {
    const map_entry* found = entry(name);
    return found != nullptr && found->item.is_null();
}

mark section_reader::where(std::string_view name) const {
    const map_entry* found = entry(name);
    return found == nullptr ? mark{} : found->item.where;
}

std::string section_reader::path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + '.' + std::string(name);
}

void section_reader::fail(std::string_view name, std::string text, std::string hint) {
    has_wrong_type_ = true;
    shared_.report(severity::error, where(name), path_of(name), std::move(text), std::move(hint));
}

} // namespace llm_proxy::config
