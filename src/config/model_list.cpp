#include "llm_proxy/config/model_list.hpp"

#include "llm_proxy/config/deployment_id.hpp"
#include "llm_proxy/config/routing_reader.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <map>

namespace llm_proxy::config {

namespace {

bool is_header_name(std::string_view name) {
    static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') ||
               marks.find(c) != marks.npos;
    });
}

/// No control characters: a line break would end the header (RFC 9110, section 5.5).
bool is_header_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte >= 0x20 && byte != 0x7F) || c == '\t';
    });
}

/// Search prices are numbers in a mapping, ranges of prompts a list of mappings. What is wrong in
/// them is left out of the bill.
void check_prices_within(const value& price, const std::string& path, reading& shared) {
    if (const list* ranges = std::get_if<list>(&price.data)) {
        for (std::size_t i = 0; i < ranges->size(); ++i) {
            const value* bounds = (*ranges)[i].find("range");
            const list* ends = bounds == nullptr ? nullptr : std::get_if<list>(&bounds->data);
            const std::string item = path + '[' + std::to_string(i) + ']';
            if (ends == nullptr || ends->size() != 2)
                shared.report(severity::error, (*ranges)[i].where, item,
                              "must be a mapping with `range: [from, to]` and prices");
            else
                check_prices_within((*ranges)[i], item, shared);
        }
    } else if (const map* prices = std::get_if<map>(&price.data)) {
        for (const map_entry& one : *prices) {
            value copy = one.item;
            if (one.key != "range" && conform(copy, value_kind::non_negative) != fit::good)
                shared.report(severity::error, one.item.where, path + '.' + one.key,
                              "must be " + std::string(kind_name(value_kind::non_negative)));
        }
    }
}

class entry_reader {
public:
    entry_reader(const value& item, std::size_t index, reading& shared)
        : item_(item), shared_(shared) {
        entry_.where = item.where;
        entry_.path = "model_list[" + std::to_string(index) + "]";
    }

    std::optional<model_entry> read() {
        if (!has_required())
            return std::nullopt;
        const section_reader whole(model_entry_section, &item_, entry_.path, shared_);
        section_reader params(litellm_params_section, item_.find("litellm_params"),
                              entry_.path + ".litellm_params", shared_);
        section_reader info(model_info_section, item_.find("model_info"),
                            entry_.path + ".model_info", shared_);
        entry_.model_name = whole.text("model_name").value_or("");
        read_params(params);
        read_info(info);
        const bool has_name = check_name(whole.find("model_name"), "model_name");
        const bool has_model = check_name(params.find("model"), "litellm_params.model");
        if (whole.has_wrong_type() || params.has_wrong_type() || info.has_wrong_type() ||
            !has_name || !has_model) {
            shared_.report(severity::warning, entry_.where, entry_.path,
                           "the deployment is left out for the errors named here");
            return std::nullopt;
        }
        return std::move(entry_);
    }

private:
    /// What LiteLLM does not start without.
    bool has_required() {
        if (!item_.is_map())
            return fatal(item_.where, "", "must be a mapping with model_name and litellm_params");
        if (item_.find("model_name") == nullptr)
            return fatal(item_.where, "", "model_name is missing");
        const value* params = item_.find("litellm_params");
        if (params == nullptr)
            return fatal(item_.where, "", "litellm_params is missing");
        if (!params->is_map())
            return fatal(params->where, ".litellm_params", "must be a mapping");
        if (params->find("model") == nullptr)
            return fatal(params->where, ".litellm_params", "model is missing",
                         "write `model: provider/name`");
        return true;
    }

    bool fatal(const mark& where, const char* below, std::string text, std::string hint = {}) {
        shared_.fatal(where, entry_.path + below, std::move(text), std::move(hint));
        return false;
    }

    /// A wrong type has been reported already; null and the empty text have not.
    bool check_name(const value* name, const char* key) {
        const bool is_empty = name != nullptr && python_str(*name).empty();
        if (name != nullptr && !is_empty)
            return true;
        const value* given = item_.find("litellm_params")->find("model");
        if (std::string_view(key) == "model_name")
            given = item_.find("model_name");
        if (is_empty || given->is_null())
            shared_.report(severity::error, given->where, entry_.path + '.' + key,
                           "must not be empty");
        return false;
    }

    void read_params(section_reader& from) {
        litellm_params& into = entry_.params;
        into.model = from.text("model").value_or("");
        if (auto key = from.text("api_key"))
            into.api_key = secret(std::move(*key));
        const char* base_key = from.find("api_base") != nullptr ? "api_base" : "base_url";
        into.api_base = from.text(base_key);
        into.api_version = from.text("api_version");
        into.organization = from.text("organization");
        into.custom_llm_provider = from.text("custom_llm_provider");
        into.timeout = from.number("timeout");
        into.stream_timeout = from.number("stream_timeout");
        into.max_retries = from.integer("max_retries");
        into.weight = from.number("weight");
        into.order = from.integer("order");
        into.num_retries = from.integer("num_retries");
        into.cooldown_time = from.number("cooldown_time");
        into.tags = read_texts(from, "tags");
        into.rpm = from.number("rpm");
        into.tpm = from.number("tpm");
        into.ssl_verify = from.tls("ssl_verify");
        into.mock_response = from.text("mock_response");
        read_headers(from, "headers");
        read_headers(from, "extra_headers");
        read_defaults(from);
        read_extra_body(from);
        read_prices(from);
        into.drop_params = from.boolean("drop_params");
        into.use_chat_completions_api = from.boolean("use_chat_completions_api");
        into.additional_drop_params = read_texts(from, "additional_drop_params");
        into.allowed_openai_params = read_texts(from, "allowed_openai_params");
        read_limits(from);
        entry_.model_where = from.where("model");
        entry_.base_where = into.api_base ? from.where(base_key) : entry_.where;
        entry_.id = deployment_id(entry_.model_name, *item_.find("litellm_params"));
    }

    void read_headers(section_reader& from, std::string_view key) {
        const value* headers = from.find(key);
        if (headers == nullptr)
            return;
        for (const map_entry& one : std::get<map>(headers->data)) {
            if (one.item.is_null())
                continue;
            std::string text = python_str(one.item);
            if (one.item.is_map() || one.item.is_list() || !is_header_name(one.key) ||
                !is_header_value(text)) {
                from.fail(key, "`" + one.key + "` is no valid header");
                continue;
            }
            header_list& into = entry_.params.extra_headers;
            std::erase_if(into, [&](const auto& old) { return iequals(old.first, one.key); });
            into.emplace_back(one.key, std::move(text));
        }
    }

    void read_defaults(const section_reader& from) {
        for (const map_entry& one : std::get<map>(item_.find("litellm_params")->data)) {
            const property* known = find_property(litellm_params_section, one.key);
            const bool is_default =
                known != nullptr && known->state == property_state::request_default;
            const value* usable = is_default ? from.find(one.key) : nullptr;
            if (usable != nullptr)
                entry_.params.defaults.push_back({one.key, compact_json(*usable)});
        }
    }

    void read_extra_body(const section_reader& from) {
        const value* body = from.find("extra_body");
        if (body == nullptr)
            return;
        for (const map_entry& one : std::get<map>(body->data))
            entry_.params.extra_body.push_back({one.key, compact_json(one.item)});
    }

    void read_prices(const section_reader& from) {
        for (const map_entry& one : std::get<map>(item_.find("litellm_params")->data)) {
            const value* usable = is_price(one.key) ? from.find(one.key) : nullptr;
            if (usable == nullptr)
                continue;
            check_prices_within(*usable, from.path_of(one.key), shared_);
            entry_.params.prices.push_back({one.key, compact_json(*usable)});
        }
    }

    void read_limits(section_reader& from) {
        limit_params& into = entry_.params.limits;
        into.rpd = from.number("rpd");
        into.tpd = from.number("tpd");
        into.max_parallel_requests = from.integer("max_parallel_requests");
        into.rpd_reset = from.text("rpd_reset").value_or("");
        if (!into.rpd_reset.empty())
            into.reset_where = from.where("rpd_reset");
        into.quota_group = from.text("quota_group").value_or("");
        into.max_queue_wait = from.number("max_queue_wait");
    }

    void read_info(section_reader& from) {
        model_info& into = entry_.info;
        into.id = from.text("id").value_or("");
        into.mode = from.text("mode").value_or("");
        into.base_model = from.text("base_model").value_or("");
        into.tier = from.text("tier").value_or("");
        if (!into.tier.empty() && into.tier != "free" && into.tier != "paid")
            shared_.report(severity::error, from.where("tier"), from.path_of("tier"),
                           "must be `free` or `paid`");
        into.cooldown_time = from.number("cooldown_time");
        into.allowed_fails = from.integer("allowed_fails");
        into.allowed_fails_policy =
            read_failure_counts(from, "allowed_fails_policy", "AllowedFails", shared_)
                .value_or(failure_counts());
        if (!into.id.empty())
            entry_.id = into.id;
        const value* given = item_.find("model_info");
        const map* members = given == nullptr ? nullptr : std::get_if<map>(&given->data);
        if (members != nullptr)
            for (const map_entry& one : *members)
                into.echoed.push_back({one.key, compact_json(one.item)});
    }

    const value& item_;
    reading& shared_;
    model_entry entry_;
};

/// Two deployments of one id cannot be told apart in answers and records.
void warn_same_ids(const std::vector<model_entry>& entries, reading& shared) {
    std::map<std::string_view, const model_entry*> first;
    for (const model_entry& entry : entries) {
        const auto [known, is_new] = first.emplace(entry.id, &entry);
        if (!is_new)
            shared.report(severity::warning, entry.where, entry.path,
                          "has the same id as " + known->second->path,
                          "set model_info.id to tell them apart");
    }
}

} // namespace

std::vector<model_entry> read_model_list(const value* model_list, reading& shared) {
    std::vector<model_entry> entries;
    if (model_list == nullptr || model_list->is_null())
        return entries;
    const list* items = std::get_if<list>(&model_list->data);
    if (items == nullptr) {
        shared.fatal(model_list->where, "model_list", "must be a list of deployments");
        return entries;
    }
    for (std::size_t i = 0; i < items->size(); ++i)
        if (auto entry = entry_reader((*items)[i], i, shared).read())
            entries.push_back(std::move(*entry));
    warn_same_ids(entries, shared);
    return entries;
}

} // namespace llm_proxy::config
